// The search among a line's keys, on every instruction set, compared with a
// loop.
#include "acl/store/key_match.h"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace acl {
namespace {

class KeyMatch : public testing::TestWithParam<SimdLevel> {
 protected:
  void SetUp() override {
    if (!HasSimdLevel(GetParam())) GTEST_SKIP() << "this machine has it not";
  }
};

uint32_t Loop(const uint32_t* line, const std::vector<uint32_t>& keys) {
  uint32_t matches = 0;
  for (int i = 0; i < 16; ++i) {
    if (std::count(keys.begin(), keys.end(), line[i] >> kRoleBits) > 0) {
      matches |= 1u << i;
    }
  }
  return matches;
}

TEST_P(KeyMatch, FindsTheLanesThatALoopFinds) {
  std::mt19937 random(7);
  const KeyMatchFunction match = KeyMatchFor(GetParam());
  size_t found = 0;
  for (int round = 0; round < 100000; ++round) {
    alignas(64) uint32_t line[16];
    // Few different keys, so that many match.
    const uint32_t range = 1u << (1 + round % 28);
    for (uint32_t& entry : line) entry = random() % range << 4 | random() % 16;
    std::vector<uint32_t> keys(random() % 20);
    for (uint32_t& key : keys) key = 1 + random() % range;
    const uint32_t expected = Loop(line, keys);
    ASSERT_EQ(match(line, keys.data(), keys.size()), expected);
    found += static_cast<size_t>(__builtin_popcount(expected));
  }
  EXPECT_GT(found, 100000u);
}

TEST_P(KeyMatch, ManySearchesFindWhatEachAloneFinds) {
  std::mt19937 random(8);
  alignas(64) uint32_t lines[40][16];
  std::vector<std::vector<uint32_t>> keys(40);
  std::vector<KeySearch> searches;
  for (size_t i = 0; i < keys.size(); ++i) {
    for (uint32_t& entry : lines[i]) entry = random() % 32 << 4;
    keys[i].resize(i % 20);
    for (uint32_t& key : keys[i]) key = 1 + random() % 32;
    const auto count = static_cast<uint32_t>(keys[i].size());
    searches.push_back({lines[i], keys[i].data(), count, 0xdead});
  }
  KeyMatchManyFor(GetParam())(searches.data(), 0);
  EXPECT_EQ(searches[0].lanes, 0xdeadu);
  KeyMatchManyFor(GetParam())(searches.data(), searches.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(searches[i].lanes, Loop(lines[i], keys[i])) << i;
  }
}

TEST_P(KeyMatch, HighestKeyIsTakenAsItIs) {
  alignas(64) uint32_t line[16] = {};
  line[15] = 0xffffffff;
  const uint32_t keys[] = {0x0fffffff};
  EXPECT_EQ(KeyMatchFor(GetParam())(line, keys, 1), 0x8000u);
  EXPECT_EQ(KeyMatchFor(GetParam())(line, keys, 0), 0u);
}

std::string NameOf(const testing::TestParamInfo<SimdLevel>& info) {
  return info.param == SimdLevel::kPortable ? "Portable"
         : info.param == SimdLevel::kAvx2   ? "Avx2"
                                            : "Avx512";
}

INSTANTIATE_TEST_SUITE_P(Levels, KeyMatch,
                         testing::Values(SimdLevel::kPortable, SimdLevel::kAvx2,
                                         SimdLevel::kAvx512),
                         NameOf);

TEST(SimdLevel, EnvironmentAsksForLess) {
  setenv("ACL_SIMD", "portable", 1);
  EXPECT_EQ(BestSimdLevel(), SimdLevel::kPortable);
  setenv("ACL_SIMD", "avx2", 1);
  EXPECT_NE(BestSimdLevel(), SimdLevel::kAvx512);
  setenv("ACL_SIMD", "avx512", 1);
  const SimdLevel most = BestSimdLevel();
  unsetenv("ACL_SIMD");
  EXPECT_EQ(BestSimdLevel(), most);
  // Unknown values are ignored.
  setenv("ACL_SIMD", "sse2", 1);
  EXPECT_EQ(BestSimdLevel(), most);
  setenv("ACL_SIMD", "", 1);
  EXPECT_EQ(BestSimdLevel(), most);
  unsetenv("ACL_SIMD");
  EXPECT_TRUE(HasSimdLevel(BestSimdLevel()));
}

}  // namespace
}  // namespace acl
