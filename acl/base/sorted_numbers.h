// Sets of numbers shared between versions. Internal.
#ifndef ACL_BASE_SORTED_NUMBERS_H_
#define ACL_BASE_SORTED_NUMBERS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "acl/base/heap.h"

namespace acl {

// A persistent set of 32-bit numbers in ascending order: a tree whose leaves
// have up to 250 consecutive numbers. A value of one word. A set may store data
// in the lowest bits of its numbers: two numbers are the same if their other
// bits are equal. `free_bits` says how many such bits there are; it has to be
// the same in all calls. Safe to read from any thread while another changes its
// own copy.
class SortedNumbers {
 public:
  bool empty() const { return root_ == nullptr; }
  size_t size() const;

  // The least number that is not less than `least`, or null. O(log n).
  const uint32_t* Find(uint32_t least) const;
  // The number that is the same as `number`, or null.
  const uint32_t* FindSame(uint32_t number, int free_bits) const {
    const uint32_t* found = Find(number >> free_bits << free_bits);
    const bool same =
        found != nullptr && *found >> free_bits == number >> free_bits;
    return same ? found : nullptr;
  }
  bool Contains(uint32_t number) const {
    return FindSame(number, 0) != nullptr;
  }
  // All numbers if they are in a single leaf (up to 250 are), else an empty
  // span. Valid as long as the version.
  absl::Span<const uint32_t> OnlyLeaf() const;

  // Adds a number, replacing the one that is the same. True if there was none.
  bool Put(uint32_t number, Edit* edit, MemoryPart part, int free_bits = 0);
  // Removes the number that is the same. True if there was one.
  bool Erase(uint32_t number, Edit* edit, int free_bits = 0);
  // For an empty set, to which `count` numbers, above 0, will be added before
  // anything else is done with it: allocates a leaf with room for as many of
  // them as fit.
  void Reserve(size_t count, Edit* edit, MemoryPart part);
  // Adds a number above all others to a set that will have `total` of them:
  // allocates room for those to come, never for more. `total` is read only for
  // a new leaf.
  void Append(uint32_t number, const uint32_t& total, Edit* edit,
              MemoryPart part);

  // Prefetches what Put() reads first.
  void Prefetch() const { __builtin_prefetch(root_); }
  // The same, once that is loaded, for a number above all others.
  void PrefetchEnd() const;

  // Frees the memory of a set that is no longer used.
  void Clear(Edit* edit);

  // Walks in ascending order, one leaf at a time. Valid as long as the version.
  class Cursor {
   public:
    bool valid() const { return at_ != end_; }
    // REQUIRES: valid(), as do the others.
    uint32_t value() const { return *at_; }
    void Next() {
      if (++at_ == end_) NextLeaf();
    }
    // The rest of this leaf.
    const uint32_t* begin() const { return at_; }
    const uint32_t* end() const { return end_; }
    void NextLeaf();

   private:
    friend class SortedNumbers;
    struct Place {
      const Block* node;
      uint32_t next;
    };
    void Descend(const Block* node, uint32_t least);

    const uint32_t* at_ = nullptr;
    const uint32_t* end_ = nullptr;
    std::array<Place, 7> path_ = {};
    int depth_ = 0;
  };
  // At the least number that is not less than `least`.
  Cursor From(uint32_t least) const;
  Cursor Begin() const { return From(0); }

 private:
  struct Leaf;
  struct Inner;
  struct Change;

  // Returns true if the number was appended to the only leaf.
  bool PutLast(uint32_t number, const Edit& edit, int free_bits);
  bool PutWith(Change change);

  static size_t SizeOf(const Block* node);
  static uint32_t FirstOf(const Block* node);

  Block* root_ = nullptr;
};

}  // namespace acl

#endif  // ACL_BASE_SORTED_NUMBERS_H_
