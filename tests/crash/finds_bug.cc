// Linked with a journal that is wrong on purpose: the crashes have to find it.
#include <cerrno>
#include <iostream>

#include "gtest/gtest.h"
#include "tests/crash/journal_run.h"

namespace acl {
namespace {

TEST(PlantedBug, IsFound) {
  uint64_t images = 0;
  for (uint64_t seed = 1; images < 1'000'000; ++seed) {
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
      images += count.images;
      if (count.broken.empty()) continue;
      std::cout << "found after " << images << " disks: " << count.broken
                << "\n";
      return;
    }
  }
  FAIL() << "not found on " << images << " disks";
}

}  // namespace
}  // namespace acl
