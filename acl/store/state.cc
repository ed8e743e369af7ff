#include "acl/store/state.h"

#include <algorithm>
#include <tuple>

namespace acl {

std::vector<uint32_t> State::SortedResources() const {
  std::vector<uint32_t> numbers;
  for (uint32_t i = 0; i < next_resource; ++i) {
    if (HasResource(i)) numbers.push_back(i);
  }
  const auto less = [&](uint32_t a, uint32_t b) {
    const ResourceRef ref_a = ResourceAt(a);
    const ResourceRef ref_b = ResourceAt(b);
    return std::tie(ref_a.type, ref_a.id) < std::tie(ref_b.type, ref_b.id);
  };
  if (!std::is_sorted(numbers.begin(), numbers.end(), less)) {
    std::sort(numbers.begin(), numbers.end(), less);
  }
  return numbers;
}

std::vector<TargetGrant> State::SortedGrants(uint32_t resource) const {
  const GrantLine& line = *grants.Get(resource);
  std::vector<TargetGrant> sorted;
  sorted.reserve(line.size());
  line.ForEach([&](TargetKey key, RoleSlot role) {
    sorted.push_back({key, role});
  });
  std::sort(sorted.begin(), sorted.end(),
            [&](const TargetGrant& a, const TargetGrant& b) {
              const Kind kind_a = directory.KindOfTarget(a.target);
              const Kind kind_b = directory.KindOfTarget(b.target);
              if (kind_a != kind_b) return kind_a < kind_b;
              return directory.IdOfTarget(a.target) <
                     directory.IdOfTarget(b.target);
            });
  return sorted;
}

}  // namespace acl
