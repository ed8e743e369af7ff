// Questions to a world with several workspaces, and names that do not exist.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "tests/cli/folder_fixture.h"

namespace acl::cli {
namespace {

using ::nlohmann::json;
using ::testing::HasSubstr;

// `voice:v` is in two workspaces, where Bob has different roles; `voice:only`
// is in one. The third knows no voices.
constexpr char kThree[] =
    "workspaces:\n"
    "- id: one\n"
    "  users: [{id: bob}]\n"
    "  resources:\n"
    "  - {type: voice, id: v, grants: [{target: user:bob, role: admin}]}\n"
    "- id: two\n"
    "  users: [{id: bob}, {id: cleo}]\n"
    "  resources:\n"
    "  - {type: voice, id: v}\n"
    "  - {type: voice, id: only, grants: [{target: user:bob, role: viewer}]}\n"
    "- {id: three, resource_types: [thing], roles: [low]}\n";

class SeveralWorkspacesTest : public Cli {
 protected:
  SeveralWorkspacesTest() { Write(world_, kThree); }
};

// The same question, about `subject` on `resource`, in every form.
std::vector<std::vector<std::string>> Questions(const std::string& subject,
                                                const std::string& resource) {
  return {{"role", subject, resource},
          {"check", subject, "viewer", resource},
          {"explain", subject, resource},
          {"explain", subject, resource, "--role", "admin"},
          {"role", subject, resource, "--json"}};
}

TEST_F(SeveralWorkspacesTest, WhenSeveralHaveTheResourceThenOneIsToBeChosen) {
  for (std::vector<std::string> question : Questions("user:bob", "voice:v")) {
    const Result result = OnWorld(question);
    EXPECT_EQ(result.code, kBadInput) << absl::StrJoin(question, " ");
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err,
                HasSubstr("resource `voice:v` is in the workspaces `one`, "
                          "`two`; choose one by --workspace ID"));
  }
  const auto check = [&](const std::string& workspace) {
    return OnWorld({"check", "user:bob", "viewer", "voice:v", "--workspace",
                    workspace})
        .code;
  };
  EXPECT_EQ(check("one"), kAllow);
  EXPECT_EQ(check("two"), kDeny);
}

TEST_F(SeveralWorkspacesTest, WhenOneHasTheResourceThenItAnswers) {
  EXPECT_EQ(OnWorld({"role", "user:bob", "voice:only"}).out,
            "two\tviewer\tdirect\n");
  EXPECT_EQ(OnWorld({"check", "user:bob", "viewer", "voice:only"}).code,
            kAllow);
  EXPECT_EQ(OnWorld({"check", "user:bob", "admin", "voice:only"}).code, kDeny);
  const json answers =
      json::parse(OnWorld({"explain", "user:bob", "voice:only", "--json"}).out);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0]["workspace"], "two");
}

TEST_F(SeveralWorkspacesTest, WhenAChangeIsMadeThenOneIsToBeChosen) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"share", "voice:v", "user:bob", "viewer",
                                 "--as", "system"},
        {"unshare", "voice:v", "user:bob", "--as", "system"},
        {"key", "create", "user:bob"}}) {
    const Result result = OnWorld(words);
    EXPECT_EQ(result.code, kBadInput);
    EXPECT_EQ(result.err,
              "acl: the world has 3 workspaces, `one`, `three`, `two`; choose "
              "one by --workspace ID\n");
  }
  EXPECT_EQ(Read(world_), kThree);
  Write(world_, "workspaces: []\n");
  EXPECT_EQ(OnWorld({"key", "create", "user:bob"}).err,
            "acl: the world has no workspace\n");
  EXPECT_THAT(OnWorld({"matrix", "--workspace", "one"}).err,
              HasSubstr("does not exist; the world has none"));
}

TEST_F(SeveralWorkspacesTest, WhenListsAreAskedThenAllAnswer) {
  EXPECT_EQ(OnWorld({"who", "voice:v"}).out, "one\tuser:bob\tadmin\n");
  EXPECT_EQ(OnWorld({"what", "user:bob"}).out,
            "one\tvoice:v\tadmin\ntwo\tvoice:only\tviewer\n");
}

