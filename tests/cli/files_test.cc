// The commands on files: validate, convert, export, apply, test; and what the
// command says about itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

using nlohmann::json;
using ::testing::HasSubstr;

class Files : public Cli {
 protected:
  // The path of a file in the test's folder.
  static std::string Path(const std::string& name) {
    return std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  }
  static std::string DigestOf(const std::string& file) {
    return json::parse(Acl({"validate", file, "--json"}).out)[0]["digest"];
  }
};

TEST_F(Files, ConvertedWorldsHaveOneDigest) {
  const std::string digest = DigestOf(world_);
  EXPECT_EQ(digest.size(), 64u);
  std::string from = world_;
  for (const char* ending : {".json", ".txtpb", ".binpb", ".yml"}) {
    const std::string to = Path(std::string("to") + ending);
    const Result result = Acl({"convert", from, to});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(DigestOf(to), digest) << ending;
    from = to;
  }
}

TEST_F(Files, ValidateSumsUpAndReportsEveryFileThatIsNotValid) {
  EXPECT_THAT(Acl({"validate", world_}).out,
              HasSubstr("world.yaml: valid, 1 workspace, 2 users, 1 service "
                        "account, 2 keys, 2 groups, 1 resource, 2 grants\n"
                        "  digest "));
  Write(Path("bad.json"), R"({"workspaces": [{"id": ""}]})");
  const Result result = Acl({"validate", Path("bad.json"), world_});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err,
              HasSubstr("bad.json: workspaces[0].id: workspace id is empty"));
  EXPECT_THAT(result.out, HasSubstr("world.yaml: valid"));
}

TEST_F(Files, ConvertRefusesAnEndingBeforeItReads) {
  const Result result = Acl({"convert", "/none.yaml", Path("x.txt")});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("x.txt: the ending tells no format"));
}

TEST_F(Files, ExportGoesToTheConsoleOrAFileInAnyFormat) {
  EXPECT_THAT(OnWorld({"export"}).out,
              HasSubstr("workspaces:\n  - id: studio"));
  EXPECT_EQ(
      json::parse(OnWorld({"export", "--json"}).out)["workspaces"][0]["id"],
      "studio");
  EXPECT_THAT(OnWorld({"export", "--format", "txtpb"}).out,
              HasSubstr("# proto-message: acl.v1.World"));
  EXPECT_EQ(OnWorld({"export", "-o", Path("e.binpb")}).code, 0);
  EXPECT_EQ(DigestOf(Path("e.binpb")), DigestOf(world_));
  EXPECT_EQ(OnWorld({"export", "--format", "xml"}).code, 3);
}

constexpr char kChanges[] = R"(changes:
  - share: {resource: voice:narrator, target: user:bob, role: admin}
  - add_user: {id: eve}
  - remove_group: {id: audio}
  - update_key: {id: k1, disabled: true}
)";

TEST_F(Files, ApplyPrintsEveryReceiptAndEveryRoleThatChanged) {
  Write(Path("c.yaml"), kChanges);
  const std::vector<std::string> arguments = {"apply", Path("c.yaml"), "--as",
                                              "system"};
  std::vector<std::string> dry = arguments;
  dry.push_back("--dry-run");
  const std::string before = Read(world_);
  const std::string expected =
      "user:bob on voice:narrator\n"
      "  grant      none -> admin\n"
      "  effective  editor -> admin\n"
      "add user:eve\n"
      "remove group:audio\n"
      "  with it: 1 grant, 1 membership\n"
      "update key:k1\n"
      "3 effective roles changed:\n"
      "  key:k1 on voice:narrator: viewer -> none\n"
      "  user:bob on voice:narrator: editor -> admin\n"
      "  user:eve on voice:narrator: none -> viewer\n";
  EXPECT_EQ(
      OnWorld(dry).out,
      expected + "dry run: it would be revision 1; nothing was written\n");
  EXPECT_EQ(Read(world_), before);
  EXPECT_EQ(OnWorld(arguments).out, expected + "revision 1\n");
  EXPECT_EQ(OnWorld({"role", "user:bob", "voice:narrator"}).out,
            "admin\tdirect\n");
}

