// The engine and the oracle agree on every short history.
//
// With ACL_EXHAUSTIVE=1 in the environment all are run, otherwise a slice.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <numeric>
#include <set>
#include <variant>

#include "tests/oracle/explore.h"
#include "tests/oracle/tally.h"
#include "tests/oracle/vocabulary.h"

namespace acl::compare {
namespace {

// The histories are divided among several processes.
constexpr size_t kParts = 4;

// The slice must have no divisor in common with the number of calls, or some
// calls would never be second.
void Explore(const Vocabulary& vocabulary, ExploreOptions options) {
  EXPECT_EQ(std::gcd(vocabulary.calls.size(), options.slice), 1);
  if (std::getenv("ACL_EXHAUSTIVE") != nullptr) options.slice = 1;
  options.parts = kParts;
  Tally tally;
  Explorer explorer(vocabulary, options, &tally);
  explorer.Run();
  if (tally.difference()) FAIL() << ToString(*tally.difference());
  EXPECT_EQ(explorer.histories() + explorer.skipped(), explorer.expected());
  std::cout << explorer.expected() << " histories of " << options.depth
            << " out of " << vocabulary.calls.size() << " calls, "
            << explorer.skipped() << " of them as shorter ones, "
            << explorer.steps() << " steps, " << explorer.changes()
            << " of them changes, " << tally.total()
            << " answers compared, no difference\n";
}

class Histories : public testing::TestWithParam<size_t> {};

TEST_P(Histories, OfTwoCallsAreAnsweredAsByTheOracle) {
  ExploreOptions options;
  options.depth = 2;
  options.part = GetParam();
  options.ask_everything = true;
  Explore(FullVocabulary(), options);
}

TEST_P(Histories, OfThreeCallsAreAnsweredAsByTheOracle) {
  ExploreOptions options;
  options.depth = 3;
  options.slice = 23;
  options.part = GetParam();
  options.skip_idle = true;
  Explore(FullVocabulary(), options);
}

TEST_P(Histories, OfFourCallsAreAnsweredAsByTheOracle) {
  ExploreOptions options;
  options.depth = 4;
  options.slice = 3;
  options.part = GetParam();
  Explore(SmallVocabulary(), options);
}

TEST_P(Histories, OfFiveCallsAreAnsweredAsByTheOracle) {
  ExploreOptions options;
  options.depth = 5;
  options.slice = 29;
  options.part = GetParam();
  options.skip_idle = true;
  Explore(SmallVocabulary(), options);
}

INSTANTIATE_TEST_SUITE_P(Parts, Histories, testing::Range(size_t{0}, kParts));

TEST(FullVocabulary, HasEveryKindOfChange) {
  std::set<size_t> kinds;
  for (const Call& call : FullVocabulary().calls) {
    for (const Change& change : call.changes) kinds.insert(change.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Change>);
}

}  // namespace
}  // namespace acl::compare
