// A thread that does one kind of work whenever it is woken. Internal.
#ifndef ACL_BACKGROUND_H_
#define ACL_BACKGROUND_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace acl {

// Thread-safe, except for Start() and the destructor.
class Background {
 public:
  Background() = default;
  ~Background() { Stop(); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  // REQUIRES: it has not been started.
  void Start(std::function<void()> work) {
    thread_ = std::thread([this, work = std::move(work)] { Run(work); });
  }

  // Has the work done once more, soon. Never waits for it.
  void Wake() {
    const std::lock_guard<std::mutex> lock(mutex_);
    woken_ = true;
    changed_.notify_one();
  }

  // Waits until work that is under way is done; none is begun any more.
  void Stop() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopped_ = true;
      changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Run(const std::function<void()>& work) {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return woken_ || stopped_; });
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
