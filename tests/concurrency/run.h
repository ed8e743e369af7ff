// Runs and judges many concurrent histories on the same few threads.
#ifndef TESTS_CONCURRENCY_RUN_H_
#define TESTS_CONCURRENCY_RUN_H_

#include <cstdint>
#include <string>

#include "tests/concurrency/judge.h"

namespace acl::concurrency {

struct RunResult {
  Counts counts;
  std::string problem;  // of the first wrong history, or empty
};

// Runs the histories of at least `count` seeds, starting at `first`; the number
// is rounded up. Stops early at a problem.
RunResult RunHistories(uint64_t first, uint64_t count);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_RUN_H_
