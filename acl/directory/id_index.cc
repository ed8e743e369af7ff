#include "acl/directory/id_index.h"

#include "absl/random/random.h"

#define XXH_INLINE_ALL
#include "xxhash.h"

namespace acl {
uint64_t HashOfId(uint64_t space, absl::string_view id) {
  static const uint64_t seed = absl::Uniform<uint64_t>(absl::BitGen());
  return XXH3_64bits_withSeed(id.data(), id.size(), seed ^ space);
}

void IdIndex::Add(uint64_t hash, uint32_t number,
                  absl::FunctionRef<uint64_t(uint32_t)> hash_of, Edit* edit) {
  // At most four fifths full; an empty table has no bucket yet.
  if (size_ >= (size_ == 0 ? 0 : (size_t{mask_} + 1) * kSlots * 4 / 5)) {
    Grow(hash_of, edit);
  }
  Insert(hash, number, edit);
  ++size_;
}

void IdIndex::Insert(uint64_t hash, uint32_t number, Edit* edit) {
  for (uint32_t at = BucketOf(hash);; at = (at + 1) & mask_) {
    Bucket& bucket = buckets_.Own(at, edit);
    for (size_t i = 0; i < kSlots; ++i) {
      if (bucket.numbers[i] != 0) continue;
      bucket.numbers[i] = number + 1;
      bucket.tags[i] = TagOf(hash);
      return;
    }
    ++bucket.passed;
  }
}

void IdIndex::Erase(uint64_t hash, uint32_t number, Edit* edit) {
  --size_;
  for (uint32_t at = BucketOf(hash);; at = (at + 1) & mask_) {
    Bucket& bucket = buckets_.Own(at, edit);
    for (size_t i = 0; i < kSlots; ++i) {
      if (bucket.numbers[i] != number + 1) continue;
      bucket.numbers[i] = 0;
      bucket.tags[i] = 0;
      return;
    }
    --bucket.passed;
  }
}

void IdIndex::Grow(absl::FunctionRef<uint64_t(uint32_t)> hash_of, Edit* edit) {
  Buckets old = buckets_;
  const uint32_t before = size_ == 0 ? 0 : mask_ + 1;
  const uint32_t after = size_ == 0 ? 1 : before * 2;
  buckets_ = {};
  mask_ = after - 1;
  for (uint32_t i = 0; i < after; ++i) buckets_.Add(i, edit);
  for (uint32_t i = 0; i < before; ++i) {
    for (const uint32_t number : old.Get(i)->numbers) {
      if (number != 0) Insert(hash_of(number - 1), number - 1, edit);
    }
  }
  old.Clear(edit);
}

}  // namespace acl
