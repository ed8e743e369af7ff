// Runs and judges many concurrent histories on the same few threads.
#ifndef TESTS_CONCURRENCY_RUN_H_
#define TESTS_CONCURRENCY_RUN_H_

#include <cstdint>
#include <string>

#include "tests/concurrency/judge.h"

namespace acl::concurrency {

struct RunResult {
  Counts counts;
  std::string problem;  // empty, or the first history that is wrong
};

// Those of the seeds from `first` on, some more than `count` to come out even.
// Ends early at a problem.
RunResult RunHistories(uint64_t first, uint64_t count);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_RUN_H_
