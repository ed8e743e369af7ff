// Comparing random histories with the oracle must find the planted bugs
// (tests/planted), and must find nothing if no bug is chosen.

#include <gtest/gtest.h>

#include <iostream>

#include "tests/oracle/compare.h"
#include "tests/oracle/generator.h"

namespace acl::compare {
namespace {

// Runs random histories until one has a difference or `comparisons` were made.
// Returns the history with the difference, or an empty one.
History FirstDifferent(uint64_t comparisons, Tally* tally) {
  for (uint64_t seed = 1; tally->total() < comparisons; ++seed) {
    History history = Generate(seed);
    compare::Run(history, tally);
    if (tally->difference()) return history;
  }
  return {};
}

TEST(Comparison, FindsThePlantedBugAndShrinksIt) {
  Tally tally;
  const History history = FirstDifferent(10'000'000, &tally);
  ASSERT_TRUE(tally.difference())
      << "not found in " << tally.total() << " comparisons";
  const History small = Shrink(history);
  Tally again;
  compare::Run(small, &again);
  ASSERT_TRUE(again.difference());
  EXPECT_LE(small.calls.size(), history.calls.size());
  std::cout << "found after " << tally.total() << " comparisons:\n"
            << Report(small, *again.difference());
}

TEST(Control, ComparisonFindsNothing) {
  Tally tally;
  const History history = FirstDifferent(1'000'000, &tally);
  if (tally.difference()) FAIL() << Report(history, *tally.difference());
  std::cout << tally.total() << " comparisons, no difference\n";
}

}  // namespace
}  // namespace acl::compare
