// Traps of other engines: lists that disagree with checks. docs/traps.md has
// the whole list; tests/oracle compares every answer with an independent model.
#include <rapidcheck.h>

#include <algorithm>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/audit/matrix.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/engine/every_way.h"

namespace acl {
namespace {

// Every kind uses the same ids.
const std::string kIds[] = {"a", "b", "c", "d"};
const char* const kTypes[] = {"songs", "voice"};
const char* const kRoles[] = {"viewer", "commenter", "editor", "admin"};

// A change as plain numbers, which are easy to shrink.
using Move = std::tuple<uint8_t, uint8_t, uint8_t, uint8_t>;

Target TargetOf(int kind, const std::string& id) {
  const Target kTargets[] = {Target::User(id), Target::Group(id),
                             Target::Key(id), Target::Group(id),
                             Target::Default()};
  return kTargets[kind % 5];
}

Change ChangeOf(const Move& move) {
  const auto [kind, first, second, third] = move;
  const std::string& a = kIds[first % 4];
  const std::string& b = kIds[second % 4];
  const ResourceId resource{kTypes[third % 2], a};
  const Member kMembers[] = {Member::User(b), Member::ServiceAccount(b),
                             Member::Group(b), Member::Group(b)};
  switch (kind % 16) {
    case 0:
      return RemoveMember{a, kMembers[third % 4]};
    case 1:
    case 2:
    case 3:
      return AddMember{a, kMembers[third % 4]};
    case 4:
      return UpdateUser{a, {}, {}, second % 2 == 0};
    case 5:
      return UpdateUser{a, {}, {}, {}, second % 2 == 0};
    case 6:
      return UpdateKey{a, second % 2 == 0};
    case 7:
      return RemoveResource{resource};
    case 8:
      return AddResource{resource, "", PrincipalId::User(b)};
    case 9:
      return AddResource{resource, "", PrincipalId::ServiceAccount(b)};
    case 10:
      return Unshare{resource, TargetOf(third / 2, b)};
    case 11:
      return SetLadder{second % 2 == 0
                           ? std::vector<std::string>{"viewer", "commenter",
                                                      "editor", "admin"}
                           : std::vector<std::string>{"guest", "viewer",
                                                      "commenter", "editor",
                                                      "admin", "owner"}};
    default:
      return Share{resource, TargetOf(third / 2, b), kRoles[kind / 16 % 4]};
  }
}

void Begin(Workspace* workspace) {
  std::vector<Change> changes;
  for (const std::string& id : kIds) {
    changes.insert(changes.end(),
                   {AddUser{id, id + "@example.com"}, AddServiceAccount{id},
                    AddKey{id, PrincipalId::ServiceAccount(id)},
                    AddKey{"of " + id, PrincipalId::User(id)}, AddGroup{id},
                    AddResource{{"voice", id}}});
  }
  RC_ASSERT(workspace->Apply(Actor::System(), changes).ok());
}

std::vector<ResourceId> Resources() {
  std::vector<ResourceId> all;
  for (const char* type : kTypes) {
    for (const std::string& id : kIds) all.push_back({type, id});
  }
  return all;
}

// Every subject that can be named, including one that does not exist.
void ForEachSubject(const std::function<void(const Subject&)>& visit) {
  visit(Subject::User("gone"));
  for (const std::string& id : kIds) {
    const std::string personal = "of " + id;
    const std::string address = id + "@example.com";
    for (const Subject& subject :
         {Subject::User(id), Subject::ServiceAccount(id), Subject::Key(id),
          Subject::Key(personal), Subject::Email(address)}) {
      visit(subject);
    }
  }
}

size_t RankOf(const Reader& reader, const std::string& role) {
  const std::vector<std::string> roles = reader.Roles();
  for (size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] == role) return i + 1;
  }
  return 0;
}

