// One workspace that records are applied to. Internal.
#ifndef ACL_HISTORY_WORKSPACE_REPLAY_H_
#define ACL_HISTORY_WORKSPACE_REPLAY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/base/revision.h"
#include "acl/history/record_changes.h"
#include "acl/share/change.h"
#include "acl/store/draft.h"
#include "acl/store/state.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

// Told what a record says that can't be; then the rest of it is applied, and
// what comes after it, as far as that can be. For who salvages a damaged
// folder; else null.
using Forgive = std::function<void(const std::string& what)>;

// Many records go into one draft. Not thread-safe.
class WorkspaceReplay {
 public:
  explicit WorkspaceReplay(std::shared_ptr<const State> state)
      : state_(std::move(state)), revision_(state_->revision) {}

  uint64_t incarnation() const { return state_->incarnation; }
  Revision revision() const { return revision_; }

  // Applies a record of this incarnation, whose changes are `*changes`. False
  // if the state had it already. JOURNAL_DAMAGED: it does not fit; with
  // `forgive` only if it is not well-formed, and there may be others missing
  // before it.
  absl::StatusOr<bool> Apply(const v1::Record& record, RecordChanges* changes,
                             size_t request_id_window,
                             const Forgive& forgive = nullptr);

  // The state that the records have led to.
  std::shared_ptr<const State> Take();

  // The same as a state behind the one of the last call (or the first), which
  // stays as it is until ForgetEarlier().
  NextState TakeNext();

 private:
  absl::Status ApplyNew(const v1::Record& record, RecordChanges* changes,
                        size_t request_id_window, const Forgive& forgive);
  absl::Status Remember(const v1::Record& record,
                        const std::vector<Change>& changes, size_t window);
  bool Answered(const v1::Record& record) const;
  const State& now() const {
    return draft_ == nullptr ? *state_ : draft_->state();
  }

  std::shared_ptr<const State> state_;
  std::unique_ptr<Draft> draft_;
  Revision revision_;
  int records_ = 0;  // in the draft
};

}  // namespace acl

#endif  // ACL_HISTORY_WORKSPACE_REPLAY_H_
