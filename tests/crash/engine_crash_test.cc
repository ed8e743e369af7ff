// The machine crashes at every step of an engine in a folder. An engine that
// opens the result must recover a prefix of the history that includes every
// change that a caller was told of.
#include <cstdint>
#include <cstdio>
#include <string>

#include "gtest/gtest.h"
#include "tests/crash/crash_count.h"
#include "tests/crash/engine_run.h"

namespace acl {
namespace {

EngineCrashOptions Standard(uint64_t seed, Durability durability) {
  EngineCrashOptions options;
  options.run.seed = seed;
  options.run.durability = durability;
  options.run.keep_history = seed % 2 == 0;
  options.images.exact_limit = Exhaustive() ? 256 : 64;
  options.images.samples = Exhaustive() ? 64 : 24;
  options.images.seed = seed;
  options.images.every_cut = Exhaustive();
  options.kill_stride = Exhaustive() ? 1 : 97;
  return options;
}

void CrashMany(Durability durability) {
  uint64_t images = 0;
  uint64_t seed = 0;
  // Both with and without keeping the history.
  while (images < WantedImages(35'000) || seed < 2) {
    const CrashCount count =
        CrashEngineEverywhere(Standard(++seed, durability));
    images += count.images;
    ASSERT_EQ(count.broken, "") << "seed " << seed;
  }
  std::printf("%llu runs, %llu disks\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(images));
}

TEST(EngineCrashTest, WhenTheMachineEndsAnywhereThenWhatWasAcceptedIsThere) {
  CrashMany(Durability::kDisk);
}

TEST(EngineCrashTest, WhenNothingIsSyncedThenSomeOfTheHistoryIsThereInOrder) {
  CrashMany(Durability::kProcess);
}

}  // namespace
}  // namespace acl
