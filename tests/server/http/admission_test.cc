// Which requests are served, which are refused, and which connections are
// dropped without an answer.
#include "acl/server/http/admission.h"

#include <string>
#include <thread>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

using Verdict = Admission::Verdict;

TEST(Admission, OneAddressTakesNoMoreThanItsShare) {
  Admission admission({/*connections=*/10, /*per_address=*/2, /*refusals=*/9});
  EXPECT_EQ(admission.Enter("a"), Verdict::kServed);
  EXPECT_EQ(admission.Enter("a"), Verdict::kServed);
  EXPECT_EQ(admission.Enter("a"), Verdict::kRefused);
  EXPECT_EQ(admission.Enter("b"), Verdict::kServed);
  admission.Leave("a", Verdict::kRefused);
  EXPECT_EQ(admission.Enter("a"), Verdict::kRefused);
  admission.Leave("a", Verdict::kServed);
  EXPECT_EQ(admission.Enter("a"), Verdict::kServed);
  EXPECT_EQ(admission.served_now(), 3u);
  EXPECT_EQ(admission.served(), 4u);
  EXPECT_EQ(admission.refused(), 2u);
}

TEST(Admission, AllAddressesTogetherTakeNoMoreThanThereIs) {
  Admission admission({/*connections=*/2, /*per_address=*/2, /*refusals=*/9});
  EXPECT_EQ(admission.Enter("a"), Verdict::kServed);
  EXPECT_EQ(admission.Enter("b"), Verdict::kServed);
  EXPECT_EQ(admission.Enter("c"), Verdict::kRefused);
  admission.Leave("b", Verdict::kServed);
  EXPECT_EQ(admission.Enter("c"), Verdict::kServed);
}

TEST(Admission, OnlySoManyAreToldThatTheyAreRefused) {
  Admission admission({/*connections=*/0, /*per_address=*/1, /*refusals=*/1});
  EXPECT_EQ(admission.Enter("a"), Verdict::kRefused);
  EXPECT_EQ(admission.Enter("a"), Verdict::kClosed);
  admission.Leave("a", Verdict::kRefused);
  EXPECT_EQ(admission.Enter("a"), Verdict::kRefused);
  EXPECT_EQ(admission.refused(), 3u);
  EXPECT_EQ(admission.served(), 0u);
}

TEST(Admission, WhoWaitsForTheLastIsWokenByIt) {
  Admission admission({/*connections=*/2, /*per_address=*/2, /*refusals=*/1});
  EXPECT_TRUE(admission.WaitUntilEmpty(absl::ZeroDuration()));
  ASSERT_EQ(admission.Enter("a"), Verdict::kServed);
  ASSERT_EQ(admission.Enter("a"), Verdict::kServed);
  ASSERT_EQ(admission.Enter("a"), Verdict::kRefused);
  EXPECT_FALSE(admission.WaitUntilEmpty(absl::ZeroDuration()));
  std::thread leaver([&] {
    admission.Leave("a", Verdict::kServed);
    admission.Leave("a", Verdict::kRefused);
    admission.Leave("a", Verdict::kServed);
  });
  EXPECT_TRUE(admission.WaitUntilEmpty(absl::InfiniteDuration()));
  leaver.join();
}

}  // namespace
}  // namespace acl
