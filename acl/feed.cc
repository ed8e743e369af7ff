#include "acl/feed.h"

#include <algorithm>
#include <utility>

#include "acl/base/fault.h"

namespace acl {

void Feed::Join(bool roles) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++watchers_;
  roles_ += roles ? 1 : 0;
}

void Feed::Leave(bool roles) {
  const std::lock_guard<std::mutex> lock(mutex_);
  roles_ -= roles ? 1 : 0;
  // Changes made without watchers are not stored, so older ones would leave a
  // gap.
  if (--watchers_ == 0) changes_.clear();
}

bool Feed::watched() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return watchers_ > 0;
}

bool Feed::roles() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return roles_ > 0;
}

void Feed::Push(std::shared_ptr<const FedChange> change) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (watchers_ == 0) return;
  changes_.push_back(std::move(change));
  if (changes_.size() > window_) changes_.pop_front();
  changed_.notify_all();
}

void Feed::End(const absl::Status& why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!end_) end_.emplace(FaultOf(why), why.message());
  changed_.notify_all();
}

Feed::Look Feed::Await(Revision revision, absl::Duration timeout) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto come = [&] {
    return end_.has_value() ||
           (!changes_.empty() && changes_.back()->revision >= revision);
  };
  if (timeout == absl::InfiniteDuration()) {
    changed_.wait(lock, come);
  } else {
    // A duration that would overflow the clock is as good as infinite.
    const absl::Duration bounded = std::min(timeout, absl::Hours(24 * 365));
    changed_.wait_for(lock, absl::ToChronoNanoseconds(bounded), come);
  }
  Look look;
  if (!changes_.empty()) look.last = changes_.back()->revision;
  if (look.last < revision) {
    look.end = end_;
  } else if (const Revision first = changes_.front()->revision;
             first <= revision) {
    look.change = changes_[revision - first];
  }
  return look;
}

}  // namespace acl