// The answer and the exit code stay the same; missing names are reported on
// stderr.
TEST_F(SeveralWorkspacesTest, WhenANameDoesNotExistThenItIsToldOnStderr) {
  const std::string in_none = " is not in any of the 3 workspaces\n";
  const struct {
    std::vector<std::string> words;
    int code;
    std::string out;
    std::string err;
  } cases[] = {
      {{"who", "voice:none"}, kAllow, "", "`voice:none`" + in_none},
      {{"what", "user:eve"}, kAllow, "", "`user:eve`" + in_none},
      {{"what", "key:k"}, kAllow, "", "`key:k`" + in_none},
      {{"what", "email:eve@x"}, kAllow, "", "`email:eve@x`" + in_none},
      {{"what", "service_account:s"},
       kAllow,
       "",
       "`service_account:s`" + in_none},
      {{"role", "user:bob", "voice:none"},
       kAllow,
       "one\tnone\ntwo\tnone\n",
       "`voice:none`" + in_none},
      {{"role", "user:eve", "voice:only"},
       kAllow,
       "two\tnone\n",
       "`user:eve` is not in workspace `two`\n"},
      {{"check", "user:eve", "viewer", "voice:only"},
       kDeny,
       "two\tdeny\n",
       "`user:eve` is not in workspace `two`\n"},
      {{"check", "user:cleo", "viewer", "voice:v", "--workspace", "one"},
       kDeny,
       "deny\n",
       "`user:cleo` is not in workspace `one`\n"},
      {{"who", "voice:only", "--workspace", "one"},
       kAllow,
       "",
       "`voice:only` is not in workspace `one`\n"},
  };
  for (const auto& c : cases) {
    const Result result = OnWorld(c.words);
    EXPECT_EQ(result.code, c.code) << absl::StrJoin(c.words, " ");
    EXPECT_EQ(result.out, c.out) << absl::StrJoin(c.words, " ");
    EXPECT_EQ(result.err, "acl: warning: " + c.err)
        << absl::StrJoin(c.words, " ");
  }
  const Result both = OnWorld({"explain", "user:eve", "voice:none"});
  EXPECT_EQ(both.code, kAllow);
  EXPECT_EQ(both.err, absl::StrCat("acl: warning: `user:eve`", in_none,
                                   "acl: warning: `voice:none`", in_none));
}

TEST_F(SeveralWorkspacesTest, WhenNamesExistThenNothingIsToldOnStderr) {
  for (std::vector<std::string> question :
       Questions("user:bob", "voice:only")) {
    EXPECT_EQ(OnWorld(question).err, "") << absl::StrJoin(question, " ");
  }
  // One of the workspaces has both names, but no role connects them.
  EXPECT_EQ(OnWorld({"who", "voice:v", "--workspace", "two"}).err, "");
  EXPECT_EQ(OnWorld({"what", "user:cleo"}).err, "");
  EXPECT_EQ(OnWorld({"matrix"}).err, "");
}

class FilterTest : public FolderCli {};

TEST_F(FilterTest, WhenNoRecordFitsTheFiltersThenItIsToldOnStderr) {
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  const std::pair<const char*, const char*> filters[] = {
      {"--actor", "user:eve"},      {"--target", "user:eve"},
      {"--resource", "voice:none"}, {"--workspace", "none"},
      {"--since", "2999-01-01"},    {"--until", "1999-01-01"},
  };
  for (const auto& [option, value] : filters) {
    const Result result = OnFolder({"log", option, value});
    EXPECT_EQ(result.code, kAllow) << option;
    EXPECT_EQ(result.out, "") << option;
    EXPECT_EQ(result.err,
              absl::StrCat("acl: warning: no record of the history fits ",
                           option, " `", value, "`\n"));
  }
  EXPECT_THAT(
      OnFolder({"log", "--actor", "user:eve", "--resource", "voice:x"}).err,
      HasSubstr("fits --actor `user:eve`, --resource `voice:x`\n"));
  EXPECT_EQ(OnFolder({"log", "--target", "user:bob"}).err, "");
}

// Refusals when `acl apply` combines what its options and the file say.
class RefusedPlaceTest : public FolderCli {
 protected:
  // Applies `changes` with additional options.
  Result Apply(const std::string& changes,
               const std::vector<std::string>& options) const {
    Write(world_ + ".c.yaml", "workspace: studio\n" + changes);
    std::vector<std::string> words = {"apply", world_ + ".c.yaml"};
    words.insert(words.end(), options.begin(), options.end());
    return OnFolder(words);
  }
};

