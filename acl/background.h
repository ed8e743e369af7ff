// A thread that runs one piece of work whenever it is woken, and optionally at
// an interval. Internal.
#ifndef ACL_BACKGROUND_H_
#define ACL_BACKGROUND_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/time/time.h"

namespace acl {

// Thread-safe, except for Start() and the destructor.
class Background {
 public:
  Background() = default;
  ~Background() { Stop(); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  // Starts the thread. With an `interval`, the work also runs when that much
  // time has passed since its last run. REQUIRES: not started yet.
  void Start(std::function<void()> work,
             absl::Duration interval = absl::InfiniteDuration()) {
    thread_ = std::thread(
        [this, work = std::move(work), interval] { Run(work, interval); });
  }

  // Schedules one more run of the work, soon. Does not wait for it.
  void Wake() {
    const std::lock_guard<std::mutex> lock(mutex_);
    woken_ = true;
    changed_.notify_one();
  }

  // Waits for a run in progress to finish; no further run is started.
  void Stop() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopped_ = true;
      changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Run(const std::function<void()>& work, absl::Duration interval) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto woken = [this] { return woken_ || stopped_; };
    for (;;) {
      if (interval == absl::InfiniteDuration()) {
        changed_.wait(lock, woken);
      } else {
        changed_.wait_for(lock, absl::ToChronoNanoseconds(interval), woken);
      }
      if (stopped_) return;
      woken_ = false;
      lock.unlock();
      work();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace acl

#endif  // ACL_BACKGROUND_H_
