// `acl journal verify` and `acl journal salvage`: proving a journal and
// rescuing one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "tests/cli/folder_fixture.h"

namespace acl::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class JournalTest : public FolderCli {
 protected:
  Result Verify(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"journal", "verify", folder_});
    return Acl(std::move(options));
  }
  std::string Head() const {
    return json::parse(Verify({"--json"}).out)["head"];
  }
  std::string Path(const std::string& name) const {
    return folder_ + "/" + name;
  }
  // The byte at which the frame with this number begins; numbers start at 0.
  size_t FrameAt(size_t number) const {
    const std::string bytes = Read(Path(Names("journal-").front()));
    size_t at = 0;
    for (size_t i = 0; i <= number; ++i) {
      at = bytes.find("\xff\x61\x63\x6c", at + 1);
    }
    return at;
  }
  Result Salvage() const {
    return Acl({"journal", "salvage", folder_, out_, "--json"});
  }
  void Checkpoint() const {
    const auto engine = Engine::Open(folder_);
    ASSERT_TRUE(engine.ok()) << engine.status();
    ASSERT_TRUE((*engine)->Checkpoint().ok());
  }
  // Damages the middle of a file.
  void Damage(const std::string& name) const {
    std::string bytes = Read(Path(name));
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    Write(Path(name), bytes);
  }

  const std::string out_ = folder_ + ".yaml";
};

TEST_F(JournalTest, WhenTheFolderIsWholeThenVerifyPrintsTheHead) {
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  Checkpoint();
  ASSERT_EQ(ShareBob("editor").code, kAllow);
  Checkpoint();
  ASSERT_EQ(ShareBob("admin").code, kAllow);
  const Result verified = Verify();
  EXPECT_EQ(verified.code, kAllow) << verified.err;
  EXPECT_EQ(verified.out,
            absl::StrCat(folder_, ": whole, records 1 to ", imported_ + 3,
                         "\n  the same by 2 checkpoints: ", imported_ + 1, ", ",
                         imported_ + 2, "\n  head ", Head(), "\n"));
  EXPECT_EQ(Head().size(), absl::StrCat(imported_ + 3, ":").size() + 64);
}

TEST_F(JournalTest, WhenTheHistoryGoesOnThenTheKnownHeadIsInIt) {
  const std::string before = Head();
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  const Result verified = Verify({"--head", before});
  EXPECT_EQ(verified.code, kAllow) << verified.err;
  EXPECT_THAT(verified.out,
              HasSubstr(absl::StrCat("up to record ", imported_,
                                     " it is the history that was known")));
  EXPECT_EQ(Verify({"--head", Head()}).code, kAllow);
}

TEST_F(JournalTest, WhenTheHistoryWasRewrittenThenTheKnownHeadTells) {
  const std::string empty = folder_ + ".copy";
  std::filesystem::copy(folder_, empty);
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  const std::string known = Head();
  // The same journal, but with a share for someone else.
  std::filesystem::remove_all(folder_);
  std::filesystem::copy(empty, folder_);
  EXPECT_THAT(Verify({"--head", known}).err, HasSubstr("is gone"));
  ASSERT_EQ(ShareBob("editor").code, kAllow);
  EXPECT_EQ(Verify().code, kAllow);
  const Result rewritten = Verify({"--head", known});
  EXPECT_EQ(rewritten.code, kFailure);
  EXPECT_THAT(rewritten.err, HasSubstr("the history was rewritten"));
}

TEST_F(JournalTest, WhenTheHeadIsMalformedThenItIsBadInput) {
  for (const std::string& head : std::vector<std::string>{
           "17", "17:", "17:ab", ":ab", "x:" + std::string(64, 'a'),
           "1:" + std::string(64, 'g')}) {
    const Result result = Verify({"--head", head});
    EXPECT_EQ(result.code, kBadInput) << head;
    EXPECT_THAT(result.err, HasSubstr("is no head")) << head;
  }
}

TEST_F(JournalTest, WhenAnyBitIsFlippedThenVerifyTellsOrItIsTheTail) {
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  const std::string path = Path(Names("journal-").front());
  const std::string whole = Read(path);
  const std::string head = Head();
  for (size_t at = 0; at < whole.size(); at += 37) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
    Write(path, bytes);
    // If the head is known, the tail is verified as well.
    const Result verified = Verify({"--head", head});
    const bool told = verified.code != kAllow ||
                      verified.out.find("not closed") != std::string::npos;
    EXPECT_TRUE(told) << at << verified.out;
  }
}

TEST_F(JournalTest, WhenACheckpointIsDamagedThenVerifyTells) {
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  Checkpoint();
  Damage(Names("checkpoint-").front());
  const Result verified = Verify();
  EXPECT_EQ(verified.code, kFailure);
  EXPECT_THAT(verified.err, HasSubstr("checkpoint-"));
}

