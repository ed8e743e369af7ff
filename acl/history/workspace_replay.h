// One workspace to which records are applied. Internal.
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

// Called with a description of each impossible change of a record; the rest of
// the record, and what follows it, is then applied as far as possible. For
// salvaging a damaged folder; else null.
using Forgive = std::function<void(const std::string& what)>;

// Collects many records in one draft. Not thread-safe.
class WorkspaceReplay {
 public:
  explicit WorkspaceReplay(std::shared_ptr<const State> state)
      : state_(std::move(state)), revision_(state_->revision) {}

  uint64_t incarnation() const { return state_->incarnation; }
  Revision revision() const { return revision_; }

  // Applies a record of this incarnation, whose changes are `*changes`. False
  // if the state already includes it. JOURNAL_DAMAGED: it does not fit. With
  // `forgive`, only a malformed record is refused, and records before it may be
  // missing.
  absl::StatusOr<bool> Apply(const v1::Record& record, RecordChanges* changes,
                             size_t request_id_window,
                             const Forgive& forgive = nullptr);

  // The state to which the records have led.
  std::shared_ptr<const State> Take();

  // The same as a successor of the state that the previous call returned (or
  // the first state), which stays valid until ForgetEarlier().
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
