// Linked with an engine that is wrong on purpose (mutants.bzl): the small
// worlds have to find it.

#include <gtest/gtest.h>

#include <iostream>

#include "tests/oracle/small_world.h"
#include "tests/oracle/small_world_walk.h"
#include "tests/oracle/tally.h"

namespace acl::compare {
namespace {

TEST(PlantedBug, IsFoundInASmallWorld) {
  Tally tally;
  SmallWorldWalk walk(&tally);
  for (size_t i = 0; i < kDirectories && !tally.difference(); i += 101) {
    walk.Directory(i);
  }
  ASSERT_TRUE(tally.difference());
  std::cout << "found in world " << walk.distinct() << ": "
            << ToString(*tally.difference());
}

}  // namespace
}  // namespace acl::compare
