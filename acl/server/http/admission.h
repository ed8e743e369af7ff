// Limits the number of connections, in total and per address. Internal.
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
  size_t refusals = 0;  // may be in progress at once
};

// Thread-safe.
class Admission {
 public:
  explicit Admission(const AdmissionLimits& limits) : limits_(limits) {}

  enum class Verdict {
    kServed,
    kRefused,  // gets an answer that says so
    kClosed    // is closed without an answer
  };
  // Decides on a connection from `address`, which may be any bytes. Unless the
  // verdict is kClosed, Leave() must be called once.
  Verdict Enter(const std::string& address);
  void Leave(const std::string& address, Verdict verdict);

  // Waits until no one is left or `wait` has passed; returns whether no one is
  // left.
  bool WaitUntilEmpty(absl::Duration wait);

  size_t served_now() const;
  uint64_t served() const;   // in total
  uint64_t refused() const;  // in total, including kClosed

 private:
  const AdmissionLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  absl::flat_hash_map<std::string, size_t> by_address_;  // no zero counts
  size_t serving_ = 0;
  size_t refusing_ = 0;
  uint64_t served_ = 0;
  uint64_t refused_ = 0;
};

}  // namespace acl

#endif  // ACL_SERVER_HTTP_ADMISSION_H_