TEST_F(JournalTest, WhenACheckpointIsOfAnotherHistoryThenVerifyTells) {
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  const std::string copy = folder_ + ".copy";
  std::filesystem::copy(folder_, copy);
  ASSERT_EQ(ShareBob("editor").code, kAllow);
  Checkpoint();
  const std::string checkpoint = Names("checkpoint-").front();
  // Here the record with the same number is a different one.
  ASSERT_EQ(Acl({"share", "voice:narrator", "user:bob", "admin", "--as",
                 "user:ann", "-w", copy})
                .code,
            kAllow);
  std::filesystem::copy(Path(checkpoint), copy + "/" + checkpoint);
  const Result verified = Acl({"journal", "verify", copy});
  EXPECT_EQ(verified.code, kFailure);
  EXPECT_THAT(verified.err, HasSubstr("is not the one that was there"));
}

TEST_F(JournalTest, WhenNothingIsDamagedThenSalvageGivesTheWorld) {
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  const Result salvaged = Acl({"journal", "salvage", folder_, out_});
  EXPECT_EQ(salvaged.code, kAllow) << salvaged.err;
  EXPECT_EQ(salvaged.out,
            absl::StrCat(out_, ": 1 workspace, as of record ", imported_ + 1,
                         "\n  nothing was lost\n"));
  EXPECT_EQ(Read(out_), OnFolder({"export"}).out);
}

TEST_F(JournalTest, WhenARecordIsDamagedThenSalvageReadsPastItAndSaysSo) {
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  ASSERT_EQ(OnFolder({"share", "voice:narrator", "user:ann", "admin", "--as",
                      "user:ann"})
                .code,
            kAllow);
  ASSERT_EQ(
      OnFolder({"unshare", "voice:narrator", "group:audio", "--as", "user:ann"})
          .code,
      kAllow);
  // The frame of the first share. Imports and shares have one frame each, and
  // each command ends with a seal.
  const std::string journal = Names("journal-").front();
  const std::string bytes = Read(Path(journal));
  const size_t share = bytes.find("user:bob", FrameAt(1));
  ASSERT_NE(share, std::string::npos);
  Flip(share);
  const std::string before = Bytes();
  const Result salvaged = Salvage();
  EXPECT_EQ(salvaged.code, kLost) << salvaged.err;
  EXPECT_EQ(Bytes(), before);
  const json report = json::parse(salvaged.out);
  EXPECT_EQ(report["lost"], true);
  ASSERT_EQ(report["bytes"].size(), 1u) << report;
  EXPECT_EQ(report["bytes"][0]["file"], journal);
  EXPECT_LE(report["bytes"][0]["begin"], share);
  EXPECT_GT(report["bytes"][0]["end"], share);
  EXPECT_EQ(report["records"],
            json::parse(absl::StrCat("[{\"first\":", imported_ + 1,
                                     ",\"last\":", imported_ + 1, "}]")));
  const std::string world = Read(out_);
  EXPECT_THAT(world, ::testing::Not(HasSubstr("target: user:bob")));
  EXPECT_THAT(world, ::testing::Not(HasSubstr("target: group:audio")));
  const Result text = Acl({"journal", "salvage", folder_, out_});
  EXPECT_THAT(text.out, HasSubstr("look at who has access"));
}

TEST_F(JournalTest, WhenTheHeaderIsGoneThenSalvageReadsWhatIsBehindIt) {
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  const std::string before = OnFolder({"export"}).out;
  Flip(0);
  const Result salvaged = Salvage();
  EXPECT_EQ(salvaged.code, kLost) << salvaged.err;
  EXPECT_EQ(json::parse(salvaged.out)["records"].size(), 0u) << salvaged.out;
  EXPECT_EQ(Read(out_), before);
}

TEST_F(JournalTest, WhenTheJournalIsGoneThenSalvageHasTheCheckpoint) {
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  Checkpoint();
  const std::string before = OnFolder({"export"}).out;
  std::string bytes = Read(Path(Names("journal-").front()));
  Write(Path(Names("journal-").front()), std::string(bytes.size(), '\0'));
  const Result salvaged = Salvage();
  EXPECT_EQ(salvaged.code, kLost) << salvaged.err;
  EXPECT_EQ(Read(out_), before);
}

TEST_F(JournalTest, WhenWhatARecordRestsOnIsMissingThenItIsToldPerChange) {
  // The import is damaged, so the share has no workspace.
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  Flip(FrameAt(0) + 200);
  const Result salvaged = Salvage();
  EXPECT_EQ(salvaged.code, kLost) << salvaged.err;
  const json report = json::parse(salvaged.out);
  ASSERT_EQ(report["not_applied_count"], 1u) << report;
  EXPECT_THAT(report["not_applied"][0].get<std::string>(),
              HasSubstr("there is no workspace `studio`"));
}

TEST_F(JournalTest, WhenTheOutputWouldBeInTheFolderThenSalvageIsRefused) {
  const Result refused = Acl({"journal", "salvage", folder_, Path("out.yaml")});
  EXPECT_EQ(refused.code, kBadInput);
  EXPECT_THAT(refused.err, HasSubstr("is in the damaged folder"));
  EXPECT_FALSE(std::filesystem::exists(Path("out.yaml")));
  std::filesystem::create_directory(Path("sub"));
  const Result below =
      Acl({"journal", "salvage", folder_, Path("sub/out.yaml")});
  EXPECT_EQ(below.code, kBadInput);
  EXPECT_THAT(below.err, HasSubstr("is in the damaged folder"));
}

}  // namespace
}  // namespace acl::cli
