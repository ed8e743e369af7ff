// A planted bug (planted_state.h): a question does not keep to one state, but
// uses the latest one for each of its reads.
#ifndef TESTS_CONCURRENCY_DRIFTING_STATE_H_
#define TESTS_CONCURRENCY_DRIFTING_STATE_H_

#include <list>

#include "acl/pinned_state.h"
#include "tests/concurrency/gap.h"

namespace acl {

class DriftingState {
 public:
  explicit DriftingState(const Reader& reader)
      : reader_(reader), first_(reader) {}

  bool ok() const { return first_.ok(); }
  absl::Status status() const { return first_.status(); }
  RevisionToken token() const { return first_.token(); }

  const State& operator*() const { return *Next(); }
  const State* operator->() const { return Next().operator->(); }

 private:
  const PinnedState& Next() const {
    Gap();
    next_.emplace_back(reader_);
    return next_.back().ok() ? next_.back() : first_;
  }

  const Reader& reader_;
  const PinnedState first_;
  // Every state used so far: what was found in one must live as long as the
  // question.
  mutable std::list<PinnedState> next_;
};

}  // namespace acl

#endif  // TESTS_CONCURRENCY_DRIFTING_STATE_H_
