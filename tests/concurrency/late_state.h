// Included ahead of all else by a copy of acl/reader.cc (BUILD.bazel): time
// passes between the moment at which a question is given its state and the
// moment at which it looks at it. The answers must be right all the same.
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

// Every question of the file.
#define PinnedState LateState
#define HeldState LateHeldState

#endif  // TESTS_CONCURRENCY_LATE_STATE_H_
