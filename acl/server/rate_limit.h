// A token bucket for each API key. Internal.
#ifndef ACL_SERVER_RATE_LIMIT_H_
#define ACL_SERVER_RATE_LIMIT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace acl::server {

// How often each key may send requests.
struct RateLimit {
  double per_second = 0;  // 0: no limit
  int64_t burst = 0;  // how many at once after a pause; 0: one second's worth

  bool is_on() const { return per_second > 0; }
};

constexpr double kMinRate = 0.01;
constexpr int64_t kMaxRate = 1'000'000;

// OK, or MALFORMED for an invalid limit: `per_second` is 0 or from kMinRate to
// kMaxRate, `burst` is 0 or from 1 to kMaxRate and needs a `per_second`, and an
// empty bucket has to fill within an hour.
absl::Status CheckRateLimit(const RateLimit& limit);

// The buckets. A bucket that is full again is dropped, so memory is
// proportional to the keys that were used within the time that a bucket takes
// to fill. Thread-safe.
class RateLimiter {
 public:
  // The time since some fixed moment; monotonic.
  using Clock = std::function<absl::Duration()>;

  // REQUIRES: CheckRateLimit() is OK. A null `clock` means the machine's.
  explicit RateLimiter(const RateLimit& limit, Clock clock = nullptr);

  // Takes a token from the bucket of a key. Returns zero if there was one;
  // otherwise the time until there will be one, and takes nothing.
  absl::Duration Take(absl::string_view workspace, absl::string_view key);

  // How many buckets are kept.
  size_t size() const;

 private:
  void ForgetFullOnes(absl::Duration now);

  const bool on_;
  const absl::Duration interval_;  // the time per token
  const absl::Duration depth_;     // the time to fill an empty bucket
  const Clock clock_;
  mutable std::mutex mutex_;
  // When each bucket will be full again.
  absl::flat_hash_map<std::pair<std::string, std::string>, absl::Duration>
      full_at_;
  size_t forget_at_;  // the size at which full ones are dropped
};

}  // namespace acl::server

#endif  // ACL_SERVER_RATE_LIMIT_H_
