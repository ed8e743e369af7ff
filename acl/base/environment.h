// The environment variables that the library reads. Part of the public API;
// begin reading at acl/engine.h.
#ifndef ACL_BASE_ENVIRONMENT_H_
#define ACL_BASE_ENVIRONMENT_H_

#include "absl/status/status.h"

namespace acl {

// The fastest search code that ACL_SIMD allows.
enum class SimdWish { kPortable, kAvx2, kAvx512 };

// The value of ACL_SIMD: `portable`, `avx2` or `avx512`; kAvx512 for anything
// else. May be called before main().
SimdWish WishedSimd();

// OK if every variable that the library reads has a valid value, else MALFORMED
// with a list of the valid ones. A program may refuse to start in that case;
// otherwise such a variable is ignored.
absl::Status CheckEnvironment();

// Writes what CheckEnvironment() refuses to stderr, on the first call in the
// process only. Called whenever an engine is created. Thread-safe.
void WarnOfEnvironmentOnce();

}  // namespace acl

#endif  // ACL_BASE_ENVIRONMENT_H_
