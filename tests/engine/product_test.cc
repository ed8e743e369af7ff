// Every combination of sources: the effective role and the witness of every
// kind of subject, compared with a plain maximum.
// Trap: public and specific grants are mixed (OpenFGA CVE-2025-25196,
// CVE-2025-48371, CVE-2025-64751, CVE-2026-24851); bystanders, and sources that
// are taken away, are in traps_public_test.cc.
#include <array>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

constexpr const char* kRoles[] = {"none", "viewer", "commenter", "editor",
                                  "admin"};
constexpr int kAdmin = 4;

// Who created the resource.
enum class Creator { kNobody, kUser, kAccount };

// One resource: the role of each source on it, as an index into kRoles.
struct Row {
  int baseline, direct, group, nested;
  Creator creator;

  std::string Id() const {
    return absl::StrCat(baseline, direct, group, nested,
                        static_cast<int>(creator));
  }
};

std::vector<Row> AllRows() {
  std::vector<Row> rows;
  for (const Creator creator :
       {Creator::kNobody, Creator::kUser, Creator::kAccount}) {
    for (int i = 0; i < 5 * 5 * 5 * 5; ++i) {
      rows.push_back({i / 125, i / 25 % 5, i / 5 % 5, i % 5, creator});
    }
  }
  return rows;
}

// What differs between two passes over all rows.
struct Setting {
  bool locked, workspace_admin, keys_enabled;
};

// One way to ask.
struct Asked {
  Subject subject;
  bool is_user;  // including the user's key
  bool by_key;
};

struct Expected {
  int role = 0;
  SourceKind witness = SourceKind::kNone;
  std::string group;
};

// The definition, spelled out: the role is the maximum of the sources, and the
// witness is the first source in the witness's order that has it.
Expected Expect(const Row& row, const Setting& setting, const Asked& asked) {
  if (asked.is_user && setting.locked) return {};
  if (asked.by_key && !setting.keys_enabled) return {};
  const bool created =
      row.creator == (asked.is_user ? Creator::kUser : Creator::kAccount);
  const bool as_key = asked.by_key && !asked.is_user;
  const Expected sources[] = {
      {created ? kAdmin : 0, SourceKind::kCreator, ""},
      {asked.is_user && setting.workspace_admin ? kAdmin : 0,
       SourceKind::kWorkspaceAdmin, ""},
      {created ? 0 : row.direct,
       as_key ? SourceKind::kKey : SourceKind::kDirect, ""},
      {row.group, SourceKind::kGroup, "near"},
      {row.nested, SourceKind::kGroup, "far"},
      {row.baseline, SourceKind::kBaseline, ""},
  };
  Expected best;
  for (const Expected& source : sources) {
    if (source.role > best.role) best = source;
  }
  return best;
}

class Product : public testing::Test {
 protected:
  // The principals are in `near`, and through `between` also in `far`, whose id
  // is smaller than that of the nearer group.
  void SetUp() override {
    std::vector<Change> changes = {
        AddUser{"x", "Ux@Example.com"},
        AddServiceAccount{"x", "", "sx@example.com"},
        AddKey{"personal", PrincipalId::User("x")},
        AddKey{"workspace", PrincipalId::ServiceAccount("x")},
        AddGroup{"near"},
        AddGroup{"between"},
        AddGroup{"far"},
        AddMember{"near", Member::User("x")},
        AddMember{"near", Member::ServiceAccount("x")},
        AddMember{"between", Member::User("x")},
        AddMember{"between", Member::ServiceAccount("x")},
        AddMember{"far", Member::Group("between")}};
    for (const Row& row : AllRows()) AddRow(row, &changes);
    ASSERT_TRUE(studio_.Apply(Actor::System(), changes).ok());
  }

  static void AddRow(const Row& row, std::vector<Change>* changes) {
    const ResourceId id{"voice", row.Id()};
    std::optional<PrincipalId> creator;
    if (row.creator == Creator::kUser) creator = PrincipalId::User("x");
    if (row.creator == Creator::kAccount) {
      creator = PrincipalId::ServiceAccount("x");
    }
    changes->push_back(AddResource{id, "", creator});
    const auto grant = [&](const Target& target, int role) {
      if (role != 0) changes->push_back(Share{id, target, kRoles[role]});
    };
    grant(Target::Default(), row.baseline);
    if (row.creator != Creator::kUser) grant(Target::User("x"), row.direct);
    if (row.creator != Creator::kAccount) {
      grant(Target::Key("workspace"), row.direct);
    }
    grant(Target::Group("near"), row.group);
    grant(Target::Group("far"), row.nested);
  }

  void Set(const Setting& setting) {
    ASSERT_TRUE(
        studio_
            .Apply(Actor::System(),
                   {UpdateUser{
                        "x", {}, {}, setting.locked, setting.workspace_admin},
                    UpdateKey{"personal", setting.keys_enabled},
                    UpdateKey{"workspace", setting.keys_enabled}})
            .ok());
  }

