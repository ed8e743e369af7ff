#include "bench/floor.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "absl/hash/hash.h"

namespace acl::bench {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kIdSize = 20;

// At most half full, so that a search ends in its first cache line.
uint64_t SlotCount(uint32_t count) {
  uint64_t slots = 16;
  while (slots < uint64_t{count} * 2) slots *= 2;
  return slots;
}

uint32_t TagOf(uint64_t hash) { return static_cast<uint32_t>(hash >> 32) | 1; }

}  // namespace

HugeArray::HugeArray(size_t bytes)
    : bytes_((bytes + kHugePage) / kHugePage * kHugePage) {
  data_ = std::aligned_alloc(kHugePage, bytes_);
  if (data_ == nullptr) throw std::bad_alloc();
  madvise(data_, bytes_, MADV_HUGEPAGE);
  std::memset(data_, 0, bytes_);
}

HugeArray::~HugeArray() { std::free(data_); }

HandleFloor::HandleFloor(uint32_t users, uint32_t resources)
    : users_(std::min(users, kMaxLines) * sizeof(Line)),
      resources_(std::min(resources, kMaxLines) * sizeof(Line)) {}

uint64_t HandleFloor::Batch(const Query* queries) const {
  for (size_t i = 0; i < kBatch; ++i) {
    __builtin_prefetch(&Users()[queries[i].user & kMask]);
    __builtin_prefetch(&Resources()[queries[i].resource & kMask]);
  }
  uint64_t sum = 0;
  for (size_t i = 0; i < kBatch; ++i) sum += Single(queries[i]);
  return sum;
}

StringFloor::Table::Table(uint32_t count, std::string (*name)(uint32_t))
    : mask_(SlotCount(count) - 1),
      slots_((mask_ + 1) * sizeof(Slot)),
      keys_(count * sizeof(Key)),
      rows_(count * sizeof(Line)) {
  Slot* const slots = static_cast<Slot*>(slots_.data());
  Key* const keys = static_cast<Key*>(keys_.data());
  for (uint32_t number = 0; number < count; ++number) {
    const std::string id = name(number);
    std::memcpy(keys[number].bytes, id.data(), kIdSize);
    const uint64_t hash = Hash(id);
    uint64_t at = hash & mask_;
    while (slots[at].tag != 0) at = (at + 1) & mask_;
    slots[at] = {TagOf(hash), number};
  }
}

uint64_t StringFloor::Table::Hash(absl::string_view id) const {
  return absl::Hash<absl::string_view>()(id);
}

void StringFloor::Table::PrefetchSlot(uint64_t hash) const {
  __builtin_prefetch(&Slots()[hash & mask_]);
}

uint32_t StringFloor::Table::Find(uint64_t hash) const {
  uint64_t at = hash & mask_;
  while (Slots()[at].tag != TagOf(hash)) at = (at + 1) & mask_;
  return Slots()[at].number;
}

void StringFloor::Table::PrefetchRow(uint32_t number) const {
  __builtin_prefetch(&Keys()[number]);
  __builtin_prefetch(&Rows()[number]);
}

uint64_t StringFloor::Table::Read(uint32_t number, absl::string_view id) const {
  const bool same = std::memcmp(Keys()[number].bytes, id.data(), kIdSize) == 0;
  return Rows()[number].words[0] + (same ? 1 : 0);
}

StringFloor::StringFloor(uint32_t users, uint32_t resources)
    : users_(users, &UserName), resources_(resources, &ResourceName) {}

uint64_t StringFloor::Batch(const absl::string_view* ids) const {
  uint64_t user_hashes[kBatch], resource_hashes[kBatch];
  for (size_t i = 0; i < kBatch; ++i) {
    user_hashes[i] = users_.Hash(ids[2 * i]);
    resource_hashes[i] = resources_.Hash(ids[2 * i + 1]);
    users_.PrefetchSlot(user_hashes[i]);
    resources_.PrefetchSlot(resource_hashes[i]);
  }
  uint32_t user[kBatch], resource[kBatch];
  for (size_t i = 0; i < kBatch; ++i) {
    user[i] = users_.Find(user_hashes[i]);
    resource[i] = resources_.Find(resource_hashes[i]);
    users_.PrefetchRow(user[i]);
    resources_.PrefetchRow(resource[i]);
  }
  uint64_t sum = 0;
  for (size_t i = 0; i < kBatch; ++i) {
    sum += users_.Read(user[i], ids[2 * i]);
    sum += resources_.Read(resource[i], ids[2 * i + 1]);
  }
  return sum;
}

uint64_t StringFloor::Single(const absl::string_view* ids) const {
  const uint32_t user = users_.Find(users_.Hash(ids[0]));
  const uint32_t resource = resources_.Find(resources_.Hash(ids[1]));
  return users_.Read(user, ids[0]) + resources_.Read(resource, ids[1]);
}

}  // namespace acl::bench
