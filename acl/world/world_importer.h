// Builds the states of a world that comes in parts. Internal; the public
// interface is acl/engine.h (Engine::Import).
#ifndef ACL_WORLD_WORLD_IMPORTER_H_
#define ACL_WORLD_WORLD_IMPORTER_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/store/state.h"
#include "acl/world/state_world.h"
#include "acl/world/world_fault.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// Trusts nothing, like WorkspaceImporter. Not thread-safe.
class WorldImporter {
 public:
  // `new_state` returns an empty state with its incarnation for each workspace.
  explicit WorldImporter(std::function<absl::StatusOr<State>()> new_state)
      : new_state_(std::move(new_state)) {}

  // Adds the parts in order. Faults in them are reported by Finish(); an error
  // from `new_state` is returned, and ends the work.
  absl::Status Add(const v1::Workspace& part);

  // The workspaces in order; or one refusal with all faults, which `faults`, if
  // given, receives one by one. Must be the last call.
  absl::StatusOr<std::vector<State>> Finish(std::vector<WorldFault>* faults);

 private:
  absl::Status Begin(const std::string& id, const std::string& path);
  void FinishWorkspace();

  const std::function<absl::StatusOr<State>()> new_state_;
  std::vector<State> states_;
  std::vector<WorldFault> faults_;
  std::map<std::string, std::string> seen_;  // id → where
  std::unique_ptr<WorkspaceImporter> workspace_;
  size_t parts_ = 0;
};

}  // namespace acl

#endif  // ACL_WORLD_WORLD_IMPORTER_H_
