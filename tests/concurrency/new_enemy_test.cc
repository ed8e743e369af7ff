// Access that was taken away before content was shared never comes back,
// however reads and writes interleave.
//
// ACL_STRESS_SECONDS=N in the environment runs it for N seconds instead of 2.
#include "tests/concurrency/new_enemy.h"

#include <iostream>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/concurrency/scale.h"

namespace acl::concurrency {
namespace {

class NewEnemy : public testing::TestWithParam<Way> {};

TEST_P(NewEnemy, NeverHasARole) {
  const NewEnemyCounts counts =
      StressNewEnemy(GetParam(), absl::Seconds(StressSeconds()), false);
  std::cout << counts.ToString() << "\n";
  EXPECT_EQ(counts.let_in, 0) << counts.first;
  EXPECT_EQ(counts.wrong, 0) << counts.first;
  EXPECT_GE(counts.changes, 500);
  EXPECT_GE(counts.answers, 200);
  EXPECT_GE(counts.beside, 20);
  EXPECT_GE(counts.shared, counts.answers / 20);
}

INSTANTIATE_TEST_SUITE_P(Ways, NewEnemy,
                         testing::Values(Way::kAsMember, Way::kThroughAGroup),
                         [](const testing::TestParamInfo<Way>& info) {
                           return info.param == Way::kAsMember
                                      ? "WhoIsAMember"
                                      : "WhoIsInThroughAGroup";
                         });

}  // namespace
}  // namespace acl::concurrency
