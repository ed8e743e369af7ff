// Sets of numbers that versions share. Internal.
#ifndef ACL_BASE_SORTED_NUMBERS_H_
#define ACL_BASE_SORTED_NUMBERS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "acl/base/heap.h"

namespace acl {

// A persistent set of 32-bit numbers in rising order: a tree whose leaves have
// up to 250 numbers one behind the other. A value of one word. A set may keep
// something in the lowest bits of its numbers: then two are the same if they
// differ in nothing above. `free_bits` says how many these are; it has to be
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
  // All numbers, if they stand one behind the other: up to 250 do. Else none.
  // Valid as long as the version.
  absl::Span<const uint32_t> OnlyLeaf() const;

  // Puts a number in, instead of one that is the same. True if there was none.
  bool Put(uint32_t number, Edit* edit, MemoryPart part, int free_bits = 0);
  // Takes out the number that is the same. True if there was one.
  bool Erase(uint32_t number, Edit* edit, int free_bits = 0);
  // For a set that is empty, and gets `count` numbers, above 0, before anything
  // else is asked of it: takes memory for as many as stand in a leaf.
  void Reserve(size_t count, Edit* edit, MemoryPart part);
  // Puts in a number above all others, for a set that will have `total` of
  // them: takes memory for those to come, never for more. `total` is looked at
  // only for a new leaf.
  void Append(uint32_t number, const uint32_t& total, Edit* edit,
              MemoryPart part);

  // Begins to load what Put() looks at first.
  void Prefetch() const { __builtin_prefetch(root_); }
  // The same, once that is loaded, for a number above all others.
  void PrefetchEnd() const;

  // Gives back the memory of a set that is of no more use.
  void Clear(Edit* edit);

  // Walks in rising order, a leaf at a time. Valid as long as the version.
  class Cursor {
   public:
    bool valid() const { return at_ != end_; }
    // REQUIRES: valid(), as the rest.
    uint32_t value() const { return *at_; }
    void Next() {
      if (++at_ == end_) NextLeaf();
    }
    // What is left of this leaf.
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

  // True if the number was put behind the others of the only leaf.
  bool PutLast(uint32_t number, const Edit& edit, int free_bits);
  bool PutWith(Change change);

  static size_t SizeOf(const Block* node);
  static uint32_t FirstOf(const Block* node);

  Block* root_ = nullptr;
};

}  // namespace acl

#endif  // ACL_BASE_SORTED_NUMBERS_H_