  // Returns false, with a message, if an answer is not the expected one.
  bool Agrees(const RoleAnswer& answer, const Expected& expected,
              const std::string& where) const {
    EXPECT_EQ(studio_.RoleName(answer.role), kRoles[expected.role]) << where;
    EXPECT_EQ(SourceWord(answer.witness.kind), SourceWord(expected.witness))
        << where;
    EXPECT_EQ(studio_.GroupId(answer.witness.group), expected.group) << where;
    return !HasFailure();
  }

  bool RowAgrees(const Row& row, const Setting& setting, const Asked& asked) {
    const std::string id = row.Id();
    const ResourceRef resource{"voice", id};
    const Expected expected = Expect(row, setting, asked);
    const std::string where = absl::StrCat(
        asked.subject.ToString(), " on ", id, setting.locked ? " locked" : "",
        setting.workspace_admin ? " admin" : "",
        setting.keys_enabled ? "" : " keys disabled");
    if (!Agrees(*studio_.EffectiveRole(asked.subject, resource), expected,
                where + " by string") ||
        !Agrees(*studio_.EffectiveRole(*studio_.FindSubject(asked.subject),
                                       *studio_.FindResource(resource)),
                expected, where + " by handle")) {
      return false;
    }
    for (int role = 1; role <= kAdmin; ++role) {
      EXPECT_EQ(*studio_.Check(asked.subject, kRoles[role], resource),
                expected.role >= role)
          << where << ", check of " << kRoles[role];
    }
    return !HasFailure();
  }

  Engine engine_;
  Workspace studio_ = *engine_.AddWorkspace(Actor::System(), "studio");
};

TEST_F(Product, EveryCombinationOfSourcesGivesTheirMaximum) {
  const Asked kAsked[] = {
      {Subject::User("x"), true, false},
      {Subject::Email(" uX@example.COM"), true, false},
      {Subject::Key("personal"), true, true},
      {Subject::ServiceAccount("x"), false, false},
      {Subject::Email("sx@example.com"), false, false},
      {Subject::Key("workspace"), false, true},
  };
  const std::vector<Row> rows = AllRows();
  for (int i = 0; i < 8; ++i) {
    const Setting setting = {(i & 1) != 0, (i & 2) != 0, (i & 4) == 0};
    Set(setting);
    for (const Row& row : rows) {
      for (const Asked& asked : kAsked) {
        ASSERT_TRUE(RowAgrees(row, setting, asked));
      }
    }
  }
}

TEST_F(Product, WitnessHeadsTheExplanationOfEveryCombination) {
  const Asked kAsked[] = {{Subject::User("x"), true, false},
                          {Subject::Key("workspace"), false, true}};
  const Setting setting = {false, false, true};
  for (const Row& row : AllRows()) {
    const std::string id = row.Id();
    for (const Asked& asked : kAsked) {
      const Expected expected = Expect(row, setting, asked);
      const Explanation explanation =
          *studio_.Explain(asked.subject, {"voice", id}, "viewer");
      ASSERT_EQ(explanation.role, kRoles[expected.role]) << id;
      ASSERT_EQ(explanation.allowed, expected.role > 0) << id;
      ASSERT_EQ(explanation.deciding > 0, expected.role > 0) << id;
      if (expected.role == 0) continue;
      const Source& first = explanation.sources.front();
      ASSERT_EQ(SourceWord(first.kind), SourceWord(expected.witness)) << id;
      ASSERT_EQ(first.path.empty() ? "" : first.path.back(), expected.group)
          << id;
    }
  }
}

TEST_F(Product, ListsHoldExactlyTheCombinationsWithARole) {
  const Asked kAsked[] = {{Subject::User("x"), true, false},
                          {Subject::ServiceAccount("x"), false, false},
                          {Subject::Key("workspace"), false, true}};
  const Setting setting = {false, false, true};
  for (const Asked& asked : kAsked) {
    for (int least = 1; least <= kAdmin; ++least) {
      size_t expected = 0;
      for (const Row& row : AllRows()) {
        if (Expect(row, setting, asked).role >= least) ++expected;
      }
      PageOptions options;
      options.page_size = 10000;
      const Page<ResourceRole> page = *studio_.ListResources(
          asked.subject, kRoles[least], "voice", options);
      EXPECT_EQ(page.items.size(), expected)
          << asked.subject.ToString() << " at least " << kRoles[least];
    }
  }
}

TEST_F(Product, CreatorCanNotBeLoweredInAnyCombination) {
  const auto before = studio_.Token();
  for (const Row& row : AllRows()) {
    if (row.creator == Creator::kNobody || row.direct == 0) continue;
    const Target target = row.creator == Creator::kUser
                              ? Target::User("x")
                              : Target::Key("workspace");
    const auto receipt = studio_.Share(Actor::System(), {"voice", row.Id()},
                                       target, kRoles[row.direct]);
    if (row.direct == kAdmin) {
      ASSERT_TRUE(receipt.ok() && !receipt->changed) << row.Id();
    } else {
      ASSERT_EQ(FaultOf(receipt.status()), v1::CREATOR_PROTECTED) << row.Id();
    }
  }
  EXPECT_TRUE(*studio_.Token() == *before);
}

}  // namespace
}  // namespace acl
