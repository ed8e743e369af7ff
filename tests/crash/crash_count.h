// How much the tests of crashes have looked at, and how much they shall.
#ifndef TESTS_CRASH_CRASH_COUNT_H_
#define TESTS_CRASH_CRASH_COUNT_H_

#include <cstdint>
#include <cstdlib>
#include <string>

#include "tests/concurrency/scale.h"

namespace acl {

struct CrashCount {
  uint64_t images = 0;  // what a disk may hold
  std::string broken;   // the first promise that was broken; empty: none
};

// Whether all is wanted that can be done in minutes, not only some of it.
inline bool Exhaustive() { return std::getenv("ACL_EXHAUSTIVE") != nullptr; }

// How many images are looked at where a plain build usually takes so many.
inline uint64_t WantedImages(uint64_t usual) {
  const uint64_t scaled = concurrency::Scaled(usual);
  return Exhaustive() ? scaled * 10 : scaled;
}

}  // namespace acl

#endif  // TESTS_CRASH_CRASH_COUNT_H_
