// The engine and the oracle agree on millions of answers.

#include "tests/oracle/compare.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/oracle/generator.h"

namespace acl::compare {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kComparisons = 300'000;
#else
constexpr uint64_t kComparisons = 30'000'000;
#endif

// A number from the environment, for longer runs or for repeating one.
uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::stoull(value);
}

TEST(Compare, RandomHistoriesAreAnsweredAsByTheOracle) {
  const uint64_t wanted = FromEnvironment("ACL_COMPARISONS", kComparisons);
  uint64_t seed = FromEnvironment("ACL_SEED", 1);
  Tally tally;
  for (; tally.total() < wanted; ++seed) {
    const History history = Generate(seed);
    compare::Run(history, &tally);
    if (!tally.difference()) continue;
    const History small = Shrink(history);
    Tally again;
    compare::Run(small, &again);
    FAIL() << Report(small, *again.difference());
  }
  for (size_t i = 0; i < static_cast<size_t>(Answer::kCount); ++i) {
    const Answer answer = static_cast<Answer>(i);
    if (tally.count(answer) == 0) continue;
    std::cout << tally.count(answer) << " " << WordOf(answer) << "\n";
  }
  std::cout << tally.total() << " comparisons, no difference; seeds up to "
            << seed - 1 << "\n";
}

}  // namespace
}  // namespace acl::compare
