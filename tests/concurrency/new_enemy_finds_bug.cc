// With a planted bug (tests/planted), the new enemy must get in; without one,
// never.
#include <iostream>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/concurrency/new_enemy.h"

namespace acl::concurrency {
namespace {

TEST(NewEnemy, IsLetInByThePlantedBug) {
  const NewEnemyCounts counts =
      StressNewEnemy(Way::kAsMember, absl::Seconds(30), true);
  std::cout << counts.ToString() << "\n";
  EXPECT_GT(counts.let_in, 0);
}

TEST(Control, NewEnemyIsNotLetIn) {
  const NewEnemyCounts counts =
      StressNewEnemy(Way::kAsMember, absl::Seconds(2), true);
  std::cout << counts.ToString() << "\n";
  EXPECT_EQ(counts.let_in, 0) << counts.first;
  EXPECT_EQ(counts.wrong, 0) << counts.first;
  EXPECT_GT(counts.answers, 0);
}

}  // namespace
}  // namespace acl::concurrency
