// The command on journal folders: changes persist, and past moments can be
// read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/cli/folder_fixture.h"

namespace acl::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

TEST_F(FolderCli, WhenAFolderIsNamedThenEveryQuestionIsAnsweredAsFromTheFile) {
  for (const std::vector<std::string>& question :
       std::vector<std::vector<std::string>>{
           {"role", "user:bob", "voice:narrator"},
           {"check", "user:bob", "admin", "voice:narrator"},
           {"explain", "user:bob", "voice:narrator", "--role", "admin"},
           {"who", "voice:narrator"},
           {"what", "user:ann"},
           {"matrix"},
           {"export"}}) {
    const Result file = OnWorld(question);
    const Result folder = OnFolder(question);
    EXPECT_EQ(folder.code, file.code) << question[0] << folder.err;
    EXPECT_EQ(folder.out, file.out) << question[0];
  }
}

TEST_F(FolderCli, WhenAChangeIsMadeThenItIsThereWhenTheFolderIsReadAgain) {
  const Result shared = ShareBob("viewer", {"--reason", "on call"});
  EXPECT_EQ(shared.code, kAllow) << shared.err;
  EXPECT_THAT(shared.out, HasSubstr("grant      none -> viewer"));
  EXPECT_THAT(shared.out, HasSubstr("revision 1\n"));
  EXPECT_THAT(OnFolder({"export"}).out,
              HasSubstr("- {target: user:bob, role: viewer}"));
  Write(world_ + ".changes.yaml", "changes:\n  - remove_user: {id: bob}\n");
  const Result applied =
      OnFolder({"apply", world_ + ".changes.yaml", "--as", "system"});
  EXPECT_EQ(applied.code, kAllow) << applied.err;
  EXPECT_THAT(applied.out,
              HasSubstr("user:bob on voice:narrator: editor -> none"));
  EXPECT_EQ(OnFolder({"role", "user:bob", "voice:narrator"}).out, "none\n");
}

TEST_F(FolderCli, WhenItIsADryRunOrRefusedThenNothingIsWritten) {
  const std::string before = Bytes();
  EXPECT_THAT(ShareBob("viewer", {"--dry-run"}).out,
              HasSubstr("it would be revision 1; nothing was written"));
  EXPECT_EQ(Bytes(), before);
  const Result refused = OnFolder(
      {"share", "voice:narrator", "user:bob", "admin", "--as", "user:bob"});
  EXPECT_EQ(refused.code, kFailure);
  EXPECT_THAT(refused.err, HasSubstr("sharing it needs admin"));
  EXPECT_EQ(OnFolder({"export"}).out, OnWorld({"export"}).out);
}

TEST_F(FolderCli, WhenARequestIdComesAgainThenTheFirstAnswerComesBack) {
  ASSERT_EQ(ShareBob("viewer", {"--request-id", "r1"}).code, kAllow);
  const Result again = ShareBob("viewer", {"--request-id", "r1"});
  EXPECT_EQ(again.code, kAllow) << again.err;
  EXPECT_THAT(again.out, HasSubstr("answered before, under this request id; "
                                   "it was revision 1"));
  const Result other = ShareBob("editor", {"--request-id", "r1"});
  EXPECT_EQ(other.code, kFailure);
  EXPECT_THAT(other.err, HasSubstr("request id `r1` was used for another"));
}

TEST_F(FolderCli, WhenSomebodyWritesThenQuestionsAreAnsweredAndChangesRefused) {
  const auto engine = Engine::Open(folder_);
  ASSERT_TRUE(engine.ok()) << engine.status();
  EXPECT_EQ(OnFolder({"role", "user:bob", "voice:narrator"}).code, kAllow);
  EXPECT_EQ(ShareBob("viewer", {"--dry-run"}).code, kAllow);
  const Result refused = ShareBob("viewer", {"--json"});
  EXPECT_EQ(refused.code, kFailure);
  EXPECT_EQ(json::parse(refused.err)["fault"], "JOURNAL_LOCKED");
}

TEST_F(FolderCli, WhenAMomentIsNamedThenTheAnswerIsOfThen) {
  ASSERT_EQ(ShareBob("admin").code, kAllow);
  const std::vector<std::string> question = {"role", "user:bob",
                                             "voice:narrator"};
  const auto then = [&](const std::string& moment) {
    return OnFolder({"role", "user:bob", "voice:narrator", "--at", moment});
  };
  EXPECT_EQ(OnFolder(question).out, "admin\tdirect\n");
  EXPECT_EQ(then("0").out, "editor\tgroup `audio`\n");
  EXPECT_EQ(then("1").out, "admin\tdirect\n");
  EXPECT_EQ(then("record:" + std::to_string(imported_)).out,
            "editor\tgroup `audio`\n");
  EXPECT_EQ(then("9999-12-31").out, "admin\tdirect\n");
  // Before the first record there was nothing.
  EXPECT_EQ(OnFolder({"matrix", "--at", "1999-12-31"}).out,
            "workspace,subject_kind,subject,resource_type,resource,role\n");
}

