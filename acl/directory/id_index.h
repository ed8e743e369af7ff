// From ids to numbers: a hash table that versions share. Internal;
// docs/store.md has the layout.
#ifndef ACL_DIRECTORY_ID_INDEX_H_
#define ACL_DIRECTORY_ID_INDEX_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "acl/base/heap.h"
#include "acl/base/table.h"

namespace acl {

// The hash of an id of some kind; `space` tells equal ids apart. It depends on
// a number that is random in each process: nobody can choose ids that collide.
uint64_t HashOfId(uint64_t space, absl::string_view id);

// A persistent table of numbers by hash; the ids themselves stand elsewhere. A
// lookup touches one of its cache lines, and the ids of numbers whose hashes
// agree in 16 more bits. A value; copying it copies some words. Safe to read
// from any thread while another changes its own copy.
class IdIndex {
 public:
  // Numbers have to be below this.
  static constexpr uint32_t kNone = 0xffffffff;

  // Begins to load the way to the cache line that a lookup looks at first, and
  // then that line.
  void PrefetchPath(uint64_t hash) const {
    if (size_ != 0) buckets_.PrefetchPath(BucketOf(hash));
  }
  void Prefetch(uint64_t hash) const {
    if (size_ != 0) __builtin_prefetch(buckets_.Get(BucketOf(hash)));
  }

  // The first number that is probably meant, or kNone: for loading what belongs
  // to it.
  uint32_t Guess(uint64_t hash) const;

  // The number with this hash that `is_it` says yes to, or kNone. O(1) on
  // average.
  template <class IsIt>
  uint32_t Find(uint64_t hash, const IsIt& is_it) const {
    if (size_ == 0) return kNone;
    const uint16_t tag = TagOf(hash);
    uint32_t at = BucketOf(hash);
    for (uint32_t looked = 0; looked <= mask_; ++looked) {
      const Bucket& bucket = *buckets_.Get(at);
      for (uint32_t same = bucket.WithTag(tag); same != 0; same &= same - 1) {
        const uint32_t found =
            bucket.numbers[static_cast<size_t>(__builtin_ctz(same))] - 1;
        if (is_it(found)) return found;
      }
      if (bucket.passed == 0) break;
      at = (at + 1) & mask_;
    }
    return kNone;
  }

  // REQUIRES: it is not there. Amortised O(1): a table that has become full is
  // made anew, for which `hash_of` gives the hash of a number.
  void Add(uint64_t hash, uint32_t number,
           absl::FunctionRef<uint64_t(uint32_t)> hash_of, Edit* edit);
  // REQUIRES: it is there.
  void Erase(uint64_t hash, uint32_t number, Edit* edit);

  size_t size() const { return size_; }

 private:
  static constexpr size_t kSlots = 10;

  // A cache line. What has no room in its own bucket stands in one of the next.
  struct Bucket {
    std::array<uint32_t, kSlots> numbers = {};  // plus 1; 0 for none
    std::array<uint16_t, kSlots> tags = {};
    // How many numbers stand behind this one for want of room.
    uint32_t passed = 0;

    // A bit for each slot with this tag that has a number.
    uint32_t WithTag(uint16_t tag) const {
      uint32_t same = 0;
      for (size_t i = 0; i < kSlots; ++i) {
        same |= static_cast<uint32_t>(tags[i] == tag && numbers[i] != 0) << i;
      }
      return same;
    }
  };
  static_assert(sizeof(Bucket) == 64, "a cache line");
  using Buckets = Table<Bucket, MemoryPart::kIndex>;

  static uint16_t TagOf(uint64_t hash) {
    return static_cast<uint16_t>(hash >> 48);
  }
  uint32_t BucketOf(uint64_t hash) const {
    return static_cast<uint32_t>(hash) & mask_;
  }
  void Insert(uint64_t hash, uint32_t number, Edit* edit);
  void Grow(absl::FunctionRef<uint64_t(uint32_t)> hash_of, Edit* edit);

  Buckets buckets_;
  uint32_t mask_ = 0;  // how many there are, less one
  uint32_t size_ = 0;
};

}  // namespace acl

#endif  // ACL_DIRECTORY_ID_INDEX_H_
