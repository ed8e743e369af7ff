// Per-item turns, one at a time for each item. Internal.
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

// A thread that reads an item and rewrites it holds the item's turn in between,
// so that it can't undo what another thread has written meanwhile. A turn may
// last as long as the disk takes; turns at different items are independent.
// Thread-safe.
class Turns {
 public:
  // The turn at the item with this name, held for a scope. Waits until no one
  // else has it, or until `is_over`, which is polled ten times a second,
  // returns true.
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
