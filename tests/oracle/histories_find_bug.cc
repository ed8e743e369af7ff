// The short histories must find the planted bugs (tests/planted), and must find
// nothing if no bug is chosen.

#include <gtest/gtest.h>

#include <iostream>

#include "tests/oracle/explore.h"
#include "tests/oracle/tally.h"
#include "tests/oracle/vocabulary.h"

namespace acl::compare {
namespace {

TEST(ShortHistories, FindThePlantedBug) {
  Tally tally;
  const Vocabulary vocabulary = FullVocabulary();
  Explorer explorer(vocabulary, ExploreOptions(), &tally);
  explorer.Run();
  ASSERT_TRUE(tally.difference());
  std::cout << "found after " << explorer.steps()
            << " steps: " << ToString(*tally.difference());
}

TEST(Control, ShortHistoriesFindNothing) {
  Tally tally;
  const Vocabulary vocabulary = FullVocabulary();
  ExploreOptions options;
  options.slice = 23;
  Explorer explorer(vocabulary, options, &tally);
  explorer.Run();
  if (tally.difference()) FAIL() << ToString(*tally.difference());
  EXPECT_EQ(explorer.histories(), explorer.expected());
  std::cout << explorer.histories() << " histories, no difference\n";
}

}  // namespace
}  // namespace acl::compare
