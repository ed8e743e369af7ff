// Linked with an engine that is wrong on purpose (BUILD.bazel): the concurrent
// histories have to find it.
#include <iostream>

#include "gtest/gtest.h"
#include "tests/concurrency/gap.h"
#include "tests/concurrency/restless.h"
#include "tests/concurrency/run.h"

namespace acl::concurrency {
namespace {

TEST(PlantedBug, IsFoundInAConcurrentHistory) {
  SetGap([] { YieldSometimes(4); });
  const RunResult result = RunHistories(1, 200'000);
  ASSERT_NE(result.problem, "") << result.counts.ToString();
  std::cout << "found in " << result.counts.ToString() << ":\n"
            << result.problem;
}

}  // namespace
}  // namespace acl::concurrency
