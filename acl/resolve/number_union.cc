#include "acl/resolve/number_union.h"

#include <algorithm>
#include <limits>

namespace acl {

void NumberUnion::Add(size_t level, std::vector<uint32_t> list) {
  const auto at = std::lower_bound(list.begin(), list.end(), from_);
  if (at == list.end()) return;
  const auto index = static_cast<size_t>(at - list.begin());
  lists_.push_back({level, std::move(list), index});
}

bool NumberUnion::Fill() {
  constexpr uint64_t kNothing = std::numeric_limits<uint64_t>::max();
  uint64_t least = kNothing;
  for (const Set& set : sets_) {
    if (set.at.valid()) least = std::min<uint64_t>(least, set.at.value());
  }
  for (const List& list : lists_) {
    if (list.at < list.numbers.size()) {
      least = std::min<uint64_t>(least, list.numbers[list.at]);
    }
  }
  for (const Range& range : ranges_) {
    if (from_ < range.end) least = std::min<uint64_t>(least, from_);
  }
  if (least == kNothing) return false;
  base_ = static_cast<uint32_t>(least / kNumbers * kNumbers);
  const uint64_t end = base_ + kNumbers;
  for (Window& window : windows_) window.fill(0);
  const auto add = [&](size_t level, uint32_t number) {
    const uint32_t bit = number - base_;
    windows_[level][bit / 64] |= uint64_t{1} << bit % 64;
  };
  for (Set& set : sets_) {
    for (; set.at.valid() && set.at.value() < end; set.at.Next()) {
      add(set.level, set.at.value());
    }
  }
  for (List& list : lists_) {
    for (; list.at < list.numbers.size() && list.numbers[list.at] < end;
         ++list.at) {
      add(list.level, list.numbers[list.at]);
    }
  }
  for (const Range& range : ranges_) {
    const uint64_t stop = std::min<uint64_t>(range.end, end);
    for (uint64_t n = std::max(from_, base_); n < stop; ++n) {
      add(range.level, static_cast<uint32_t>(n));
    }
  }
  from_ = static_cast<uint32_t>(
      std::min<uint64_t>(end, std::numeric_limits<uint32_t>::max()));
  return true;
}

}  // namespace acl
