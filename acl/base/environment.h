// The environment variables that the library reads. Part of the public API;
// begin reading at acl/engine.h.
#ifndef ACL_BASE_ENVIRONMENT_H_
#define ACL_BASE_ENVIRONMENT_H_

#include "absl/status/status.h"

namespace acl {

// The fastest search that ACL_SIMD allows.
enum class SimdWish { kPortable, kAvx2, kAvx512 };

// What ACL_SIMD says: `portable`, `avx2` or `avx512`; kAvx512 for anything
// else. May be called before main().
SimdWish WishedSimd();

// OK if every variable that the library reads has a value that it knows, else
// MALFORMED with the values that there are. A program can refuse to start on
// this; otherwise such a variable counts as not set.
absl::Status CheckEnvironment();

// Writes what CheckEnvironment() refuses to stderr, the first time that it is
// called in the process. Called by every engine that is made. Thread-safe.
void WarnOfEnvironmentOnce();

}  // namespace acl

#endif  // ACL_BASE_ENVIRONMENT_H_
