// In concurrent histories, every answer is right at its revision, and the order
// of revisions agrees with real time.
//
// ACL_HISTORIES=N in the environment runs N histories; ACL_EXHAUSTIVE=1 runs
// ten times as many as usual.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "gtest/gtest.h"
#include "tests/concurrency/run.h"
#include "tests/concurrency/scale.h"

namespace acl::concurrency {
namespace {

uint64_t HistoriesWanted() {
  uint64_t usual = Scaled(100'000);
  if (std::getenv("ACL_EXHAUSTIVE") != nullptr) usual *= 10;
  return FromEnvironment("ACL_HISTORIES", usual);
}

TEST(ConcurrentHistories, AreLinearizableAndAnsweredAsByTheOracle) {
  const uint64_t wanted = HistoriesWanted();
  const RunResult result = RunHistories(1, wanted);
  const Counts& counts = result.counts;
  std::cout << counts.ToString() << "\n";
  ASSERT_EQ(result.problem, "");
  EXPECT_GE(counts.histories, wanted);
  // If the threads merely took turns, the test would show nothing.
  EXPECT_GE(counts.overlaps, wanted);
  EXPECT_GE(counts.saw_before, wanted / 10);
  EXPECT_GE(counts.saw_after, wanted / 10);
  EXPECT_GE(counts.pushed_out, wanted / 100);
  EXPECT_GE(counts.replays, wanted / 20);
}

}  // namespace
}  // namespace acl::concurrency
