#include "acl/store/state.h"

#include <algorithm>

namespace acl {

std::vector<NamedGrant> State::SortedGrants(const ResourceRow& resource) const {
  std::vector<NamedGrant> sorted;
  sorted.reserve(GrantsOn(resource).size());
  GrantsOn(resource).ForEach([&](TargetKey key, RoleSlot role) {
    sorted.push_back({directory.NameOf(key), role});
  });
  std::sort(sorted.begin(), sorted.end(),
            [](const NamedGrant& a, const NamedGrant& b) {
              return NameLess()(a.target, b.target);
            });
  return sorted;
}

}  // namespace acl
