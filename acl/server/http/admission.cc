#include "acl/server/http/admission.h"

#include <algorithm>

namespace acl {

Admission::Verdict Admission::Enter(const std::string& address) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = by_address_.find(address);
  const size_t of_address = found == by_address_.end() ? 0 : found->second;
  if (serving_ < limits_.connections && of_address < limits_.per_address) {
    ++by_address_[address];
    ++serving_;
    ++served_;
    return Verdict::kServed;
  }
  ++refused_;
  if (refusing_ == limits_.refusals) return Verdict::kClosed;
  ++refusing_;
  return Verdict::kRefused;
}

void Admission::Leave(const std::string& address, Verdict verdict) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (verdict == Verdict::kServed) {
    --serving_;
    const auto found = by_address_.find(address);
    if (--found->second == 0) by_address_.erase(found);
  } else {
    --refusing_;
  }
  if (serving_ + refusing_ == 0) emptied_.notify_all();
}

bool Admission::WaitUntilEmpty(absl::Duration wait) {
  // A longer wait would overflow the clock.
  const absl::Duration bounded = std::min(wait, absl::Hours(24 * 365));
  std::unique_lock<std::mutex> lock(mutex_);
  return emptied_.wait_for(lock, absl::ToChronoNanoseconds(bounded),
                           [this] { return serving_ + refusing_ == 0; });
}

size_t Admission::served_now() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return serving_;
}

uint64_t Admission::served() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return served_;
}

uint64_t Admission::refused() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return refused_;
}

}  // namespace acl
