#include "acl/directory/closure.h"

#include <algorithm>
#include <cstddef>

namespace acl {
namespace {

constexpr size_t kScanLimit = 16;

}  // namespace

GroupClosure::GroupClosure(const Directory& directory, TargetKey member) {
  if (IsGroup(member)) {
    auto at = directory.GroupAt(NumberOf(member)).parents.Begin();
    for (; at.valid(); at.Next()) Visit(at.value(), 1);
  } else {
    for (const TargetKey key :
         directory.members.Get(NumberOf(member))->groups()) {
      Visit(NumberOf(key), 1);
    }
  }
  // Breadth first. The vector grows meanwhile, so iterators would be
  // invalidated.
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

ShortestPaths::ShortestPaths(const Directory& directory, TargetKey member)
    : directory_(directory), member_(member) {}

// Breadth first. Each step visits groups in the order in which their own paths
// compare, and their parents in the order of ids, so that a group is first
// reached by the smallest of its shortest paths.
void ShortestPaths::Visit(TargetKey member, size_t from, bool first) {
  std::vector<uint32_t> parents = directory_.GroupsOf(member);
  std::sort(parents.begin(), parents.end(), [&](uint32_t a, uint32_t b) {
    return directory_.group_ids.Get(a) < directory_.group_ids.Get(b);
  });
  for (const uint32_t parent : parents) {
    if (!step_of_.try_emplace(parent, steps_.size()).second) continue;
    const size_t length = first ? 1 : steps_[from].length + 1;
    steps_.push_back({parent, first ? steps_.size() : from, length});
  }
}

const ShortestPaths::Step* ShortestPaths::StepTo(uint32_t goal) {
  if (!begun_) {
    begun_ = true;
    Visit(member_, 0, true);
  }
  auto found = step_of_.find(goal);
  for (; found == step_of_.end() && next_ < steps_.size(); ++next_) {
    Visit(GroupKey(steps_[next_].group), next_, false);
    found = step_of_.find(goal);
  }
  return found == step_of_.end() ? nullptr : &steps_[found->second];
}

size_t ShortestPaths::LengthTo(uint32_t goal) {
  const Step* const step = StepTo(goal);
  return step == nullptr ? 0 : step->length;
}

std::vector<std::string> ShortestPaths::To(uint32_t goal) {
  std::vector<std::string> path;
  for (const Step* step = StepTo(goal); step != nullptr;) {
    path.emplace_back(directory_.group_ids.Get(step->group));
    step = step->length == 1 ? nullptr : &steps_[step->from];
  }
  std::reverse(path.begin(), path.end());
  return path;
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
