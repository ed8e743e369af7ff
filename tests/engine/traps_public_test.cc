// Traps of other engines: public and specific grants are mixed up.
// docs/traps.md has the whole list; product_test.cc has the product with
// witnesses, nested groups, locks and disabled keys.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/engine/every_way.h"

namespace acl {
namespace {

constexpr const char* kRoles[] = {"none", "viewer", "commenter", "editor",
                                  "admin"};
constexpr int kAdmin = 4;

// The role of each source on one resource, as an index into kRoles. `creator`
// is 0 for nobody, 1 for the user, 2 for the account.
struct Row {
  int baseline, direct, group, key, creator;

  std::string Id() const {
    return absl::StrCat(baseline, direct, group, key, creator);
  }
};

std::vector<Row> AllRows() {
  std::vector<Row> rows;
  for (int i = 0; i < 5 * 5 * 5 * 5 * 3; ++i) {
    rows.push_back({i / 375, i / 75 % 5, i / 15 % 5, i / 3 % 5, i % 3});
  }
  return rows;
}

// The expected roles, as plain maxima: of the user `x`; of the account `x`
// (also by its key); and of a bystander and another account, who are in no
// group.
struct Expected {
  int user, account, bystander;
};

Expected Expect(const Row& row, bool workspace_admin) {
  const int shared = std::max(row.baseline, row.group);
  const bool user_top = row.creator == 1 || workspace_admin;
  return {user_top ? kAdmin : std::max(shared, row.direct),
          row.creator == 2 ? kAdmin : std::max(shared, row.key), row.baseline};
}

// The user `x` and the account `x`, with the key `x`, are in the group `x`.
class TrapsOfPublicGrants : public testing::Test {
 protected:
  void SetUp() override {
    Must({AddUser{"x"}, AddServiceAccount{"x"},
          AddKey{"x", PrincipalId::ServiceAccount("x")}, AddGroup{"x"},
          AddMember{"x", Member::User("x")},
          AddMember{"x", Member::ServiceAccount("x")}, AddUser{"bystander"},
          AddServiceAccount{"other"},
          AddKey{"other", PrincipalId::ServiceAccount("other")}});
  }
  void Must(const std::vector<Change>& changes) {
    const auto receipt = studio_.Apply(Actor::System(), changes);
    ASSERT_TRUE(receipt.ok()) << receipt.status();
  }

  // Sets one source of a row, replacing whatever it was.
  static Change Set(const Row& row, const Target& target, int role) {
    const ResourceId resource{"voice", row.Id()};
    if (role == 0) return Unshare{resource, target};
    return Share{resource, target, kRoles[role]};
  }
  static std::vector<Change> SetAll(const Row& row) {
    std::vector<Change> changes = {Set(row, Target::Default(), row.baseline),
                                   Set(row, Target::Group("x"), row.group)};
    if (row.creator != 1) {
      changes.push_back(Set(row, Target::User("x"), row.direct));
    }
    if (row.creator != 2) {
      changes.push_back(Set(row, Target::Key("x"), row.key));
    }
    return changes;
  }
  static Change Add(const Row& row) {
    std::optional<PrincipalId> creator;
    if (row.creator == 1) creator = PrincipalId::User("x");
    if (row.creator == 2) creator = PrincipalId::ServiceAccount("x");
    return AddResource{{"voice", row.Id()}, "", creator};
  }

  // Asks only for single roles, because there are thousands of rows.
  void ExpectRow(const Row& row, const Expected& expected) {
    const std::string id = row.Id();
    const std::pair<Subject, int> kAsked[] = {
        {Subject::User("x"), expected.user},
        {Subject::ServiceAccount("x"), expected.account},
        {Subject::Key("x"), expected.account},
        {Subject::User("bystander"), expected.bystander},
        {Subject::ServiceAccount("other"), expected.bystander},
        {Subject::Key("other"), expected.bystander},
        {Subject::User("nobody"), 0},
        {Subject::Key("nothing"), 0}};
    for (const auto& [subject, role] : kAsked) {
      const auto answer = studio_.EffectiveRole(subject, {"voice", id});
      ASSERT_EQ(studio_.RoleName(answer->role), kRoles[role])
          << subject.ToString() << " on " << id;
      for (int asked = 1; asked <= kAdmin; ++asked) {
        ASSERT_EQ(*studio_.Check(subject, kRoles[asked], {"voice", id}),
                  role >= asked)
            << subject.ToString() << " on " << id << " as " << kRoles[asked];
      }
    }
    // The list of principals must not mix them either.
    std::vector<std::string> listed;
    const auto page = studio_.ListPrincipals({"voice", id}, "");
    for (const PrincipalRole& item : page->items) {
      listed.push_back(absl::StrCat(item.principal.ToString(), " ",
                                    studio_.RoleName(item.role)));
    }
    std::vector<std::string> lines;
    const auto line = [&](const char* who, int role) {
      if (role > 0) lines.push_back(absl::StrCat(who, " ", kRoles[role]));
    };
    line("service_account:other", expected.bystander);
    line("service_account:x", expected.account);
    line("user:bystander", expected.bystander);
    line("user:x", expected.user);
    std::sort(listed.begin(), listed.end());
    ASSERT_EQ(listed, lines) << id;
  }

