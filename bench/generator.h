// Generates the worlds that are measured, as plain numbers: users, groups and
// resources are numbered from 0.
//
//   Generator world(*NamedShape("W1"));
//   world.VisitGrants([](uint32_t resource, const PlainGrant& grant) { ... });
//
// Any row can be computed on its own and nothing is stored, so a world of a
// billion grants needs no memory. bench/world_source.h turns the same world
// into messages for an engine.
#ifndef BENCH_GENERATOR_H_
#define BENCH_GENERATOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "bench/world_shape.h"

namespace acl::bench {

// Mixes a seed with a number into well-distributed bits, the same on every
// machine.
uint64_t Mix(uint64_t seed, uint64_t number);

// A sequence of random numbers, determined by its seed on every machine.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(Mix(seed, 0)) {}
  uint64_t Next() { return Mix(state_, ++count_); }
  // REQUIRES: bound > 0.
  uint32_t Below(uint32_t bound) {
    return static_cast<uint32_t>((Next() >> 32) * bound >> 32);
  }
  // A number in [0, 1).
  double Fraction() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

 private:
  uint64_t state_;
  uint64_t count_ = 0;
};

// A permutation of the numbers below `size`, computed without a table.
class Permutation {
 public:
  // REQUIRES: size > 0.
  Permutation(uint32_t size, uint64_t seed);
  uint32_t operator()(uint32_t i) const {
    return static_cast<uint32_t>((factor_ * i + offset_) % size_);
  }
  // The number that is mapped to `j`.
  uint32_t Inverse(uint32_t j) const {
    return static_cast<uint32_t>(inverse_ * (j + size_ - offset_) % size_);
  }

 private:
  uint64_t size_;
  uint64_t factor_;
  uint64_t offset_;
  uint64_t inverse_;
};

enum class TargetKind : uint8_t { kUser, kGroup, kDefault };

// Roles are 1 (viewer) to 4 (admin).
constexpr uint32_t kRoles = 4;

struct PlainGrant {
  TargetKind kind = TargetKind::kDefault;
  uint32_t target = 0;  // the user or group; 0 for `default`
  uint32_t role = 0;
};

// Ids of 20 bytes, such as `res-0000000000012345`.
std::string UserName(uint32_t user);
std::string GroupName(uint32_t group);
std::string ResourceName(uint32_t resource);
// The id of a grant's user or group, or `default`.
std::string PrincipalName(const PlainGrant& grant);

// Thread-safe; copies are cheap.
class Generator {
 public:
  // REQUIRES: CheckShape(shape) is OK.
  explicit Generator(const WorldShape& shape);

  const WorldShape& shape() const { return shape_; }

  // The groups that a user is a direct member of: each once, in ascending
  // order.
  void GroupsOf(uint32_t user, std::vector<uint32_t>* groups) const;
  // The users that are direct members of a group.
  void MembersOf(uint32_t group, std::vector<uint32_t>* users) const;
  // All members of a group among the users, direct and indirect.
  void AllMembersOf(uint32_t group, std::vector<uint32_t>* users) const;
  // The group that a group is a direct member of, or the group itself if it is
  // in none.
  uint32_t ParentOf(uint32_t group) const;
  // GroupsOf(), and all groups that contain these.
  void AllGroupsOf(uint32_t user, std::vector<uint32_t>* groups) const;
  // Some direct or indirect member of the group among the users; nullopt if
  // there is none.
  std::optional<uint32_t> AnyMemberOf(uint32_t group, Random* random) const;

  // The grants of a resource: at most one for each target.
  void GrantsOf(uint32_t resource, std::vector<PlainGrant>* grants) const;

  // Visits the whole world, user by user and resource by resource.
  void VisitMemberships(
      absl::FunctionRef<void(uint32_t user, uint32_t group)> visit) const;
  void VisitNesting(
      absl::FunctionRef<void(uint32_t member, uint32_t group)> visit) const;
  void VisitGrants(
      absl::FunctionRef<void(uint32_t resource, const PlainGrant& grant)> visit)
      const;

  // The number of (user, resource) pairs with a role. Takes some seconds for a
  // large world.
  uint64_t PairsWithRole() const;

 private:
  // A range of group numbers. Block j has the groups of every user's jth
  // membership.
  struct Block {
    uint32_t first = 0;
    uint32_t chains = 0;
  };
  // A group's place in its chain, and the range of shuffled numbers of the
  // users below it.
  struct Chain {
    uint32_t block = 0;
    uint32_t level = 0;
    uint64_t begin = 0;
    uint64_t end = 0;
  };
  // Divides a number of grants among the resources.
  class Quota {
   public:
    Quota(uint64_t total, uint32_t resources, uint64_t seed);
    uint32_t operator()(uint32_t resource) const {
      return each_ + (order_(resource) < one_more_ ? 1 : 0);
    }

   private:
    uint32_t each_;
    uint32_t one_more_;
    Permutation order_;
  };

  Block BlockOf(uint32_t j) const;
  uint32_t BlockIndexOf(uint32_t group) const;
  Chain ChainOf(uint32_t group) const;

  WorldShape shape_;
  Quota all_;
  Quota defaults_;
  Quota to_groups_;
  std::vector<Permutation> memberships_;  // one for each block
};

}  // namespace acl::bench

#endif  // BENCH_GENERATOR_H_
