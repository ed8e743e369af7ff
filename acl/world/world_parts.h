// A world as a stream of parts. Part of the public API; begin reading at
// acl/engine.h.
#ifndef ACL_WORLD_WORLD_PARTS_H_
#define ACL_WORLD_WORLD_PARTS_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// Gives the entries of World.workspaces one after the other, then null. Each
// lasts until the next call. What is not OK ends the call that reads.
using WorldSource = std::function<absl::StatusOr<const v1::Workspace*>()>;

// Takes them; each lasts until it returns. What is not OK ends the call that
// writes.
using WorldSink = std::function<absl::Status(const v1::Workspace& part)>;

}  // namespace acl

#endif  // ACL_WORLD_WORLD_PARTS_H_
