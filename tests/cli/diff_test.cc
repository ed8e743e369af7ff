// `acl diff`: what differs in grants and in effective roles.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/cli/folder_fixture.h"

namespace acl::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class DiffTest : public FolderCli {};

TEST_F(DiffTest, WhenNothingDiffersThenTheExitCodeIs0) {
  const Result same = Acl({"diff", world_, folder_});
  EXPECT_EQ(same.code, kAllow) << same.err;
  EXPECT_EQ(same.out, "no grant differs\nno effective role differs\n");
  EXPECT_EQ(json::parse(Acl({"diff", folder_, folder_, "--json"}).out),
            json::parse(R"({"equal":true,"grants":[],"effective_roles":[]})"));
}

TEST_F(DiffTest, WhenAGrantDiffersThenSoDoTheRolesThatItGives) {
  ASSERT_EQ(
      OnFolder({"unshare", "voice:narrator", "group:audio", "--as", "user:ann"})
          .code,
      kAllow);
  const Result differ = Acl({"diff", world_, folder_});
  EXPECT_EQ(differ.code, kDiffers) << differ.err;
  EXPECT_EQ(differ.out,
            "1 grant differs:\n"
            "  studio  group:audio on voice:narrator: editor -> none\n"
            "1 effective role differs:\n"
            "  studio  user:bob on voice:narrator: editor -> viewer\n");
  EXPECT_EQ(json::parse(Acl({"diff", folder_, world_, "--json"}).out),
            json::parse(
                R"({"equal":false,
              "grants":[{"workspace":"studio","target":"group:audio",
                "resource":"voice:narrator","before":"none",
                "after":"editor"}],
              "effective_roles":[{"workspace":"studio","subject":"user:bob",
                "resource":"voice:narrator","before":"viewer",
                "after":"editor"}]})"));
}

TEST_F(DiffTest, WhenAGrantChangesNoRoleThenOnlyTheGrantDiffers) {
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  const Result differ = Acl({"diff", folder_ + "@0", folder_ + "@1"});
  EXPECT_EQ(differ.code, kDiffers) << differ.err;
  EXPECT_EQ(differ.out,
            "1 grant differs:\n"
            "  studio  user:bob on voice:narrator: none -> viewer\n"
            "no effective role differs\n");
}

TEST_F(DiffTest, WhenMomentsAreNamedThenTheyAreOfTheFolder) {
  ASSERT_EQ(ShareBob("admin").code, kAllow);
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  EXPECT_THAT(Acl({"diff", folder_ + "@1", folder_}).out,
              HasSubstr("user:bob on voice:narrator: admin -> editor"));
  EXPECT_THAT(OnFolder({"diff", "@0", "@1"}).out,
              HasSubstr("user:bob on voice:narrator: editor -> admin"));
  EXPECT_EQ(OnFolder({"diff", "@9999-12-31", "@"}).code, kAllow);
  EXPECT_EQ(OnFolder({"diff", "@2", world_}).code, kDiffers);
}

TEST_F(DiffTest, WhenAKeyOrAStandingDiffersThenItsRolesDo) {
  Write(world_ + ".changes.yaml",
        "changes:\n"
        "  - update_key: {id: k2, disabled: false}\n"
        "  - update_user: {id: bob, locked: true}\n");
  ASSERT_EQ(
      OnFolder({"apply", world_ + ".changes.yaml", "--as", "system"}).code,
      kAllow);
  EXPECT_EQ(Acl({"diff", world_, folder_}).out,
            "no grant differs\n"
            "2 effective roles differ:\n"
            "  studio  key:k2 on voice:narrator: none -> viewer\n"
            "  studio  user:bob on voice:narrator: editor -> none\n");
}

TEST_F(DiffTest, WhenAWorkspaceIsOnOneSideOnlyThenAllOfItDiffers) {
  const Result differ = Acl({"diff", folder_ + "@1999-12-31", folder_});
  EXPECT_EQ(differ.code, kDiffers) << differ.err;
  EXPECT_THAT(differ.out, HasSubstr("2 grants differ:\n"));
  EXPECT_THAT(differ.out,
              HasSubstr("user:ann on voice:narrator: none -> admin\n"));
}

TEST_F(DiffTest, WhenAPathHasAnAtSignThenItIsAPath) {
  const std::string path = folder_ + "@1";
  ASSERT_EQ(Acl({"init", path, "--from", world_}).code, kAllow);
  EXPECT_EQ(Acl({"diff", path, world_}).code, kAllow);
  EXPECT_EQ(Acl({"diff", path + "@0", world_}).code, kAllow);
}