// The lists for one minimum role contain exactly the pairs whose check is true.
void ExpectListsAgree(const Reader& reader, const std::string& at_least) {
  std::map<std::string, std::vector<std::string>> of_resource;
  ForEachSubject([&](const Subject& subject) {
    std::vector<std::string> expected;
    for (const ResourceId& resource : Resources()) {
      if (!*reader.Check(subject, at_least, resource)) continue;
      expected.push_back(resource.ToString());
      if (subject.kind() == Kind::kServiceAccount ||
          subject.kind() == Kind::kUser) {
        of_resource[resource.ToString()].push_back(subject.ToString());
      }
    }
    std::vector<std::string> listed;
    const auto page = reader.ListResources(subject, at_least, "");
    for (const ResourceRole& item : page->items) {
      listed.push_back(item.resource.ToString());
    }
    std::sort(listed.begin(), listed.end());
    std::sort(expected.begin(), expected.end());
    RC_ASSERT(listed == expected);
  });
  for (const ResourceId& resource : Resources()) {
    std::vector<std::string> expected = of_resource[resource.ToString()];
    std::sort(expected.begin(), expected.end());
    std::vector<std::string> listed;
    const auto page = reader.ListPrincipals(resource, at_least);
    for (const PrincipalRole& item : page->items) {
      listed.push_back(item.principal.ToString());
    }
    std::sort(listed.begin(), listed.end());
    RC_ASSERT(listed == expected);
  }
}

// The explanation agrees, for every role that can be requested.
void ExpectExplanationsAgree(const Reader& reader) {
  ForEachSubject([&](const Subject& subject) {
    for (const ResourceId& resource : Resources()) {
      for (const std::string& role : reader.Roles()) {
        const Explanation explanation =
            *reader.Explain(subject, resource, role);
        const bool allowed = *reader.Check(subject, role, resource);
        RC_ASSERT(explanation.allowed == allowed);
        size_t best = 0;
        for (const Source& source : explanation.sources) {
          best = std::max(best, RankOf(reader, source.role));
        }
        const bool active = explanation.standing == Standing::kActive;
        RC_ASSERT(RankOf(reader, explanation.role) == (active ? best : 0));
        RC_ASSERT((explanation.deciding > 0) == (explanation.role != "none"));
      }
    }
  });
}

// The matrix, both visited and as text, contains exactly the pairs with a role.
void ExpectMatrixAgrees(const Reader& reader) {
  std::vector<std::string> expected;
  std::string csv =
      "workspace,subject_kind,subject,resource_type,resource,role\n";
  for (const char* kind : {"service_account", "user"}) {
    for (const std::string& id : kIds) {
      const Subject subject = kind == std::string("user")
                                  ? Subject::User(id)
                                  : Subject::ServiceAccount(id);
      for (const ResourceId& resource : Resources()) {
        const std::string role =
            reader.RoleName(reader.EffectiveRole(subject, resource)->role);
        if (role == "none") continue;
        expected.push_back(absl::StrCat(subject.ToString(), " ",
                                        resource.ToString(), " ", role));
        absl::StrAppend(&csv, "w,", kind, ",", id, ",", resource.type, ",",
                        resource.id, ",", role, "\n");
      }
    }
  }
  RC_ASSERT(MatrixLines(reader) == expected);
  std::ostringstream out;
  RC_ASSERT(WriteMatrixCsv({*reader.TakeSnapshot()}, out).ok());
  RC_ASSERT(out.str() == csv);
}

void ExpectAgreement(const Reader& reader) {
  ForEachSubject([&](const Subject& subject) {
    for (const ResourceId& resource : Resources()) {
      const std::string role = RoleEveryWay(reader, subject, resource);
      RC_ASSERT(role == "none" || RankOf(reader, role) > 0);
    }
  });
  for (const std::string& role : reader.Roles()) ExpectListsAgree(reader, role);
  ExpectMatrixAgrees(reader);
}

