// The engine and the oracle agree on every small world (small_world.h).
//
// With ACL_EXHAUSTIVE=1 in the environment all are walked, otherwise a slice.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <set>

#include "tests/oracle/small_world.h"
#include "tests/oracle/small_world_walk.h"
#include "tests/oracle/tally.h"

namespace acl::compare {
namespace {

// Walks one in this many directories. Prime to 2 and 3, so that every digit of
// a directory takes all its values in all combinations with its neighbours.
constexpr size_t kSlice = 13;
size_t Slice() { return std::getenv("ACL_EXHAUSTIVE") == nullptr ? kSlice : 1; }

// The worlds are divided among several processes.
constexpr size_t kParts = 8;

class Worlds : public testing::TestWithParam<size_t> {};

TEST_P(Worlds, AreAnsweredAsByTheOracle) {
  const size_t directories = (kDirectories + Slice() - 1) / Slice();
  const size_t begin = directories * GetParam() / kParts;
  const size_t end = directories * (GetParam() + 1) / kParts;
  Tally tally;
  SmallWorldWalk walk(&tally);
  for (size_t i = begin; i < end && !tally.difference(); ++i) {
    walk.Directory(i * Slice());
  }
  if (tally.difference()) FAIL() << ToString(*tally.difference());
  EXPECT_EQ(walk.distinct(), (end - begin) * kWorldsOfDirectory);
  std::cout << walk.distinct() << " worlds, " << tally.total()
            << " answers compared, no difference\n";
}

INSTANTIATE_TEST_SUITE_P(Parts, Worlds, testing::Range(size_t{0}, kParts));

TEST(Directories, AreDistinctAndOneChangeApart) {
  std::set<Directory> all;
  Directory before = DirectoryAt(0);
  for (size_t i = 0; i < kDirectories; ++i) {
    const Directory directory = DirectoryAt(i);
    EXPECT_TRUE(all.insert(directory).second);
    int apart = 0;
    for (size_t digit = 0; digit < kDirectoryDigits; ++digit) {
      apart += std::abs(directory[digit] - before[digit]);
    }
    EXPECT_EQ(apart, i == 0 ? 0 : 1);
    before = directory;
  }
}

}  // namespace
}  // namespace acl::compare
