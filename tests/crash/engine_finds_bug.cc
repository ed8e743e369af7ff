// Crashes of a whole engine must find the planted bugs (tests/planted), and
// must find nothing if no bug is chosen.
#include <cstdint>
#include <iostream>

#include "gtest/gtest.h"
#include "tests/crash/crash_count.h"
#include "tests/crash/engine_run.h"

namespace acl {
namespace {

// Crashes engines until this many images were checked or a promise was broken.
CrashCount CrashOnDisks(uint64_t images) {
  CrashCount all;
  for (uint64_t seed = 1; all.images < images; ++seed) {
    EngineCrashOptions options;
    options.run.seed = seed;
    options.run.durability =
        seed % 2 == 0 ? Durability::kDisk : Durability::kProcess;
    options.run.keep_history = false;
    options.images.exact_limit = 24;
    options.images.samples = 12;
    const CrashCount count = CrashEngineEverywhere(options);
    all.images += count.images;
    all.broken = count.broken;
    if (!all.broken.empty()) break;
  }
  return all;
}

TEST(Engines, FindThePlantedBug) {
  const CrashCount count = CrashOnDisks(100'000);
  EXPECT_NE(count.broken, "") << "not found on " << count.images << " disks";
  std::cout << "found after " << count.images << " disks: " << count.broken
            << "\n";
}

TEST(Control, EnginesFindNothing) {
  const CrashCount count = CrashOnDisks(10'000);
  EXPECT_EQ(count.broken, "") << "after " << count.images << " disks";
  EXPECT_GE(count.images, 10'000);
}

}  // namespace
}  // namespace acl