// Trap: a list says one thing and a check another (SpiceDB CVE-2022-21646,
// CVE-2024-32001, CVE-2025-65111; OpenFGA CVE-2023-40579). In random worlds,
// after any accepted change, every pair has the same answer in checks, lists of
// resources, lists of principals, explanations and the matrix.
TEST(TrapsOfAgreement, EveryWayToAskAgreesOnEveryPairOfRandomWorlds) {
  int accepted = 0, pairs = 0;
  EXPECT_TRUE(rc::check([&](const std::vector<Move>& moves) {
    Engine engine;
    Workspace workspace = *engine.AddWorkspace(Actor::System(), "w");
    Begin(&workspace);
    for (const Move& move : moves) {
      if (workspace.Apply(Actor::System(), {ChangeOf(move)}).ok()) ++accepted;
    }
    ExpectAgreement(workspace);
    pairs += static_cast<int>(MatrixLines(workspace).size());
  }));
  EXPECT_GT(accepted, 1000);
  EXPECT_GT(pairs, 300);
}

// As above: also after each change along the way, and in snapshots taken along
// the way.
TEST(TrapsOfAgreement, EveryWayToAskAgreesAfterEveryChangeAndInSnapshots) {
  const auto property = [](const std::vector<Move>& moves) {
    Engine engine;
    Workspace workspace = *engine.AddWorkspace(Actor::System(), "w");
    Begin(&workspace);
    std::vector<Snapshot> snapshots;
    std::vector<std::vector<std::string>> matrices;
    for (size_t i = 0; i < moves.size() && i < 24; ++i) {
      static_cast<void>(workspace.Apply(Actor::System(), {ChangeOf(moves[i])}));
      ExpectMatrixAgrees(workspace);
      snapshots.push_back(*workspace.TakeSnapshot());
      matrices.push_back(MatrixLines(workspace));
    }
    for (size_t i = 0; i < snapshots.size(); ++i) {
      RC_ASSERT(MatrixLines(snapshots[i]) == matrices[i]);
    }
    if (!snapshots.empty()) {
      ExpectAgreement(snapshots[snapshots.size() / 2]);
      ExpectExplanationsAgree(snapshots[snapshots.size() / 2]);
    }
  };
  EXPECT_TRUE(rc::check(property));
}

// As above, for a denial with a remedy: after the remedy is applied, the check
// is true and all ways agree again.
TEST(TrapsOfAgreement, RemedyOfAnExplanationMakesEveryWaySayYes) {
  int applied = 0;
  EXPECT_TRUE(rc::check([&](const std::vector<Move>& moves, uint8_t who) {
    Engine engine;
    Workspace workspace = *engine.AddWorkspace(Actor::System(), "w");
    Begin(&workspace);
    for (const Move& move : moves) {
      static_cast<void>(workspace.Apply(Actor::System(), {ChangeOf(move)}));
    }
    const std::string& id = kIds[who % 4];
    const ResourceId resource{"voice", kIds[who / 4 % 4]};
    const Explanation explanation =
        *workspace.Explain(Subject::User(id), resource, "editor");
    for (const Remedy& remedy : explanation.remedies) {
      Change change = UpdateUser{id, {}, {}, false};
      if (remedy.kind == RemedyKind::kGrant) {
        change = Share{resource, Target::User(id), "editor"};
      } else if (remedy.kind == RemedyKind::kGrantGroup) {
        change = Share{resource, Target::Group(remedy.group), "editor"};
      } else if (remedy.kind == RemedyKind::kGrantBaseline) {
        change = Share{resource, Target::Default(), "editor"};
      } else if (remedy.kind == RemedyKind::kJoinGroup) {
        change = AddMember{remedy.group, Member::User(id)};
      }
      Engine other;
      RC_ASSERT(other.Import(Actor::System(), engine.Export()).ok());
      Workspace fixed = *other.FindWorkspace("w");
      RC_ASSERT(fixed.Apply(Actor::System(), {change}).ok());
      const std::string role = RoleEveryWay(fixed, Subject::User(id), resource);
      RC_ASSERT(RankOf(fixed, role) >= RankOf(fixed, "editor"));
      ++applied;
    }
  }));
  EXPECT_GT(applied, 50);
}

}  // namespace
}  // namespace acl
