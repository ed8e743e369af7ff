// Safe memory for readers without locks: a reader pins, follows pointers, and
// unpins; a writer unlinks and frees what it unlinked only when no reader that
// may have seen it is pinned any more. Internal; the front door is
// acl/engine.h.
#ifndef ACL_STORE_EPOCH_H_
#define ACL_STORE_EPOCH_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <utility>

namespace acl {

// Pins this thread for the scope. What a published pointer leads to when it is
// loaded inside the scope stays valid to the end of the scope. Scopes nest.
// Wait-free; the first on a thread may allocate.
class EpochPin {
 public:
  EpochPin();
  ~EpochPin();
  EpochPin(const EpochPin&) = delete;
  EpochPin& operator=(const EpochPin&) = delete;
};

// For a writer that has just unlinked something: whoever pins from now on does
// not see it, and whoever is pinned since before has at most this epoch.
uint64_t NextEpoch();

// The epoch of the oldest pin, or the greatest number if there is none. A call
// to the kernel.
uint64_t OldestPin();

// Waits until every pin that was held when it was called has been released.
// REQUIRES: the calling thread is not pinned.
void WaitForReaders();

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
class RetireList {
 public:
  RetireList() = default;
  // Waits until no reader can see what is left.
  // REQUIRES: the calling thread is not pinned.
  ~RetireList();
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

}  // namespace acl

#endif  // ACL_STORE_EPOCH_H_
