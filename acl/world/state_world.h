// Converts a state to the exchange format and back. Internal; the public
// interface is acl/engine.h (Engine::Import, Reader::Export).
#ifndef ACL_WORLD_STATE_WORLD_H_
#define ACL_WORLD_STATE_WORLD_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "acl/store/state.h"
#include "acl/world/world_fault.h"
#include "acl/world/world_parts.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// Everything in a state, in canonical order: each list by what identifies its
// items, bytewise; settings only if they differ from the default. In parts of
// about `part_items` users, members, grants and so on (an item is never
// divided); every part but the first is `continued`.
absl::Status ToWorld(const State& state, size_t part_items,
                     const WorldSink& sink);

// The same as one part.
v1::Workspace ToWorld(const State& state);

// Builds a state from the parts of one workspace. Trusts nothing: `faults`
// receives everything that is wrong, once each, with the path of the innermost
// part that is wrong: list by list, in groups the ids before the members. A
// fault in one place causes none in another: a refused item can still be
// referred to.
class WorkspaceImporter {
 public:
  // `state` has only its incarnation and scope. `faults` is not owned.
  WorkspaceImporter(State state, std::vector<WorldFault>* faults);
  ~WorkspaceImporter();

  // Adds the parts in order; `path` is the path of the part.
  void Add(const v1::Workspace& part, const std::string& path);

  // The state; must not be used if there were faults. Must be the last call.
  State Finish();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

// Combines faults into one refusal, one line for each. REQUIRES: not empty.
absl::Status AsRefusal(const std::vector<WorldFault>& faults);

}  // namespace acl

#endif  // ACL_WORLD_STATE_WORLD_H_
