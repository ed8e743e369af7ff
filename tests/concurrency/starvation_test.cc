// Neither a writer nor readers that run without pause keep the others from
// making progress.
#include "tests/concurrency/starvation.h"

#include <iostream>

#include "gtest/gtest.h"
#include "tests/concurrency/scale.h"

namespace acl::concurrency {
namespace {

constexpr size_t kQuestions = Scaled(40'000);
constexpr size_t kChanges = Scaled(20'000);

void ExpectNoStarvation(const Comparison& comparison) {
  std::cout << comparison.ToString() << "\n";
  EXPECT_EQ(comparison.Problem(), "");
}

TEST(Starvation, AReaderIsAnsweredBesideAWriterThatGoesOnFlatOut) {
  ExpectNoStarvation(CompareReader(kQuestions, 0));
}

TEST(Starvation, AReaderIsAnsweredWhenEveryRevisionIsPushedOutAtOnce) {
  ExpectNoStarvation(CompareReader(kQuestions, 1));
}

TEST(Starvation, AWriterGoesOnBesideReadersThatAskFlatOut) {
  ExpectNoStarvation(CompareWriter(kChanges));
}

}  // namespace
}  // namespace acl::concurrency