TEST_F(RefusedPlaceTest, WhenAnOptionIsAtFaultThenTheOptionIsNamed) {
  const std::string one = "changes: [{add_user: {id: eve}}]\n";
  const std::string two =
      "changes:\n- {add_user: {id: eve}}\n- {add_user: {id: fay}}\n";
  const std::string share =
      "changes: [{unshare: {resource: voice:narrator, target: default}}]\n";
  const struct {
    std::vector<std::string> options;
    int code;
    std::string begin;
  } cases[] = {
      {{"--as", "system", "--reason", "a\nb"},
       kBadInput,
       "acl: `--reason` `a\\u{a}b` has a control character"},
      {{"--as", "system", "--reason", std::string(600, 'x')},
       kBadInput,
       "acl: `--reason` "},
      {{"--as", "system", "--request-id", "a\tb"},
       kBadInput,
       "acl: `--request-id` `a\\u{9}b` has a control character"},
      {{"--as", "bob"}, kBadInput, "acl: `--as`: "},
      {{"--as", "group:audio"}, kBadInput, "acl: `--as`: "},
      {{"--as", "user:"}, kBadInput, "acl: `--as`: "},
      {{"--as", "user:a\nb"}, kBadInput, "acl: `--as`: "},
      {{"--as", "email:none"}, kBadInput, "acl: `--as`: "},
  };
  for (const std::string& changes : {one, two, share}) {
    for (const auto& c : cases) {
      const Result result = Apply(changes, c.options);
      EXPECT_EQ(result.code, c.code) << absl::StrJoin(c.options, " ");
      EXPECT_THAT(result.err, ::testing::StartsWith(c.begin));
      EXPECT_THAT(result.err, ::testing::Not(HasSubstr(".c.yaml")));
    }
  }
  // The same for a share, which has no file.
  EXPECT_THAT(
      ShareBob("viewer", {"--reason", "a\nb"}).err,
      ::testing::StartsWith("acl: `--reason` `a\\u{a}b` has a control"));
  EXPECT_THAT(
      ShareBob("viewer", {"--request-id", "a\nb"}).err,
      ::testing::StartsWith("acl: `--request-id` `a\\u{a}b` has a contr"));
}

TEST_F(RefusedPlaceTest, WhenTheActorCanNotActThenTheOptionIsNamed) {
  const std::string share =
      "- {unshare: {resource: voice:narrator, target: default}}\n";
  for (const std::string& changes : {share, share + share}) {
    const Result unknown = Apply("changes:\n" + changes, {"--as", "user:eve"});
    EXPECT_EQ(unknown.code, kFailure);
    EXPECT_THAT(unknown.err, ::testing::StartsWith("acl: `--as`: "));
    EXPECT_THAT(unknown.err, HasSubstr("user:eve"));
    const Result disabled = Apply("changes:\n" + changes, {"--as", "key:k2"});
    EXPECT_THAT(disabled.err, ::testing::StartsWith("acl: `--as`: "));
  }
  // If the actor may act, a refusal is about the change.
  EXPECT_THAT(Apply("changes:\n" + share, {"--as", "user:bob"}).err,
              HasSubstr(".c.yaml:3: changes[0]: actor `user:bob` is editor"));
  // The same holds for an actor whom an earlier change has locked.
  EXPECT_THAT(
      Apply("changes:\n- {update_user: {id: ann, locked: true}}\n" + share,
            {"--as", "user:ann"})
          .err,
      HasSubstr(".c.yaml:4: changes[1]: "));
}

TEST_F(RefusedPlaceTest, WhenTheCallIsAtFaultThenNoChangeIsNamed) {
  ASSERT_EQ(Apply("changes: [{add_user: {id: fay}}]\n",
                  {"--as", "system", "--request-id", "r"})
                .code,
            kAllow);
  EXPECT_THAT(Apply("changes: [{add_user: {id: eve}}]\n",
                    {"--as", "system", "--request-id", "r"})
                  .err,
              ::testing::StartsWith(
                  "acl: `--request-id`: request id `r` was used for another"));
  EXPECT_THAT(
      Apply("changes: [{add_user: {id: eve}}]\nexpected_revision: 7\n",
            {"--as", "system"})
          .err,
      HasSubstr(".c.yaml:3: expected_revision: the workspace is at revision"));
  EXPECT_THAT(
      Apply("changes: []\n", {"--as", "system", "--workspace", "other"}).err,
      HasSubstr(".c.yaml:1: workspace: the changes are of workspace "
                "`studio`, and `--workspace` is `other`; leave one "
                "out"));
}

}  // namespace
}  // namespace acl::cli
