// How much of a long test to run: less under a sanitizer, more on request.
#ifndef TESTS_CONCURRENCY_SCALE_H_
#define TESTS_CONCURRENCY_SCALE_H_

#include <cstdint>
#include <cstdlib>

namespace acl::concurrency {

#ifdef __SANITIZE_THREAD__
constexpr bool kThreadSanitizer = true;
#else
constexpr bool kThreadSanitizer = false;
#endif

#ifdef __SANITIZE_ADDRESS__
constexpr bool kAddressSanitizer = true;
#else
constexpr bool kAddressSanitizer = false;
#endif

// The number in an environment variable, or `usual` if it is not set.
inline uint64_t FromEnvironment(const char* name, uint64_t usual) {
  const char* const text = std::getenv(name);
  return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

// Scales a count that suits a plain build to the speed of this build.
constexpr uint64_t Scaled(uint64_t usual) {
  return kThreadSanitizer ? usual / 20 : kAddressSanitizer ? usual / 10 : usual;
}

// How long a stress test runs.
inline int64_t StressSeconds() {
  return static_cast<int64_t>(FromEnvironment("ACL_STRESS_SECONDS", 2));
}

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_SCALE_H_
