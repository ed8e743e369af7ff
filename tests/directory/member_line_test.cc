// The groups of a line compared with a set, across the borders of its layouts.
#include "acl/directory/member_line.h"

#include <optional>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "acl/base/heap.h"
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
  for (const uint32_t range : {4u, 12u, 14u, 25u, 5000u}) {
    Heap heap;
    std::optional<Edit> edit;
    edit.emplace(&heap, Edit::Scope::kPart);
    MemberLine line(PrincipalKey(3), {});
    std::set<TargetKey> model;
    std::vector<std::pair<MemberLine, std::set<TargetKey>>> kept;
    for (int step = 0; step < 10000; ++step) {
      const TargetKey group = GroupKey(random() % range);
      if (model.insert(group).second) {
        line.AddGroup(group, &*edit);
      } else {
        model.erase(group);
        line.RemoveGroup(group, &*edit);
      }
      ASSERT_EQ(line.keys().size(), model.size() + 1);
      if (random() % 100 == 0) {
        kept.emplace_back(line, model);
        edit->Keep();
        edit.emplace(&heap, Edit::Scope::kPart);
      }
    }
    EXPECT_EQ(GroupsIn(line), model);
    for (const auto& [old, expected] : kept) {
      ASSERT_EQ(GroupsIn(old), expected);
    }
  }
}

TEST(MemberLine, FlagsStandBesideTheGroups) {
  Heap heap;
  Edit edit(&heap, Edit::Scope::kWhole);
  MemberLine line(PrincipalKey(3), {true, true, false});
  line.AddGroup(GroupKey(1), &edit);
  EXPECT_TRUE(line.service_account());
  EXPECT_TRUE(line.locked());
  EXPECT_FALSE(line.workspace_admin());
  line.SetFlags({false, false, true});
  EXPECT_FALSE(line.service_account());
  EXPECT_FALSE(line.locked());
  EXPECT_TRUE(line.workspace_admin());
  EXPECT_EQ(line.keys().size(), 2u);
  EXPECT_FALSE(MemberLine().present());
}

}  // namespace
}  // namespace acl
