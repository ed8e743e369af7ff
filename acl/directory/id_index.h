// From ids to numbers: a hash table shared between versions. Internal;
// docs/store.md describes the layout.
#ifndef ACL_DIRECTORY_ID_INDEX_H_
#define ACL_DIRECTORY_ID_INDEX_H_

#include <array>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "acl/base/heap.h"
#include "acl/base/table.h"

namespace acl {

// The hash of an id; `space` separates equal ids of different kinds. It depends
// on a number that is random in each process, so nobody can choose colliding
// ids.
uint64_t HashOfId(uint64_t space, absl::string_view id);

// A persistent table of numbers by hash; the ids themselves are stored
// elsewhere. A lookup reads one of its cache lines, and the ids of numbers
// whose hashes agree in 15 more bits. A value; copying it copies a few words.
// Safe to read from any thread while another changes its own copy.
class IdIndex {
 public:
  // Numbers have to be below this.
  static constexpr uint32_t kNone = 0xffffffff;

  // A lookup in steps, so that what each step reads can be prefetched. Valid as
  // long as this index exists and does not change.
  class Path;
  Path PathTo(uint64_t hash) const;

  // The number with this hash for which `is_it` returns true, or kNone. O(1) on
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

  // REQUIRES: it is not there. Amortised O(1): a full table is rebuilt, for
  // which `hash_of` returns the hash of a number.
  void Add(uint64_t hash, uint32_t number,
           absl::FunctionRef<uint64_t(uint32_t)> hash_of, Edit* edit);
  // REQUIRES: it is there.
  void Erase(uint64_t hash, uint32_t number, Edit* edit);

  size_t size() const { return size_; }

 private:
  static constexpr size_t kSlots = 10;

  // One cache line. A number that does not fit into its own bucket is stored in
  // one of the next.
  struct Bucket {
    std::array<uint32_t, kSlots> numbers = {};  // plus 1; 0 for none
    std::array<uint16_t, kSlots> tags = {};
    // How many numbers were moved past this bucket for lack of room.
    uint32_t passed = 0;

    // A bit for each slot with this tag; one without a number has tag 0.
    uint32_t WithTag(uint16_t tag) const {
#if defined(__SSE2__)
      // The last two tags, with the data after them, which is masked out.
      const __m128i wanted = _mm_set1_epi16(static_cast<int16_t>(tag));
      const auto* const all = reinterpret_cast<const char*>(tags.data());
      const auto load = [&](size_t at) {
        return _mm_cmpeq_epi16(
            wanted,
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(all + at)));
      };
      // Eight tags, and the last two in the second half of the other load.
      const __m128i same = _mm_packs_epi16(load(0), load(8));
      const auto mask = static_cast<uint32_t>(_mm_movemask_epi8(same));
      return (mask & 0xff) | (mask >> 4 & 0x300);
#else
      uint32_t same = 0;
      for (size_t i = 0; i < kSlots; ++i) {
        same |= static_cast<uint32_t>(tags[i] == tag) << i;
      }
      return same;
#endif
    }
  };
  static_assert(sizeof(Bucket) == 64, "a cache line");
  using Buckets = Table<Bucket, MemoryPart::kIndex>;

  // Never 0: that is the tag of a free slot.
  static uint16_t TagOf(uint64_t hash) {
    return static_cast<uint16_t>(hash >> 48 | 1);
  }
  uint32_t BucketOf(uint64_t hash) const {
    return static_cast<uint32_t>(hash) & mask_;
  }
  void Insert(uint64_t hash, uint32_t number, Edit* edit);
  void Grow(absl::FunctionRef<uint64_t(uint32_t)> hash_of, Edit* edit);

  Buckets buckets_;
  uint32_t mask_ = 0;  // number of buckets, less one
  uint32_t size_ = 0;
};

class IdIndex::Path {
 public:
  Path() = default;  // must be assigned before use

  // Prefetches what FindLine() and then Guess() read.
  void Prefetch() const { way_.Prefetch(); }
  void FindLine() { bucket_ = way_.Get(); }
  void PrefetchLine() const { __builtin_prefetch(bucket_); }

  // The first number that probably matches, or kNone: for prefetching its rows.
  // REQUIRES: FindLine() has been called.
  uint32_t Guess(uint64_t hash) const {
    if (bucket_ == nullptr) return kNone;
    const uint32_t same = bucket_->WithTag(TagOf(hash));
    if (same == 0) return kNone;
    return bucket_->numbers[static_cast<size_t>(__builtin_ctz(same))] - 1;
  }

 private:
  friend IdIndex;
  explicit Path(Buckets::Path way) : way_(way), bucket_(nullptr) {}

  Buckets::Path way_;
  const Bucket* bucket_;
};

inline IdIndex::Path IdIndex::PathTo(uint64_t hash) const {
  // An empty table has no bucket, whatever its number.
  return Path(buckets_.PathTo(BucketOf(hash)));
}

}  // namespace acl

#endif  // ACL_DIRECTORY_ID_INDEX_H_
