#include "acl/world/read_ahead.h"

#include <atomic>
#include <chrono>
#include <new>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

// Makes `count` parts, named by their numbers.
ReadAhead::Make Numbered(int count, std::atomic<int>* made) {
  return [=](MadePart* part) -> absl::StatusOr<bool> {
    if (*made == count) return false;
    part->part.set_id(absl::StrCat("w", made->load()));
    part->end = static_cast<uint64_t>(++*made);
    return true;
  };
}

TEST(ReadAhead, GivesAllPartsInTheirOrderThenNull) {
  std::atomic<int> made{0};
  ReadAhead ahead(Numbered(100, &made));
  for (uint64_t i = 0; i < 100; ++i) {
    const auto part = ahead.Next();
    ASSERT_TRUE(part.ok());
    ASSERT_NE(*part, nullptr);
    EXPECT_EQ((*part)->part.id(), absl::StrCat("w", i));
    EXPECT_EQ((*part)->end, i + 1);
  }
  EXPECT_EQ(*ahead.Next(), nullptr);
  EXPECT_EQ(*ahead.Next(), nullptr);
}

TEST(ReadAhead, BeforeTheFirstCallMakesNothing) {
  std::atomic<int> made{0};
  { ReadAhead ahead(Numbered(3, &made)); }
  EXPECT_EQ(made, 0);
}

TEST(ReadAhead, WhileAPartIsInUseMakesTwoMoreAndLeavesItAlone) {
  std::atomic<int> made{0};
  ReadAhead ahead(Numbered(100, &made));
  for (int i = 0; i < 10; ++i) {
    const MadePart* const part = *ahead.Next();
    while (made < i + 3) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(made, i + 3);
    EXPECT_EQ(part->part.id(), absl::StrCat("w", i));
  }
}

TEST(ReadAhead, GoneInTheMiddleWaitsForThePartThatIsMade) {
  std::atomic<int> begun{0};
  std::atomic<int> done{0};
  {
    ReadAhead ahead([&](MadePart*) {
      if (++begun == 2) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
      ++done;
      return true;
    });
    EXPECT_TRUE(ahead.Next().ok());
    while (begun < 2) std::this_thread::yield();
  }
  EXPECT_EQ(done, 2);
  EXPECT_EQ(begun, 2);
}

TEST(ReadAhead, RefusalComesAfterThePartsBeforeAndAgain) {
  int made = 0;
  ReadAhead ahead([&](MadePart* part) -> absl::StatusOr<bool> {
    if (made == 2) return absl::DataLossError("cut");
    part->part.set_id(absl::StrCat("w", made++));
    return true;
  });
  EXPECT_EQ((*ahead.Next())->part.id(), "w0");
  EXPECT_EQ((*ahead.Next())->part.id(), "w1");
  EXPECT_EQ(ahead.Next().status(), absl::DataLossError("cut"));
  EXPECT_EQ(ahead.Next().status(), absl::DataLossError("cut"));
  EXPECT_EQ(made, 2);
}

TEST(ReadAhead, WantOfMemoryIsThrownWhereThePartIsTaken) {
  bool first = true;
  ReadAhead ahead([&](MadePart*) -> absl::StatusOr<bool> {
    if (!first) throw std::bad_alloc();
    first = false;
    return true;
  });
  EXPECT_TRUE(ahead.Next().ok());
  EXPECT_THROW((void)ahead.Next(), std::bad_alloc);
  EXPECT_THROW((void)ahead.Next(), std::bad_alloc);
}

}  // namespace
}  // namespace acl
