// Linked with an engine whose reader pauses between taking a state and reading
// it (BUILD.bazel), so that nearly every read overlaps a change.
#include <iostream>

#include "gtest/gtest.h"
#include "tests/concurrency/gap.h"
#include "tests/concurrency/restless.h"
#include "tests/concurrency/run.h"
#include "tests/concurrency/scale.h"

namespace acl::concurrency {
namespace {

TEST(ConcurrentHistoriesOfALateReader, AreLinearizable) {
  SetGap([] { YieldSometimes(2); });
  const uint64_t wanted = Scaled(20'000);
  const RunResult result = RunHistories(1'000'001, wanted);
  std::cout << result.counts.ToString() << "\n";
  ASSERT_EQ(result.problem, "");
  EXPECT_GE(result.counts.histories, wanted);
  EXPECT_GE(result.counts.overlaps, 5 * wanted);
}

}  // namespace
}  // namespace acl::concurrency
