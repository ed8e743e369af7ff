// Safe memory for readers without locks: a reader pins, follows pointers, and
// unpins; a writer unlinks and frees what it unlinked only when no reader that
// may have seen it is pinned any more. Internal; the front door is
// acl/engine.h.
#ifndef ACL_STORE_EPOCH_H_
#define ACL_STORE_EPOCH_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <utility>

namespace acl {

// How a pin is announced: here only so that a pin costs no call.
namespace epoch {

constexpr uint64_t kUnpinned = std::numeric_limits<uint64_t>::max();

// Of this thread. Without a destructor: quick to get at.
struct Thread {
  std::atomic<uint64_t>* pinned_at;  // null before the first pin
  int depth;
  bool writers_fence;  // the kernel fences readers when a writer asks for it
  bool ending;
};
inline thread_local Thread t_thread = {nullptr, 0, false, false};
inline std::atomic<uint64_t> g_epoch{1};

// Before the thread's first pin.
void Enter(Thread* thread);

}  // namespace epoch

// Pins this thread for the scope. What a published pointer leads to when it is
// loaded inside the scope stays valid to the end of the scope. Scopes nest.
// Wait-free; the first on a thread may allocate.
//
// A pin keeps everything that any writer of the process replaces meanwhile. So
// pin only for short work that calls nothing of the caller's; otherwise hold a
// version (FastHold).
class EpochPin {
 public:
  EpochPin();
  ~EpochPin();
  EpochPin(const EpochPin&) = delete;
  EpochPin& operator=(const EpochPin&) = delete;

 private:
  epoch::Thread& thread_;
};

// For a writer that has just unlinked something: whoever pins from now on does
// not see it, and whoever is pinned since before has at most this epoch.
uint64_t NextEpoch();

// The epoch of the oldest pin, or the greatest number if there is none. A call
// to the kernel.
uint64_t OldestPin();

// What writers have unlinked and readers may still see, in the order in which
// it was. One writer at a time.
template <class T>
class GraceList {
 public:
  // REQUIRES: nothing published leads to `object` any more.
  void Add(T object) { waiting_.emplace_back(NextEpoch(), std::move(object)); }

  // Calls `visit` with what no reader can see any more. O(threads + passed).
  template <class Visit>
  void Collect(const Visit& visit) {
    if (waiting_.empty()) return;
    const uint64_t oldest = OldestPin();
    while (!waiting_.empty() && waiting_.front().first < oldest) {
      visit(std::move(waiting_.front().second));
      waiting_.pop_front();
    }
  }

  size_t size() const { return waiting_.size(); }

 private:
  std::list<std::pair<uint64_t, T>> waiting_;
};

// The same for what only has to be let go.
// REQUIRES: when it is destroyed, no reader can see what is left in it.
class RetireList {
 public:
  RetireList() = default;
  RetireList(const RetireList&) = delete;
  RetireList& operator=(const RetireList&) = delete;

  // Keeps `object` until no reader can see it.
  // REQUIRES: nothing published leads to it any more.
  void Add(std::shared_ptr<const void> object) {
    retired_.Add(std::move(object));
  }

  // Frees what no reader can see any more.
  void Collect() {
    retired_.Collect([](std::shared_ptr<const void>&&) {});
  }

  // How much is kept.
  size_t size() const { return retired_.size(); }

 private:
  GraceList<std::shared_ptr<const void>> retired_;
};

inline EpochPin::EpochPin() : thread_(epoch::t_thread) {
  if (thread_.pinned_at == nullptr) epoch::Enter(&thread_);
  if (thread_.depth++ != 0) return;
  thread_.pinned_at->store(epoch::g_epoch.load(std::memory_order_acquire),
                           std::memory_order_relaxed);
  // A fence of the reader's own costs it more than all the rest.
  if (thread_.writers_fence) {
    std::atomic_signal_fence(std::memory_order_seq_cst);
  } else {
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
}

inline EpochPin::~EpochPin() {
  if (--thread_.depth != 0) return;
  thread_.pinned_at->store(epoch::kUnpinned, std::memory_order_release);
}

}  // namespace acl

#endif  // ACL_STORE_EPOCH_H_
