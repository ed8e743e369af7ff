// `acl log`: who changed what, when, why.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "tests/cli/folder_fixture.h"

namespace acl::cli {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class LogTest : public FolderCli {
 protected:
  void SetUp() override {
    ASSERT_EQ(
        ShareBob("viewer", {"--reason", "on call", "--request-id", "r1"}).code,
        kAllow);
    Write(world_ + ".changes.yaml",
          "changes:\n"
          "  - add_user: {id: cleo, name: Cleo, workspace_admin: true}\n"
          "  - add_member: {group: mixers, member: \"user:cleo\"}\n"
          "  - remove_user: {id: bob}\n");
    ASSERT_EQ(
        OnFolder({"apply", world_ + ".changes.yaml", "--as", "system"}).code,
        kAllow);
    ASSERT_EQ(OnFolder({"unshare", "voice:narrator", "group:audio", "--as",
                        "user:ann"})
                  .code,
              kAllow);
  }

  std::vector<json> Log(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"log", "--json"});
    const Result result = OnFolder(std::move(options));
    EXPECT_EQ(result.code, kAllow) << result.err;
    std::vector<json> entries;
    for (const absl::string_view line :
         absl::StrSplit(result.out, '\n', absl::SkipEmpty())) {
      entries.push_back(json::parse(std::string(line)));
    }
    return entries;
  }
  // The revisions of the entries; -1 for an entry that is not a change.
  std::vector<int> Revisions(std::vector<std::string> options) const {
    std::vector<int> revisions;
    for (const json& entry : Log(std::move(options))) {
      revisions.push_back(entry.value("revision", -1));
    }
    return revisions;
  }
};

TEST_F(LogTest, WhenAllIsAskedForThenEveryChangeIsThereWithItsReceipt) {
  const Result log = OnFolder({"log"});
  EXPECT_EQ(log.code, kAllow) << log.err;
  const std::vector<std::string> blocks = absl::StrSplit(log.out, "\n\n");
  ASSERT_EQ(blocks.size(), 4u) << log.out;
  const std::string time = "[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+Z";
  EXPECT_THAT(blocks[0], MatchesRegex("record [0-9]+  " + time +
                                      "  system\n"
                                      "  imported workspace `studio`"));
  EXPECT_THAT(blocks[1],
              MatchesRegex("record [0-9]+  " + time +
                           "  user:ann  studio revision 1\n"
                           "  reason: on call\n"
                           "  request: r1\n"
                           "  user:bob on voice:narrator\n"
                           "    grant      none -> viewer\n"
                           "    effective  editor -> editor\n"
                           "    group `audio`, through `mixers` still gives "
                           "editor"));
  EXPECT_THAT(blocks[2], HasSubstr("  add user:cleo\n"
                                   "    name: `Cleo`\n"
                                   "    workspace_admin: true\n"));
  EXPECT_THAT(blocks[2], HasSubstr("with it: 1 grant, 1 membership"));
  EXPECT_THAT(blocks[3], HasSubstr("group:audio on voice:narrator\n"
                                   "    grant      editor -> none"));
}

TEST_F(LogTest, WhenJsonIsAskedForThenEachLineIsAnObject) {
  const std::vector<json> entries = Log();
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0]["kind"], "import");
  EXPECT_EQ(entries[0]["workspaces"], json({"studio"}));
  EXPECT_EQ(entries[1]["kind"], "change");
  EXPECT_EQ(entries[1]["actor"], "user:ann");
  EXPECT_EQ(entries[1]["reason"], "on call");
  EXPECT_EQ(entries[1]["request_id"], "r1");
  EXPECT_EQ(entries[1]["receipts"][0]["share"]["grant_after"], "viewer");
  EXPECT_EQ(entries[2]["receipts"].size(), 3u);
  EXPECT_EQ(entries[2]["changes"][0],
            json::parse(R"({"add_user":{"id":"cleo","name":"Cleo",
                            "workspace_admin":true}})"));
}

TEST_F(LogTest, WhenFilteredThenOnlyWhatFitsIsThere) {
  EXPECT_THAT(Revisions({"--actor", "user:ann"}), ElementsAre(1, 3));
  EXPECT_THAT(Revisions({"--target", "user:bob"}), ElementsAre(1, 2));
  EXPECT_THAT(Revisions({"--target", "user:cleo"}), ElementsAre(2));
  EXPECT_THAT(Revisions({"--target", "group:mixers"}), ElementsAre(2));
  EXPECT_THAT(Revisions({"--resource", "voice:narrator"}), ElementsAre(1, 3));
  EXPECT_THAT(Revisions({"--resource", "voice:narrator", "--target", "user:bob",
                         "--actor", "user:ann"}),
              ElementsAre(1));
  EXPECT_THAT(Revisions({"--resource", "voice:other"}), ElementsAre());
  EXPECT_THAT(Revisions({"--workspace", "studio"}), ElementsAre(-1, 1, 2, 3));
  EXPECT_THAT(Revisions({"--workspace", "other"}), ElementsAre());
}

