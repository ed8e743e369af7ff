// Environment variables with values that the library does not know. Each case
// needs its own process, because a process is warned only once.
#include "acl/base/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "acl/engine.h"
#include "tests/base/refusal.h"

namespace acl {
namespace {

constexpr char kRefusal[] =
    "the environment variable ACL_SIMD is `sse2`, which is none of `portable`, "
    "`avx2` and `avx512`; set one of them, or unset it";

TEST(EnvironmentTest, WhenAValueIsUnknownThenTheCheckNamesThoseThatThereAre) {
  for (const char* const value : {"", "portable", "avx2", "avx512"}) {
    setenv("ACL_SIMD", value, 1);
    EXPECT_TRUE(CheckEnvironment().ok()) << value;
  }
  unsetenv("ACL_SIMD");
  EXPECT_TRUE(CheckEnvironment().ok());
  EXPECT_EQ(WishedSimd(), SimdWish::kAvx512);
  for (const char* const value : {"sse2", "AVX2", "avx2 ", "0", "portable,"}) {
    setenv("ACL_SIMD", value, 1);
    EXPECT_TRUE(IsRefusal(CheckEnvironment(),
                          absl::StatusCode::kInvalidArgument, v1::MALFORMED,
                          value));
    EXPECT_EQ(WishedSimd(), SimdWish::kAvx512);
  }
  setenv("ACL_SIMD", "sse2", 1);
  EXPECT_EQ(CheckEnvironment().message(), kRefusal);
}

// Runs in its own process: creates two engines and exits.
void MakeEngines(const char* simd) {
  setenv("ACL_SIMD", simd, 1);
  ::testing::internal::CaptureStderr();
  Engine first;
  Engine second;
  const bool works = first.AddWorkspace(Actor::System(), "w").ok() &&
                     second.AddWorkspace(Actor::System(), "w").ok();
  const std::string told = ::testing::internal::GetCapturedStderr();
  std::fputs(("[" + told + "]").c_str(), stderr);
  std::_Exit(works ? 0 : 1);
}

TEST(EnvironmentDeathTest, WhenAValueIsUnknownThenTheLibrarySaysItOnce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(MakeEngines("sse2"), ::testing::ExitedWithCode(0),
              ::testing::StartsWith(std::string("[acl: warning: ") + kRefusal +
                                    "; it is passed over\n]"));
  EXPECT_EXIT(MakeEngines("portable"), ::testing::ExitedWithCode(0),
              ::testing::StartsWith("[]"));
}

}  // namespace
}  // namespace acl
