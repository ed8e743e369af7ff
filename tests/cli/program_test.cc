// How the command copes with what people do: files of other kinds, odd ids,
// folders and disks that refuse writes, terminals.

#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/world/world_file.h"
#include "nlohmann/json.hpp"
#include "tests/cli/cli_fixture.h"

namespace acl::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kEndings[] = {".yaml", ".json", ".txtpb", ".binpb"};

class ProgramTest : public Cli {};

TEST_F(ProgramTest, EmptyFilesAndFoldersAreBadInputOrRefusedBySystem) {
  const std::string folder = TestFolder();
  for (const std::string ending : kEndings) {
    const std::string empty = folder + "/empty" + ending;
    Write(empty, "");
    const Ended nothing = RunProgram({"validate", empty});
    EXPECT_EQ(nothing.code, kBadInput);
    EXPECT_THAT(nothing.err, HasSubstr(empty + ": is empty"));
    EXPECT_EQ(nothing.out, "");
    const std::string directory = folder + "/folder" + ending;
    std::filesystem::create_directories(directory);
    const Ended no_file = RunProgram({"validate", directory});
    EXPECT_EQ(no_file.code, kBadInput);
    EXPECT_THAT(no_file.err,
                HasSubstr(directory + ": a folder without a journal"));
    const Ended onto = RunProgram({"convert", world_, directory});
    EXPECT_EQ(onto.code, kFailure);
    EXPECT_THAT(onto.err, HasSubstr("can't open for writing: Is a directory"));
  }
  const Ended none = RunProgram({"validate", folder + "/none.yaml"});
  EXPECT_EQ(none.code, kFailure);
  EXPECT_THAT(none.err, HasSubstr("can't open: No such file or directory"));
}

TEST_F(ProgramTest, OptionWinsOverTheVariableThatStandsForIt) {
  Program variable({"role", "user:bob", "voice:narrator"});
  EXPECT_THAT(variable.Set("ACL_WORLD", world_).Run().out,
              StartsWith("editor"));
  Program option({"role", "user:bob", "voice:narrator", "-w", world_});
  EXPECT_THAT(option.Set("ACL_WORLD", "none.yaml").Run().out,
              StartsWith("editor"));
}

TEST_F(ProgramTest, CutFilesAreBadInputAndChangeNothing) {
  const std::string folder = TestFolder();
  for (const std::string ending : kEndings) {
    const std::string whole = folder + "/whole" + ending;
    ASSERT_EQ(RunProgram({"convert", world_, whole}).code, kAllow);
    const std::string cut = folder + "/cut" + ending;
    const std::string half = Read(whole).substr(0, Read(whole).size() / 2);
    Write(cut, half);
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{
             {"validate", cut},
             {"role", "user:bob", "voice:narrator", "-w", cut},
             {"share", "voice:narrator", "user:bob", "admin", "--as", "system",
              "-w", cut}}) {
      const Ended ended = RunProgram(arguments);
      EXPECT_EQ(ended.code, kBadInput) << arguments[0] << ending << ended.err;
      EXPECT_THAT(ended.err, StartsWith("acl: " + cut)) << ended.err;
    }
    EXPECT_EQ(Read(cut), half);
  }
}

TEST_F(ProgramTest, IdsWithEverySeparatorAndScriptGoThroughEveryCommand) {
  const std::string folder = TestFolder();
  const std::string ids[] = {"a:b",
                             "a/b",
                             "a#b@c",
                             "a b",
                             "a,b",
                             "a\"b",
                             "a'b",
                             "a|b",
                             "a\\b",
                             "a;b&c",
                             "$(a)",
                             "`a`",
                             "-a",
                             "--help",
                             "a=b",
                             "*",
                             "a?b",
                             "a%20b",
                             "a%2Fb",
                             "~a",
                             "null",
                             "true",
                             "1e3",
                             "0",
                             "\xc3\xbcser",
                             "\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0",
                             "\xe5\xbc\xb5\xe4\xb8\x89",
                             "\xd9\x85\xd8\xb1\xd9\x8a\xd9\x85",
                             "\xe0\xa4\x85\xe0\xa4\xa8",
                             "\xf0\x9f\x98\x80",
                             "e\xcc\x81",
                             "[a]",
                             "{a}",
                             "<a>",
                             "a.b..",
                             "!a",
                             "@a",
                             "user:bob"};
  v1::World world;
  v1::Workspace* workspace = world.add_workspaces();
  workspace->set_id("w");
  for (const std::string& id : ids) {
    workspace->add_users()->set_id(id);
    v1::Resource* resource = workspace->add_resources();
    resource->set_type("voice");
    resource->set_id(id);
    v1::Grant* grant = resource->add_grants();
    grant->set_target("user:" + id);
    grant->set_role("editor");
  }
  const std::string first = folder + "/first.binpb";
  const absl::Status written = WriteWorldFile(
      first, [&](const WorldSink& sink) { return sink(*workspace); });
  ASSERT_TRUE(written.ok()) << written;
  std::string from = first;
  for (const std::string ending : kEndings) {
    const std::string path = folder + "/w" + ending;
    const Ended converted = RunProgram({"convert", from, path});
    ASSERT_EQ(converted.code, kAllow) << converted.err;
    from = path;
    for (const std::string& id : ids) {
      SCOPED_TRACE(id + " in " + ending);
      EXPECT_EQ(
          RunProgram({"role", "user:" + id, "voice:" + id, "-w", path}).out,
          "editor\tdirect\n");
    }
  }
  for (const std::string& id : ids) {
    SCOPED_TRACE(id);
    const json who = json::parse(
        RunProgram({"who", "voice:" + id, "-w", from, "--json"}).out);
    EXPECT_EQ(who[0]["items"][0]["principal"], "user:" + id) << who;
  }
}

