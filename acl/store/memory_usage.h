// How much memory a workspace uses. Part of the public API; begin reading at
// acl/engine.h.
#ifndef ACL_STORE_MEMORY_USAGE_H_
#define ACL_STORE_MEMORY_USAGE_H_

#include <cstdint>

namespace acl {

// Bytes by purpose. Exact, except for non-default settings, remembered request
// ids and the overhead of the system's allocator.
struct MemoryUsage {
  uint64_t grants = 0;       // a line per resource, and blocks of grants
  uint64_t members = 0;      // a line per principal, and API keys
  uint64_t reverse = 0;      // from principals and groups back to resources
  uint64_t ids = 0;          // ids, each once
  uint64_t index = 0;        // from ids to numbers
  uint64_t texts = 0;        // display names, e-mail addresses
  uint64_t directories = 0;  // from numbers to rows
  uint64_t unused = 0;       // taken from the system, not in use yet
  uint64_t fixed = 0;        // the workspace itself
  // Included in the above: what only snapshots and running readers keep alive.
  uint64_t old_versions = 0;

  uint64_t total() const {
    return grants + members + reverse + ids + index + texts + directories +
           unused + fixed;
  }
};

}  // namespace acl

#endif  // ACL_STORE_MEMORY_USAGE_H_
