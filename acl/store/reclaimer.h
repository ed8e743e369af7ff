// Frees the memory that no version needs any more. Internal; docs/store.md
// describes the scheme.
#ifndef ACL_STORE_RECLAIMER_H_
#define ACL_STORE_RECLAIMER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "acl/base/heap.h"
#include "acl/store/epoch.h"
#include "acl/store/version.h"

namespace acl {

// The replaced versions of one heap, and the blocks that only such versions
// need. A block is freed as soon as no reader can be at a version that leads to
// it and no snapshot holds such a version: a snapshot keeps at most one old
// copy of each page that has changed since. Used by the writer.
class Reclaimer {
 public:
  // A held version is evicted once more than `max_rows` rows have been written
  // since; 0: never.
  Reclaimer(std::shared_ptr<Heap> heap, uint64_t max_rows)
      : heap_(std::move(heap)), max_rows_(max_rows) {}

  // `version` is no longer the latest; later ones don't lead to `blocks`.
  void Replace(std::shared_ptr<Version> version,
               std::vector<RetiredBlock> blocks);

  // Evicts versions that are too old now that `rows_written` rows have been
  // written. True if there was one. A version that is held fast keeps its
  // memory until it is released.
  bool PushOut(uint64_t rows_written);

  // Frees what is no longer needed. O(threads + held versions + freed).
  void Collect();

  // Whether enough is waiting to justify finding out what readers still see.
  bool due() const;
  // Bytes in blocks that only replaced versions need. O(blocks).
  uint64_t kept_bytes() const;

 private:
  struct Held {
    std::shared_ptr<Version> version;
    std::vector<RetiredBlock> blocks;  // no later held version needs them
    bool expired;                      // and no reader is at it
  };
  struct Waiting {
    std::shared_ptr<Version> version;
    std::vector<RetiredBlock> blocks;
    bool expired;  // the version was evicted; no blocks
  };

  void Remember(const std::shared_ptr<Version>& version);
  void Pass(Waiting waiting);
  // Assigns a block to the latest held version that leads to it, or frees it.
  void Settle(RetiredBlock block);

  const std::shared_ptr<Heap> heap_;
  const uint64_t max_rows_;
  GraceList<Waiting> grace_;
  uint64_t waiting_bytes_ = 0;  // in grace_
  std::vector<Held> held_;      // oldest first
  // Oldest first, some of them gone; only used with a cap.
  std::deque<std::weak_ptr<Version>> replaced_;
  size_t sweep_at_ = 0;  // size of replaced_ at which the gone ones are removed
};

}  // namespace acl

#endif  // ACL_STORE_RECLAIMER_H_
