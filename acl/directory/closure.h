// Membership followed through groups, upwards and downwards. Internal.
#ifndef ACL_DIRECTORY_CLOSURE_H_
#define ACL_DIRECTORY_CLOSURE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "acl/directory/directory.h"

namespace acl {

// A group that something is in.
struct Reached {
  uint32_t group;
  uint32_t distance;  // length of the shortest path: 1 for a direct member
};

// Every group that a principal or a group is in, each once, nearest first.
// O(groups reached and their parents).
class GroupClosure {
 public:
  // `member` is 0 for nobody.
  GroupClosure(const Directory& directory, TargetKey member);

  const absl::InlinedVector<Reached, 16>& reached() const { return reached_; }
  bool Contains(uint32_t group) const;

 private:
  void Visit(uint32_t group, uint32_t distance);

  absl::InlinedVector<Reached, 16> reached_;
  // Only filled beyond the inlined size; below it a scan needs no memory.
  absl::flat_hash_set<uint32_t> seen_;
};

// The shortest path from a member to the group `goal`, as group ids: the first
// is a direct group, the last is `goal`. Among shortest ones the path whose ids
// compare smaller, from the first on. Empty if there is none.
std::vector<std::string> ShortestPath(const Directory& directory,
                                      TargetKey member, uint32_t goal);

// `group` and every group below it, each once.
std::vector<uint32_t> GroupsBelow(const Directory& directory, uint32_t group);

}  // namespace acl

#endif  // ACL_DIRECTORY_CLOSURE_H_
