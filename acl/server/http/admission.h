// How many connections there are, in all and of each address. Internal.
#ifndef ACL_SERVER_HTTP_ADMISSION_H_
#define ACL_SERVER_HTTP_ADMISSION_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace acl {

struct AdmissionLimits {
  size_t connections = 0;
  size_t per_address = 0;
  size_t refusals = 0;  // that may be under way at once
};

// Thread-safe.
class Admission {
 public:
  explicit Admission(const AdmissionLimits& limits) : limits_(limits) {}

  enum class Verdict {
    kServed,
    kRefused,  // is told so
    kClosed    // without a word
  };
  // Of a connection that comes from `address`, any bytes. Unless it is kClosed,
  // Leave() has to follow, once.
  Verdict Enter(const std::string& address);
  void Leave(const std::string& address, Verdict verdict);

  // Waits until nobody is left or `wait` is over; whether nobody is.
  bool WaitUntilEmpty(absl::Duration wait);

  size_t served_now() const;
  uint64_t served() const;   // in all
  uint64_t refused() const;  // in all, with those closed without a word

 private:
  const AdmissionLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  absl::flat_hash_map<std::string, size_t> by_address_;  // without zeros
  size_t serving_ = 0;
  size_t refusing_ = 0;
  uint64_t served_ = 0;
  uint64_t refused_ = 0;
};

}  // namespace acl

#endif  // ACL_SERVER_HTTP_ADMISSION_H_
