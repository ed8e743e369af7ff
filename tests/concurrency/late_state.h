// Included first by a copy of acl/reader.cc (BUILD.bazel): adds a delay between
// taking a question's state and reading it. The answers must still be right.
#ifndef TESTS_CONCURRENCY_LATE_STATE_H_
#define TESTS_CONCURRENCY_LATE_STATE_H_

#include "acl/pinned_state.h"
#include "tests/concurrency/gap.h"

namespace acl {

class LateState : public PinnedState {
 public:
  explicit LateState(const Reader& reader) : PinnedState(reader) { Gap(); }
};

class LateHeldState : public HeldState {
 public:
  explicit LateHeldState(const Reader& reader) : HeldState(reader) { Gap(); }
};

}  // namespace acl

// Replaces the state of every question in the file.
#define PinnedState LateState
#define HeldState LateHeldState

#endif  // TESTS_CONCURRENCY_LATE_STATE_H_
