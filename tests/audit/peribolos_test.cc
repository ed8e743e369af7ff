#include "acl/audit/peribolos.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "acl/audit/matrix.h"
#include "acl/base/fault.h"
#include "acl/engine.h"

namespace acl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kSmall[] = "tests/audit/small";

std::string MatrixOf(const v1::World& world) {
  Engine engine;
  EXPECT_TRUE(engine.Import(Actor::System(), world).ok());
  std::vector<Snapshot> snapshots;
  for (const std::string& id : engine.WorkspaceIds()) {
    snapshots.push_back(*engine.FindWorkspace(id)->TakeSnapshot());
  }
  std::ostringstream out;
  EXPECT_TRUE(WriteMatrixCsv(snapshots, out).ok());
  return out.str();
}

TEST(Peribolos, SmallOrganisationFollowsEveryRuleOfTheMapping) {
  const auto import = ImportPeribolos(kSmall, {"acme"});
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(MatrixOf(import->world),
            "workspace,subject_kind,subject,resource_type,resource,role\n"
            // A number for a name; its team has admin on the mixer.
            "acme,user,249043822,repository,child-only,read\n"
            "acme,user,249043822,repository,declared,read\n"
            "acme,user,249043822,repository,mixer,admin\n"
            "acme,user,249043822,repository,shared,read\n"
            // A member of the parent has nothing from the child.
            "acme,user,ann,repository,child-only,read\n"
            "acme,user,ann,repository,declared,read\n"
            "acme,user,ann,repository,mixer,read\n"
            "acme,user,ann,repository,shared,write\n"
            // A maintainer is a member; a child has what its parent has.
            "acme,user,bob,repository,child-only,maintain\n"
            "acme,user,bob,repository,declared,read\n"
            "acme,user,bob,repository,mixer,read\n"
            "acme,user,bob,repository,shared,write\n"
            // An owner.
            "acme,user,olga,repository,child-only,admin\n"
            "acme,user,olga,repository,declared,admin\n"
            "acme,user,olga,repository,mixer,admin\n"
            "acme,user,olga,repository,shared,admin\n");
  EXPECT_THAT(import->warnings,
              ElementsAre("tests/audit/small/acme/sig-audio/teams.yaml:5: "
                          "`stranger` of team `audio` is no member of `acme` "
                          "and gets nothing"));
}

TEST(Peribolos, NamesKeepTheirSpellingAndIdsAreLowerCase) {
  const auto import = ImportPeribolos(kSmall, {"acme"});
  ASSERT_TRUE(import.ok()) << import.status();
  const v1::Workspace& acme = import->world.workspaces(0);
  ASSERT_EQ(acme.users_size(), 4);
  EXPECT_EQ(acme.users(1).id(), "ann");
  EXPECT_EQ(acme.users(1).name(), "Ann");
  EXPECT_EQ(acme.users(3).id(), "olga");
  EXPECT_TRUE(acme.users(3).workspace_admin());
  EXPECT_THAT(acme.roles(),
              ElementsAre("read", "triage", "write", "maintain", "admin"));
}

TEST(Peribolos, NoBaselineMeansOnlyTeamsAndOwners) {
  const auto import = ImportPeribolos(kSmall, {"other"});
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(MatrixOf(import->world),
            "workspace,subject_kind,subject,resource_type,resource,role\n"
            "other,user,yan,repository,lonely,read\n"
            "other,user,zed,repository,lonely,admin\n");
}

TEST(Peribolos, WithoutNamesAllOrganisationsAreTaken) {
  const auto import = ImportPeribolos(kSmall, {});
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->world.workspaces_size(), 2);
}

TEST(Peribolos, UnknownOrganisationIsRefusedByName) {
  const auto import = ImportPeribolos(kSmall, {"nowhere"});
  EXPECT_EQ(FaultOf(import.status()), v1::FILE_ACCESS);
  EXPECT_THAT(std::string(import.status().message()),
              HasSubstr("has no organisation `nowhere`"));
}

TEST(Peribolos, FaultsAreAllReportedWithFileAndLine) {
  const std::filesystem::path folder =
      std::filesystem::path(std::getenv("TEST_TMPDIR")) / "bad" / "acme";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "org.yaml") << "default_repository_permission: much\n"
                                        "members: [ann]\n"
                                        "teams:\n"
                                        "  a:\n"
                                        "    repos: {r: owner}\n"
                                        "  b: 7\n";
  const auto import = ImportPeribolos(folder.parent_path().string(), {});
  EXPECT_EQ(FaultOf(import.status()), v1::FILE_MALFORMED);
  const std::string text(import.status().message());
  EXPECT_THAT(text, HasSubstr("org.yaml:1: default_repository_permission is "
                              "not none, read, write or admin"));
  EXPECT_THAT(text, HasSubstr("org.yaml:5: the permission of team `a` on `r`"));
  EXPECT_THAT(text, HasSubstr("org.yaml:6: team `b` is no map"));
}

}  // namespace
}  // namespace acl