  Engine engine_;
  Workspace studio_ = *engine_.AddWorkspace(Actor::System(), "studio");
};

// Trap: public and specific grants are mixed: one hides, widens or removes the
// other (OpenFGA CVE-2025-25196, CVE-2025-48371, CVE-2025-64751,
// CVE-2026-24851). The full product of baseline, direct, group, key, creator
// and workspace admin. Each row is checked for those it is about and for
// bystanders.
TEST_F(TrapsOfPublicGrants, EveryCombinationGivesEverybodyTheirMaximum) {
  const std::vector<Row> rows = AllRows();
  std::vector<Change> changes;
  for (const Row& row : rows) {
    changes.push_back(Add(row));
    for (const Change& change : SetAll(row)) changes.push_back(change);
  }
  Must(changes);
  for (const bool workspace_admin : {false, true, false}) {
    Must({UpdateUser{"x", {}, {}, {}, workspace_admin}});
    for (const Row& row : rows) {
      ASSERT_NO_FATAL_FAILURE(ExpectRow(row, Expect(row, workspace_admin)));
    }
  }
}

// As above, over the same product: removing one source, and adding it again,
// leaves all others unchanged.
TEST_F(TrapsOfPublicGrants, EverySourceComesAndGoesWithoutTheOthers) {
  for (const Row& row : AllRows()) {
    Must({Add(row)});
    Must(SetAll(row));
    struct Part {
      Target target;
      int Row::*role;
      bool of_creator;
    };
    const Part kParts[] = {{Target::Default(), &Row::baseline, false},
                           {Target::Group("x"), &Row::group, false},
                           {Target::User("x"), &Row::direct, row.creator == 1},
                           {Target::Key("x"), &Row::key, row.creator == 2}};
    for (const Part& part : kParts) {
      if (part.of_creator || row.*part.role == 0) continue;
      Row without = row;
      without.*part.role = 0;
      Must({Set(row, part.target, 0)});
      ASSERT_NO_FATAL_FAILURE(ExpectRow(row, Expect(without, false)))
          << "without " << part.target.ToString();
      Must({Set(row, part.target, row.*part.role)});
    }
    ASSERT_NO_FATAL_FAILURE(ExpectRow(row, Expect(row, false)));
    Must({RemoveResource{{"voice", row.Id()}}});
  }
}

// As above: the baseline is for everyone in the workspace, including those who
// join later, on every resource that has one and on no other.
TEST_F(TrapsOfPublicGrants, BaselineCountsForWhoeverIsInTheWorkspace) {
  Must({AddResource{{"voice", "r"}}, AddResource{{"voice", "s"}},
        Share{{"voice", "r"}, Target::Default(), "viewer"},
        Share{{"voice", "s"}, Target::User("x"), "admin"}});
  const Subject late = Subject::User("late");
  EXPECT_EQ(RoleEveryWay(studio_, late, {"voice", "r"}), "none");
  Must({AddUser{"late"}});
  EXPECT_EQ(RoleEveryWay(studio_, late, {"voice", "r"}), "viewer");
  EXPECT_EQ(RoleEveryWay(studio_, late, {"voice", "s"}), "none");
  Must({UpdateUser{"late", {}, {}, true}});
  EXPECT_EQ(RoleEveryWay(studio_, late, {"voice", "r"}), "none");
  Must({RemoveUser{"late"}});
  EXPECT_EQ(RoleEveryWay(studio_, late, {"voice", "r"}), "none");
  EXPECT_EQ(RoleEveryWay(studio_, Subject::User("x"), {"voice", "r"}),
            "viewer");
}

}  // namespace
}  // namespace acl