TEST_F(DiffTest, WhenASummaryIsWantedThenDifferencesAreCounted) {
  Write(world_ + ".changes.yaml",
        "changes:\n"
        "  - {add_user: {id: eve}}\n"
        "  - {add_user: {id: fay}}\n"
        "  - {add_resource: {resource: voice:other}}\n"
        "  - {share: {resource: voice:other, target: default, role: viewer}}\n"
        "  - {unshare: {resource: voice:narrator, target: group:audio}}\n");
  ASSERT_EQ(
      OnFolder({"apply", world_ + ".changes.yaml", "--as", "system"}).code,
      kAllow);
  const Result differ = Acl({"diff", world_, folder_, "--summary"});
  EXPECT_EQ(differ.code, kDiffers) << differ.err;
  EXPECT_EQ(differ.out,
            "2 grants differ:\n"
            "  studio  1 editor -> none, for 1 target on 1 resource\n"
            "  studio  1 none -> viewer, for 1 target on 1 resource\n"
            "8 effective roles differ:\n"
            "  studio  7 none -> viewer, for 5 subjects on 2 resources\n"
            "  studio  1 editor -> viewer, for 1 subject on 1 resource\n");
  const json summary =
      json::parse(Acl({"diff", world_, folder_, "--summary", "--json"}).out);
  EXPECT_EQ(summary["effective_roles"][0], json({{"workspace", "studio"},
                                                 {"before", "none"},
                                                 {"after", "viewer"},
                                                 {"count", 7},
                                                 {"subjects", 5},
                                                 {"resources", 2}}));
  EXPECT_EQ(summary["grants"][0]["targets"], 1);
  EXPECT_EQ(Acl({"diff", world_, world_, "--summary"}).out,
            "no grant differs\nno effective role differs\n");
}

class DiffChangesTest : public DiffTest {
 protected:
  static std::string Path(const std::string& name) {
    return std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  }
  // The fixture's world with some of its text replaced.
  std::string Changed(const std::string& from, const std::string& to) const {
    std::string text = kWorld;
    text.replace(text.find(from), from.size(), to);
    Write(Path("after.yaml"), text);
    return Path("after.yaml");
  }
};

TEST_F(DiffChangesTest, WhenChangesAreWantedThenApplyMakesOneOfTheOther) {
  const std::string after = Changed("{target: \"group:audio\", role: editor}",
                                    "{target: \"user:bob\", role: admin}");
  for (const char* ending : {".yaml", ".json", ".txtpb", ".binpb"}) {
    const std::string changes = Path("changes") + ending;
    const Result diff = Acl({"diff", folder_, after, "--changes", changes});
    EXPECT_EQ(diff.code, kDiffers) << diff.err;
    EXPECT_EQ(diff.out, changes +
                            ": 2 changes of workspace `studio` at "
                            "revision 0\n  1 share\n  1 unshare\n");
    EXPECT_EQ(OnFolder({"apply", changes, "--as", "system", "--dry-run"}).code,
              kAllow);
  }
  ASSERT_EQ(OnFolder({"apply", Path("changes.yaml"), "--as", "system"}).code,
            kAllow);
  EXPECT_EQ(Acl({"diff", folder_, after}).code, kAllow);
  EXPECT_EQ(Read(Path("changes.yaml")),
            "workspace: studio\n"
            "expected_revision: 0\n"
            "changes:\n"
            "  - {unshare: {resource: voice:narrator, target: group:audio}}\n"
            "  - {share: {resource: voice:narrator, target: user:bob, "
            "role: admin}}\n");
}

TEST_F(DiffChangesTest, WhenTheFolderWentOnThenTheChangesAreRefused) {
  const std::string moved = Changed("narrator", "teller");
  ASSERT_EQ(Acl({"diff", folder_, moved, "--changes", Path("c.yaml")}).code,
            kDiffers);
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  const Result apply = OnFolder({"apply", Path("c.yaml"), "--as", "system"});
  EXPECT_EQ(apply.code, kFailure);
  EXPECT_THAT(apply.err, HasSubstr("revision 1"));
}

