// The cost of work for a thread alone, and alongside others that run
// without pause.
#ifndef TESTS_CONCURRENCY_STARVATION_H_
#define TESTS_CONCURRENCY_STARVATION_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace acl::concurrency {

struct Cost {
  absl::Duration cpu;  // of this thread, without the time it waits for a core
  absl::Duration wall;
  absl::Duration longest;  // CPU time of the longest call
  size_t done = 0;         // calls
  size_t wrong = 0;
};

struct Comparison {
  size_t wanted = 0;  // the minimum of calls
  Cost alone;
  Cost beside;
  uint64_t others = 0;  // calls that the others made meanwhile

  // Returns a description of the problem, or an empty string.
  std::string Problem() const;
  std::string ToString() const;
};

// Measures the questions of a reader alongside a writer. With a cap on
// held snapshots, only the latest revision is asked.
Comparison CompareReader(size_t questions, uint64_t max_snapshot_rows);

// Measures the changes of a writer alongside two readers.
Comparison CompareWriter(size_t changes);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_STARVATION_H_
