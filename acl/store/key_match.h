// Searches for several keys among the sixteen numbers of a cache line at once.
// Internal.
#ifndef ACL_STORE_KEY_MATCH_H_
#define ACL_STORE_KEY_MATCH_H_

#include <cstddef>
#include <cstdint>

namespace acl {

// How many bits of an entry are below its key.
constexpr int kRoleBits = 4;

// The instruction sets for which there is a search, slowest first.
enum class SimdLevel { kPortable, kAvx2, kAvx512 };

// The best that this machine supports. ACL_SIMD=portable or avx2 in the
// environment lowers it, for tests (acl/base/environment.h).
SimdLevel BestSimdLevel();
bool HasSimdLevel(SimdLevel level);

// Bit i of the result is set if line[i] >> kRoleBits is among the `count` keys,
// none of which is 0. `line` has 16 numbers.
using KeyMatchFunction = uint32_t (*)(const uint32_t* line,
                                      const uint32_t* keys, size_t count);

// One of many searches, with its result.
struct KeySearch {
  const uint32_t* line;
  const uint32_t* keys;
  uint32_t count;
  uint32_t lanes;  // the result
};
using KeyMatchManyFunction = void (*)(KeySearch* searches, size_t size);

// The search functions for a level. REQUIRES: the machine supports it.
KeyMatchFunction KeyMatchFor(SimdLevel level);
KeyMatchManyFunction KeyMatchManyFor(SimdLevel level);

// The searches for BestSimdLevel().
extern const KeyMatchFunction kKeyMatch;
extern const KeyMatchManyFunction kKeyMatchMany;

}  // namespace acl

#endif  // ACL_STORE_KEY_MATCH_H_
