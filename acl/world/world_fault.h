// A fault in a world that was to be imported. Part of the public API; begin
// reading at acl/engine.h.
#ifndef ACL_WORLD_WORLD_FAULT_H_
#define ACL_WORLD_WORLD_FAULT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "acl/base/fault.h"

namespace acl {

// One fault and its place.
struct WorldFault {
  std::string path;  // in the message: `workspaces[0].users[3]`
  absl::Status refusal;
};

// A list of faults has at most this many, plus one that says that there are
// more; its path is that of the first fault left out.
constexpr size_t kMaxWorldFaults = 10000;

// Adds a fault to a list, within that limit.
inline void AddWorldFault(std::string path, absl::Status refusal,
                          std::vector<WorldFault>* faults) {
  if (faults->size() > kMaxWorldFaults) return;
  if (faults->size() == kMaxWorldFaults) {
    refusal = Refuse(v1::MALFORMED,
                     "more faults, from here on; mend the others first");
  }
  faults->push_back({std::move(path), std::move(refusal)});
}

}  // namespace acl

#endif  // ACL_WORLD_WORLD_FAULT_H_
