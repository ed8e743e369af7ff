// Crashes of a journal must find the planted bugs (tests/planted), and must
// find nothing if no bug is chosen.
#include <cerrno>
#include <iostream>

#include "gtest/gtest.h"
#include "tests/crash/crash_count.h"
#include "tests/crash/journal_run.h"

namespace acl {
namespace {

// Crashes runs in which each step fails in turn, until this many images were
// checked or a promise was broken.
CrashCount CrashOnDisks(uint64_t images) {
  CrashCount all;
  for (uint64_t seed = 1; all.images < images; ++seed) {
    CrashOptions options;
    options.run.seed = seed;
    options.images.exact_limit = 24;
    options.images.samples = 12;
    const uint64_t steps = StepsOf(options.run);
    for (uint64_t step = 0; step <= steps; ++step) {
      options.failing_step = step;
      options.error = step % 2 == 0 ? EIO : ENOSPC;
      options.written = static_cast<size_t>(step * 29 % 700);
      const CrashCount count = CrashEverywhere(options);
      all.images += count.images;
      all.broken = count.broken;
      if (!all.broken.empty()) return all;
    }
  }
  return all;
}

TEST(Journals, FindThePlantedBug) {
  const CrashCount count = CrashOnDisks(1'000'000);
  EXPECT_NE(count.broken, "") << "not found on " << count.images << " disks";
  std::cout << "found after " << count.images << " disks: " << count.broken
            << "\n";
}

TEST(Control, JournalsFindNothing) {
  const CrashCount count = CrashOnDisks(30'000);
  EXPECT_EQ(count.broken, "") << "after " << count.images << " disks";
  EXPECT_GE(count.images, 30'000);
}

}  // namespace
}  // namespace acl
