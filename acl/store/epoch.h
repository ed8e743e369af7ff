// Epoch-based reclamation for lock-free readers: a reader pins, follows
// pointers, and unpins; a writer frees what it has unlinked only when no reader
// that may have seen it is still pinned. Internal; the public interface is
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

// How a pin is announced. Defined here only so that pinning can be inlined.
namespace epoch {

constexpr uint64_t kUnpinned = std::numeric_limits<uint64_t>::max();

// State of one thread. Has no destructor, which makes access fast.
struct Thread {
  std::atomic<uint64_t>* pinned_at;  // null before the first pin
  int depth;
  bool writers_fence;  // the writer makes the kernel fence readers
  bool ending;
};
inline thread_local Thread t_thread = {nullptr, 0, false, false};
inline std::atomic<uint64_t> g_epoch{1};

// Called before the thread's first pin.
void Enter(Thread* thread);

}  // namespace epoch

// Pins this thread for the scope. Everything reachable from a published pointer
// that is loaded inside the scope stays valid to the end of the scope. Scopes
// nest. Wait-free; the first pin on a thread may allocate.
//
// A pin keeps alive everything that any writer of the process replaces
// meanwhile. So pin only for short work that calls no code of the caller;
// otherwise hold a version (FastHold).
class EpochPin {
 public:
  EpochPin();
  ~EpochPin();
  EpochPin(const EpochPin&) = delete;
  EpochPin& operator=(const EpochPin&) = delete;

 private:
  epoch::Thread& thread_;
};

// For a writer that has just unlinked something: a thread that pins after this
// call does not see it; the pin of one that did so before has at most this
// epoch.
uint64_t NextEpoch();

// The epoch of the oldest pin, or the greatest number if there is none. Makes a
// system call.
uint64_t OldestPin();

// What writers have unlinked and readers may still see, in the order in which
// it was unlinked. One writer at a time.
template <class T>
class GraceList {
 public:
  // REQUIRES: `object` is unreachable from anything published.
  void Add(T object) { waiting_.emplace_back(NextEpoch(), std::move(object)); }

  // Calls `visit` with everything that no reader can see any more. O(threads +
  // objects visited).
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

// The same for objects that only have to be released.
// REQUIRES: when it is destroyed, no reader can see what is left in it.
class RetireList {
 public:
  RetireList() = default;
  RetireList(const RetireList&) = delete;
  RetireList& operator=(const RetireList&) = delete;

  // Keeps `object` until no reader can see it. REQUIRES: it is unreachable from
  // anything published.
  void Add(std::shared_ptr<const void> object) {
    retired_.Add(std::move(object));
  }

  // Releases what no reader can see any more.
  void Collect() {
    retired_.Collect([](std::shared_ptr<const void>&&) {});
  }

  // How many objects are kept.
  size_t size() const { return retired_.size(); }

 private:
  GraceList<std::shared_ptr<const void>> retired_;
};

inline EpochPin::EpochPin() : thread_(epoch::t_thread) {
  if (thread_.pinned_at == nullptr) epoch::Enter(&thread_);
  if (thread_.depth++ != 0) return;
  thread_.pinned_at->store(epoch::g_epoch.load(std::memory_order_acquire),
                           std::memory_order_relaxed);
  // A fence here would cost the reader more than all the rest.
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
