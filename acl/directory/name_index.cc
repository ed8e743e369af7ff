#include "acl/directory/name_index.h"

#include "absl/hash/hash.h"

namespace acl {

uint64_t NameIndex::HashOf(const NameKey& key) {
  return absl::HashOf(key.kind, key.type, key.id);
}

void NameIndex::Prefetch(uint64_t hash) const {
  if (size_ != 0) __builtin_prefetch(buckets_.Get(BucketOf(hash)));
}

void NameIndex::PrefetchName(uint64_t hash) const {
  if (size_ == 0) return;
  const Bucket& bucket = *buckets_.Get(BucketOf(hash));
  for (size_t i = 0; i < kSlots; ++i) {
    if (bucket.tags[i] == TagOf(hash)) __builtin_prefetch(bucket.names[i]);
  }
}

const Name* NameIndex::Find(const NameKey& key, uint64_t hash) const {
  if (size_ == 0) return nullptr;
  uint32_t at = BucketOf(hash);
  for (uint32_t looked = 0; looked <= mask_; ++looked, at = (at + 1) & mask_) {
    const Bucket& bucket = *buckets_.Get(at);
    for (size_t i = 0; i < kSlots; ++i) {
      if (bucket.tags[i] != TagOf(hash) || bucket.names[i] == nullptr) continue;
      if (Compare(KeyOf(*bucket.names[i]), key) == 0) return bucket.names[i];
    }
    if (bucket.passed == 0) break;
  }
  return nullptr;
}

void NameIndex::Add(const Name& name, EditTag edit) {
  // Two thirds full at most; an empty table has no bucket yet.
  if (size_ >= (size_ == 0 ? 0 : (size_t{mask_} + 1) * kSlots * 2 / 3)) {
    Grow(edit);
  }
  Insert(name, edit);
  ++size_;
}

void NameIndex::Insert(const Name& name, EditTag edit) {
  const uint64_t hash = HashOf(KeyOf(name));
  for (uint32_t at = BucketOf(hash);; at = (at + 1) & mask_) {
    Bucket& bucket = buckets_.Own(at, edit);
    for (size_t i = 0; i < kSlots; ++i) {
      if (bucket.names[i] != nullptr) continue;
      bucket.names[i] = &name;
      bucket.tags[i] = TagOf(hash);
      return;
    }
    ++bucket.passed;
  }
}

void NameIndex::Erase(const Name& name, EditTag edit) {
  --size_;
  const uint64_t hash = HashOf(KeyOf(name));
  for (uint32_t at = BucketOf(hash);; at = (at + 1) & mask_) {
    Bucket& bucket = buckets_.Own(at, edit);
    for (size_t i = 0; i < kSlots; ++i) {
      if (bucket.names[i] != &name) continue;
      bucket.names[i] = nullptr;
      bucket.tags[i] = 0;
      return;
    }
    --bucket.passed;
  }
}

void NameIndex::Grow(EditTag edit) {
  const LineTable<Bucket> old = buckets_;
  const uint32_t before = size_ == 0 ? 0 : mask_ + 1;
  const uint32_t after = before == 0 ? 1 : before * 2;
  buckets_ = {};
  mask_ = after - 1;
  for (uint32_t i = 0; i < after; ++i) buckets_.Add(i, Bucket(), edit);
  for (uint32_t i = 0; i < before; ++i) {
    for (const Name* name : old.Get(i)->names) {
      if (name != nullptr) Insert(*name, edit);
    }
  }
}

}  // namespace acl
