// Safe memory for readers without locks: a reader pins, follows pointers, and
// unpins; a writer unlinks and frees what it unlinked only when no reader that
// may have seen it is pinned any more. Internal; the front door is
// acl/engine.h.
#ifndef ACL_STORE_EPOCH_H_
#define ACL_STORE_EPOCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

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

// What writers have unlinked and readers may still see. One writer at a time.
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
  void Add(std::shared_ptr<const void> object);

  // Frees what no reader can see any more. O(threads + freed), and a call to
  // the kernel.
  void Collect();

  // How much is kept.
  size_t size() const { return retired_.size(); }

 private:
  std::vector<std::pair<uint64_t, std::shared_ptr<const void>>> retired_;
};

// Waits until every pin that was held when it was called has been released.
// REQUIRES: the calling thread is not pinned.
void WaitForReaders();

}  // namespace acl

#endif  // ACL_STORE_EPOCH_H_
