// Linked with an engine that is wrong on purpose (BUILD.bazel): the new enemy
// has to get in.
#include <iostream>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/concurrency/new_enemy.h"

namespace acl::concurrency {
namespace {

TEST(PlantedBug, LetsTheNewEnemyIn) {
  const NewEnemyCounts counts =
      StressNewEnemy(Way::kAsMember, absl::Seconds(30), true);
  std::cout << counts.ToString() << "\n";
  EXPECT_GT(counts.let_in, 0);
}

}  // namespace
}  // namespace acl::concurrency
