// Linked with an engine that is wrong on purpose (mutants.bzl): the comparison
// has to find it.

#include <gtest/gtest.h>

#include <iostream>

#include "tests/oracle/compare.h"
#include "tests/oracle/generator.h"

namespace acl::compare {
namespace {

TEST(PlantedBug, IsFoundAndShrunk) {
  Tally tally;
  for (uint64_t seed = 1; tally.total() < 10'000'000; ++seed) {
    const History history = Generate(seed);
    compare::Run(history, &tally);
    if (!tally.difference()) continue;
    const History small = Shrink(history);
    Tally again;
    compare::Run(small, &again);
    ASSERT_TRUE(again.difference());
    EXPECT_LE(small.calls.size(), history.calls.size());
    std::cout << "found after " << tally.total() << " comparisons:\n"
              << Report(small, *again.difference());
    return;
  }
  FAIL() << "not found in " << tally.total() << " comparisons";
}

}  // namespace
}  // namespace acl::compare
