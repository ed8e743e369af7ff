// Names by what they are called: a hash table that versions share. Internal.
#ifndef ACL_DIRECTORY_NAME_INDEX_H_
#define ACL_DIRECTORY_NAME_INDEX_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "acl/base/line_table.h"
#include "acl/base/ordered_map.h"
#include "acl/directory/name.h"

namespace acl {

// A persistent table: copying it costs some pointers. It does not own the
// names; the rows of the same state do. A lookup touches one cache line of the
// table and the name. The hash is seeded per process. Safe to read from any
// thread while another changes its own copy.
class NameIndex {
 public:
  static uint64_t HashOf(const NameKey& key);

  // Begins to load the cache line that a lookup looks at first.
  void Prefetch(uint64_t hash) const;
  // Begins to load the name that is probably looked for.
  void PrefetchName(uint64_t hash) const;

  // The name, or null. `hash` is HashOf(key). O(1) on average.
  const Name* Find(const NameKey& key, uint64_t hash) const;
  const Name* Find(const NameKey& key) const { return Find(key, HashOf(key)); }

  // REQUIRES: it is not there. Amortised O(1).
  void Add(const Name& name, EditTag edit);
  // REQUIRES: it is there.
  void Erase(const Name& name, EditTag edit);

  size_t size() const { return size_; }

 private:
  static constexpr size_t kSlots = 6;

  // A cache line. What has no room in its own bucket stands in one of the next.
  struct Bucket {
    std::array<const Name*, kSlots> names = {};
    std::array<uint16_t, kSlots> tags = {};
    uint16_t passed =
        0;  // how many names stand behind this one for want of room
  };

  static uint16_t TagOf(uint64_t hash) {
    return static_cast<uint16_t>(hash >> 48);
  }
  uint32_t BucketOf(uint64_t hash) const {
    return static_cast<uint32_t>(hash) & mask_;
  }
  void Insert(const Name& name, EditTag edit);
  void Grow(EditTag edit);

  LineTable<Bucket> buckets_;
  uint32_t mask_ = 0;  // how many there are, less one
  size_t size_ = 0;
};

}  // namespace acl

#endif  // ACL_DIRECTORY_NAME_INDEX_H_
