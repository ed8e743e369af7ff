#include "bench/map_peers.h"

#include <algorithm>

namespace acl::bench {
namespace {

std::string StringKey(absl::string_view resource, absl::string_view principal) {
  std::string key;
  key.reserve(resource.size() + principal.size() + 1);
  key.append(resource.data(), resource.size());
  key.push_back('|');
  key.append(principal.data(), principal.size());
  return key;
}

// Users and groups share one number space: users have the even numbers.
uint64_t NumberKey(uint32_t resource, uint64_t principal) {
  return uint64_t{resource} << 32 | principal;
}
uint64_t UserNumber(uint32_t user) { return uint64_t{user} * 2 + 2; }
uint64_t GroupNumber(uint32_t group) { return uint64_t{group} * 2 + 1; }
constexpr uint64_t kDefaultNumber = 0;

uint64_t PrincipalNumber(const PlainGrant& grant) {
  if (grant.kind == TargetKind::kUser) return UserNumber(grant.target);
  if (grant.kind == TargetKind::kGroup) return GroupNumber(grant.target);
  return kDefaultNumber;
}

template <class Map, class Key>
uint32_t Held(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? 0 : found->second;
}

}  // namespace

StringMapPeer::StringMapPeer(const Generator& world) {
  std::vector<uint32_t> groups;
  for (uint32_t user = 0; user < world.shape().users; ++user) {
    world.AllGroupsOf(user, &groups);
    for (const uint32_t group : groups) {
      groups_[UserName(user)].push_back(GroupName(group));
    }
  }
  world.VisitGrants([&](uint32_t resource, const PlainGrant& grant) {
    grants_.emplace(StringKey(ResourceName(resource), PrincipalName(grant)),
                    grant.role);
  });
}

uint32_t StringMapPeer::RoleOf(absl::string_view user,
                               absl::string_view resource) const {
  uint32_t role = std::max(Held(grants_, StringKey(resource, "default")),
                           Held(grants_, StringKey(resource, user)));
  const auto groups = groups_.find(std::string(user));
  if (groups == groups_.end()) return role;
  for (const std::string& group : groups->second) {
    role = std::max(role, Held(grants_, StringKey(resource, group)));
  }
  return role;
}

NumberMapPeer::NumberMapPeer(const Generator& world)
    : groups_(world.shape().users) {
  for (uint32_t user = 0; user < world.shape().users; ++user) {
    world.AllGroupsOf(user, &groups_[user]);
  }
  grants_.reserve(world.shape().grants);
  world.VisitGrants([&](uint32_t resource, const PlainGrant& grant) {
    grants_.emplace(NumberKey(resource, PrincipalNumber(grant)), grant.role);
  });
}

uint32_t NumberMapPeer::RoleOf(const Query& query) const {
  const auto held = [&](uint64_t principal) {
    return Held(grants_, NumberKey(query.resource, principal));
  };
  uint32_t role = std::max(held(kDefaultNumber), held(UserNumber(query.user)));
  for (const uint32_t group : groups_[query.user]) {
    role = std::max(role, held(GroupNumber(group)));
  }
  return role;
}

}  // namespace acl::bench
