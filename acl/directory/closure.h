// Membership followed through groups, upwards and downwards. Internal.
#ifndef ACL_DIRECTORY_CLOSURE_H_
#define ACL_DIRECTORY_CLOSURE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "acl/directory/directory.h"

namespace acl {

// A group of which something is a member.
struct Reached {
  uint32_t group;
  uint32_t distance;  // length of the shortest path: 1 for a direct member
};

// Every group that a principal or a group is in, each once, nearest first.
// O(groups reached and their parents).
class GroupClosure {
 public:
  GroupClosure(const Directory& directory, TargetKey member);

  const absl::InlinedVector<Reached, 16>& reached() const { return reached_; }
  bool Contains(uint32_t group) const;

 private:
  void Visit(uint32_t group, uint32_t distance);

  absl::InlinedVector<Reached, 16> reached_;
  // Only used beyond the inlined size; below it a linear scan needs no memory.
  absl::flat_hash_set<uint32_t> seen_;
};

// The shortest paths from one member to the groups that contain it.
class ShortestPaths {
 public:
  // `directory` must outlive this. Searches no further than necessary.
  ShortestPaths(const Directory& directory, TargetKey member);

  // The path to the group `goal`, as group ids: the first is a direct group,
  // the last is `goal`. Among several shortest paths, the lexicographically
  // smallest by ids. Empty if there is none. All calls together take O(groups
  // reached and their parents), plus the length of each path.
  std::vector<std::string> To(uint32_t goal);
  // How many groups that path has. All calls together cost the same as above.
  size_t LengthTo(uint32_t goal);

 private:
  struct Step {
    uint32_t group;
    size_t from;  // index of the previous step; its own for a first step
    size_t length;
  };

  // Null if there is no path.
  const Step* StepTo(uint32_t goal);

  void Visit(TargetKey member, size_t from, bool first);

  const Directory& directory_;
  const TargetKey member_;
  std::vector<Step> steps_;
  absl::flat_hash_map<uint32_t, size_t> step_of_;  // by group
  bool begun_ = false;
  size_t next_ = 0;  // the first step not yet followed
};

// `group` and every group that is a member of it, directly or not, each once.
std::vector<uint32_t> GroupsBelow(const Directory& directory, uint32_t group);

}  // namespace acl

#endif  // ACL_DIRECTORY_CLOSURE_H_
