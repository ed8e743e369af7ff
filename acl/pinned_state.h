// The state that one call of a reader is answered from. Internal; the front
// door is acl/reader.h.
#ifndef ACL_PINNED_STATE_H_
#define ACL_PINNED_STATE_H_

#include "absl/status/status.h"
#include "acl/base/fault.h"
#include "acl/base/revision.h"
#include "acl/reader.h"
#include "acl/store/epoch.h"
#include "acl/store/state.h"
#include "acl/store/version.h"
#include "acl/workspace_core.h"

namespace acl {

// Pins the calling thread for its scope. REQUIRES: the reader outlives it.
class PinnedState {
 public:
  explicit PinnedState(const Reader& reader)
      : core_(*reader.core_),
        state_(reader.held_ == nullptr ? core_.latest().state
                                       : reader.held_->state()) {}

  bool ok() const { return state_ != nullptr; }
  // REQUIRES: !ok().
  absl::Status status() const {
    return Refuse(v1::REVISION_NOT_AVAILABLE,
                  "the snapshot was pushed out by newer changes; take another");
  }

  // REQUIRES: ok(), as the rest.
  const State& operator*() const { return *state_; }
  const State* operator->() const { return state_; }
  RevisionToken token() const {
    return {state_->incarnation, state_->revision};
  }

  // Whether anybody is told of decisions.
  bool observed() const { return core_.observer() != nullptr; }
  // Tells the observer of a decision, and returns it.
  bool Decided(bool allowed) const {
    if (Observer* const observer = core_.observer()) {
      observer->OnDecision(state_->workspace, state_->revision, allowed);
    }
    return allowed;
  }

 private:
  const EpochPin pin_;  // first: nothing is loaded before it
  const WorkspaceCore& core_;
  const State* const state_;
};

}  // namespace acl

#endif  // ACL_PINNED_STATE_H_
