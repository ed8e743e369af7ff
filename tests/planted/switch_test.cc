#include "tests/planted/switch.h"

#include <string>

#include "gtest/gtest.h"

namespace acl::planted {
namespace {

Switch first("first");
Switch second("second");
Switch twin("twin");
Switch other_twin("twin");

TEST(SwitchTest, WhenNothingIsChosenThenAllAreOff) {
  EXPECT_FALSE(second.IsOn());
  EXPECT_FALSE(second.was_read());
}

TEST(SwitchTest, WhenABugIsChosenThenOnlyItIsOnAndItsReadIsNoted) {
  ASSERT_TRUE(Choose("first").ok());
  EXPECT_FALSE(second.IsOn());
  const absl::Status unread = CheckWasRead("first");
  EXPECT_EQ(unread.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(unread.message(),
            "the code with the planted bug `first` never ran: the bug was not "
            "there to be found; change its `find`");
  EXPECT_TRUE(first.IsOn());
  EXPECT_TRUE(CheckWasRead("first").ok());
  EXPECT_FALSE(CheckWasRead("second").ok());
}

TEST(SwitchTest, WhenTheNameIsUnknownThenItIsRefusedWithTheNamesThereAre) {
  const absl::Status status = Choose("fist");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(),
            "no planted bug `fist`; there are first, second, twin, twin");
}

TEST(SwitchTest, WhenTwoBugsHaveTheNameThenItIsRefused) {
  const absl::Status status = Choose("twin");
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(), "duplicate planted bug `twin`; rename one");
  EXPECT_FALSE(twin.IsOn());
  EXPECT_FALSE(other_twin.IsOn());
}

}  // namespace
}  // namespace acl::planted