TEST_F(Files, ApplyTellsWhatARemovalTookAlong) {
  Write(Path("c.yaml"),
        "changes:\n"
        "  - remove_user: {id: ann}\n"
        "  - remove_service_account: {id: renderer}\n"
        "  - add_user: {id: eve}\n"
        "  - remove_user: {id: eve}\n");
  const Result applied = OnWorld({"apply", Path("c.yaml"), "--as", "system"});
  EXPECT_THAT(applied.out,
              ::testing::StartsWith("remove user:ann\n"
                                    "  1 resource without a creator now\n"
                                    "remove service_account:renderer\n"
                                    "  with it: 2 keys\n"
                                    "add user:eve\n"
                                    "remove user:eve\n"
                                    "2 effective roles"));
}

TEST_F(Files, WhenASummaryIsWantedThenApplyCounts) {
  Write(Path("c.yaml"), kChanges);
  const std::vector<std::string> arguments = {
      "apply", Path("c.yaml"), "--as", "system", "--dry-run", "--summary"};
  EXPECT_EQ(OnWorld(arguments).out,
            "4 changes\n"
            "  1 add_user\n"
            "  1 remove_group\n"
            "  1 share\n"
            "  1 update_key\n"
            "3 effective roles changed:\n"
            "  1 editor -> admin, for 1 subject on 1 resource\n"
            "  1 none -> viewer, for 1 subject on 1 resource\n"
            "  1 viewer -> none, for 1 subject on 1 resource\n"
            "dry run: it would be revision 1; nothing was written\n");
  std::vector<std::string> in_json = arguments;
  in_json.push_back("--json");
  const nlohmann::json json = nlohmann::json::parse(OnWorld(in_json).out);
  EXPECT_EQ(json["kinds"]["share"], 1);
  EXPECT_EQ(json["effective_roles"][0], nlohmann::json({{"before", "editor"},
                                                        {"after", "admin"},
                                                        {"count", 1},
                                                        {"subjects", 1},
                                                        {"resources", 1}}));
  EXPECT_FALSE(json.contains("receipts"));
}

