// Linked with an engine that is wrong on purpose: the crashes have to find it.
#include <cstdint>
#include <iostream>

#include "gtest/gtest.h"
#include "tests/crash/engine_run.h"

namespace acl {
namespace {

TEST(PlantedBug, IsFound) {
  uint64_t images = 0;
  for (uint64_t seed = 1; images < 100'000; ++seed) {
    EngineCrashOptions options;
    options.run.seed = seed;
    options.run.durability =
        seed % 2 == 0 ? Durability::kDisk : Durability::kProcess;
    options.run.keep_history = false;
    options.images.exact_limit = 24;
    options.images.samples = 12;
    const CrashCount count = CrashEngineEverywhere(options);
    images += count.images;
    if (count.broken.empty()) continue;
    std::cout << "found after " << images << " disks: " << count.broken << "\n";
    return;
  }
  FAIL() << "not found on " << images << " disks";
}

}  // namespace
}  // namespace acl
