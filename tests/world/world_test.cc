// World files: round trips, and every refusal with its place.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "acl/base/fault.h"
#include "acl/engine.h"
#include "acl/world/file.h"
#include "acl/world/yaml.h"

namespace acl {
namespace {

using ::testing::HasSubstr;

std::string Folder() {
  const std::string folder =
      std::string(std::getenv("TEST_TMPDIR")) + "/" +
      ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::filesystem::create_directories(folder);
  return folder;
}

TEST(Yaml, OddTextSurvivesARoundTrip) {
  v1::World world;
  v1::Workspace* workspace = world.add_workspaces();
  for (const char* id : {"007",   "no",         "~",        "null",
                         "1e3",   "",           "a: b",     "a #b",
                         "\"q\"", "'q'",        " lead",    "- x",
                         "{x}",   "[x]",        "\xc3\xbc", "\xf0\x9f\x8e\xa7",
                         "a\\b",  "user:ann",   "@x",       "`x`",
                         "%x",    "&a",         "*a",       "!t",
                         "|",     ">",          "a:",       "=",
                         "<<",    "2026-11-24", "0x1f",     "\xe2\x80\xa8"}) {
    workspace->add_users()->set_id(id);
    workspace->add_roles(id);
  }
  v1::World again;
  Places places("w.yaml");
  const absl::Status status = ReadYaml(WriteYaml(world), &again, &places);
  ASSERT_TRUE(status.ok()) << status << WriteYaml(world);
  EXPECT_EQ(again.DebugString(), world.DebugString());
}

TEST(Yaml, EveryRefusalNamesItsLine) {
  const std::pair<std::string, std::string> kTable[] = {
      {"", "w.yaml: is empty"},
      {"a: [", "w.yaml:1"},
      {"- a\n", "w.yaml:1: the document is a list; write a map"},
      {"word\n", "w.yaml:1: the document is a single value"},
      {"workspaces:\n  - id: a\n    colour: red\n",
       "w.yaml:3: workspaces[0] has the unknown key `colour`; it may have id,"},
      {"workspaces:\n  - id: a\n    id: b\n",
       "w.yaml:3: workspaces[0] has the key `id` twice"},
      {"workspaces:\n  - id: [a]\n",
       "w.yaml:2: workspaces[0].id is a list; write a single value"},
      {"workspaces: 7\n",
       "w.yaml:1: workspaces is a single value; write a list"},
      {"workspaces:\n  - id: ~\n", "w.yaml:2: workspaces[0].id has no value"},
      {"workspaces:\n  - &a {id: x}\n  - *a\n",
       "w.yaml:3: workspaces[1] is an alias; write the value out"},
      {"workspaces:\n  - id: !!binary x\n",
       "w.yaml:2: workspaces[0].id has the"},
      {"workspaces:\n  - revision: -1\n",
       "w.yaml:2: workspaces[0].revision is `-1`; write a whole number"},
      {"workspaces:\n  - max_principals_per_resource: 4294967296\n",
       "from 0 to 2^32 - 1"},
      {"workspaces:\n  - users:\n      - locked: yes\n",
       "w.yaml:3: workspaces[0].users[0].locked is `yes`; write true or false"},
      {"workspaces: []\n---\nworkspaces: []\n", "has a second document"},
      {"[a]: b\n", "w.yaml:1: the document has a list for a key"},
  };
  for (const auto& [text, words] : kTable) {
    v1::World world;
    Places places("w.yaml");
    const absl::Status status = ReadYaml(text, &world, &places);
    EXPECT_EQ(FaultOf(status), v1::FILE_MALFORMED) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
  }
}

TEST(WorldFile, BadFilesAreRefusedByName) {
  const std::string folder = Folder();
  std::ofstream(folder + "/empty.yaml");
  std::ofstream(folder + "/cut.binpb") << "\x0a\x20xx";
  std::ofstream(folder + "/unknown.binpb") << "\x78\x01";
  std::filesystem::create_directories(folder + "/folder.yaml");
  const std::tuple<std::string, Fault, std::string> kTable[] = {
      {"/none.yaml", v1::FILE_ACCESS, "none.yaml: can't open: No such file"},
      {"/folder.yaml", v1::FILE_ACCESS, "folder.yaml: can't read: Is a dir"},
      {"/empty.yaml", v1::FILE_MALFORMED, "empty.yaml: is empty"},
      {"/cut.binpb", v1::FILE_MALFORMED, "or was cut"},
      {"/unknown.binpb", v1::FILE_MALFORMED, "does not know"},
      {"/world.txt", v1::FILE_MALFORMED, "use .yaml, .yml or .binpb"},
  };
  for (const auto& [name, fault, words] : kTable) {
    const absl::Status status = ReadWorldFile(folder + name).status();
    EXPECT_EQ(FaultOf(status), fault) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
  }
}

TEST(WorldFile, ReplacingKeepsPermissionsAndLinksAndLeavesNothingBehind) {
  const std::string folder = Folder();
  std::ofstream(folder + "/real.yaml") << "workspaces: []\n";
  chmod((folder + "/real.yaml").c_str(), 0600);
  ASSERT_EQ(symlink("real.yaml", (folder + "/link.yaml").c_str()), 0);
  v1::World world;
  world.add_workspaces()->set_id("w");
  ASSERT_TRUE(WriteWorldFile(folder + "/link.yaml", world).ok());
  EXPECT_EQ(ReadWorldFile(folder + "/real.yaml")->world.workspaces(0).id(),
            "w");
  EXPECT_TRUE(std::filesystem::is_symlink(folder + "/link.yaml"));
  struct stat file;
  ASSERT_EQ(stat((folder + "/real.yaml").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 07777, 0600u);
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    static_cast<void>(entry);
    ++files;
  }
  EXPECT_EQ(files, 2u);
}

TEST(WorldFile, MissingFolderIsRefused) {
  const absl::Status status = WriteFile(Folder() + "/none/w.yaml", "x");
  EXPECT_EQ(FaultOf(status), v1::FILE_ACCESS);
}

TEST(Import, RevisionThatWouldComeRoundToZeroIsRefused) {
  v1::World world;
  world.add_workspaces()->set_id("w");
  world.mutable_workspaces(0)->set_revision(uint64_t{1} << 63);
  Engine engine;
  std::vector<WorldFault> faults;
  EXPECT_FALSE(engine.Import(Actor::System(), world, &faults).ok());
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].path, "workspaces[0].revision");
  EXPECT_THAT(std::string(faults[0].refusal.message()),
              HasSubstr("is above 2^63 - 1"));
  world.mutable_workspaces(0)->set_revision((uint64_t{1} << 63) - 1);
  EXPECT_TRUE(engine.Import(Actor::System(), world).ok());
}

