// A planted bug (planted_state.h): a question starts over until no change came
// in between. Its answer is right, but may take forever.
#ifndef TESTS_CONCURRENCY_STARVING_STATE_H_
#define TESTS_CONCURRENCY_STARVING_STATE_H_

#include <memory>

#include "acl/pinned_state.h"
#include "tests/concurrency/gap.h"

namespace acl {

class StarvingState {
 public:
  explicit StarvingState(const Reader& reader) {
    bool changed = true;
    for (int tries = 0; changed && tries < 100; ++tries) {
      state_ = std::make_unique<PinnedState>(reader);
      if (!state_->ok()) return;
      Gap();
      const PinnedState later(reader);
      changed = later.ok() && later->revision != (*state_)->revision;
    }
  }

  bool ok() const { return state_->ok(); }
  absl::Status status() const { return state_->status(); }
  RevisionToken token() const { return state_->token(); }
  const State& operator*() const { return **state_; }
  const State* operator->() const { return state_->operator->(); }

 private:
  std::unique_ptr<PinnedState> state_;
};

}  // namespace acl

#endif  // TESTS_CONCURRENCY_STARVING_STATE_H_