TEST_F(FolderCli, WhenTheMomentCannotBeAskedForThenItIsSaidWhy) {
  const Result future = OnFolder({"matrix", "--at", "7"});
  EXPECT_EQ(future.code, kFailure);
  EXPECT_THAT(future.err, HasSubstr("workspace `studio` has not come to "
                                    "revision 7 yet; it is at 0"));
  const Result none = OnFolder({"matrix", "--at", "yesterday"});
  EXPECT_EQ(none.code, kBadInput);
  EXPECT_THAT(none.err, HasSubstr("`yesterday` is no moment"));
  const Result file = OnWorld({"matrix", "--at", "1"});
  EXPECT_EQ(file.code, kBadInput);
  EXPECT_THAT(file.err, HasSubstr("is no journal folder, and nothing else has "
                                  "a history to be asked as of `1`"));
}

TEST_F(FolderCli, WhenThereAreSeveralWorkspacesThenARevisionNeedsOne) {
  Write(world_, std::string(kWorld) + "  - id: second\n");
  const std::string two = folder_ + "-two";
  ASSERT_EQ(Acl({"init", two, "--from", world_}).code, kAllow);
  const Result refused = Acl({"matrix", "-w", two, "--at", "0"});
  EXPECT_EQ(refused.code, kBadInput);
  EXPECT_THAT(refused.err, HasSubstr("choose one by --workspace ID"));
  EXPECT_EQ(
      Acl({"matrix", "-w", two, "--at", "0", "--workspace", "studio"}).code,
      kAllow);
}

TEST_F(FolderCli, WhenTheFolderHasNoJournalThenItIsRefused) {
  const std::string empty = folder_ + "-empty";
  std::filesystem::create_directories(empty);
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{
           {"matrix", "-w", empty},
           {"share", "voice:v", "user:u", "admin", "--as", "system", "-w",
            empty},
           {"validate", empty},
           {"convert", empty, empty + ".yaml"}}) {
    const Result refused = Acl(arguments);
    EXPECT_EQ(refused.code, kBadInput) << arguments[0];
    EXPECT_THAT(refused.err, HasSubstr("a folder without a journal"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(empty));
}

TEST_F(FolderCli, WhenTheFolderIsDamagedThenTheRefusalNamesTheByte) {
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  Flip(200);
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{
           {"matrix"},
           {"share", "voice:v", "user:u", "admin", "--as", "system"}}) {
    const Result refused = OnFolder(arguments);
    EXPECT_EQ(refused.code, kFailure) << arguments[0];
    EXPECT_THAT(refused.err, HasSubstr("at byte 96: is not what was written"));
  }
}

TEST_F(FolderCli, WhenAFolderIsMadeThenItHasTheWorldAndIsMadeOnce) {
  EXPECT_EQ(init_.code, kAllow) << init_.err;
  EXPECT_EQ(init_.out, folder_ + ": a journal with 1 workspace\n");
  const std::string before = Bytes();
  const Result again = Acl({"init", folder_, "--from", world_});
  EXPECT_EQ(again.code, kFailure);
  EXPECT_THAT(again.err, HasSubstr("has a journal already"));
  EXPECT_EQ(Bytes(), before);
  const std::string copy = folder_ + "-copy";
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  EXPECT_EQ(json::parse(Acl({"init", copy, "--from", folder_, "--json"}).out),
            json::parse("{\"folder\": \"" + copy +
                        "\", \"workspaces\": [\"studio\"]}"));
  EXPECT_EQ(Acl({"export", "-w", copy}).out, OnFolder({"export"}).out);
}

TEST_F(FolderCli, WhenTheWorldIsRefusedThenNoFolderIsMade) {
  Write(world_, "workspaces:\n  - id: \"\"\n");
  const std::string folder = folder_ + "-none";
  EXPECT_EQ(Acl({"init", folder, "--from", world_}).code, kBadInput);
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(FolderCli, WhenAFolderIsConvertedOrValidatedThenItIsItsWorld) {
  const std::string out = folder_ + ".json";
  ASSERT_EQ(Acl({"convert", folder_, out}).code, kAllow);
  const json sums =
      json::parse(Acl({"validate", "--json", world_, folder_, out}).out);
  ASSERT_EQ(sums.size(), 3u);
  EXPECT_EQ(sums[1]["digest"], sums[0]["digest"]);
  EXPECT_EQ(sums[2]["digest"], sums[0]["digest"]);
}

}  // namespace
}  // namespace acl::cli
