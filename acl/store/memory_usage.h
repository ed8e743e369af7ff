// What a workspace takes in memory. Part of the public API; begin reading at
// acl/engine.h.
#ifndef ACL_STORE_MEMORY_USAGE_H_
#define ACL_STORE_MEMORY_USAGE_H_

#include <cstdint>

namespace acl {

// Bytes, by what they are for. Exact, but for settings that are not the usual
// ones, remembered request ids and what the allocator of the system adds.
struct MemoryUsage {
  uint64_t grants = 0;       // a line for each resource, and many grants on one
  uint64_t members = 0;      // a line for each principal, and API keys
  uint64_t reverse = 0;      // from principals and groups back to resources
  uint64_t ids = 0;          // ids, once each
  uint64_t index = 0;        // from ids to numbers
  uint64_t texts = 0;        // names for people, e-mail addresses
  uint64_t directories = 0;  // from numbers to rows
  uint64_t unused = 0;       // taken from the system for what comes next
  uint64_t fixed = 0;        // the workspace itself
  // Contained in those above: what only snapshots, and readers that are at it,
  // keep alive.
  uint64_t old_versions = 0;

  uint64_t total() const {
    return grants + members + reverse + ids + index + texts + directories +
           unused + fixed;
  }
};

}  // namespace acl

#endif  // ACL_STORE_MEMORY_USAGE_H_
