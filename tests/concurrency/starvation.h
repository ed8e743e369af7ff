// What work costs a thread alone, and beside others that go on flat out.
#ifndef TESTS_CONCURRENCY_STARVATION_H_
#define TESTS_CONCURRENCY_STARVATION_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace acl::concurrency {

struct Cost {
  absl::Duration cpu;  // of the thread: waiting for a core does not count
  absl::Duration wall;
  absl::Duration longest;  // CPU time of one call
  size_t done = 0;         // calls
  size_t wrong = 0;
};

struct Comparison {
  size_t wanted = 0;  // calls, and more until the others have done something
  Cost alone;
  Cost beside;
  uint64_t others = 0;  // calls of the others meanwhile

  // Empty, or what is wrong.
  std::string Problem() const;
  std::string ToString() const;
};

// The questions of a reader beside a writer. With a cap on held snapshots, only
// the latest revision is asked.
Comparison CompareReader(size_t questions, uint64_t max_snapshot_rows);

// The changes of a writer beside two readers.
Comparison CompareWriter(size_t changes);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_STARVATION_H_
