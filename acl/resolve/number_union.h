// The union of sets of numbers, in order. Internal.
#ifndef ACL_RESOLVE_NUMBER_UNION_H_
#define ACL_RESOLVE_NUMBER_UNION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "acl/base/sorted_numbers.h"

namespace acl {

// Merges sets of numbers at several levels, starting at some number: each
// number once, with the highest of its levels. Walks all sets in parallel, a
// window of 4096 numbers at a time: O(sets) per window, and next to nothing per
// number.
class NumberUnion {
 public:
  // Levels are 0 to `levels` - 1.
  NumberUnion(uint32_t from, size_t levels)
      : from_(from), windows_(levels, Window{}) {}

  // The set must outlive this.
  void Add(size_t level, SortedNumbers set) {
    const SortedNumbers::Cursor at = set.From(from_);
    if (at.valid()) sets_.push_back({level, at});
  }
  // REQUIRES: `list` is in ascending order.
  void Add(size_t level, std::vector<uint32_t> list);
  // Adds all numbers below `end`.
  void AddAll(size_t level, uint32_t end) { ranges_.push_back({level, end}); }

  // Calls visit(number, level) for each; stops and returns false if `visit`
  // returns false.
  template <class Visitor>
  bool Visit(const Visitor& visit) {
    while (Fill()) {
      for (size_t word = 0; word < kWords; ++word) {
        uint64_t bits = 0;
        for (const Window& window : windows_) bits |= window[word];
        for (; bits != 0; bits &= bits - 1) {
          const auto bit = static_cast<uint32_t>(__builtin_ctzll(bits));
          const uint64_t mask = uint64_t{1} << bit;
          size_t level = windows_.size() - 1;
          while ((windows_[level][word] & mask) == 0) --level;
          if (!visit(base_ + static_cast<uint32_t>(word) * 64 + bit, level)) {
            return false;
          }
        }
      }
    }
    return true;
  }

 private:
  static constexpr size_t kWords = 64;
  static constexpr uint64_t kNumbers = kWords * 64;
  using Window = std::array<uint64_t, kWords>;
  struct Set {
    size_t level;
    SortedNumbers::Cursor at;
  };
  struct List {
    size_t level;
    std::vector<uint32_t> numbers;
    size_t at;
  };
  struct Range {
    size_t level;
    uint32_t end;
  };

  // Moves to the next window that contains a number. False if there is none.
  bool Fill();

  uint32_t from_;  // everything below it has been visited
  uint32_t base_ = 0;
  std::vector<Window> windows_;  // by level
  std::vector<Set> sets_;
  std::vector<List> lists_;
  std::vector<Range> ranges_;
};

}  // namespace acl

#endif  // ACL_RESOLVE_NUMBER_UNION_H_
