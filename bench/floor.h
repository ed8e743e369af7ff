// The floor: the least memory that must be touched to answer a question, and no
// other work. Every engine's times are compared with the floor's, measured in
// the same run on questions about the same numbers.
#ifndef BENCH_FLOOR_H_
#define BENCH_FLOOR_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "bench/queries.h"

namespace acl::bench {

// How many questions are in a batch.
constexpr size_t kBatch = 32;

// Memory in huge pages, if the system provides them. Zeroed, aligned to 2 MiB.
class HugeArray {
 public:
  explicit HugeArray(size_t bytes);
  ~HugeArray();
  HugeArray(const HugeArray&) = delete;
  HugeArray& operator=(const HugeArray&) = delete;
  void* data() const { return data_; }

 private:
  void* data_;
  size_t bytes_;
};

// A cache line: the row of an engine that needs no more than that.
struct alignas(64) Line {
  uint64_t words[8];
};

// Questions by handle: each touches one line of the resource and one of the
// principal, which are independent of each other.
class HandleFloor {
 public:
  HandleFloor(uint32_t users, uint32_t resources);

  // Touches what kBatch questions need, with prefetching. The result depends on
  // everything touched, so that the compiler keeps every read.
  uint64_t Batch(const Query* queries) const;
  // The same for one question, without prefetching.
  uint64_t Single(const Query& query) const {
    return Users()[query.user & kMask].words[0] ^
           Resources()[query.resource & kMask].words[0];
  }

 private:
  // A limit, since a world of a billion grants leaves little memory for the
  // floor. Beyond it, a larger array would not be slower to read.
  static constexpr uint32_t kMaxLines = uint32_t{1} << 25;  // 2 GiB
  static constexpr uint32_t kMask = kMaxLines - 1;

  const Line* Users() const { return static_cast<const Line*>(users_.data()); }
  const Line* Resources() const {
    return static_cast<const Line*>(resources_.data());
  }

  HugeArray users_;
  HugeArray resources_;
};

// Questions by string: each of the two ids is hashed and leads to a slot in a
// table, then to a key, which is compared, and to a row. Six lines in total.
class StringFloor {
 public:
  StringFloor(uint32_t users, uint32_t resources);

  // As in HandleFloor. `ids` alternates between users and resources, each of 20
  // bytes. REQUIRES: all of them exist.
  uint64_t Batch(const absl::string_view* ids) const;
  uint64_t Single(const absl::string_view* ids) const;

 private:
  class Table {
   public:
    Table(uint32_t count, std::string (*name)(uint32_t));
    uint64_t Hash(absl::string_view id) const;
    void PrefetchSlot(uint64_t hash) const;
    // The number found by the hash alone; Matches() then compares the key.
    uint32_t Find(uint64_t hash) const;
    void PrefetchRow(uint32_t number) const;
    // The row, mixed with whether the key equals the id.
    uint64_t Read(uint32_t number, absl::string_view id) const;

   private:
    struct Slot {
      uint32_t tag;     // part of the hash; 0: free
      uint32_t number;  // of the key and the row
    };
    struct alignas(32) Key {
      char bytes[32];
    };
    const Slot* Slots() const { return static_cast<Slot*>(slots_.data()); }
    const Key* Keys() const { return static_cast<Key*>(keys_.data()); }
    const Line* Rows() const { return static_cast<Line*>(rows_.data()); }

    uint64_t mask_;
    HugeArray slots_;
    HugeArray keys_;
    HugeArray rows_;
  };

  Table users_;
  Table resources_;
};

}  // namespace acl::bench

#endif  // BENCH_FLOOR_H_
