// How much the crash tests have checked, and how much they should.
#ifndef TESTS_CRASH_CRASH_COUNT_H_
#define TESTS_CRASH_CRASH_COUNT_H_

#include <cstdint>
#include <cstdlib>
#include <string>

#include "tests/concurrency/scale.h"

namespace acl {

struct CrashCount {
  uint64_t images = 0;  // states of a disk after a crash
  std::string broken;   // the first broken promise; empty: none
};

// Whether to run everything that can be done in minutes, rather than a sample.
inline bool Exhaustive() { return std::getenv("ACL_EXHAUSTIVE") != nullptr; }

// How many images to check where a plain build usually checks `usual`.
inline uint64_t WantedImages(uint64_t usual) {
  const uint64_t scaled = concurrency::Scaled(usual);
  return Exhaustive() ? scaled * 10 : scaled;
}

}  // namespace acl

#endif  // TESTS_CRASH_CRASH_COUNT_H_
