#include "bench/generator.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_format.h"

namespace acl::bench {
namespace {

// Values that are mixed into the seed, one for each use of random numbers.
enum Stream : uint64_t {
  kAllQuota,
  kDefaultQuota,
  kGroupQuota,
  kGrants,
  kMembership,  // and up: one for each block
};

uint64_t DefaultGrants(const WorldShape& shape) {
  return std::min<uint64_t>(shape.grants * 5 / 100, shape.resources);
}

uint64_t GroupGrants(const WorldShape& shape) {
  return (shape.grants - DefaultGrants(shape)) * 25 / 95;
}

// The inverse of `a` modulo `size`, for coprime `a` and `size`.
uint64_t InverseOf(uint64_t a, uint64_t size) {
  int64_t x = 0, next_x = 1;
  auto r = static_cast<int64_t>(size), next_r = static_cast<int64_t>(a);
  while (next_r != 0) {
    const int64_t quotient = r / next_r;
    x = std::exchange(next_x, x - quotient * next_x);
    r = std::exchange(next_r, r - quotient * next_r);
  }
  return static_cast<uint64_t>(x < 0 ? x + static_cast<int64_t>(size) : x);
}

// Visits `count` different numbers below `size`, in a pseudo-random order.
// REQUIRES: count <= size.
template <class Visit>
void Draw(uint32_t count, uint32_t size, Random* random, Visit visit) {
  if (count == 0) return;
  uint64_t step;
  do {
    step = 1 + random->Below(size);
  } while (std::gcd(step, uint64_t{size}) != 1);
  uint64_t next = random->Below(size);
  for (uint32_t i = 0; i < count; ++i, next = (next + step) % size) {
    visit(static_cast<uint32_t>(next));
  }
}

}  // namespace

uint64_t Mix(uint64_t seed, uint64_t number) {
  uint64_t x = seed * 0xd1342543de82ef95 + number * 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

Permutation::Permutation(uint32_t size, uint64_t seed) : size_(size) {
  Random random(seed);
  do {
    factor_ = 1 + random.Below(size);
  } while (std::gcd(factor_, size_) != 1);
  offset_ = random.Below(size);
  factor_ %= size_;
  inverse_ = InverseOf(factor_, size_);
}

std::string UserName(uint32_t user) {
  return absl::StrFormat("usr-%016d", user);
}
std::string GroupName(uint32_t group) {
  return absl::StrFormat("grp-%016d", group);
}
std::string ResourceName(uint32_t resource) {
  return absl::StrFormat("res-%016d", resource);
}

std::string PrincipalName(const PlainGrant& grant) {
  switch (grant.kind) {
    case TargetKind::kUser:
      return UserName(grant.target);
    case TargetKind::kGroup:
      return GroupName(grant.target);
    case TargetKind::kDefault:
      break;
  }
  return "default";
}

Generator::Generator(const WorldShape& shape)
    : shape_(shape),
      all_(shape.grants, shape.resources, Mix(shape.seed, kAllQuota)),
      defaults_(DefaultGrants(shape), shape.resources,
                Mix(shape.seed, kDefaultQuota)),
      to_groups_(GroupGrants(shape), shape.resources,
                 Mix(shape.seed, kGroupQuota)) {
  for (uint32_t j = 0; j < shape.groups_per_user; ++j) {
    memberships_.emplace_back(shape.users, Mix(shape.seed, kMembership + j));
  }
}

Generator::Block Generator::BlockOf(uint32_t j) const {
  const uint64_t blocks = shape_.groups_per_user;
  const auto first =
      static_cast<uint32_t>(shape_.groups * uint64_t{j} / blocks);
  const auto end =
      static_cast<uint32_t>(shape_.groups * (uint64_t{j} + 1) / blocks);
  return {first, (end - first) / shape_.nesting};
}

uint32_t Generator::BlockIndexOf(uint32_t group) const {
  // The last block that begins at or before the group.
  return static_cast<uint32_t>(
      ((uint64_t{group} + 1) * shape_.groups_per_user - 1) / shape_.groups);
}

void Generator::GroupsOf(uint32_t user, std::vector<uint32_t>* groups) const {
  groups->clear();
  for (uint32_t j = 0; j < shape_.groups_per_user; ++j) {
    const Block block = BlockOf(j);
    const uint64_t chain =
        uint64_t{memberships_[j](user)} * block.chains / shape_.users;
    groups->push_back(block.first +
                      static_cast<uint32_t>(chain) * shape_.nesting);
  }
}

Generator::Chain Generator::ChainOf(uint32_t group) const {
  Chain chain;
  chain.block = BlockIndexOf(group);
  const Block block = BlockOf(chain.block);
  const uint32_t place = group - block.first;
  const uint64_t number = place / shape_.nesting;
  if (number >= block.chains) return chain;  // left over: in no chain
  chain.level = place % shape_.nesting;
  // The users whose shuffled number x satisfies x * chains / users == number.
  const uint64_t round_up = block.chains - 1;
  const uint64_t users = shape_.users;
  chain.begin = (number * users + round_up) / block.chains;
  chain.end = ((number + 1) * users + round_up) / block.chains;
  return chain;
}

void Generator::MembersOf(uint32_t group, std::vector<uint32_t>* users) const {
  AllMembersOf(group, users);
  if (ChainOf(group).level != 0) users->clear();
}

void Generator::AllMembersOf(uint32_t group,
                             std::vector<uint32_t>* users) const {
  users->clear();
  const Chain chain = ChainOf(group);
  for (uint64_t x = chain.begin; x < chain.end; ++x) {
    users->push_back(
        memberships_[chain.block].Inverse(static_cast<uint32_t>(x)));
  }
}

uint32_t Generator::ParentOf(uint32_t group) const {
  const Chain chain = ChainOf(group);
  const bool last = chain.level == shape_.nesting - 1;
  return last || chain.begin == chain.end ? group : group + 1;
}

void Generator::AllGroupsOf(uint32_t user,
                            std::vector<uint32_t>* groups) const {
  GroupsOf(user, groups);
  const size_t direct = groups->size();
  for (size_t i = 0; i < direct; ++i) {
    uint32_t group = (*groups)[i];
    for (uint32_t parent = ParentOf(group); parent != group;
         parent = ParentOf(group)) {
      groups->push_back(parent);
      group = parent;
    }
  }
}

std::optional<uint32_t> Generator::AnyMemberOf(uint32_t group,
                                               Random* random) const {
  const Chain chain = ChainOf(group);
  if (chain.begin == chain.end) return std::nullopt;
  const auto members = static_cast<uint32_t>(chain.end - chain.begin);
  return memberships_[chain.block].Inverse(
      static_cast<uint32_t>(chain.begin + random->Below(members)));
}

Generator::Quota::Quota(uint64_t total, uint32_t resources, uint64_t seed)
    : each_(static_cast<uint32_t>(total / resources)),
      one_more_(static_cast<uint32_t>(total % resources)),
      order_(resources, seed) {}

void Generator::GrantsOf(uint32_t resource,
                         std::vector<PlainGrant>* grants) const {
  grants->clear();
  Random random(Mix(shape_.seed + kGrants, resource));
  const uint32_t all = all_(resource);
  const uint32_t defaults = std::min(all, defaults_(resource));
  const uint32_t to_groups = std::min(all - defaults, to_groups_(resource));
  const auto add = [&](TargetKind kind, uint32_t target) {
    grants->push_back({kind, target, 1 + random.Below(kRoles)});
  };
  Draw(all - defaults - to_groups, shape_.users, &random,
       [&](uint32_t user) { add(TargetKind::kUser, user); });
  Draw(to_groups, shape_.groups, &random,
       [&](uint32_t group) { add(TargetKind::kGroup, group); });
  // A baseline is always the lowest role; a higher one would make the other
  // grants irrelevant.
  if (defaults != 0) grants->push_back({TargetKind::kDefault, 0, 1});
}

void Generator::VisitMemberships(
    absl::FunctionRef<void(uint32_t, uint32_t)> visit) const {
  std::vector<uint32_t> groups;
  for (uint32_t user = 0; user < shape_.users; ++user) {
    GroupsOf(user, &groups);
    for (const uint32_t group : groups) visit(user, group);
  }
}

void Generator::VisitNesting(
    absl::FunctionRef<void(uint32_t, uint32_t)> visit) const {
  for (uint32_t group = 0; group < shape_.groups; ++group) {
    const uint32_t parent = ParentOf(group);
    if (parent != group) visit(group, parent);
  }
}

void Generator::VisitGrants(
    absl::FunctionRef<void(uint32_t, const PlainGrant&)> visit) const {
  std::vector<PlainGrant> grants;
  for (uint32_t resource = 0; resource < shape_.resources; ++resource) {
    GrantsOf(resource, &grants);
    for (const PlainGrant& grant : grants) visit(resource, grant);
  }
}

uint64_t Generator::PairsWithRole() const {
  std::vector<PlainGrant> grants;
  std::vector<uint32_t> members;
  std::vector<uint32_t> users;
  uint64_t pairs = 0;
  for (uint32_t resource = 0; resource < shape_.resources; ++resource) {
    GrantsOf(resource, &grants);
    users.clear();
    bool everybody = false;
    for (const PlainGrant& grant : grants) {
      if (grant.kind == TargetKind::kDefault) everybody = true;
      if (grant.kind == TargetKind::kUser) users.push_back(grant.target);
      if (grant.kind == TargetKind::kGroup) {
        AllMembersOf(grant.target, &members);
        users.insert(users.end(), members.begin(), members.end());
      }
    }
    if (everybody) {
      pairs += shape_.users;
      continue;
    }
    std::sort(users.begin(), users.end());
    pairs += std::unique(users.begin(), users.end()) - users.begin();
  }
  return pairs;
}

}  // namespace acl::bench