TEST_F(LogTest, WhenSomebodyActsThroughAKeyThenItIsAmongWhatTheyDid) {
  Write(world_ + ".keys.yaml",
        "changes:\n"
        "  - add_key: {id: laptop, owner: \"user:ann\"}\n");
  ASSERT_EQ(OnFolder({"apply", world_ + ".keys.yaml", "--as", "system"}).code,
            kAllow);  // revision 4
  for (const char* const actor : {"key:laptop", "email:ann@studio.example"}) {
    ASSERT_EQ(OnFolder({"share", "voice:narrator", "user:cleo",
                        actor[0] == 'k' ? "viewer" : "editor", "--as", actor})
                  .code,
              kAllow);
  }
  EXPECT_THAT(Revisions({"--actor", "user:ann"}), ElementsAre(1, 3, 5, 6));
  EXPECT_THAT(Revisions({"--actor", "key:laptop"}), ElementsAre(5));
  EXPECT_THAT(Revisions({"--actor", "email:ann@studio.example"}),
              ElementsAre(1, 3, 5, 6));
  EXPECT_THAT(Revisions({"--actor", "user:cleo"}), ElementsAre());
}

TEST_F(LogTest, WhenAKeyHasAnotherOwnerNowThenTheOneOfThenActed) {
  Write(world_ + ".keys.yaml",
        "changes:\n"
        "  - add_key: {id: laptop, owner: \"user:ann\"}\n");
  Write(world_ + ".moved.yaml",
        "changes:\n"
        "  - remove_key: {id: laptop}\n"
        "  - add_key: {id: laptop, owner: \"user:cleo\"}\n");
  const auto apply = [&](const std::string& file) {
    return OnFolder({"apply", world_ + file, "--as", "system"}).code;
  };
  const auto share = [&](const char* role) {
    return OnFolder({"share", "voice:narrator", "user:cleo", role, "--as",
                     "key:laptop"})
        .code;
  };
  ASSERT_EQ(apply(".keys.yaml"), kAllow);   // 4
  ASSERT_EQ(share("viewer"), kAllow);       // 5
  ASSERT_EQ(apply(".moved.yaml"), kAllow);  // 6
  ASSERT_EQ(share("editor"), kAllow);       // 7
  EXPECT_THAT(Revisions({"--actor", "user:ann"}), ElementsAre(1, 3, 5));
  EXPECT_THAT(Revisions({"--actor", "user:cleo"}), ElementsAre(7));
  EXPECT_THAT(Revisions({"--actor", "key:laptop"}), ElementsAre(5, 7));
}

TEST_F(LogTest, WhenTheHistoryBeforeWasNotKeptThenTheCheckpointTellsOwners) {
  Write(world_ + ".keys.yaml",
        "changes:\n"
        "  - add_key: {id: laptop, owner: \"user:ann\"}\n");
  ASSERT_EQ(OnFolder({"apply", world_ + ".keys.yaml", "--as", "system"}).code,
            kAllow);  // revision 4
  FolderOptions options;
  options.keep_history = false;
  options.journal_file_bytes = 1;
  for (const char* const role : {"viewer", "editor", "viewer", "editor"}) {
    const auto engine = Engine::Open(folder_, {}, options);
    ASSERT_TRUE(engine.ok()) << engine.status();
    Workspace studio = *(*engine)->FindWorkspace("studio");
    ASSERT_TRUE(studio
                    .Share(Subject::Key("laptop"), {"voice", "narrator"},
                           Target::User("cleo"), role)
                    .ok());
    ASSERT_TRUE((*engine)->Checkpoint().ok());
  }
  const std::vector<int> all = Revisions({});
  ASSERT_LT(all.size(), 4u);
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(Revisions({"--actor", "user:ann"}), all);
}

