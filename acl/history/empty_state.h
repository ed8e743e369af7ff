// A state for readers of a folder that give out no handles. Internal.
#ifndef ACL_HISTORY_EMPTY_STATE_H_
#define ACL_HISTORY_EMPTY_STATE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "acl/base/heap.h"
#include "acl/store/state.h"

namespace acl {

// For Replay::NewState. All of these states have the same handle scope.
inline absl::StatusOr<State> EmptyState() {
  State state;
  state.heap = std::make_shared<Heap>();
  state.edit = NewEditTag();
  state.scope = 1;
  return state;
}

}  // namespace acl

#endif  // ACL_HISTORY_EMPTY_STATE_H_
