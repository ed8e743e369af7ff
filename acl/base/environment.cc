#include "acl/base/environment.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
namespace {

absl::string_view SimdVariable() {
  const char* const value = std::getenv("ACL_SIMD");
  return value == nullptr ? "" : value;
}

// Not set for an unknown value.
std::optional<SimdWish> WishOf(absl::string_view value) {
  if (value.empty() || value == "avx512") return SimdWish::kAvx512;
  if (value == "avx2") return SimdWish::kAvx2;
  if (value == "portable") return SimdWish::kPortable;
  return std::nullopt;
}

}  // namespace

SimdWish WishedSimd() {
  return WishOf(SimdVariable()).value_or(SimdWish::kAvx512);
}

absl::Status CheckEnvironment() {
  if (WishOf(SimdVariable())) return absl::OkStatus();
  return Refuse(v1::MALFORMED,
                absl::StrCat("the environment variable ACL_SIMD is ",
                             Quoted(SimdVariable()),
                             ", which is none of `portable`, `avx2` and "
                             "`avx512`; set one of them, or unset it"));
}

void WarnOfEnvironmentOnce() {
  static const bool told = [] {
    const absl::Status status = CheckEnvironment();
    if (!status.ok()) {
      const std::string line = absl::StrCat("acl: warning: ", status.message(),
                                            "; it is passed over\n");
      std::fputs(line.c_str(), stderr);
    }
    return true;
  }();
  static_cast<void>(told);
}

}  // namespace acl
