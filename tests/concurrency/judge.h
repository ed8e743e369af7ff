// Decides whether a concurrent history is linearizable. It is if the accepted
// changes, applied one after the other in the order of their revisions, and
// each question, asked at the revision that it names, have these very answers,
// and if the order of revisions agrees with real time.
#ifndef TESTS_CONCURRENCY_JUDGE_H_
#define TESTS_CONCURRENCY_JUDGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "acl/engine.h"
#include "tests/concurrency/plan.h"
#include "tests/concurrency/record.h"

namespace acl::concurrency {

// What was checked.
struct Counts {
  uint64_t histories = 0;
  uint64_t changes = 0;  // accepted, with a revision of their own
  uint64_t idle = 0;     // accepted without one, or dry runs
  uint64_t refusals = 0;
  uint64_t replays = 0;
  uint64_t reads = 0;       // calls of readers
  uint64_t answers = 0;     // a batch contains many
  uint64_t overlaps = 0;    // reads of the latest revision during a change
  uint64_t saw_before = 0;  // of these: did not see the change
  uint64_t saw_after = 0;   // of these: saw it before it returned
  uint64_t pushed_out = 0;  // questions to snapshots that were pushed out

  void Add(const Counts& other);
  std::string ToString() const;
};

// `known` was found just before the history began; `records` has each thread's
// records in order; `workspace` is in the state that the history left. Returns
// a description of the first problem, or an empty string.
std::string Judge(const Plan& plan, const Known& known,
                  const std::vector<std::vector<Record>>& records,
                  const Workspace& workspace, Counts* counts);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_JUDGE_H_