TEST(Import, EveryFaultIsReportedWithItsPath) {
  constexpr char kText[] = R"(workspaces:
- id: w
  users:
  - {id: a, email: a@x}
  - {id: a}
  - {id: b, email: A@X}
  - {id: default}
  - {id: c, email: nonsense}
  service_accounts: [{id: s}]
  api_keys:
  - {id: k, owner: "user:nobody"}
  - {id: l, owner: nobody}
  groups:
  - {id: g, members: ["user:a", "user:a", "group:h", "user:zed"]}
  - {id: h, members: ["group:g"]}
  resources:
  - {type: voice, id: r, creator: "user:a", grants: [
      {target: "user:a", role: viewer}, {target: "user:a", role: admin},
      {target: "group:g", role: editor}, {target: "group:g", role: viewer},
      {target: "user:zed", role: viewer}, {target: default, role: owner},
      {target: "key:k", role: viewer}]}
  - {type: voice, id: r}
  - {type: noise, id: n}
- id: w
)";
  v1::World world;
  Places places("w.yaml");
  ASSERT_TRUE(ReadYaml(kText, &world, &places).ok());
  Engine engine;
  std::vector<WorldFault> faults;
  EXPECT_FALSE(engine.Import(Actor::System(), world, &faults).ok());
  std::vector<std::pair<std::string, Fault>> found;
  for (const WorldFault& fault : faults) {
    found.emplace_back(fault.path, FaultOf(fault.refusal));
  }
  const std::string w = "workspaces[0].";
  EXPECT_THAT(
      found,
      ::testing::ElementsAre(
          std::pair(w + "users[1]", v1::ALREADY_EXISTS),
          std::pair(w + "users[2]", v1::EMAIL_TAKEN),
          std::pair(w + "users[3]", v1::MALFORMED),
          std::pair(w + "users[4]", v1::MALFORMED),
          std::pair(w + "api_keys[0]", v1::USER_NOT_FOUND),
          std::pair(w + "api_keys[1].owner", v1::MALFORMED),
          std::pair(w + "groups[0].members[1]", v1::ALREADY_EXISTS),
          std::pair(w + "groups[0].members[3]", v1::USER_NOT_FOUND),
          std::pair(w + "groups[1].members[0]", v1::GROUP_CYCLE),
          std::pair(w + "resources[0].grants[0]", v1::CREATOR_LOWERED),
          std::pair(w + "resources[0].grants[3]", v1::DUPLICATE_GRANT),
          std::pair(w + "resources[0].grants[4]", v1::USER_NOT_FOUND),
          std::pair(w + "resources[0].grants[5]", v1::ROLE_UNKNOWN),
          std::pair(w + "resources[0].grants[6]", v1::MALFORMED),
          std::pair(w + "resources[1]", v1::ALREADY_EXISTS),
          std::pair(w + "resources[2]", v1::TYPE_UNKNOWN),
          std::pair(std::string("workspaces[1].id"), v1::ALREADY_EXISTS)));
  EXPECT_TRUE(engine.WorkspaceIds().empty());
}

}  // namespace
}  // namespace acl
