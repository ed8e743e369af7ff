#include "acl/store/key_match.h"

#include "acl/base/environment.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace acl {
namespace {

uint32_t MatchPortable(const uint32_t* line, const uint32_t* keys,
                       size_t count) {
  uint32_t matches = 0;
  for (size_t k = 0; k < count; ++k) {
    for (size_t i = 0; i < 16; ++i) {
      matches |= static_cast<uint32_t>(line[i] >> kRoleBits == keys[k]) << i;
    }
  }
  return matches;
}

void MatchManyPortable(KeySearch* searches, size_t size) {
  for (KeySearch* s = searches; s != searches + size; ++s) {
    s->lanes = MatchPortable(s->line, s->keys, s->count);
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) uint32_t MatchAvx2(const uint32_t* line,
                                                   const uint32_t* keys,
                                                   size_t count) {
  const auto* const halves = reinterpret_cast<const __m256i*>(line);
  const __m256i low = _mm256_srli_epi32(_mm256_loadu_si256(halves), kRoleBits);
  const __m256i high =
      _mm256_srli_epi32(_mm256_loadu_si256(halves + 1), kRoleBits);
  __m256i in_low = _mm256_setzero_si256();
  __m256i in_high = _mm256_setzero_si256();
  for (size_t k = 0; k < count; ++k) {
    const __m256i key = _mm256_set1_epi32(static_cast<int>(keys[k]));
    in_low = _mm256_or_si256(in_low, _mm256_cmpeq_epi32(low, key));
    in_high = _mm256_or_si256(in_high, _mm256_cmpeq_epi32(high, key));
  }
  const auto mask = [](__m256i lanes) __attribute__((target("avx2"))) {
    return static_cast<uint32_t>(
        _mm256_movemask_ps(_mm256_castsi256_ps(lanes)));
  };
  return mask(in_low) | mask(in_high) << 8;
}

__attribute__((target("avx2"))) void MatchManyAvx2(KeySearch* searches,
                                                   size_t size) {
  for (KeySearch* s = searches; s != searches + size; ++s) {
    s->lanes = MatchAvx2(s->line, s->keys, s->count);
  }
}

__attribute__((target("avx512f"))) uint32_t MatchAvx512(const uint32_t* line,
                                                        const uint32_t* keys,
                                                        size_t count) {
  // The form without a mask triggers a false warning in GCC 12.
  const __m512i lanes =
      _mm512_maskz_srli_epi32(0xffff, _mm512_loadu_si512(line), kRoleBits);
  __mmask16 matches = 0;
  for (size_t k = 0; k < count; ++k) {
    matches |= _mm512_cmpeq_epi32_mask(
        lanes, _mm512_set1_epi32(static_cast<int>(keys[k])));
  }
  return matches;
}

__attribute__((target("avx512f"))) void MatchManyAvx512(KeySearch* searches,
                                                        size_t size) {
  for (KeySearch* s = searches; s != searches + size; ++s) {
    s->lanes = MatchAvx512(s->line, s->keys, s->count);
  }
}
#endif

}  // namespace

bool HasSimdLevel(SimdLevel level) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (level == SimdLevel::kAvx2) return __builtin_cpu_supports("avx2") != 0;
  if (level == SimdLevel::kAvx512) {
    return __builtin_cpu_supports("avx512f") != 0;
  }
#endif
  return level == SimdLevel::kPortable;
}

SimdLevel BestSimdLevel() {
  const SimdWish most = WishedSimd();
  if (most == SimdWish::kAvx512 && HasSimdLevel(SimdLevel::kAvx512)) {
    return SimdLevel::kAvx512;
  }
  if (most != SimdWish::kPortable && HasSimdLevel(SimdLevel::kAvx2)) {
    return SimdLevel::kAvx2;
  }
  return SimdLevel::kPortable;
}

KeyMatchFunction KeyMatchFor(SimdLevel level) {
#if defined(__x86_64__)
  if (level == SimdLevel::kAvx2) return MatchAvx2;
  if (level == SimdLevel::kAvx512) return MatchAvx512;
#endif
  return MatchPortable;
}

KeyMatchManyFunction KeyMatchManyFor(SimdLevel level) {
#if defined(__x86_64__)
  if (level == SimdLevel::kAvx2) return MatchManyAvx2;
  if (level == SimdLevel::kAvx512) return MatchManyAvx512;
#endif
  return MatchManyPortable;
}

const KeyMatchManyFunction kKeyMatchMany = KeyMatchManyFor(BestSimdLevel());
const KeyMatchFunction kKeyMatch = KeyMatchFor(BestSimdLevel());

}  // namespace acl
