// The concurrent histories must find the planted bugs (tests/planted), and must
// find nothing if no bug is chosen.
#include <iostream>

#include "gtest/gtest.h"
#include "tests/concurrency/gap.h"
#include "tests/concurrency/restless.h"
#include "tests/concurrency/run.h"

namespace acl::concurrency {
namespace {

TEST(Histories, FindThePlantedBug) {
  SetGap([] { YieldSometimes(4); });
  const RunResult result = RunHistories(1, 200'000);
  ASSERT_NE(result.problem, "") << result.counts.ToString();
  std::cout << "found in " << result.counts.ToString() << ":\n"
            << result.problem;
}

TEST(Control, HistoriesFindNothing) {
  const RunResult result = RunHistories(1, 20'000);
  EXPECT_EQ(result.problem, "");
  EXPECT_GE(result.counts.histories, 20'000);
  std::cout << result.counts.ToString() << "\n";
}

}  // namespace
}  // namespace acl::concurrency
