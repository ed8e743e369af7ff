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

// How often each key may ask.
struct RateLimit {
  double per_second = 0;  // 0: as often as it likes
  int64_t burst = 0;  // how many at once after a rest; 0: those of one second

  bool is_on() const { return per_second > 0; }
};

constexpr double kMinRate = 0.01;
constexpr int64_t kMaxRate = 1'000'000;

// OK, or MALFORMED for a limit that makes no sense: `per_second` is 0 or from
// kMinRate to kMaxRate, `burst` is 0 or from 1 to kMaxRate and needs a
// `per_second`, and an empty bucket has to fill within an hour.
absl::Status CheckRateLimit(const RateLimit& limit);

// The buckets. A bucket that is full again is forgotten, so memory is
// proportional to the keys that asked within the time that a bucket needs to
// fill. Thread-safe.
class RateLimiter {
 public:
  // The time since some moment; never goes back.
  using Clock = std::function<absl::Duration()>;

  // REQUIRES: CheckRateLimit(). A null `clock` is the machine's.
  explicit RateLimiter(const RateLimit& limit, Clock clock = nullptr);

  // Takes a token from the bucket of a key. Zero if there was one; else how
  // long it takes until there is one, and nothing is taken.
  absl::Duration Take(absl::string_view workspace, absl::string_view key);

  // How many buckets are kept.
  size_t size() const;

 private:
  void ForgetFullOnes(absl::Duration now);

  const bool on_;
  const absl::Duration interval_;  // in which a token comes
  const absl::Duration depth_;     // in which an empty bucket fills
  const Clock clock_;
  mutable std::mutex mutex_;
  // When each bucket will be full again.
  absl::flat_hash_map<std::pair<std::string, std::string>, absl::Duration>
      full_at_;
  size_t forget_at_;  // the size at which full ones are looked for
};

}  // namespace acl::server

#endif  // ACL_SERVER_RATE_LIMIT_H_
