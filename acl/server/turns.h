// Turns at things, one at a time for each of them. Internal.
#ifndef ACL_SERVER_TURNS_H_
#define ACL_SERVER_TURNS_H_

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"

namespace acl::server {

// Whoever reads a thing and writes it anew takes a turn at it from the one to
// the other: what somebody else has written meanwhile must not be undone. A
// turn may last as long as the disk; nobody waits for one at another thing.
// Thread-safe.
class Turns {
 public:
  // For a scope: the turn at what has this name, once nobody else has it;
  // unless `is_over`, which is asked ten times a second, says so before.
  class Turn {
   public:
    Turn(Turns* turns, std::string name, absl::FunctionRef<bool()> is_over)
        : turns_(*turns), name_(std::move(name)) {
      std::unique_lock<std::mutex> lock(turns_.mutex_);
      while (!(ok_ = turns_.taken_.insert(name_).second)) {
        if (is_over()) return;
        turns_.freed_.wait_for(lock, std::chrono::milliseconds(100));
      }
    }
    ~Turn() {
      if (!ok_) return;
      const std::lock_guard<std::mutex> lock(turns_.mutex_);
      turns_.taken_.erase(name_);
      turns_.freed_.notify_all();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool ok() const { return ok_; }

   private:
    Turns& turns_;
    const std::string name_;
    bool ok_ = false;
  };

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  absl::flat_hash_set<std::string> taken_;
};

}  // namespace acl::server

#endif  // ACL_SERVER_TURNS_H_
