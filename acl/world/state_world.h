// A state as the exchange format, and back. Internal; the front door is
// acl/engine.h (Engine::Import, Reader::Export).
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

// Everything of a state, in canonical order: each list by what identifies its
// items, bytewise; settings only where they differ from the default. In parts
// of about `part_items` users, members, grants and so on (an item is never
// divided); every part but the first is `continued`.
absl::Status ToWorld(const State& state, size_t part_items,
                     const WorldSink& sink);

// The same as one part.
v1::Workspace ToWorld(const State& state);

// Makes a state of the parts of one workspace. Trusts nothing: `faults` gets
// everything that is wrong, once each, with the path of the innermost part that
// is wrong: list by list, in groups the ids before the members. What is wrong
// in one place makes no fault in another: an item that is refused can still be
// referred to.
class WorkspaceImporter {
 public:
  // `state` has only its incarnation and scope. `faults` is not owned.
  WorkspaceImporter(State state, std::vector<WorldFault>* faults);
  ~WorkspaceImporter();

  // The parts in their order; `path` is where the part stands.
  void Add(const v1::Workspace& part, const std::string& path);

  // The state; of no use if there were faults. Called once, as the last.
  State Finish();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

// Faults as one refusal: a line for each. REQUIRES: not empty.
absl::Status AsRefusal(const std::vector<WorldFault>& faults);

}  // namespace acl

#endif  // ACL_WORLD_STATE_WORLD_H_
