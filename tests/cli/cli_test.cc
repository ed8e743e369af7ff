// The command, from its arguments to its output, exit codes and files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/cli/cli_fixture.h"

namespace acl::cli {
namespace {

using ::testing::HasSubstr;

TEST_F(Cli, RolePrintsTheRoleAndItsWitness) {
  EXPECT_EQ(OnWorld({"role", "user:bob", "voice:narrator"}).out,
            "editor\tgroup `audio`\n");
  EXPECT_EQ(
      OnWorld({"role", "email: ANN@studio.example", "voice:narrator"}).out,
      "admin\tcreator\n");
  EXPECT_EQ(OnWorld({"role", "key:k1", "voice:narrator"}).out,
            "viewer\tbaseline\n");
  EXPECT_EQ(OnWorld({"role", "key:k2", "voice:narrator"}).out, "none\n");
  EXPECT_EQ(OnWorld({"role", "user:nobody", "voice:narrator"}).out, "none\n");
}

TEST_F(Cli, CheckTellsByItsExitCode) {
  const Result allowed =
      OnWorld({"check", "user:bob", "editor", "voice:narrator"});
  EXPECT_EQ(allowed.code, 0);
  EXPECT_EQ(allowed.out, "allow\n");
  const Result denied =
      OnWorld({"check", "user:bob", "admin", "voice:narrator"});
  EXPECT_EQ(denied.code, 2);
  EXPECT_EQ(denied.out, "deny\n");
}

TEST_F(Cli, BadInputIsNamedWithExitCode3) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> table = {
      {{"role", "group:audio", "voice:narrator"},
       "`group:audio` is a target, not a subject"},
      {{"role", "bob", "voice:narrator"}, "`bob` is not a subject"},
      {{"role", "user:bob", "narrator"}, "`narrator` is not a resource"},
      {{"role", "user:bob", "voices:narrator"},
       "resource type `voices` is not in the workspace's table"},
      {{"check", "user:bob", "owner", "voice:narrator"},
       "role `owner` is not in the ladder; it has `viewer`"},
      {{"role", "user:bob", "voice:narrator", "--workspace", "other"},
       "workspace `other` does not exist; the world has `studio`"},
      {{"share", "voice:narrator", "user:bob", "editor", "--as", "bob"},
       "`bob` is not a subject"},
  };
  for (const auto& [arguments, words] : table) {
    const Result result = OnWorld(arguments);
    EXPECT_EQ(result.code, 3) << words;
    EXPECT_THAT(result.err, HasSubstr(words));
    EXPECT_EQ(result.out, "");
  }
  EXPECT_EQ(Acl({"role"}).code, 3);
  EXPECT_EQ(Acl({"nonsense"}).code, 3);
}

TEST_F(Cli, MissingFileIsAFailure) {
  const Result result =
      Acl({"role", "user:bob", "voice:v", "-w", "/nowhere/world.yaml"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err,
              HasSubstr("/nowhere/world.yaml: can't open: No such"));
}

TEST_F(Cli, FaultyWorldIsReportedWithEveryLine) {
  Write(world_,
        "workspaces:\n"
        "  - id: studio\n"
        "    users:\n"
        "      - {id: ann}\n"
        "      - {id: ann}\n"
        "    groups:\n"
        "      - id: g\n"
        "        members: [\"user:bob\"]\n");
  const Result result = OnWorld({"matrix"});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr(":5: workspaces[0].users[1].id: user "
                                    "`ann` exists already"));
  EXPECT_THAT(result.err, HasSubstr(":8: workspaces[0].groups[0].members[0]: "
                                    "user `bob` is not in the workspace"));
}

TEST_F(Cli, ShareWritesTheWorldBackAndPrintsTheReceipt) {
  ASSERT_EQ(chmod(world_.c_str(), 0640), 0);
  const Result result = OnWorld(
      {"share", "voice:narrator", "user:bob", "viewer", "--as", "user:ann"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "user:bob on voice:narrator\n"
            "  grant      none -> viewer\n"
            "  effective  editor -> editor\n"
            "  group `audio`, through `mixers` still gives editor\n"
            "  revision 1\n");
  EXPECT_THAT(Read(world_), HasSubstr("- {target: user:bob, role: viewer}"));
  struct stat file;
  ASSERT_EQ(stat(world_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0640u);
  // And removed again.
  EXPECT_EQ(OnWorld({"unshare", "voice:narrator", "email:bob@studio.example",
                     "--as", "user:ann"})
                .code,
            0);
  EXPECT_THAT(Read(world_), ::testing::Not(HasSubstr("target: user:bob")));
  EXPECT_THAT(Read(world_), HasSubstr("revision: 2"));
}

TEST_F(Cli, DryRunAndRefusalLeaveTheFileAsItIs) {
  EXPECT_THAT(OnWorld({"share", "voice:narrator", "default", "editor", "--as",
                       "system", "--dry-run"})
                  .out,
              HasSubstr("it would be revision 1; nothing was written"));
  EXPECT_EQ(Read(world_), kWorld);
  const Result refused = OnWorld(
      {"share", "voice:narrator", "user:bob", "admin", "--as", "user:bob"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("acl: actor `user:bob` is editor on"));
  EXPECT_EQ(Read(world_), kWorld);
}

TEST_F(Cli, ListsAndMatrixAreOrdered) {
  EXPECT_EQ(OnWorld({"who", "voice:narrator"}).out,
            "service_account:renderer\tviewer\nuser:ann\tadmin\n"
            "user:bob\teditor\n");
  EXPECT_EQ(OnWorld({"who", "voice:narrator", "--min-role", "admin"}).out,
            "user:ann\tadmin\n");
  EXPECT_EQ(OnWorld({"what", "user:bob", "--type", "voice"}).out,
            "voice:narrator\teditor\n");
  EXPECT_EQ(OnWorld({"matrix"}).out,
            "workspace,subject_kind,subject,resource_type,resource,role\n"
            "studio,service_account,renderer,voice,narrator,viewer\n"
            "studio,user,ann,voice,narrator,admin\n"
            "studio,user,bob,voice,narrator,editor\n");
}

TEST_F(Cli, JsonSaysTheSame) {
  using nlohmann::json;
  const json role = json::parse(
      OnWorld({"role", "user:bob", "voice:narrator", "--json"}).out);
  EXPECT_EQ(role[0]["role"], "editor");
  EXPECT_EQ(role[0]["witness"]["group"], "audio");
  const json matrix = json::parse(OnWorld({"matrix", "--json"}).out);
  EXPECT_EQ(matrix.size(), 3u);
  EXPECT_EQ(matrix[1]["role"], "admin");
  const json explained = json::parse(
      OnWorld({"explain", "key:k2", "voice:narrator", "--json"}).out);
  EXPECT_EQ(explained[0]["standing"], "key_disabled");
  EXPECT_EQ(explained[0]["remedies"][0]["change"], "enable_key");
}

TEST_F(Cli, SeveralWorkspacesAreAllReadAndOneMustBeChosenForAChange) {
  Write(world_, std::string(kWorld) +
                    "  - id: second\n"
                    "    roles: [low, high]\n"
                    "    resource_types: [thing]\n");
  const Result role = OnWorld({"role", "user:bob", "voice:narrator"});
  EXPECT_EQ(role.out, "studio\teditor\tgroup `audio`\n");
  const Result share = OnWorld(
      {"share", "voice:narrator", "user:bob", "viewer", "--as", "system"});
  EXPECT_EQ(share.code, 3);
  EXPECT_THAT(share.err, HasSubstr("choose one by --workspace ID"));
}

TEST_F(Cli, ImportWritesAWorldThatAnswers) {
  const std::string output =
      std::string(std::getenv("TEST_TMPDIR")) + "/github.binpb";
  const Result import =
      Acl({"import", "peribolos", "tests/audit/small", "-o", output});
  EXPECT_EQ(import.code, 0) << import.err;
  EXPECT_THAT(import.out,
              HasSubstr("acme: 4 users, 3 groups, 4 repositories, 8 grants"));
  EXPECT_EQ(Acl({"role", "user:bob", "repository:shared", "--workspace", "acme",
                 "-w", output})
                .out,
            "write\tgroup `parent`\n");
}

TEST_F(Cli, HelpHasExamplesAndExitCode0) {
  for (const char* command :
       {"role", "check", "explain", "who", "what", "matrix", "share", "unshare",
        "log", "diff", "init"}) {
    const Result help = Acl({command, "--help"});
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_THAT(help.out, HasSubstr("Examples:\n  acl ")) << command;
  }
}

}  // namespace
}  // namespace acl::cli
