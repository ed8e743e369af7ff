// The groups of a line against a set, across the border of its layouts.
#include "acl/directory/member_line.h"

#include <random>
#include <set>
#include <utility>
#include <vector>

#include "acl/base/line_table.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

std::set<TargetKey> GroupsIn(const MemberLine& line) {
  EXPECT_EQ(line.keys()[0], PrincipalKey(3));
  std::set<TargetKey> groups(line.keys().begin() + 1, line.keys().end());
  EXPECT_EQ(groups.size() + 1, line.keys().size());
  return groups;
}

TEST(MemberLine, RandomHistoriesAgreeWithASetAndLeaveOldCopiesAlone) {
  std::mt19937 random(5);
  for (const uint32_t range : {4u, 12u, 25u, 5000u}) {
    MemberLine line(PrincipalKey(3), false, false);
    std::set<TargetKey> model;
    std::vector<std::pair<MemberLine, std::set<TargetKey>>> kept;
    EditTag edit = 1;
    for (int step = 0; step < 10000; ++step) {
      const TargetKey group = GroupKey(random() % range);
      if (model.insert(group).second) {
        line.AddGroup(group, edit);
      } else {
        model.erase(group);
        line.RemoveGroup(group, edit);
      }
      ASSERT_EQ(line.keys().size(), model.size() + 1);
      if (random() % 100 == 0) {
        kept.emplace_back(line, model);
        ++edit;
      }
    }
    EXPECT_EQ(GroupsIn(line), model);
    for (const auto& [old, expected] : kept) {
      ASSERT_EQ(GroupsIn(old), expected);
    }
  }
}

TEST(MemberLine, FlagsStandBesideTheGroups) {
  MemberLine line(PrincipalKey(3), true, false);
  line.AddGroup(GroupKey(1), 1);
  EXPECT_TRUE(line.locked());
  EXPECT_FALSE(line.workspace_admin());
  line.SetFlags(false, true);
  EXPECT_FALSE(line.locked());
  EXPECT_TRUE(line.workspace_admin());
  EXPECT_EQ(line.keys().size(), 2u);
  EXPECT_FALSE(MemberLine().present());
}

TEST(LineTable, CopiesKeepTheirLinesWhileAnotherEditGoesOn) {
  LineTable<MemberLine> table;
  for (uint32_t i = 0; i < 1000; ++i) {
    table.Add(i * 3, MemberLine(PrincipalKey(i * 3), false, false), 1);
  }
  const LineTable<MemberLine> old = table;
  table.Own(300, 2).SetFlags(true, false);
  table.Erase(303, 2);
  table.Add(301, MemberLine(PrincipalKey(301), false, false), 2);
  EXPECT_FALSE(old.Get(300)->locked());
  EXPECT_TRUE(table.Get(300)->locked());
  EXPECT_TRUE(old.Get(303)->present());
  EXPECT_FALSE(table.Get(303)->present());
  EXPECT_FALSE(old.Get(301)->present());
  EXPECT_TRUE(table.Get(301)->present());
  EXPECT_EQ(table.Get(1000000), nullptr);
  // A page on which nothing is left goes.
  for (uint32_t i = 0; i < 1000; ++i) {
    if (i != 101) table.Erase(i * 3, 3);
  }
  table.Erase(301, 3);
  EXPECT_EQ(table.Get(300), nullptr);
  EXPECT_EQ(old.Get(0)->keys()[0], PrincipalKey(0));
}

}  // namespace
}  // namespace acl