TEST_F(Files, RefusedChangesNameFileAndLineAndLeaveTheWorld) {
  const std::string before = Read(world_);
  Write(Path("c.yaml"),
        "changes:\n"
        "  - add_user: {id: eve}\n"
        "  - add_user: {id: bob}\n");
  const Result refused = OnWorld({"apply", Path("c.yaml"), "--as", "system"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("c.yaml:3: changes[1]: user `bob` exists "
                                     "already"));
  Write(Path("c.yaml"),
        "changes:\n"
        "  - share: {resource: narrator, target: bob, role: editor}\n"
        "  - {}\n");
  const Result malformed = OnWorld({"apply", Path("c.yaml"), "--as", "system"});
  EXPECT_EQ(malformed.code, 3);
  EXPECT_THAT(malformed.err, HasSubstr("c.yaml:2: changes[0].share.resource"));
  EXPECT_THAT(malformed.err, HasSubstr("c.yaml:2: changes[0].share.target"));
  EXPECT_THAT(malformed.err, HasSubstr("c.yaml:3: changes[1]: a change is"));
  EXPECT_EQ(Read(world_), before);
}

TEST_F(Files, RefusalInJsonHasItsFault) {
  const Result result = OnWorld({"share", "voice:narrator", "user:bob", "admin",
                                 "--as", "user:bob", "--json"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(json::parse(result.err)["fault"], "NOT_ADMIN");
}

TEST_F(Files, TestsThatDoNotHoldAreReportedWithTheirLineAndTheReason) {
  Write(Path("t.yaml"),
        "world_file: world.yaml\n"
        "tests:\n"
        "  - name: first\n"
        "    role:\n"
        "      - {subject: user:bob, resource: voice:narrator, is: viewer}\n"
        "    assert_true: [\"voice:narrator#editor@user:bob\"]\n"
        "  - name: second\n"
        "  - name: third\n"
        "    apply:\n"
        "      - {changes: [{add_user: {id: eve}}], message: words}\n");
  const Result result = Acl({"test", Path("t.yaml"), "--junit", Path("j.xml")});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, HasSubstr("t.yaml:5: first: role of user:bob on "
                                    "voice:narrator: expected `viewer`, got "
                                    "`editor`\n    user:bob on"));
  EXPECT_THAT(result.out, HasSubstr("t.yaml:7: second: the test asserts noth"));
  EXPECT_THAT(result.out, HasSubstr("t.yaml:10: third: changes by system: "
                                    "expected a refusal with `words`"));
  EXPECT_THAT(result.out, HasSubstr("1 file, 3 tests, 5 assertions: 3 failed"));
  EXPECT_THAT(Read(Path("j.xml")),
              HasSubstr("tests=\"3\" failures=\"3\" errors=\"0\""));
  const json report = json::parse(Acl({"test", Path("t.yaml"), "--json"}).out);
  EXPECT_EQ(report["failed"], 3);
}

TEST_F(Files, AssertionFileThatCanNotBeRunIsBadInput) {
  Write(Path("u.yaml"), "tests: []\nworld_fil: x\n");
  const Result unknown = Acl({"test", Path("u.yaml")});
  EXPECT_EQ(unknown.code, 3);
  EXPECT_THAT(unknown.err, HasSubstr("u.yaml:2: the document has the unknown "
                                     "key `world_fil`"));
  Write(Path("u.yaml"), "name: no world\n");
  EXPECT_THAT(Acl({"test", Path("u.yaml")}).err,
              HasSubstr("give the world either by `world` or by `world_file`"));
  EXPECT_EQ(Acl({"test", Path("none.yaml")}).code, 1);
}

TEST_F(Files, WhatAssertsNothingDoesNotPass) {
  for (const char* const tests : {"", "tests: []\n", "tests: [{name: a}]\n"}) {
    Write(Path("n.yaml"), std::string("world_file: world.yaml\n") + tests);
    const Result result = Acl({"test", Path("n.yaml")});
    EXPECT_NE(result.code, 0) << tests;
    EXPECT_THAT(result.out + result.err, HasSubstr("asserts nothing"));
    EXPECT_THAT(result.out, ::testing::Not(HasSubstr("all hold"))) << tests;
  }
  Write(Path("n.yaml"), "");
  EXPECT_EQ(Acl({"test", Path("n.yaml")}).code, 3);
  const std::string folder = Path("no_tests");
  std::filesystem::create_directories(folder);
  Write(folder + "/README.md", "text");
  const Result none = Acl({"test", folder});
  EXPECT_EQ(none.code, 3);
  EXPECT_THAT(none.err, HasSubstr("no assertion file in the folder"));
}

// The program itself reports that its output cannot be written.
TEST_F(Files, MatrixOnAFullDiskFailsWithoutWordsOfItsOwn) {
  std::ofstream full("/dev/full");
  std::ostringstream err;
  const char* const argv[] = {"acl", "matrix", "--world", world_.c_str()};
  EXPECT_EQ(cli::Run(4, argv, Console{full, err}), kFailure);
  EXPECT_EQ(err.str(), "");
}

TEST_F(Files, ManualAndCompletionsNameEveryCommand) {
  const std::string man = Acl({"man"}).out;
  const std::string bash = Acl({"completion", "bash"}).out;
  const std::string zsh = Acl({"completion", "zsh"}).out;
  for (const char* command :
       {"role", "check", "explain", "who", "what", "matrix", "share", "unshare",
        "apply", "validate", "convert", "export", "test", "import",
        "completion", "man"}) {
    EXPECT_THAT(man, HasSubstr(std::string(".B acl ") + command));
    EXPECT_THAT(bash, HasSubstr(std::string("    ") + command + ") mapfile"));
    EXPECT_THAT(zsh, HasSubstr(std::string("    '") + command));
  }
  EXPECT_EQ(Acl({"completion", "fish"}).code, 3);
}

}  // namespace
}  // namespace acl::cli
