// Linked with an engine that is wrong on purpose (mutants.bzl): the short
// histories have to find it.

#include <gtest/gtest.h>

#include <iostream>

#include "tests/oracle/explore.h"
#include "tests/oracle/tally.h"
#include "tests/oracle/vocabulary.h"

namespace acl::compare {
namespace {

TEST(PlantedBug, IsFoundInAShortHistory) {
  Tally tally;
  const Vocabulary vocabulary = FullVocabulary();
  Explorer explorer(vocabulary, ExploreOptions(), &tally);
  explorer.Run();
  ASSERT_TRUE(tally.difference());
  std::cout << "found after " << explorer.steps()
            << " steps: " << ToString(*tally.difference());
}

}  // namespace
}  // namespace acl::compare
