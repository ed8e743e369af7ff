// A world as a stream of parts. Part of the public API; begin reading at
// acl/engine.h.
#ifndef ACL_WORLD_WORLD_PARTS_H_
#define ACL_WORLD_WORLD_PARTS_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// Returns the entries of World.workspaces one after the other, then null. Each
// is valid until the next call. An error ends the call that reads.
using WorldSource = std::function<absl::StatusOr<const v1::Workspace*>()>;

// Receives the entries one by one; each is valid until the call returns. An
// error ends the call that writes.
using WorldSink = std::function<absl::Status(const v1::Workspace& part)>;

}  // namespace acl

#endif  // ACL_WORLD_WORLD_PARTS_H_
