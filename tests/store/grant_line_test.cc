// The grants of a line compared with a map, over every layout and its borders;
// old copies stay unchanged.
#include "acl/store/grant_line.h"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "acl/base/heap.h"
#include "acl/base/ladder.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

using Model = std::map<TargetKey, RoleSlot>;

Model ModelOf(const GrantLine& line) {
  Model model;
  line.ForEach([&](TargetKey key, RoleSlot role) {
    EXPECT_TRUE(model.emplace(key, role).second) << key;
  });
  return model;
}

void ExpectSame(const GrantLine& line, const Model& model) {
  ASSERT_EQ(line.size(), model.size());
  ASSERT_EQ(ModelOf(line), model);
  for (const auto& [key, role] : model) ASSERT_EQ(line.RoleOf(key), role);
}

RoleSlot SomeRole(uint32_t i) { return static_cast<RoleSlot>(1 + i % 15); }

// Every size around the borders of the layouts, reached with keys in ascending,
// descending and mixed order, and then reduced to nothing.
TEST(GrantLine, HoldsEverySizeAcrossTheBordersOfItsLayouts) {
  for (const uint32_t size :
       {1u,   9u,   10u,   11u,   12u,    13u,    14u,   15u,
        16u,  17u,  100u,  249u,  250u,   251u,   252u,  500u,
        501u, 514u, 1025u, 5000u, 65535u, 65536u, 65537u}) {
    for (const uint32_t stride : {1u, 7919u}) {
      SCOPED_TRACE(testing::Message() << size << " grants, stride " << stride);
      GrantLine line(PrincipalKey(1));
      Model model;
      Heap heap;
      Edit edit(&heap, Edit::Scope::kWhole);
      for (uint32_t i = 0; i < size; ++i) {
        const TargetKey key = PrincipalKey(i * stride % 65539);
        ASSERT_EQ(line.Set(key, SomeRole(i), &edit), model.count(key) == 0);
        model[key] = SomeRole(i);
      }
      ExpectSame(line, model);
      EXPECT_EQ(line.creator(), PrincipalKey(1));
      for (uint32_t i = 0; i < size; ++i) {
        const TargetKey key = PrincipalKey(i * stride % 65539);
        ASSERT_TRUE(line.Erase(key, &edit));
        model.erase(key);
        if (model.size() < 20 || i % 997 == 0) ExpectSame(line, model);
      }
      EXPECT_FALSE(line.Erase(PrincipalKey(0), &edit));
      EXPECT_TRUE(line.present());
    }
  }
}

TEST(GrantLine, RandomHistoriesAgreeWithAMapAndLeaveOldCopiesAlone) {
  std::mt19937 random(11);
  for (const uint32_t range : {8u, 30u, 600u, 2000u}) {
    GrantLine line(0);
    Model model;
    std::vector<std::pair<GrantLine, Model>> kept;
    Heap heap;
    std::optional<Edit> edit;
    edit.emplace(&heap, Edit::Scope::kPart);
    for (int step = 0; step < 20000; ++step) {
      const TargetKey key = random() % 2 == 0 ? PrincipalKey(random() % range)
                                              : GroupKey(random() % range);
      if (random() % 5 < 3) {
        const RoleSlot role = SomeRole(random());
        ASSERT_EQ(line.Set(key, role, &*edit), model.count(key) == 0);
        model[key] = role;
      } else {
        ASSERT_EQ(line.Erase(key, &*edit), model.erase(key) == 1);
      }
      if (random() % 10 == 0) line.set_baseline(SomeRole(random()));
      // From here on, the line is shared, and is changed by another edit.
      if (random() % 1000 == 0) {
        kept.emplace_back(line, model);
        edit->Keep();
        edit.emplace(&heap, Edit::Scope::kPart);
      }
    }
    ExpectSame(line, model);
    for (const auto& [old, expected] : kept) ExpectSame(old, expected);
  }
}

