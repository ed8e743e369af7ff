// The engine and the oracle agree on rows of every class, at the borders
// between the classes, and while changes carry a row across a border. The class
// depends on the number of grants on a resource and of groups around a subject.

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "tests/oracle/ask.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/model.h"
#include "tests/oracle/tally.h"
#include "tests/oracle/translate.h"

namespace acl::compare {
namespace {

constexpr size_t kGroups = 2'500;
// The number of groups of each subject.
constexpr size_t kGroupsOf[] = {0,  1,  2,  3,  10, 11, 12,  13,   14,
                                15, 16, 17, 31, 32, 33, 200, 2'000};

const std::vector<std::string>& RoleNames() {
  static const auto& names =
      *new std::vector<std::string>{"viewer", "commenter", "editor", "admin"};
  return names;
}

std::string UserId(size_t n) { return absl::StrCat("u", n); }
std::string GroupId(size_t n) { return absl::StrCat("g", n); }
std::string MemberId(size_t groups) { return absl::StrCat("in-", groups); }
ResourceId RowId(size_t grants) {
  return {"doc", absl::StrCat("row-", grants)};
}

// The numbers below n, shuffled.
std::vector<size_t> Shuffled(size_t n, Random* random) {
  std::vector<size_t> order(n);
  for (size_t i = 0; i < n; ++i) {
    order[i] = i;
    std::swap(order[i], order[random->Below(i + 1)]);
  }
  return order;
}

class Rows : public testing::Test {
 protected:
  void Add(const Change& change) { world_.push_back(change); }

  void MakeDirectory(size_t users) {
    for (size_t i = 0; i < users; ++i) Add(AddUser{UserId(i)});
    for (size_t i = 0; i < kGroups; ++i) Add(AddGroup{GroupId(i)});
    // Some groups are nested, two levels deep.
    for (size_t i = 0; i + 2 < kGroups; i += 50) {
      Add(AddMember{GroupId(i), Member::Group(GroupId(i + 1))});
      Add(AddMember{GroupId(i + 1), Member::Group(GroupId(i + 2))});
    }
    for (const size_t groups : kGroupsOf) {
      Add(AddUser{MemberId(groups)});
      Add(AddKey{MemberId(groups), PrincipalId::User(MemberId(groups))});
      const std::vector<size_t> order = Shuffled(kGroups, &random_);
      for (size_t i = 0; i < groups; ++i) {
        Add(AddMember{GroupId(order[i]), Member::User(MemberId(groups))});
      }
    }
  }

  // A third of the grants are to groups, as long as there are enough, and a few
  // are to the subjects that are asked about.
  void MakeRow(size_t grants, size_t users) {
    Add(AddResource{RowId(grants)});
    if (random_.OneIn(3)) {
      Add(Share{RowId(grants), Target::Default(), random_.Of(RoleNames())});
    }
    const size_t groups = std::min(grants / 3, kGroups);
    const std::vector<size_t> group = Shuffled(kGroups, &random_);
    const std::vector<size_t> user = Shuffled(users, &random_);
    const std::vector<size_t> order = Shuffled(grants, &random_);
    for (const size_t i : order) {
      const Target target = i < groups ? Target::Group(GroupId(group[i]))
                                       : Target::User(UserId(user[i]));
      Add(Share{RowId(grants), target, random_.Of(RoleNames())});
    }
  }

  // Applies the changes to both; the engine's answer must equal the oracle's.
  void Apply(const std::vector<Change>& changes) {
    const auto engine = workspace_.Apply(Actor::System(), changes);
    ASSERT_TRUE(engine.ok()) << engine.status();
    for (size_t i = 0; i < changes.size(); ++i) {
      const auto oracle = oracle::Decide(&state_, oracle::Actor::System(),
                                         ToOracle(changes[i]));
      ASSERT_TRUE(std::holds_alternative<oracle::ChangeReceipt>(oracle));
      const auto& share = std::get<oracle::ChangeReceipt>(oracle).share;
      if (!share || !engine->changes[i].share) continue;
      EXPECT_EQ(engine->changes[i].share->grant_before, share->grant_before);
    }
    ++revision_;
  }

  void AskAbout(const ResourceId& row, const std::vector<std::string>& more) {
    Names names;
    for (const size_t groups : kGroupsOf) {
      // The oracle is slow for such a subject, so it is asked once per row.
      if (groups > 1'000 && !more.empty()) continue;
      names.subjects.push_back({false, Kind::kUser, MemberId(groups)});
    }
    for (const std::string& id : more) {
      names.subjects.push_back({false, Kind::kUser, id});
    }
    names.subjects.push_back({false, Kind::kKey, MemberId(12)});
    names.subjects.push_back({false, Kind::kKey, MemberId(13)});
    names.resources = {row};
    AskRoles(workspace_, oracle::Model(state_, 0, revision_), names, &tally_);
    ASSERT_FALSE(tally_.difference()) << ToString(*tally_.difference());
  }

  // Adds a grant, adds another, and goes back to two fewer.
  void CrossBorders(const std::vector<size_t>& rows, size_t users) {
    MakeDirectory(users);
    for (const size_t grants : rows) MakeRow(grants, users);
    Apply(world_);
    for (const size_t grants : rows) {
      SCOPED_TRACE(testing::Message() << grants << " grants");
      const ResourceId row = RowId(grants);
      AskAbout(row, {});
      const std::string member = MemberId(11);
      const std::string group = absl::StrCat("new-", grants);
      Apply({AddGroup{group}, AddMember{group, Member::User(MemberId(0))}});
      const std::vector<Change> steps = {
          Share{row, Target::User(member), "editor"},
          Share{row, Target::Group(group), "admin"},
          Share{row, Target::User(member), "viewer"},  // an override
          Unshare{row, Target::Group(group)},
          Unshare{row, Target::User(member)},
      };
      for (const Change& step : steps) {
        Apply({step});
        AskAbout(row, {UserId(1)});
      }
      for (const bool first : {true, false}) TakeAway(row, first);
    }
    std::cout << tally_.total() << " answers compared, no difference\n";
    EXPECT_GT(tally_.total(), 140 * rows.size());
  }

  // Removes the first or the last grant stored, so that the others move up.
  void TakeAway(const ResourceId& row, bool first) {
    std::vector<std::string> users;
    for (const auto& [target, role] :
         state_.resources[{row.type, row.id}].grants) {
      if (target.kind == oracle::TargetKind::kUser) users.push_back(target.id);
    }
    if (users.empty()) return;
    const std::string user = first ? users.front() : users.back();
    Apply({Unshare{row, Target::User(user)}});
    AskAbout(row, {user});
  }

  Random random_{4};
  std::vector<Change> world_;
  Engine engine_;
  Workspace workspace_ = *engine_.AddWorkspace(
      Actor::System(), "w", WorkspaceSettings{{}, {"doc"}, 0});
  oracle::State state_ = ToOracle(WorkspaceSettings{{}, {"doc"}, 0});
  uint64_t revision_ = 0;
  Tally tally_;
};

TEST_F(Rows, AreAnsweredAsByTheOracleOnBothSidesOfEveryBorder) {
  CrossBorders({0,  1,  2,  12,  13,  14,  15,  16,  17,  31,   32,
                33, 64, 65, 248, 249, 250, 251, 252, 513, 1'100},
               1'500);
}

TEST_F(Rows, OfMoreGrantsThanSixteenBitsCountAreAnsweredAsByTheOracle) {
  CrossBorders({65'535}, 66'000);  // and from there to 65,537
}

}  // namespace
}  // namespace acl::compare
