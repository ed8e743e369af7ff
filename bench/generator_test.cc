#include "bench/generator.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "bench/loaded_world.h"
#include "bench/queries.h"
#include "bench/world_source.h"
#include "gtest/gtest.h"

namespace acl::bench {
namespace {

WorldShape Shape(const char* name) { return *NamedShape(name); }

WorldShape Nested() {
  WorldShape shape = Shape("tiny");
  shape.groups = 64;
  shape.nesting = 4;
  return shape;
}

using Pairs = std::set<std::pair<std::string, std::string>>;

// Memberships as references, computed from the numbers and read from the
// messages.
Pairs PlainMembers(const Generator& world) {
  Pairs pairs;
  world.VisitMemberships([&](uint32_t user, uint32_t group) {
    pairs.emplace(absl::StrCat("user:", UserName(user)), GroupName(group));
  });
  world.VisitNesting([&](uint32_t member, uint32_t group) {
    pairs.emplace(absl::StrCat("group:", GroupName(member)), GroupName(group));
  });
  return pairs;
}

Pairs PlainGrants(const Generator& world) {
  Pairs pairs;
  world.VisitGrants([&](uint32_t resource, const PlainGrant& grant) {
    const auto added = pairs.emplace(
        ResourceName(resource),
        absl::StrCat(TargetReference(grant), "=", RoleWord(grant.role)));
    EXPECT_TRUE(added.second) << added.first->second;
  });
  return pairs;
}

struct Messages {
  Pairs members;
  Pairs grants;
  uint32_t users = 0;
};

Messages ReadMessages(const Generator& world) {
  Messages read;
  const WorldSource source = SourceOf(world);
  for (const v1::Workspace* part = *source(); part != nullptr;
       part = *source()) {
    read.users += part->users_size();
    for (const v1::Group& group : part->groups()) {
      for (const std::string& member : group.members()) {
        read.members.emplace(member, group.id());
      }
    }
    for (const v1::Resource& resource : part->resources()) {
      for (const v1::Grant& grant : resource.grants()) {
        read.grants.emplace(resource.id(),
                            absl::StrCat(grant.target(), "=", grant.role()));
      }
    }
  }
  return read;
}

TEST(GeneratorTest, NumbersAndMessagesAreTheSameWorld) {
  for (const WorldShape& shape : {Shape("tiny"), Nested(), Shape("W0")}) {
    const Generator world(shape);
    const Messages messages = ReadMessages(world);
    EXPECT_EQ(messages.users, shape.users);
    EXPECT_EQ(messages.members, PlainMembers(world));
    EXPECT_EQ(messages.grants, PlainGrants(world));
  }
}

TEST(GeneratorTest, CountsAreThoseOfTheShape) {
  for (const char* name : {"W0", "W1"}) {
    const Generator world(Shape(name));
    const WorldShape& shape = world.shape();
    std::map<TargetKind, uint64_t> grants;
    world.VisitGrants(
        [&](uint32_t, const PlainGrant& grant) { ++grants[grant.kind]; });
    EXPECT_EQ(grants[TargetKind::kUser], shape.grants * 70 / 100);
    EXPECT_EQ(grants[TargetKind::kGroup], shape.grants * 25 / 100);
    EXPECT_EQ(grants[TargetKind::kDefault], shape.grants * 5 / 100);
    std::map<uint32_t, uint32_t> groups_of;
    std::set<std::pair<uint32_t, uint32_t>> members;
    world.VisitMemberships([&](uint32_t user, uint32_t group) {
      ++groups_of[user];
      EXPECT_LT(group, shape.groups);
      EXPECT_TRUE(members.emplace(user, group).second);
    });
    EXPECT_EQ(groups_of.size(), shape.users);
    for (const auto& [user, count] : groups_of) {
      EXPECT_EQ(count, shape.groups_per_user) << user;
    }
  }
}

TEST(GeneratorTest, AResourceHasAtMostOneGrantForATarget) {
  WorldShape dense{"dense", 1000, 300, 5, 5, 5000};
  for (const WorldShape& shape : {Shape("W0"), dense}) {
    ASSERT_TRUE(CheckShape(shape).ok());
    const Generator world(shape);
    std::set<std::pair<uint32_t, uint64_t>> seen;
    uint64_t grants = 0;
    world.VisitGrants([&](uint32_t resource, const PlainGrant& grant) {
      const uint64_t target =
          static_cast<uint64_t>(grant.kind) << 32 | grant.target;
      EXPECT_TRUE(seen.emplace(resource, target).second);
      ++grants;
    });
    EXPECT_EQ(grants, shape.grants);
  }
}

TEST(GeneratorTest, TheSameSeedIsTheSameWorld) {
  const Generator world(Shape("W0"));
  WorldShape other = Shape("W0");
  EXPECT_EQ(PlainGrants(world), PlainGrants(Generator(other)));
  other.seed = 2;
  EXPECT_NE(PlainGrants(world), PlainGrants(Generator(other)));
}

TEST(GeneratorTest, IdsHaveTwentyBytes) {
  EXPECT_EQ(ResourceName(12345), "res-0000000000012345");
  EXPECT_EQ(UserName(0).size(), 20);
  EXPECT_EQ(GroupName(4'000'000'000).size(), 20);
}

TEST(GeneratorTest, ImpossibleShapesAreRefused) {
  WorldShape shape = Shape("tiny");
  shape.grants = uint64_t{shape.resources} * 1000;
  EXPECT_EQ(CheckShape(shape).message(),
            "world tiny: too few users for the grants of a resource");
  EXPECT_EQ(NamedShape("W9").status().message(),
            "there is no world `W9`; tiny, W0, W1, W2, W3 are there");
  for (const std::string& name : ShapeNames()) {
    EXPECT_TRUE(CheckShape(*NamedShape(name)).ok()) << name;
  }
}

// The user's role on the resource, computed from the numbers one grant at a
// time.
uint32_t PlainRole(const Generator& world, uint32_t user, uint32_t resource) {
  std::vector<uint32_t> groups;
  world.AllGroupsOf(user, &groups);
  std::vector<PlainGrant> grants;
  world.GrantsOf(resource, &grants);
  uint32_t role = 0;
  for (const PlainGrant& grant : grants) {
    const bool counts =
        grant.kind == TargetKind::kDefault ||
        (grant.kind == TargetKind::kUser && grant.target == user) ||
        (grant.kind == TargetKind::kGroup &&
         std::find(groups.begin(), groups.end(), grant.target) != groups.end());
    if (counts) role = std::max(role, grant.role);
  }
  return role;
}

TEST(LoadedWorldTest, TheEngineHasTheGeneratedRoles) {
  for (const WorldShape& shape : {Shape("tiny"), Nested()}) {
    const LoadedWorld world(shape);
    uint64_t pairs = 0;
    for (uint32_t user = 0; user < shape.users; ++user) {
      for (uint32_t resource = 0; resource < shape.resources; ++resource) {
        const uint32_t role = PlainRole(world.generator(), user, resource);
        ASSERT_EQ(world.RoleOf({user, resource}), role);
        pairs += role != 0 ? 1 : 0;
      }
    }
    EXPECT_EQ(world.generator().PairsWithRole(), pairs);
  }
}

TEST(QueriesTest, EveryOtherQueryIsAHit) {
  for (const WorldShape& shape : {Shape("W0"), Nested()}) {
    const Generator world(shape);
    const std::vector<Query> queries = MakeQueries(world, 2000, 1);
    for (size_t i = 0; i < queries.size(); i += 2) {
      EXPECT_NE(PlainRole(world, queries[i].user, queries[i].resource), 0);
    }
  }
}

TEST(QueriesTest, ResourcesFollowZipf) {
  constexpr uint32_t kSize = 1000;
  constexpr int kDraws = 1'000'000;
  const Zipf zipf(kSize);
  Random random(7);
  std::vector<int> drawn(kSize);
  for (int i = 0; i < kDraws; ++i) ++drawn[zipf(&random)];
  double sum = 0;
  for (uint32_t rank = 1; rank <= kSize; ++rank) sum += 1.0 / rank;
  for (const uint32_t rank : {1, 2, 3, 10, 100}) {
    const double expected = kDraws / (rank * sum);
    EXPECT_NEAR(drawn[rank - 1], expected, 5 * std::sqrt(expected)) << rank;
  }
}

}  // namespace
}  // namespace acl::bench
