#include "acl/observer_gate.h"

namespace acl {

thread_local const ObserverGate::Entry* ObserverGate::innermost_ = nullptr;

std::atomic<int64_t>& ObserverGate::CountOfThisThread(ObserverGate* gate) {
  static std::atomic<size_t> next{0};
  thread_local const size_t mine = next.fetch_add(1) % kCounts;
  return gate->counts_[mine].calls;
}

// A caller counts itself, then loads the observer; Close() clears the observer,
// then reads the counts. Both are sequentially consistent, so either the caller
// finds no observer or Close() finds the caller.
ObserverGate::Entry::Entry(ObserverGate* gate)
    : gate_(gate), outer_(innermost_) {
  innermost_ = this;
  CountOfThisThread(gate_).fetch_add(1);
}

ObserverGate::Entry::~Entry() {
  innermost_ = outer_;
  CountOfThisThread(gate_).fetch_sub(1);
  if (gate_->observer_.load() != nullptr) return;
  const std::lock_guard<std::mutex> lock(gate_->mutex_);
  gate_->left_.notify_all();
}

int64_t ObserverGate::OwnCalls() const {
  int64_t calls = 0;
  for (const Entry* at = innermost_; at != nullptr; at = at->outer()) {
    calls += at->gate() == this ? 1 : 0;
  }
  return calls;
}

int64_t ObserverGate::AllCalls() const {
  int64_t calls = 0;
  for (const Count& count : counts_) calls += count.calls.load();
  return calls;
}

void ObserverGate::Close() {
  observer_.store(nullptr);
  const int64_t own = OwnCalls();
  std::unique_lock<std::mutex> lock(mutex_);
  left_.wait(lock, [&] { return AllCalls() == own; });
}

}  // namespace acl
