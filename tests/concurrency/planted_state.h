// Included by the copy of acl/reader.cc with planted bugs (BUILD.bazel). Two of
// these bugs replace the state that a question reads. REQUIRES: the macros
// STATE_DRIFTS and READER_BEGINS_AGAIN are the switches of these two.
#ifndef TESTS_CONCURRENCY_PLANTED_STATE_H_
#define TESTS_CONCURRENCY_PLANTED_STATE_H_

#include <optional>

#include "acl/pinned_state.h"
#include "tests/concurrency/drifting_state.h"
#include "tests/concurrency/starving_state.h"

namespace acl {

class PlantedState {
 public:
  explicit PlantedState(const Reader& reader) {
    if (STATE_DRIFTS) {
      drifting_.emplace(reader);
    } else if (READER_BEGINS_AGAIN) {
      starving_.emplace(reader);
    } else {
      pinned_.emplace(reader);
    }
  }

  bool ok() const {
    return Ask<bool>([](const auto& state) { return state.ok(); });
  }
  absl::Status status() const {
    return Ask<absl::Status>([](const auto& state) { return state.status(); });
  }
  RevisionToken token() const {
    return Ask<RevisionToken>([](const auto& state) { return state.token(); });
  }
  const State& operator*() const {
    return Ask<const State&>(
        [](const auto& state) -> const State& { return *state; });
  }
  const State* operator->() const { return &**this; }

 private:
  // Calls `call` with whichever state is set.
  template <class Result, class Call>
  Result Ask(const Call& call) const {
    if (pinned_) return call(*pinned_);
    if (drifting_) return call(*drifting_);
    return call(*starving_);
  }

  std::optional<PinnedState> pinned_;
  std::optional<DriftingState> drifting_;
  std::optional<StarvingState> starving_;
};

}  // namespace acl

// Replaces the state of every question in the including file.
#define PinnedState PlantedState

#endif  // TESTS_CONCURRENCY_PLANTED_STATE_H_