TEST_F(LogTest, WhenOneOfABatchFitsThenTheOthersAreOnlyCounted) {
  const Result log = OnFolder({"log", "--target", "user:cleo"});
  EXPECT_THAT(log.out, ::testing::EndsWith("  add user:cleo\n"
                                           "    name: `Cleo`\n"
                                           "    workspace_admin: true\n"
                                           "  add user:cleo to group:mixers\n"
                                           "  and 1 other change of the same "
                                           "batch\n"));
  const json entry = Log({"--target", "group:mixers"})[0];
  EXPECT_EQ(entry["changes"].size(), 1u);
  EXPECT_EQ(entry["receipts"].size(), 1u);
  EXPECT_EQ(entry["others"], 2);
  EXPECT_EQ(Log()[2]["others"], 0);
}

TEST_F(LogTest, WhenASummaryIsWantedThenBatchesAreCounted) {
  const Result log = OnFolder({"log", "--summary"});
  EXPECT_THAT(log.out, HasSubstr("  3 changes\n"
                                 "    1 add_member\n"
                                 "    1 add_user\n"
                                 "    1 remove_user\n"));
  EXPECT_THAT(log.out, HasSubstr("    grant      none -> viewer\n"));
  const std::vector<json> entries = Log({"--summary"});
  EXPECT_EQ(entries[2]["kinds"],
            json({{"add_member", 1}, {"add_user", 1}, {"remove_user", 1}}));
  EXPECT_FALSE(entries[2].contains("receipts"));
}

TEST_F(LogTest, WhenLimitedThenTheLastAreThereAndTheNewestIsLast) {
  EXPECT_THAT(Revisions({"--limit", "2"}), ElementsAre(2, 3));
  EXPECT_THAT(Revisions({"--limit", "9"}), ElementsAre(-1, 1, 2, 3));
  EXPECT_EQ(OnFolder({"log", "--limit", "0"}).code, kBadInput);
}

TEST_F(LogTest, WhenATimeIsNamedThenItIsIncluded) {
  const std::string second = Log()[2]["time"];
  EXPECT_THAT(Revisions({"--since", second}), ElementsAre(2, 3));
  EXPECT_THAT(Revisions({"--until", second}), ElementsAre(-1, 1, 2));
  EXPECT_THAT(Revisions({"--since", second, "--until", second}),
              ElementsAre(2));
  const std::string day = second.substr(0, 10);
  EXPECT_EQ(Revisions({"--since", "2000-01-01", "--until", "9999-12-31"}),
            Revisions({}));
  EXPECT_THAT(Revisions({"--until", "2000-01-01"}), ElementsAre());
  // A date means the whole day.
  EXPECT_THAT(Revisions({"--since", day, "--limit", "1"}), ElementsAre(3));
}

TEST_F(LogTest, WhenItCannotBeAskedSoThenItIsSaidWhy) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> table = {
      {{"--since", "yesterday"}, "`yesterday` is neither a day"},
      {{"--actor", "bob"}, "`bob` is not a subject"},
      {{"--target", "bob"}, "`bob`"},
      {{"--resource", "narrator"}, "`narrator` is not a resource"},
  };
  for (const auto& [options, words] : table) {
    std::vector<std::string> arguments = {"log"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Result result = OnFolder(arguments);
    EXPECT_EQ(result.code, kBadInput) << words;
    EXPECT_THAT(result.err, HasSubstr(words));
  }
  const Result file = OnWorld({"log"});
  EXPECT_EQ(file.code, kBadInput);
  EXPECT_THAT(file.err, HasSubstr("is no journal folder, and nothing else has "
                                  "a history"));
}

TEST_F(LogTest, WhenTheFolderIsDamagedThenWhatIsBeforeItIsTold) {
  const size_t size = Read(folder_ + "/" + Names("journal-").front()).size();
  // The last frame is a seal.
  Flip(size - 100);
  const Result log = OnFolder({"log"});
  EXPECT_EQ(log.code, kFailure);
  EXPECT_THAT(log.out, HasSubstr("imported workspace `studio`"));
  EXPECT_THAT(log.err, HasSubstr("is not what was written"));
}

TEST_F(LogTest, WhenSomebodyWritesThenTheLogCanBeRead) {
  const auto engine = Engine::Open(folder_);
  ASSERT_TRUE(engine.ok()) << engine.status();
  ASSERT_TRUE((*engine)->RemoveWorkspace(Actor::System(), "studio").ok());
  ASSERT_TRUE((*engine)->AddWorkspace(Actor::System(), "second").ok());
  const std::vector<json> last = Log({"--limit", "2"});
  ASSERT_EQ(last.size(), 2u);
  EXPECT_EQ(last[0]["kind"], "remove_workspace");
  EXPECT_EQ(last[1]["kind"], "add_workspace");
  EXPECT_EQ(last[1]["workspaces"], json({"second"}));
}

}  // namespace
}  // namespace acl::cli