TEST_F(DiffChangesTest, WhenOnlyANameDiffersThenThereIsAChange) {
  const std::string after = Changed("{id: bob, ", "{id: bob, name: Bob, ");
  EXPECT_EQ(Acl({"diff", folder_, after}).code, kAllow);
  const Result diff =
      Acl({"diff", folder_, after, "--changes", Path("c.json"), "--json"});
  EXPECT_EQ(diff.code, kDiffers) << diff.err;
  EXPECT_EQ(json::parse(diff.out), json({{"file", Path("c.json")},
                                         {"workspace", "studio"},
                                         {"revision", 0},
                                         {"equal", false},
                                         {"changes", 1},
                                         {"kinds", {{"update_user", 1}}}}));
}

TEST_F(DiffChangesTest, WhenNothingDiffersThenTheFileHasNoChange) {
  const Result diff =
      Acl({"diff", folder_, world_, "--changes", Path("c.yaml")});
  EXPECT_EQ(diff.code, kAllow) << diff.err;
  EXPECT_EQ(diff.out, Path("c.yaml") +
                          ": no change; workspace `studio` does not differ\n");
  EXPECT_THAT(OnFolder({"apply", Path("c.yaml"), "--as", "system"}).out,
              HasSubstr("nothing changed, still revision 0"));
}

TEST_F(DiffChangesTest, WhenSeveralWorkspacesDifferThenOneIsChosen) {
  const auto two = [](const std::string& user, const std::string& other) {
    return "workspaces:\n  - {id: a, users: [{id: " + user +
           "}]}\n  - {id: b, users: [{id: " + other + "}]}\n";
  };
  Write(Path("1.yaml"), two("u", "u"));
  Write(Path("2.yaml"), two("v", "v"));
  Write(Path("3.yaml"), two("u", "v"));
  const std::vector<std::string> diff = {"diff", Path("1.yaml"), Path("2.yaml"),
                                         "--changes", Path("c.yaml")};
  const Result refused = Acl(diff);
  EXPECT_EQ(refused.code, kBadInput);
  EXPECT_THAT(refused.err, HasSubstr("workspaces `a`, `b` differ, and a change "
                                     "file is of one; choose it by "
                                     "--workspace ID"));
  std::vector<std::string> chosen = diff;
  chosen.insert(chosen.end(), {"--workspace", "b"});
  EXPECT_THAT(Acl(chosen).out, HasSubstr("2 changes of workspace `b`"));
  // One alone needs no choice.
  EXPECT_THAT(
      Acl({"diff", Path("1.yaml"), Path("3.yaml"), "--changes", Path("c.yaml")})
          .out,
      HasSubstr("2 changes of workspace `b`"));
}

TEST_F(DiffChangesTest, WhenThereAreNoSuchChangesThenItIsSaidWhy) {
  Write(Path("other.yaml"), "workspaces:\n  - {id: other}\n");
  const std::vector<std::pair<std::vector<std::string>, std::string>> table = {
      {{folder_, world_, "--changes", Path("c.txt")}, "c.txt"},
      {{folder_, world_, "--changes", "/nowhere/c.yaml"}, "/nowhere/c.yaml"},
      {{world_, Path("other.yaml"), "--changes", Path("c.yaml")},
       "workspaces `other`, `studio` differ, and a change file is of one"},
      {{world_, world_, "--changes", Path("c.yaml"), "--workspace", "w"},
       "`w` exists on neither side"},
  };
  for (auto [arguments, words] : table) {
    arguments.insert(arguments.begin(), "diff");
    const Result result = Acl(arguments);
    EXPECT_EQ(result.code, kBadInput) << words;
    EXPECT_THAT(result.err, HasSubstr(words));
  }
}

TEST_F(DiffTest, WhenItCannotBeComparedThenTheExitCodeIs3) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> table = {
      {{"diff", world_, "/nowhere.yaml"}, "can't open"},
      {{"diff", folder_ + "@7", folder_}, "has not come to revision 7"},
      {{"diff", folder_ + "@x", folder_}, "`x` is no moment"},
      {{"diff", "@1", folder_}, "neither does"},
      {{"diff", world_, folder_, "--workspace", "w"}, "on neither side"},
  };
  for (const auto& [arguments, words] : table) {
    const Result result = Acl(arguments);
    EXPECT_EQ(result.code, kBadInput) << words;
    EXPECT_THAT(result.err, HasSubstr(words));
    EXPECT_EQ(result.out, "");
  }
}

}  // namespace
}  // namespace acl::cli
