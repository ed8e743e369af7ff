// The power is cut at every step of many runs: accepted records are there,
// refused ones are not, and their order is kept.
#include <cerrno>
#include <cstdio>
#include <string>

#include "gtest/gtest.h"
#include "tests/crash/crash_count.h"
#include "tests/crash/journal_run.h"

namespace acl {
namespace {

void Report(const char* what, uint64_t runs, uint64_t images) {
  std::printf("%s: %llu runs, %llu disks\n", what,
              static_cast<unsigned long long>(runs),
              static_cast<unsigned long long>(images));
}

CrashOptions Standard(uint64_t seed) {
  CrashOptions options;
  options.run.seed = seed;
  options.images.exact_limit = 256;
  options.images.samples = 64;
  options.images.seed = seed;
  options.images.every_cut = Exhaustive();
  return options;
}

TEST(JournalCrashTest, WhenThePowerGoesAnywhereThenPromisesAreKept) {
  uint64_t images = 0;
  uint64_t seed = 0;
  while (images < WantedImages(700'000)) {
    const CrashCount count = CrashEverywhere(Standard(++seed));
    images += count.images;
    ASSERT_EQ(count.broken, "") << "seed " << seed;
  }
  Report("crashes", seed, images);
}

TEST(JournalCrashTest, WhenAStepFailsAndThenThePowerGoesThenPromisesAreKept) {
  uint64_t images = 0;
  uint64_t runs = 0;
  for (uint64_t seed = 1; images < WantedImages(400'000); ++seed) {
    CrashOptions options = Standard(seed);
    options.run.steps = 5;
    options.images.exact_limit = 24;
    options.images.samples = 12;
    const uint64_t steps = StepsOf(options.run);
    for (uint64_t step = 1; step <= steps; ++step) {
      for (const int error : {EIO, ENOSPC}) {
        options.failing_step = step;
        options.error = error;
        options.written = static_cast<size_t>(step * 29 % 700);
        const CrashCount count = CrashEverywhere(options);
        images += count.images;
        ++runs;
        ASSERT_EQ(count.broken, "")
            << "seed " << seed << ", step " << step << ", error " << error;
      }
    }
  }
  Report("failures and crashes", runs, images);
}

}  // namespace
}  // namespace acl
