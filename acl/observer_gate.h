// Calls an observer until the gate is closed. Internal; the public interface is
// acl/observer.h.
#ifndef ACL_OBSERVER_GATE_H_
#define ACL_OBSERVER_GATE_H_

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "acl/observer.h"

namespace acl {

// Every call of an engine's observer goes through it, so that closing the
// engine can wait for those calls and for nothing else. Shared by the engine
// and its workspaces, which may outlive it. Thread-safe.
class ObserverGate {
 public:
  // `observer` may be null: then nothing is ever called.
  explicit ObserverGate(Observer* observer) : observer_(observer) {}
  ObserverGate(const ObserverGate&) = delete;
  ObserverGate& operator=(const ObserverGate&) = delete;

  // Whether Tell() would call anything now. Wait-free.
  bool open() const {
    return observer_.load(std::memory_order_relaxed) != nullptr;
  }

  // Runs `call` with the observer, or not at all once the gate is closed.
  // REQUIRES: the calling thread holds no EpochPin. `call` may take long.
  template <class Call>
  void Tell(const Call& call) {
    if (!open()) return;
    const Entry entry(this);
    if (Observer* const observer = observer_.load()) call(observer);
  }

  // Whether the calling thread is inside Tell() of this gate.
  bool CallsOnThisThread() const { return OwnCalls() != 0; }

  // Returns once no other thread is inside Tell(); from then on Tell() calls
  // nothing. Blocks. Does not wait for calls of this thread.
  void Close();

 private:
  // A call in progress. Those of one thread form a list.
  class Entry {
   public:
    explicit Entry(ObserverGate* gate);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    const ObserverGate* gate() const { return gate_; }
    const Entry* outer() const { return outer_; }

   private:
    ObserverGate* const gate_;
    const Entry* const outer_;
  };
  // Threads use different counters, so that they do not slow each other down.
  struct alignas(64) Count {
    std::atomic<int64_t> calls{0};
  };
  static constexpr size_t kCounts = 16;

  static std::atomic<int64_t>& CountOfThisThread(ObserverGate* gate);
  int64_t OwnCalls() const;
  int64_t AllCalls() const;

  static thread_local const Entry* innermost_;

  std::array<Count, kCounts> counts_;
  std::mutex mutex_;
  std::condition_variable left_;  // a call ended after the gate was closed
  std::atomic<Observer*> observer_;
};

}  // namespace acl

#endif  // ACL_OBSERVER_GATE_H_
