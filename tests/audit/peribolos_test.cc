#include "acl/audit/peribolos.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "acl/audit/matrix.h"
#include "acl/base/fault.h"
#include "acl/engine.h"

namespace acl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

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
            // A number used as a name; its team has admin on the mixer.
            "acme,user,249043822,repository,child-only,read\n"
            "acme,user,249043822,repository,declared,read\n"
            "acme,user,249043822,repository,mixer,admin\n"
            "acme,user,249043822,repository,shared,read\n"
            // A member of the parent has no access through the child.
            "acme,user,ann,repository,child-only,read\n"
            "acme,user,ann,repository,declared,read\n"
            "acme,user,ann,repository,mixer,read\n"
            "acme,user,ann,repository,shared,write\n"
            // A maintainer is a member, and a child team has what its parent
            // has.
            "acme,user,bob,repository,child-only,maintain\n"
            "acme,user,bob,repository,declared,read\n"
            "acme,user,bob,repository,mixer,read\n"
            "acme,user,bob,repository,shared,write\n"
            // An owner has admin.
            "acme,user,olga,repository,child-only,admin\n"
            "acme,user,olga,repository,declared,admin\n"
            "acme,user,olga,repository,mixer,admin\n"
            "acme,user,olga,repository,shared,admin\n");
  EXPECT_THAT(
      import->warnings,
      ElementsAre("tests/audit/small/acme/sig-audio/teams.yaml:5: "
                  "`stranger` of team `audio` is not a member of `acme` "
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

// Files in a temporary folder, whose path is shortened in messages.
class Files {
 public:
  Files() : root_(fs::path(std::getenv("TEST_TMPDIR")) / "files") {
    fs::remove_all(root_);
  }

  Files& Add(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
    return *this;
  }
  absl::StatusOr<PeribolosImport> Read(
      const std::vector<std::string>& orgs = {},
      const std::string& path = "") const {
    return ImportPeribolos((root_ / path).string(), orgs);
  }
  std::string Faults() const {
    const auto import = Read();
    EXPECT_FALSE(import.ok());
    EXPECT_EQ(FaultOf(import.status()), v1::FILE_MALFORMED);
    return Shorten(std::string(import.status().message()));
  }
  std::vector<std::string> Warnings(
      const std::vector<std::string>& orgs = {}) const {
    const auto import = Read(orgs);
    EXPECT_TRUE(import.ok()) << import.status();
    std::vector<std::string> warnings;
    if (!import.ok()) return warnings;
    for (const std::string& warning : import->warnings) {
      warnings.push_back(Shorten(warning));
    }
    return warnings;
  }
  std::string Matrix() const {
    const auto import = Read();
    EXPECT_TRUE(import.ok()) << import.status();
    return import.ok() ? MatrixOf(import->world) : "";
  }

 private:
  std::string Shorten(const std::string& text) const {
    return absl::StrReplaceAll(text, {{root_.string() + "/", ""}});
  }

  const fs::path root_;
};

constexpr char kHead[] =
    "workspace,subject_kind,subject,resource_type,resource,role\n";
// The configuration is one line.
constexpr char kOrg[] =
    "{default_repository_permission: none, admins: [root], members: [ann, "
    "bob]";

Files Org(const std::string& text) {
  return Files().Add("acme/org.yaml", text);
}
// An organisation with more keys, which start on line 2.
Files OrgWith(const std::string& more) {
  return Org(std::string(kOrg) + ",\n" + more + "}\n");
}

TEST(Peribolos, FaultsAreAllReportedWithFileAndLine) {
  EXPECT_EQ(
      Org("default_repository_permission: much\n"
          "members: [ann, [bob], ~, '', !who cleo]\n"
          "admins: root\n"
          "teams:\n"
          "  a:\n"
          "    repos: {r: owner, s: [read], t: }\n"
          "  b: 7\n"
          "  ? [c]\n"
          "  : {}\n"
          "  default: {}\n"
          "repos: [r]\n"
          "name: [acme]\n")
          .Faults(),
      "acme/org.yaml:2: an item of `members` is not a single value\n"
      "acme/org.yaml:2: an item of `members` is not a single value\n"
      "acme/org.yaml:2: an item of `members` has the tag `!who`; leave "
      "it out\n"
      "acme/org.yaml:2: user name is empty; it needs at least one byte\n"
      "acme/org.yaml:3: `admins` is not a list of names\n"
      "acme/org.yaml:1: `default_repository_permission` is not none, "
      "read, write or admin\n"
      "acme/org.yaml:8: a key of `teams` is not a single value\n"
      "acme/org.yaml:6: the permission of team `a` on `r` is not none, "
      "read, triage, write, maintain or admin\n"
      "acme/org.yaml:6: the permission of team `a` on `s` is not none, "
      "read, triage, write, maintain or admin\n"
      "acme/org.yaml:6: the permission of team `a` on `t` is not none, "
      "read, triage, write, maintain or admin\n"
      "acme/org.yaml:7: team `b` is not a map\n"
      "acme/org.yaml:10: team name `default` is reserved for every member of "
      "the workspace; choose another\n"
      "acme/org.yaml:11: `repos` is not a map\n"
      "acme/org.yaml:12: `name` of organisation `acme` is not a single "
      "value");
}

TEST(Peribolos, FileWithOrgsHasSeveralOrganisations) {
  const std::string text =
      "orgs:\n"
      "  acme:\n"
      "    default_repository_permission: read\n"
      "    members: [ann]\n"
      "    repos: {core: }\n"
      "  beta:\n"
      "    default_repository_permission: none\n"
      "    members: [ann]\n"
      "    teams: {ops: {members: [ann], repos: {tools: maintain}}}\n";
  const std::string matrix =
      absl::StrCat(kHead, "acme,user,ann,repository,core,read\n",
                   "beta,user,ann,repository,tools,maintain\n");
  const Files in_folder = Files().Add("any/org.yaml", text);
  EXPECT_EQ(in_folder.Matrix(), matrix);
  EXPECT_THAT(in_folder.Warnings(), IsEmpty());
  // As the only organisation and as one of several; names compare without case.
  const Files alone = Files().Add("config.yaml", text);
  const auto all = alone.Read({}, "config.yaml");
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(MatrixOf(all->world), matrix);
  const auto beta = alone.Read({"Beta"}, "config.yaml");
  ASSERT_TRUE(beta.ok()) << beta.status();
  ASSERT_EQ(beta->world.workspaces_size(), 1);
  EXPECT_EQ(beta->world.workspaces(0).id(), "beta");
  const auto none = alone.Read({"beta", "gamma"}, "config.yaml");
  EXPECT_EQ(FaultOf(none.status()), v1::FILE_ACCESS);
  EXPECT_THAT(std::string(none.status().message()),
              HasSubstr("has no organisation `gamma`"));
}

TEST(Peribolos, OrganisationIsDeclaredOnce) {
  EXPECT_EQ(Files()
                .Add("acme/org.yaml", std::string(kOrg) + "}\n")
                .Add("more/org.yaml", "orgs:\n  Acme: {members: [ann]}\n")
                .Faults(),
            "more/org.yaml:2: organisation `Acme` is a duplicate, first at "
            "acme/org.yaml:1");
}

TEST(Peribolos, WhatIsBesideOrgsIsWarnedOf) {
  const Files files =
      Files()
          .Add("a/org.yaml",
               absl::StrCat("orgs: {acme: ", kOrg, "}}\nadmins: [eve]\n"))
          .Add("a/sig/teams.yaml", "teams: {x: {}}\n");
  const std::string beside =
      "a/org.yaml:2: key `admins` is passed over: it stands beside `orgs`, not "
      "in an organisation";
  const std::string other =
      "a/sig/teams.yaml: is not read: an organisation is a folder with an "
      "`org.yaml`, and a `teams.yaml` in any folder below it";
  EXPECT_THAT(files.Warnings(), ElementsAre(beside, other));
  EXPECT_THAT(files.Warnings({"acme"}), ElementsAre(beside, other));
}

TEST(Peribolos, FileOfWhichNothingIsUnderstoodIsRefused) {
  const std::string none =
      "acme/org.yaml:1: organisation `acme` has none of `admins`, `members`, "
      "`teams`, `repos` and `default_repository_permission`";
  const std::string no_map =
      "acme/org.yaml:1: organisation `acme` is not a map";
  EXPECT_EQ(Org("").Faults(), no_map);
  EXPECT_EQ(Org("# nothing\n").Faults(), no_map);
  EXPECT_EQ(Org("[]\n").Faults(), no_map);
  EXPECT_EQ(Org("{}\n").Faults(), none);
  EXPECT_EQ(Org("organisations: {acme: {members: [ann]}}\n").Faults(), none);
  EXPECT_EQ(Org("orgs:\n").Faults(),
            "acme/org.yaml:1: `orgs` has no organisation");
  EXPECT_EQ(Org("orgs: {acme: }\n").Faults(), no_map);
  const std::string org = std::string(kOrg) + "}\n";
  EXPECT_EQ(Org(org).Add("acme/x/teams.yaml", "").Faults(),
            "acme/x/teams.yaml:1: is not a map with `teams`");
  EXPECT_EQ(Org(org).Add("acme/x/teams.yaml", "team: {}\n").Faults(),
            "acme/x/teams.yaml:1: has no `teams`");
  const Files alone = Files().Add("config.yaml", org);
  EXPECT_THAT(std::string(alone.Read({}, "config.yaml").status().message()),
              HasSubstr("config.yaml:1: has no `orgs`; name the folder of an "
                        "organisation instead"));
}

// Access given to people by name becomes a direct grant.
TEST(Peribolos, CollaboratorsGetDirectGrants) {
  const Files files = OrgWith(
      "repos: {other: {collaborators: }, core: {\n"
      "  collaborators: {Ann: write, Outsider: admin, nobody: none}}}");
  EXPECT_THAT(files.Warnings(), IsEmpty());
  EXPECT_EQ(files.Matrix(),
            absl::StrCat(kHead, "acme,user,ann,repository,core,write\n",
                         "acme,user,outsider,repository,core,admin\n",
                         "acme,user,root,repository,core,admin\n",
                         "acme,user,root,repository,other,admin\n"));
  const auto import = files.Read();
  ASSERT_TRUE(import.ok());
  const v1::Workspace& acme = import->world.workspaces(0);
  ASSERT_EQ(acme.users_size(), 4);
  EXPECT_EQ(acme.users(3).id(), "outsider");
  EXPECT_EQ(acme.users(3).name(), "Outsider");
  EXPECT_FALSE(acme.users(3).workspace_admin());
}

TEST(Peribolos, BaselineIsForMembersAlone) {
  const std::string members =
      "default_repository_permission: read\nmembers: [ann]\n";
  const Files with = Org(members +
                         "teams: {'Members of ACME': {}}\n"
                         "repos: {a: {collaborators: {out: write}}, b: }\n");
  EXPECT_EQ(with.Matrix(),
            absl::StrCat(kHead, "acme,user,ann,repository,a,read\n",
                         "acme,user,ann,repository,b,read\n",
                         "acme,user,out,repository,a,write\n"));
  // The group's name cannot be a team's.
  EXPECT_EQ(with.Read()->world.workspaces(0).groups(0).id(),
            "members of acme'");
  const Files without =
      Org(members + "repos: {a: {collaborators: {ann: write}}, b: }\n");
  EXPECT_EQ(without.Read()->world.workspaces(0).groups_size(), 0);
  EXPECT_EQ(without.Matrix(),
            absl::StrCat(kHead, "acme,user,ann,repository,a,write\n",
                         "acme,user,ann,repository,b,read\n"));
}

TEST(Peribolos, CollaboratorIsInNoTeamUnlessAMember) {
  const Files files = OrgWith(
      "repos: {core: {collaborators: {out: read}}},\n"
      "teams: {t: {members: [out], repos: {core: admin}}}\n");
  EXPECT_THAT(
      files.Warnings(),
      ElementsAre("acme/org.yaml:3: `out` of team `t` is not a member of "
                  "`acme` and gets nothing"));
  EXPECT_THAT(files.Matrix(),
              HasSubstr("acme,user,out,repository,core,read\n"));
}

TEST(Peribolos, CollaboratorsFaultsNameTheirLine) {
  EXPECT_EQ(OrgWith("repos:\n"
                    "  {core: {collaborators: {out: owner, ann: read,\n"
                    "    ANN: admin}}, more: {collaborators: [out]}}\n")
                .Faults(),
            "acme/org.yaml:4: duplicate key `ANN` in `collaborators` of "
            "repository `core`, first at acme/org.yaml:3; GitHub compares "
            "names without case\n"
            "acme/org.yaml:3: the permission of collaborator `out` on `core` "
            "is not none, read, triage, write, maintain or admin\n"
            "acme/org.yaml:4: `collaborators` of repository `more` is not a "
            "map");
}

TEST(Peribolos, NoneGrantsNothingAndATeamNeedsNoBody) {
  const Files files = OrgWith(
      "teams: {empty: , tilde: ~,\n"
      "  devs: {members: [bob], repos: {core: none, tools: read}, teams: }}");
  EXPECT_THAT(files.Warnings(), IsEmpty());
  EXPECT_EQ(files.Matrix(),
            absl::StrCat(kHead, "acme,user,bob,repository,tools,read\n",
                         "acme,user,root,repository,core,admin\n",
                         "acme,user,root,repository,tools,admin\n"));
  EXPECT_EQ(files.Read()->world.workspaces(0).groups_size(), 3);
}

TEST(Peribolos, NamesCompareWithoutCaseAndTheFirstSpellingIsTheId) {
  const Files files =
      OrgWith(
          "repos: {Core: },\nteams: {Devs: {members: [ANN], "
          "repos: {CORE: write}}}")
          .Add("acme/a/teams.yaml",
               "teams: {Ops: {members: [bob], repos: {core: maintain}}}\n");
  EXPECT_EQ(files.Matrix(),
            absl::StrCat(kHead, "acme,user,ann,repository,Core,write\n",
                         "acme,user,bob,repository,Core,maintain\n",
                         "acme,user,root,repository,Core,admin\n"));
}

// Every key of the format, and how it is treated. `%` in `place` is where it is
// inserted.
struct Key {
  const char* place;  // contains `%`; starts on line 2 of the organisation
  const char* text;
  const char* warning;  // empty: understood
};

class PeribolosKeys : public ::testing::TestWithParam<Key> {};

TEST_P(PeribolosKeys, AreUnderstoodOrWarnedOfByName) {
  const Key& key = GetParam();
  const std::string text = absl::StrReplaceAll(key.place, {{"%", key.text}});
  const std::string warning = key.warning;
  if (warning.empty()) {
    EXPECT_THAT(OrgWith(text).Warnings(), IsEmpty()) << text;
  } else {
    EXPECT_THAT(OrgWith(text).Warnings(),
                ElementsAre("acme/org.yaml:2: " + warning))
        << text;
  }
}

constexpr char kInOrg[] = "%";
constexpr char kInRepo[] = "repos: {core: {%}}";
constexpr char kInTeam[] = "teams: {devs: {%}}";
constexpr char kInCreate[] = "repos: {core: {on_create: {%}}}";

INSTANTIATE_TEST_SUITE_P(
    OfAnOrganisation, PeribolosKeys,
    ::testing::Values(
        Key{kInOrg, "billing_email: a@x", ""}, Key{kInOrg, "company: x", ""},
        Key{kInOrg, "email: a@x", ""}, Key{kInOrg, "name: x", ""},
        Key{kInOrg, "description: ", ""}, Key{kInOrg, "location: x", ""},
        Key{kInOrg, "has_organization_projects: true", ""},
        Key{kInOrg, "has_repository_projects: true", ""},
        Key{kInOrg, "members_can_create_repositories: false", ""},
        Key{kInOrg, "members_can_create_repositories: true",
            "`members_can_create_repositories` is passed over: repositories "
            "that members create are not in the world"},
        Key{kInOrg, "teams: {}", ""}, Key{kInOrg, "repos: {}", ""},
        Key{kInOrg, "member: [eve]",
            "unknown key `member` of organisation `acme` is passed over, with "
            "all that is in it"},
        Key{kInOrg, "Members: [eve]",
            "unknown key `Members` of organisation `acme` is passed over, with "
            "all that is in it"},
        Key{kInOrg, "privacy: secret",
            "unknown key `privacy` of organisation `acme` is passed over, with "
            "all that is in it"},
        Key{kInOrg, "collaborators: {eve: admin}",
            "unknown key `collaborators` of organisation `acme` is passed "
            "over, with all that is in it"}));

INSTANTIATE_TEST_SUITE_P(
    OfARepository, PeribolosKeys,
    ::testing::Values(
        Key{kInRepo, "description: x", ""}, Key{kInRepo, "homepage: x", ""},
        Key{kInRepo, "private: true", ""},
        Key{kInRepo, "private: false",
            "repository `core` is public, which is passed over: that everybody "
            "may read it is not in the world"},
        Key{kInRepo, "has_issues: true", ""},
        Key{kInRepo, "has_projects: true", ""},
        Key{kInRepo, "has_wiki: true", ""},
        Key{kInRepo, "allow_squash_merge: true", ""},
        Key{kInRepo, "allow_merge_commit: true", ""},
        Key{kInRepo, "allow_rebase_merge: true", ""},
        Key{kInRepo, "squash_merge_commit_title: x", ""},
        Key{kInRepo, "squash_merge_commit_message: x", ""},
        Key{kInRepo, "default_branch: main", ""},
        Key{kInRepo, "archived: true", ""},
        Key{kInRepo, "previously: [a, b]", ""},
        Key{kInRepo, "fork_from: a/b", ""},
        Key{kInRepo, "default_branch_only: true", ""},
        Key{kInRepo, "collaborators: {ann: read}", ""},
        Key{kInRepo, "on_create: ", ""}, Key{kInCreate, "auto_init: true", ""},
        Key{kInCreate, "gitignore_template: x", ""},
        Key{kInCreate, "license_template: x", ""},
        Key{kInCreate, "teams: [x]",
            "unknown key `teams` of `on_create` of repository `core` is passed "
            "over, with all that is in it"},
        Key{kInRepo, "members: [eve]",
            "unknown key `members` of repository `core` is passed over, with "
            "all that is in it"},
        Key{kInRepo, "collaborator: {eve: admin}",
            "unknown key `collaborator` of repository `core` is passed over, "
            "with all that is in it"}));

INSTANTIATE_TEST_SUITE_P(
    OfATeam, PeribolosKeys,
    ::testing::Values(
        Key{kInTeam, "description: x", ""}, Key{kInTeam, "privacy: secret", ""},
        Key{kInTeam, "previously: [a]", ""}, Key{kInTeam, "members: [ann]", ""},
        Key{kInTeam, "maintainers: [ann]", ""}, Key{kInTeam, "teams: {}", ""},
        Key{kInTeam, "repos: {core: read}", ""},
        Key{kInTeam, "member: [ann]",
            "unknown key `member` of team `devs` is passed over, with all that "
            "is in it"},
        Key{kInTeam, "private: true",
            "unknown key `private` of team `devs` is passed over, with all "
            "that is in it"}));

// Keys that take one value refuse lists and maps, which could hide access.
TEST(Peribolos, MetadataHasOneValue) {
  for (const char* const text :
       {"email: {members: [eve]}", "repos: {core: {private: [x]}}",
        "teams: {devs: {privacy: {members: [eve]}}}",
        "repos: {core: {previously: {eve: admin}}}",
        "repos: {core: {on_create: [x]}}"}) {
    EXPECT_THAT(OrgWith(text).Faults(), HasSubstr("acme/org.yaml:2: `"))
        << text;
  }
}

TEST(Peribolos, KeyOfATeamsFileIsTeamsAlone) {
  EXPECT_THAT(Org(std::string(kOrg) + "}\n")
                  .Add("acme/x/teams.yaml", "members: [eve]\nteams: {a: }\n")
                  .Warnings(),
              ElementsAre("acme/x/teams.yaml:1: key `members` is passed over: "
                          "a file of teams has `teams` alone"));
}

TEST(Peribolos, DuplicateKeysNameBothLines) {
  const std::string twice = "; GitHub compares names without case";
  EXPECT_EQ(Org("members: [ann]\n"
                "members: [ann, bob]\n"
                "default_repository_permission: none\n"
                "teams:\n"
                "  devs:\n"
                "    repos: {core: admin,\n"
                "      Core: read}\n"
                "    privacy: closed\n"
                "    privacy: secret\n"
                "  DEVS: {}\n"
                "repos:\n"
                "  a: {has_wiki: true}\n"
                "  A: {}\n"
                "teams: {}\n")
                .Faults(),
            absl::StrCat(
                "acme/org.yaml:2: duplicate key `members` in organisation "
                "`acme`, first at acme/org.yaml:1\n"
                "acme/org.yaml:14: duplicate key `teams` in organisation "
                "`acme`, first at acme/org.yaml:4\n"
                "acme/org.yaml:10: duplicate key `DEVS` in `teams`, first at "
                "acme/org.yaml:5",
                twice,
                "\nacme/org.yaml:9: duplicate key `privacy` in team `devs`, "
                "first at acme/org.yaml:8\n"
                "acme/org.yaml:7: duplicate key `Core` in `repos` of team "
                "`devs`, first at acme/org.yaml:6",
                twice,
                "\nacme/org.yaml:13: duplicate key `A` in `repos`, first at "
                "acme/org.yaml:12",
                twice));
  EXPECT_EQ(Files()
                .Add("a/org.yaml", absl::StrCat("orgs:\n  acme: ", kOrg,
                                                "}\n  ACME: ", kOrg, "}\n"))
                .Faults(),
            "a/org.yaml:3: duplicate key `ACME` in `orgs`, first at "
            "a/org.yaml:2" +
                twice);
}

TEST(Peribolos, TeamInTwoFilesNamesBothPlaces) {
  EXPECT_EQ(OrgWith("teams: {devs: {teams: {child: }}}")
                .Add("acme/x/teams.yaml", "teams:\n  Child: {}\n")
                .Faults(),
            "acme/x/teams.yaml:2: team `Child` is a duplicate, first at "
            "acme/org.yaml:2");
}

TEST(Peribolos, PersonNamedTwiceNamesBothPlaces) {
  EXPECT_THAT(Org("admins: [ann]\nmembers:\n- Ann\n"
                  "default_repository_permission: none\n")
                  .Warnings(),
              ElementsAre("acme/org.yaml:3: `Ann` is named twice, first at "
                          "acme/org.yaml:1"));
}

TEST(Peribolos, MergeKeysAreRefused) {
  EXPECT_EQ(OrgWith("teams: {a: &a {members: [ann]},\n b: {<<: *a}}").Faults(),
            "acme/org.yaml:3: team `b` has a merge key `<<`, which is not "
            "supported; write the keys out");
  // Aliases are expanded; in quotes, `<<` is an ordinary name.
  const Files files = OrgWith(
      "teams: {a: {members: &all [ann]}, '<<': {members: *all, repos: {r: "
      "write}}}");
  EXPECT_THAT(files.Warnings(), IsEmpty());
  EXPECT_THAT(files.Matrix(), HasSubstr("user,ann,repository,r,write\n"));
}

TEST(Peribolos, SecondDocumentsAreRefused) {
  const std::string org = std::string(kOrg) + "}\n";
  EXPECT_EQ(Org(org + "---\nmembers: [eve]\n").Faults(),
            "acme/org.yaml:3: has a second document, the first is at "
            "acme/org.yaml:1; keep one");
  EXPECT_THAT(
      Org(org)
          .Add("acme/x/teams.yaml", "---\nteams: {a: }\n---\nteams: {b: }\n")
          .Faults(),
      HasSubstr("acme/x/teams.yaml:4: has a second document"));
}

TEST(Peribolos, WhatIsNoYamlIsRefusedWithItsLine) {
  // Some parsers find endless documents in a comma.
  for (const char* comma : {",", ",#", ",,,\n"}) {
    EXPECT_EQ(Org(comma).Faults(),
              "acme/org.yaml:1: not yaml: did not find expected node content "
              "while parsing a block node");
  }
  EXPECT_EQ(Org("members: [ann\nteams: }\n").Faults(),
            "acme/org.yaml:2: not yaml: did not find expected ',' or ']' while "
            "parsing a flow sequence that begins at line 1");
  EXPECT_EQ(OrgWith("teams: {a: {members: *nobody}}").Faults(),
            "acme/org.yaml:2: not yaml: alias `*nobody` has no anchor before "
            "it");
  EXPECT_EQ(OrgWith("teams: &all {a: {teams: *all}}").Faults(),
            "acme/org.yaml:2: not yaml: alias `*all` is inside of the value "
            "that it stands for");
  EXPECT_THAT(Org(std::string(100'000, '[')).Faults(),
              HasSubstr("acme/org.yaml:1: not yaml: is nested more than"));
}

TEST(Peribolos, FileIsTextInUtf8) {
  const std::string org = std::string(kOrg) + ",\n";
  for (const char c : {'\0', '\x04', '\x1b', '\x7f'}) {
    EXPECT_EQ(Org(org + "name: x " + c + " y}\n").Faults(),
              "acme/org.yaml:2: has a control character; remove it");
  }
  EXPECT_EQ(Org(org + "name: x\xff}\n").Faults(),
            "acme/org.yaml:1: is not valid UTF-8");
}

TEST(Peribolos, FilesThatAreNotReadAreWarnedOf) {
  const std::string org = std::string(kOrg) + "}\n";
  const Files files = Org(org)
                          .Add("acme/sig/teams.yml", "teams: {}\n")
                          .Add("acme/README.md", "text\n")
                          .Add("acme/.github/ci.yaml", "on: push\n")
                          .Add("beta/org.yml", org)
                          .Add("gamma/org.yaml", org)
                          .Add("gamma/more.yaml", org);
  const std::string why =
      ": is not read: an organisation is a folder with an `org.yaml`, and a "
      "`teams.yaml` in any folder below it";
  EXPECT_THAT(files.Warnings(),
              ElementsAre("acme/sig/teams.yml" + why, "beta/org.yml" + why,
                          "gamma/more.yaml" + why));
  EXPECT_THAT(files.Warnings({"gamma"}), ElementsAre("gamma/more.yaml" + why));
}

}  // namespace
}  // namespace acl
