#include "acl/server/rate_limit.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"

namespace acl::server {
namespace {

constexpr size_t kLeastToForget = 1024;
constexpr absl::Duration kLongestFill = absl::Hours(1);

absl::Duration MonotonicTime() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

int64_t BurstOf(const RateLimit& limit) {
  if (limit.burst > 0) return limit.burst;
  return static_cast<int64_t>(std::ceil(limit.per_second));
}

}  // namespace

absl::Status CheckRateLimit(const RateLimit& limit) {
  // NaN is not within the bounds either.
  const bool within =
      limit.per_second >= kMinRate && limit.per_second <= kMaxRate;
  if (limit.per_second != 0 && !within) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat("`--rate` is a number of requests a second "
                               "from ",
                               kMinRate, " to ", kMaxRate,
                               ", or 0 for no limit, not ", limit.per_second));
  }
  if (limit.burst == 0) return absl::OkStatus();
  if (!limit.is_on()) {
    return Refuse(v1::MALFORMED,
                  "`--rate-burst` means nothing without `--rate`; give both");
  }
  if (limit.burst < 1 || limit.burst > kMaxRate) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat("`--rate-burst` is a number of requests from 1 "
                               "to ",
                               kMaxRate, ", not ", limit.burst));
  }
  if (static_cast<double>(limit.burst) / limit.per_second >
      absl::ToDoubleSeconds(kLongestFill)) {
    return Refuse(
        v1::MALFORMED,
        absl::StrCat("a `--rate-burst` of ", limit.burst,
                     " takes more than an hour to come back at a "
                     "`--rate` of ",
                     limit.per_second, "; lower the one or raise the other"));
  }
  return absl::OkStatus();
}

RateLimiter::RateLimiter(const RateLimit& limit, Clock clock)
    : on_(limit.is_on()),
      interval_(on_ ? absl::Seconds(1 / limit.per_second)
                    : absl::ZeroDuration()),
      depth_(interval_ * BurstOf(limit)),
      clock_(clock ? std::move(clock) : MonotonicTime),
      forget_at_(kLeastToForget) {}

absl::Duration RateLimiter::Take(absl::string_view workspace,
                                 absl::string_view key) {
  if (!on_) return absl::ZeroDuration();
  const std::lock_guard<std::mutex> lock(mutex_);
  const absl::Duration now = clock_();
  if (full_at_.size() >= forget_at_) ForgetFullOnes(now);
  absl::Duration& full_at =
      full_at_.try_emplace({std::string(workspace), std::string(key)}, now)
          .first->second;
  const absl::Duration after = std::max(full_at, now) + interval_;
  const absl::Duration missing = after - now - depth_;
  if (missing > absl::ZeroDuration()) return missing;
  full_at = after;
  return absl::ZeroDuration();
}

size_t RateLimiter::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return full_at_.size();
}

// The call that makes the table grow to twice its size pays for the sweep.
void RateLimiter::ForgetFullOnes(absl::Duration now) {
  absl::erase_if(full_at_,
                 [now](const auto& bucket) { return bucket.second <= now; });
  forget_at_ = std::max(kLeastToForget, 2 * full_at_.size());
}

}  // namespace acl::server
