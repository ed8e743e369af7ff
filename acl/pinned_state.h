// The state from which one call of a reader is answered. Internal; the public
// interface is acl/reader.h.
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

// The refusal of a snapshot that the cap has evicted.
inline absl::Status SnapshotPushedOut() {
  return Refuse(v1::REVISION_NOT_AVAILABLE,
                "the snapshot was pushed out by newer changes; take another");
}

// For short calls. Pins the calling thread for its scope, within which no code
// of the caller may run. REQUIRES: the reader outlives it.
class PinnedState {
 public:
  explicit PinnedState(const Reader& reader)
      : state_(reader.held_ == nullptr ? reader.core_->latest().state
                                       : reader.held_->state()) {}

  bool ok() const { return state_ != nullptr; }
  // REQUIRES: !ok().
  absl::Status status() const { return SnapshotPushedOut(); }

  // REQUIRES: ok(), as do the others.
  const State& operator*() const { return *state_; }
  const State* operator->() const { return state_; }
  RevisionToken token() const {
    return {state_->incarnation, state_->revision};
  }

 private:
  const EpochPin pin_;  // first: nothing is loaded before it
  const State* const state_;
};

// For calls that may take long or that call back into the caller's code: holds
// the version without a pin, which keeps at most one old copy of each page that
// changes meanwhile. The cap does not evict it. REQUIRES: the reader outlives
// it.
class HeldState {
 public:
  explicit HeldState(const Reader& reader) : hold_(Hold(reader)) {}

  bool ok() const { return hold_.state() != nullptr; }
  // REQUIRES: !ok().
  absl::Status status() const { return SnapshotPushedOut(); }

  // REQUIRES: ok(), as do the others.
  const State& operator*() const { return *hold_.state(); }
  const State* operator->() const { return hold_.state(); }
  RevisionToken token() const {
    return {hold_.state()->incarnation, hold_.state()->revision};
  }

 private:
  static FastHold Hold(const Reader& reader) {
    if (reader.held_ != nullptr) return FastHold(*reader.held_);
    const EpochPin pin;
    for (;;) {
      // A version that was just replaced may have been evicted already.
      FastHold hold(reader.core_->latest().version);
      if (hold.state() != nullptr) return hold;
    }
  }

  const FastHold hold_;
};

}  // namespace acl

#endif  // ACL_PINNED_STATE_H_
