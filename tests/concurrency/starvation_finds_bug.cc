// Linked with an engine that is wrong on purpose (BUILD.bazel): a reader has to
// starve.
#include <iostream>

#include "gtest/gtest.h"
#include "tests/concurrency/starvation.h"

namespace acl::concurrency {
namespace {

TEST(PlantedBug, StarvesAReader) {
  const Comparison comparison = CompareReader(30'000, 0);
  std::cout << comparison.ToString() << "\n" << comparison.Problem() << "\n";
  EXPECT_NE(comparison.Problem(), "");
  EXPECT_EQ(comparison.beside.wrong, 0);
}

}  // namespace
}  // namespace acl::concurrency
