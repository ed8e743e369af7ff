#include "acl/directory/closure.h"

#include <algorithm>
#include <cstddef>

namespace acl {
namespace {

constexpr size_t kScanLimit = 16;

}  // namespace

GroupClosure::GroupClosure(const Directory& directory, const NameSet& parents) {
  Visit(directory, parents, 1);
  // Grows while it is walked, breadth first; hence no iterator.
  size_t next = 0;
  while (next < reached_.size()) {
    const Reached at = reached_[next++];
    Visit(directory, at.group->groups, at.distance + 1);
  }
}

void GroupClosure::Visit(const Directory& directory, const NameSet& parents,
                         uint32_t distance) {
  if (parents.empty()) return;
  for (auto at = parents.Begin(); at.valid(); at.Next()) {
    const GroupRow* group = directory.Group(at.key());
    if (Contains(*group)) continue;
    reached_.push_back({group, distance});
    if (reached_.size() == kScanLimit + 1) {
      for (const Reached& r : reached_) seen_.insert(r.group->name->number);
    } else if (reached_.size() > kScanLimit) {
      seen_.insert(group->name->number);
    }
  }
}

bool GroupClosure::Contains(const GroupRow& group) const {
  if (reached_.size() > kScanLimit) {
    return seen_.contains(group.name->number);
  }
  return std::any_of(reached_.begin(), reached_.end(),
                     [&](const Reached& r) { return r.group == &group; });
}

std::vector<std::string> ShortestPath(const Directory& directory,
                                      const NameSet& parents,
                                      const GroupRow& goal) {
  // Breadth first, where each step expands groups in the order in which their
  // own paths compare, and parents in the order of their ids: whoever is
  // reached first is reached by the smallest shortest path.
  struct Step {
    const GroupRow* group;
    size_t from;  // index of the step before; its own for a first step
  };
  std::vector<Step> steps;
  absl::flat_hash_set<uint32_t> seen;
  const auto visit = [&](const NameSet& groups, size_t from, bool first) {
    for (auto at = groups.Begin(); at.valid(); at.Next()) {
      if (!seen.insert(at.key()->number).second) continue;
      steps.push_back({directory.Group(at.key()), first ? steps.size() : from});
    }
  };
  visit(parents, 0, true);
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].group != &goal) {
      visit(steps[i].group->groups, i, false);
      continue;
    }
    std::vector<std::string> path;
    for (size_t at = i;; at = steps[at].from) {
      path.push_back(steps[at].group->name->id);
      if (steps[at].from == at) break;
    }
    std::reverse(path.begin(), path.end());
    return path;
  }
  return {};
}

std::vector<const GroupRow*> GroupsBelow(const Directory& directory,
                                         const GroupRow& group) {
  std::vector<const GroupRow*> below = {&group};
  absl::flat_hash_set<uint32_t> seen = {group.name->number};
  for (size_t i = 0; i < below.size(); ++i) {
    auto at = below[i]->members.Begin();
    for (; at.valid() && at.key()->kind == Kind::kGroup; at.Next()) {
      if (!seen.insert(at.key()->number).second) continue;
      below.push_back(directory.Group(at.key()));
    }
  }
  return below;
}

}  // namespace acl
