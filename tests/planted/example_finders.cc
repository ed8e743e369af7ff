#include "gtest/gtest.h"
#include "tests/planted/example.h"

namespace acl::planted {
namespace {

bool IsRight() {
  for (int i = 0; i < 10; ++i) {
    if (IsEven(2 * i) != true || IsEven(2 * i + 1) != false) return false;
  }
  return true;
}

TEST(Small, FindsThePlantedBug) { EXPECT_FALSE(IsRight()); }

// Passes without looking for the bug.
TEST(Hasty, FindsThePlantedBug) {}

TEST(Control, SmallFindsNothing) { EXPECT_TRUE(IsRight()); }

}  // namespace
}  // namespace acl::planted
