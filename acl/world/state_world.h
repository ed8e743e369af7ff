// A state as the exchange format, and back. Internal; the front door is
// acl/engine.h (Engine::Import, Reader::Export).
#ifndef ACL_WORLD_STATE_WORLD_H_
#define ACL_WORLD_STATE_WORLD_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "acl/store/state.h"
#include "acl/world/world_fault.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// Everything of a state, in canonical order: each list by what identifies its
// items, bytewise; settings only where they differ from the default.
v1::Workspace ToWorld(const State& state);

// Fills `state`, which has only its incarnation and scope, from `world`.
// Trusts nothing: `faults` gets everything that is wrong, in the order of the
// message's fields. `path` is where the workspace stands. If there are faults
// the state is of no use.
void FromWorld(const v1::Workspace& world, const std::string& path,
               State* state, std::vector<WorldFault>* faults);

// What FromWorld() found, as one refusal: a line for each fault. REQUIRES: not
// empty.
absl::Status AsRefusal(const std::vector<WorldFault>& faults);

}  // namespace acl

#endif  // ACL_WORLD_STATE_WORLD_H_
