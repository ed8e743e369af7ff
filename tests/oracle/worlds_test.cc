// The engine and the oracle agree on every small world (small_world.h).
//
// With ACL_EXHAUSTIVE=1 in the environment on all of them, else on a slice.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <set>
#include <vector>

#include "tests/oracle/small_world.h"
#include "tests/oracle/tally.h"

namespace acl::compare {
namespace {

// One directory in so many. Prime to 2 and 3, so that every digit of a
// directory takes all its values in all combinations with its neighbours.
constexpr size_t kSlice = 11;
size_t Step() { return std::getenv("ACL_EXHAUSTIVE") == nullptr ? kSlice : 1; }

// The worlds are walked in parts, for several processes.
constexpr size_t kParts = 8;

class Walk {
 public:
  // Looks at every world of this part's directories; neighbours differ by one
  // change where nothing is left out.
  void Run(size_t part) {
    const size_t directories = (kDirectories + Step() - 1) / Step();
    const size_t begin = directories * part / kParts;
    const size_t end = directories * (part + 1) / kParts;
    world_.NewResource(1);
    for (size_t i = begin; i < end && !tally_.difference(); ++i) {
      world_.MoveTo(DirectoryAt(i * Step()));
      Creators(i % 2 == begin % 2);
    }
    expected_ = (end - begin) * kWorldsOfDirectory;
  }

  const Tally& tally() const { return tally_; }
  size_t distinct() const { return distinct_; }
  size_t expected() const { return expected_; }

 private:
  // Up and down in turn, so that the directory changes under a resource with
  // grants.
  void Creators(bool up) {
    for (int i = 0; i < kCreators && !tally_.difference(); ++i) {
      const int creator = up ? i : kCreators - 1 - i;
      if (creator != creator_) world_.NewResource(creator);
      creator_ = creator;
      Grants(GrantsOf(creator));
    }
  }

  // From the end where the world stands to the other.
  void Grants(size_t count) {
    const bool up = world_.grants_at() == 0;
    for (size_t i = 0; i < count && !tally_.difference(); ++i) {
      world_.MoveGrants(up ? i : count - 1 - i);
      world_.Compare();
      const size_t code = world_.Code();
      if (!seen_[code]) ++distinct_;
      seen_[code] = true;
    }
  }

  Tally tally_;
  SmallWorld world_{&tally_};
  int creator_ = 1;
  std::vector<bool> seen_ = std::vector<bool>(SmallWorld::kCodes);
  size_t distinct_ = 0;
  size_t expected_ = 0;
};

class Worlds : public testing::TestWithParam<size_t> {};

TEST_P(Worlds, AreAnsweredAsByTheOracle) {
  Walk walk;
  walk.Run(GetParam());
  if (walk.tally().difference()) FAIL() << ToString(*walk.tally().difference());
  EXPECT_EQ(walk.distinct(), walk.expected());
  std::cout << walk.distinct() << " worlds, " << walk.tally().total()
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