TEST_F(ProgramTest, ReadOnlyFolderIsRefusedAndLeftAsItIs) {
  const std::string folder = TestFolder();
  const std::string world = folder + "/world.yaml";
  Write(world, kWorld);
  ASSERT_EQ(chmod(folder.c_str(), 0555), 0);
  Program share({"share", "voice:narrator", "user:bob", "admin", "--as",
                 "system", "-w", world});
  const Ended shared = share.WithoutPrivileges().Run();
  Program convert({"convert", world, folder + "/out.json"});
  const Ended converted = convert.WithoutPrivileges().Run();
  ASSERT_EQ(chmod(folder.c_str(), 0755), 0);
  EXPECT_EQ(shared.code, kFailure);
  EXPECT_EQ(shared.err,
            "acl: " + world + ": can't write beside it: Permission denied\n");
  EXPECT_EQ(shared.out, "");
  EXPECT_EQ(converted.code, kFailure);
  EXPECT_EQ(Read(world), kWorld);
  EXPECT_EQ(FilesIn(folder), 1u);
}

TEST_F(ProgramTest, FileThatMayNotBeReadIsRefused) {
  const std::string world = TestFolder() + "/world.yaml";
  Write(world, kWorld);
  ASSERT_EQ(chmod(world.c_str(), 0), 0);
  Program program({"validate", world});
  const Ended ended = program.WithoutPrivileges().Run();
  EXPECT_EQ(ended.code, kFailure);
  EXPECT_EQ(ended.err, "acl: " + world + ": can't open: Permission denied\n");
}

TEST_F(ProgramTest, OutputOnAFullDiskIsAFailure) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{
           {"role", "user:bob", "voice:narrator", "-w", world_},
           {"check", "user:bob", "admin", "voice:narrator", "-w", world_},
           {"matrix", "-w", world_},
           {"export", "-w", world_, "--format", "binpb"},
           {"--help"},
           {"man"}}) {
    Program program(arguments);
    const Ended ended = program.OutTo("/dev/full").Run();
    EXPECT_EQ(ended.code, kFailure) << arguments[0];
    EXPECT_EQ(ended.err, "acl: can't write the output\n") << arguments[0];
  }
}

TEST_F(ProgramTest, ColourIsForTerminalsThatWantIt) {
  const std::vector<std::string> arguments = {
      "check", "user:bob", "editor", "voice:narrator", "-w", world_};
  EXPECT_EQ(RunProgram(arguments).out, "allow\n");
  {
    Program program(arguments);
    const Ended ended = program.OnTerminal().Set("TERM", "xterm").Run();
    EXPECT_EQ(ended.out, "\033[32mallow\033[0m\r\n");
  }
  {
    Program program(arguments);
    EXPECT_EQ(program.OnTerminal().Set("NO_COLOR", "1").Run().out, "allow\r\n");
  }
  {
    Program program(arguments);
    EXPECT_EQ(program.OnTerminal().Set("NO_COLOR", "").Run().out,
              "\033[32mallow\033[0m\r\n");
  }
  {
    Program program(arguments);
    EXPECT_EQ(program.OnTerminal().Set("TERM", "dumb").Run().out, "allow\r\n");
  }
}

}  // namespace
}  // namespace acl::cli
