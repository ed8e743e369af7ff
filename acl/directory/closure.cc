#include "acl/directory/closure.h"

#include <algorithm>
#include <cstddef>

namespace acl {
namespace {

constexpr size_t kScanLimit = 16;

}  // namespace

GroupClosure::GroupClosure(const Directory& directory, TargetKey member) {
  if (member == 0) return;
  if (IsGroup(member)) {
    auto at = directory.GroupAt(NumberOf(member)).parents.Begin();
    for (; at.valid(); at.Next()) Visit(at.value(), 1);
  } else {
    for (const TargetKey key :
         directory.members.Get(NumberOf(member))->groups()) {
      Visit(NumberOf(key), 1);
    }
  }
  // Grows while it is walked, breadth first; hence no iterator.
  for (size_t next = 0; next < reached_.size() && directory.nested != 0;
       ++next) {
    const Reached from = reached_[next];
    auto at = directory.GroupAt(from.group).parents.Begin();
    for (; at.valid(); at.Next()) Visit(at.value(), from.distance + 1);
  }
}

void GroupClosure::Visit(uint32_t group, uint32_t distance) {
  if (Contains(group)) return;
  reached_.push_back({group, distance});
  if (reached_.size() == kScanLimit + 1) {
    for (const Reached& r : reached_) seen_.insert(r.group);
  } else if (reached_.size() > kScanLimit) {
    seen_.insert(group);
  }
}

bool GroupClosure::Contains(uint32_t group) const {
  if (reached_.size() > kScanLimit) return seen_.contains(group);
  return std::any_of(reached_.begin(), reached_.end(),
                     [&](const Reached& r) { return r.group == group; });
}

std::vector<std::string> ShortestPath(const Directory& directory,
                                      TargetKey member, uint32_t goal) {
  // The usual case needs no walk.
  const std::vector<uint32_t> direct = directory.GroupsOf(member);
  if (std::find(direct.begin(), direct.end(), goal) != direct.end()) {
    return {std::string(directory.group_ids.Get(goal))};
  }
  // Breadth first, where each step expands groups in the order in which their
  // own paths compare, and parents in the order of their ids: whoever is
  // reached first is reached by the smallest shortest path.
  struct Step {
    uint32_t group;
    size_t from;  // index of the step before; its own for a first step
  };
  std::vector<Step> steps;
  absl::flat_hash_set<uint32_t> seen;
  const auto visit = [&](TargetKey at, size_t from, bool first) {
    std::vector<uint32_t> parents = directory.GroupsOf(at);
    std::sort(parents.begin(), parents.end(), [&](uint32_t a, uint32_t b) {
      return directory.group_ids.Get(a) < directory.group_ids.Get(b);
    });
    for (const uint32_t parent : parents) {
      if (!seen.insert(parent).second) continue;
      steps.push_back({parent, first ? steps.size() : from});
    }
  };
  visit(member, 0, true);
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].group != goal) {
      visit(GroupKey(steps[i].group), i, false);
      continue;
    }
    std::vector<std::string> path;
    for (size_t at = i;; at = steps[at].from) {
      path.emplace_back(directory.group_ids.Get(steps[at].group));
      if (steps[at].from == at) break;
    }
    std::reverse(path.begin(), path.end());
    return path;
  }
  return {};
}

std::vector<uint32_t> GroupsBelow(const Directory& directory, uint32_t group) {
  std::vector<uint32_t> below = {group};
  absl::flat_hash_set<uint32_t> seen = {group};
  for (size_t i = 0; i < below.size(); ++i) {
    auto at = directory.GroupAt(below[i]).subgroups.Begin();
    for (; at.valid(); at.Next()) {
      if (seen.insert(at.value()).second) below.push_back(at.value());
    }
  }
  return below;
}

}  // namespace acl
