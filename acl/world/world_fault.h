// What is wrong in a world that was to be imported. Part of the public API;
// begin reading at acl/engine.h.
#ifndef ACL_WORLD_WORLD_FAULT_H_
#define ACL_WORLD_WORLD_FAULT_H_

#include <string>

#include "absl/status/status.h"

namespace acl {

// One thing that is wrong, and where it stands.
struct WorldFault {
  std::string path;  // in the message: `workspaces[0].users[3]`
  absl::Status refusal;
};

}  // namespace acl

#endif  // ACL_WORLD_WORLD_FAULT_H_
