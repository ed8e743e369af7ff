#include "acl/world/read_ahead.h"

namespace acl {

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

absl::StatusOr<const MadePart*> ReadAhead::Next() {
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  std::unique_lock<std::mutex> lock(mutex_);
  // The part returned before may be overwritten from now on.
  ++given_;
  changed_.notify_one();
  changed_.wait(lock, [this] { return made_ >= given_ || ended_; });
  if (made_ >= given_) return &parts_[(given_ - 1) % kKept];
  --given_;
  if (exception_ != nullptr) std::rethrow_exception(exception_);
  if (!refusal_.ok()) return refusal_;
  return nullptr;
}

void ReadAhead::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!ended_) {
    // The slot to fill must not be the one in use.
    changed_.wait(lock,
                  [this] { return made_ < given_ + kKept - 1 || stopped_; });
    if (stopped_) return;
    lock.unlock();
    bool more = false;
    absl::Status refusal;
    std::exception_ptr exception;
    try {
      const absl::StatusOr<bool> made = make_(&parts_[made_ % kKept]);
      more = made.ok() && *made;
      refusal = made.status();
    } catch (...) {  // out of memory
      exception = std::current_exception();
    }
    lock.lock();
    made_ += more;
    ended_ = !more;
    refusal_ = std::move(refusal);
    exception_ = std::move(exception);
    changed_.notify_one();
  }
}

}  // namespace acl
