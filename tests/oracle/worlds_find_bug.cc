// The small worlds must find the planted bugs (tests/planted), and must find
// nothing if no bug is chosen.

#include <gtest/gtest.h>

#include <iostream>

#include "tests/oracle/small_world.h"
#include "tests/oracle/small_world_walk.h"
#include "tests/oracle/tally.h"

namespace acl::compare {
namespace {

// Walks one in `slice` directories.
void WalkUpToADifference(size_t slice, SmallWorldWalk* walk,
                         const Tally& tally) {
  for (size_t i = 0; i < kDirectories && !tally.difference(); i += slice) {
    walk->Directory(i);
  }
}

TEST(SmallWorlds, FindThePlantedBug) {
  Tally tally;
  SmallWorldWalk walk(&tally);
  WalkUpToADifference(101, &walk, tally);
  ASSERT_TRUE(tally.difference());
  std::cout << "found in world " << walk.distinct() << ": "
            << ToString(*tally.difference());
}

TEST(Control, SmallWorldsFindNothing) {
  Tally tally;
  SmallWorldWalk walk(&tally);
  WalkUpToADifference(301, &walk, tally);
  if (tally.difference()) FAIL() << ToString(*tally.difference());
  EXPECT_GT(walk.distinct(), 0);
  std::cout << walk.distinct() << " worlds, no difference\n";
}

}  // namespace
}  // namespace acl::compare
