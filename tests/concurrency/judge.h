// Decides whether the answers of a concurrent history are right: whether the
// accepted changes, one after the other in the order of their revisions, and
// each question at the revision that it names, give these very answers, and
// whether the revisions keep to real time. Then the history is linearizable.
#ifndef TESTS_CONCURRENCY_JUDGE_H_
#define TESTS_CONCURRENCY_JUDGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "acl/engine.h"
#include "tests/concurrency/plan.h"
#include "tests/concurrency/record.h"

namespace acl::concurrency {

// What was looked at.
struct Counts {
  uint64_t histories = 0;
  uint64_t changes = 0;  // accepted, with a revision of their own
  uint64_t idle = 0;     // accepted, without one; dry runs
  uint64_t refusals = 0;
  uint64_t replays = 0;
  uint64_t reads = 0;       // calls of readers
  uint64_t answers = 0;     // a batch has many
  uint64_t overlaps = 0;    // reads of the latest revision beside a change
  uint64_t saw_before = 0;  // of these: came before the change
  uint64_t saw_after = 0;   // of these: saw it, and it had not returned
  uint64_t pushed_out = 0;  // questions to snapshots that were

  void Add(const Counts& other);
  std::string ToString() const;
};

// `known` was found just before the history began; `records` has each thread's
// in order; `workspace` is as the history left it. Empty if all is right, else
// what is wrong with the history, for people.
std::string Judge(const Plan& plan, const Known& known,
                  const std::vector<std::vector<Record>>& records,
                  const Workspace& workspace, Counts* counts);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_JUDGE_H_
