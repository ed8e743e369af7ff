// With a planted bug (tests/planted), a reader must starve; without one, never.
#include <iostream>

#include "gtest/gtest.h"
#include "tests/concurrency/starvation.h"

namespace acl::concurrency {
namespace {

TEST(Starvation, ComesFromThePlantedBug) {
  const Comparison comparison = CompareReader(30'000, 0);
  std::cout << comparison.ToString() << "\n" << comparison.Problem() << "\n";
  EXPECT_NE(comparison.Problem(), "");
  EXPECT_EQ(comparison.beside.wrong, 0);
}

TEST(Control, NoReaderStarves) {
  const Comparison comparison = CompareReader(30'000, 0);
  std::cout << comparison.ToString() << "\n";
  EXPECT_EQ(comparison.Problem(), "");
}

}  // namespace
}  // namespace acl::concurrency