TEST(GrantLine, MatchFindsTheGrantsOfThoseKeysInEveryLayout) {
  for (const uint32_t size : {0u, 3u, 14u, 15u, 700u}) {
    Heap heap;
    Edit edit(&heap, Edit::Scope::kWhole);
    GrantLine line(0);
    for (uint32_t i = 0; i < size; ++i) {
      line.Set(GroupKey(i), SomeRole(i), &edit);
    }
    const TargetKey keys[] = {PrincipalKey(0), GroupKey(2), GroupKey(13),
                              GroupKey(699), GroupKey(5000)};
    Model found;
    line.Match(keys, 5, [&](TargetKey key, RoleSlot role) {
      EXPECT_TRUE(found.emplace(key, role).second);
    });
    Model expected;
    for (const uint32_t i : {2u, 13u, 699u}) {
      if (i < size) expected[GroupKey(i)] = SomeRole(i);
    }
    EXPECT_EQ(found, expected);
  }
}

// Compares Match() and Highest() with a loop over the grants, for some keys
// with a grant and some without one.
void ExpectFound(const GrantLine& line, const Model& model,
                 std::mt19937* random) {
  const Ladder ladder = Ladder::Default();
  const auto before = [](TargetKey a, TargetKey b) { return a < b; };
  for (int round = 0; round < 20; ++round) {
    std::vector<TargetKey> keys;
    for (uint32_t i = (*random)() % 20; i > 0; --i) {
      const TargetKey key =
          GroupKey((*random)() % static_cast<uint32_t>(2 * model.size() + 2));
      if (std::count(keys.begin(), keys.end(), key) == 0) keys.push_back(key);
    }
    Model expected;
    HighestGrant best;
    for (const TargetKey key : keys) {
      const auto grant = model.find(key);
      if (grant == model.end()) continue;
      expected.insert(*grant);
      const uint32_t rank = ladder.RankOfSlot(grant->second);
      if (rank > best.rank || (rank == best.rank && key < best.key)) {
        best = {rank, key};
      }
    }
    Model found;
    line.Match(keys.data(), keys.size(), [&](TargetKey key, RoleSlot role) {
      EXPECT_TRUE(found.emplace(key, role).second);
    });
    ASSERT_EQ(found, expected);
    const HighestGrant highest =
        line.Highest(keys.data(), keys.size(), ladder, before);
    ASSERT_EQ(highest.rank, best.rank);
    ASSERT_EQ(highest.key, best.key);
  }
}

TEST(GrantLine, FindsWhatALoopFindsAtEveryBorder) {
  std::mt19937 random(3);
  for (const uint32_t size :
       {0u,  1u,  2u,  13u, 14u,  15u,  16u,  17u,  31u,    32u,    33u,
        47u, 48u, 49u, 63u, 249u, 250u, 251u, 252u, 65535u, 65536u, 65537u}) {
    SCOPED_TRACE(size);
    Heap heap;
    Edit edit(&heap, Edit::Scope::kWhole);
    GrantLine line(PrincipalKey(1));
    Model model;
    for (uint32_t i = 0; i < size; ++i) {
      const TargetKey key = GroupKey(2 * i);
      const auto role = static_cast<RoleSlot>(1 + random() % 4);
      line.Set(key, role, &edit);
      model[key] = role;
    }
    ExpectFound(line, model, &random);
    // A tree that shrinks back into the line, and further.
    while (size <= 17 && !model.empty()) {
      const TargetKey key = model.begin()->first;
      ASSERT_TRUE(line.Erase(key, &edit));
      model.erase(key);
      ExpectFound(line, model, &random);
    }
  }
}

// The bits of the creator and the header are never taken for grants.
TEST(GrantLine, HeaderIsNoGrant) {
  for (uint32_t number = 0; number < 2000; ++number) {
    GrantLine line(PrincipalKey(number) << kRoleBits);
    line.set_baseline(15);
    for (uint32_t i = 0; i < 2000; ++i) {
      ASSERT_EQ(line.RoleOf(PrincipalKey(i)), 0);
      ASSERT_EQ(line.RoleOf(GroupKey(i)), 0);
    }
  }
}

TEST(GrantLine, AbsentLineHasNothing) {
  const GrantLine line;
  EXPECT_FALSE(line.present());
  EXPECT_EQ(line.RoleOf(PrincipalKey(0)), 0);
  EXPECT_TRUE(line.empty());
}

}  // namespace
}  // namespace acl
