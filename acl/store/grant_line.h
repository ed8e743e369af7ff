// The grants on one resource, as the hot path reads them: one cache line, and
// more only if there are many. Internal; docs/store.md describes the layout.
#ifndef ACL_STORE_GRANT_LINE_H_
#define ACL_STORE_GRANT_LINE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/base/attributes.h"
#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "acl/base/heap.h"
#include "acl/base/ladder.h"
#include "acl/base/sorted_numbers.h"
#include "acl/directory/target_key.h"
#include "acl/store/key_match.h"

namespace acl {

// A grant: its role's slot in the lowest four bits, its target's key above
// them.
using GrantEntry = uint32_t;

constexpr TargetKey KeyOfEntry(GrantEntry entry) { return entry >> kRoleBits; }
constexpr RoleSlot SlotOfEntry(GrantEntry entry) {
  return static_cast<RoleSlot>(entry & ((1u << kRoleBits) - 1));
}

// The highest of some grants; all zero if there are none.
struct HighestGrant {
  uint32_t rank = 0;  // a Rank
  TargetKey key = 0;  // whose it is
};

// Up to kInline grants are stored in the line itself, more in a tree sorted by
// key. A plain value: a line that is copied and then changed replaces the old
// one, which must not be used any more.
class GrantLine {
 public:
  static constexpr size_t kInline = 14;

  // No resource: it has no grants, and present() is false.
  GrantLine() = default;
  // A resource without grants. `creator` is 0 for none.
  explicit GrantLine(TargetKey creator) {
    words_[0] = creator;
    SetHeader(0, Layout::kInline, 0);
  }

  bool present() const { return layout() != Layout::kAbsent; }
  TargetKey creator() const { return words_[0]; }
  void set_creator(TargetKey creator) { words_[0] = creator; }
  // The grant of `default`; 0 for none.
  RoleSlot baseline() const { return static_cast<RoleSlot>(words_[1] & 0xff); }
  void set_baseline(RoleSlot role) { SetHeader(role, layout(), count()); }

  // The number of grants, without the baseline.
  size_t size() const {
    return layout() == Layout::kTree ? tree().size() : count();
  }
  bool empty() const { return size() == 0; }
  // The number of principals and groups that count against the limit.
  size_t principals() const { return size() + (creator() == 0 ? 0 : 1); }

  // The grant of a target; 0 for none. O(log n).
  RoleSlot RoleOf(TargetKey key) const;

  // Sets a grant. True if the target had none. REQUIRES: key and role are not
  // 0.
  bool Set(TargetKey key, RoleSlot role, Edit* edit);
  // Removes a grant. True if there was one.
  bool Erase(TargetKey key, Edit* edit);
  // Frees the tree, if there is one, of a line that is removed.
  void Clear(Edit* edit);

  // Calls `visit` for every grant, in no particular order.
  void ForEach(absl::FunctionRef<void(TargetKey, RoleSlot)> visit) const;

  // Calls visit(TargetKey, RoleSlot) for the grants of any of `count` keys.
  template <class Visit>
  void Match(const TargetKey* keys, size_t count, const Visit& visit) const {
    const auto entry = [&](GrantEntry found) {
      visit(KeyOfEntry(found), SlotOfEntry(found));
    };
    if (layout() == Layout::kTree) {
      MatchInTree(keys, count, entry);
    } else {
      VisitLanes(words_, kKeyMatch(words_, keys, count) & kEntryLanes, entry);
    }
  }

  // The highest grant of any of `count` keys. If two have the same role,
  // before(a, b) says whether key `a` is preferred to `b`.
  template <class Before>
  HighestGrant Highest(const TargetKey* keys, size_t count,
                       const Ladder& ladder, Before before) const {
    if (all_in_line()) {
      return HighestInLine(kKeyMatch(words_, keys, count), ladder, before);
    }
    HighestGrant best;
    MatchInTree(keys, count,
                [&](GrantEntry entry) { Take(entry, ladder, before, &best); });
    return best;
  }

  // The same in two steps, so that the first, the search for all keys, can be
  // done for many lines at once; the second evaluates the lanes found.
  bool all_in_line() const { return layout() != Layout::kTree; }
  // REQUIRES: all_in_line().
  void Search(absl::Span<const TargetKey> keys, KeySearch* search) const {
    search->line = words_;
    search->keys = keys.data();
    search->count = static_cast<uint32_t>(keys.size());
  }
  // REQUIRES: all_in_line().
  template <class Before>
  HighestGrant HighestInLine(uint32_t lanes, const Ladder& ladder,
                             Before before) const {
    lanes &= kEntryLanes;
    // Whether there is one is unpredictable; more than one is rare. So the
    // first is taken unconditionally: 0 if there is none.
    const GrantEntry first = words_[__builtin_ctz(lanes | 1u << 15)] &
                             (0u - static_cast<uint32_t>(lanes != 0));
    const HighestGrant best = {ladder.RankOfSlot(SlotOfEntry(first)),
                               KeyOfEntry(first)};
    lanes &= lanes - 1;
    return lanes == 0 ? best : HighestOfMore(lanes, ladder, before, best);
  }
  // Prefetches the grants. REQUIRES: !all_in_line().
  void PrefetchTree() const { tree().Prefetch(); }

 private:
  enum class Layout : uint8_t { kAbsent, kInline, kTree };

  static constexpr size_t kLanes = 16;
  // The lanes that may hold entries.
  static constexpr uint32_t kEntryLanes = 0xfffc;

  Layout layout() const { return static_cast<Layout>(words_[1] >> 8 & 0xff); }
  uint32_t count() const { return words_[1] >> 16; }  // inline
  void SetHeader(RoleSlot baseline, Layout layout, uint32_t count) {
    words_[1] = baseline | static_cast<uint32_t>(layout) << 8 | count << 16;
  }
  GrantEntry* begin() { return words_ + 2; }
  GrantEntry* end() { return begin() + count(); }
  GrantEntry* FindInline(TargetKey key);

  // Takes a grant if it is higher than the best so far.
  template <class Before>
  static void Take(GrantEntry entry, const Ladder& ladder, const Before& before,
                   HighestGrant* best) {
    const uint32_t rank = ladder.RankOfSlot(SlotOfEntry(entry));
    const TargetKey key = KeyOfEntry(entry);
    if (rank > best->rank || (rank == best->rank && before(key, best->key))) {
      *best = {rank, key};
    }
  }

  // HighestInLine() if there are more grants than `best`.
  template <class Before>
  ABSL_ATTRIBUTE_NOINLINE HighestGrant HighestOfMore(uint32_t lanes,
                                                     const Ladder& ladder,
                                                     Before before,
                                                     HighestGrant best) const {
    VisitLanes(words_, lanes,
               [&](GrantEntry entry) { Take(entry, ladder, before, &best); });
    return best;
  }

  template <class Visit>
  static void VisitLanes(const GrantEntry* line, uint32_t lanes,
                         const Visit& visit) {
    for (; lanes != 0; lanes &= lanes - 1) visit(line[__builtin_ctz(lanes)]);
  }

  // Calls visit(GrantEntry) for the grants of any of the keys.
  template <class Visit>
  void MatchInTree(const TargetKey* keys, size_t count,
                   const Visit& visit) const {
    const SortedNumbers grants = tree();
    const absl::Span<const GrantEntry> all = grants.OnlyLeaf();
    if (all.size() < kLanes) {
      for (size_t i = 0; i < count; ++i) {
        const GrantEntry* const entry =
            grants.FindSame(keys[i] << kRoleBits, kRoleBits);
        if (entry != nullptr) visit(*entry);
      }
      return;
    }
    // Sixteen at a time; the last ones together with some of the previous.
    for (size_t at = 0, seen = 0; at < all.size(); at += kLanes) {
      if (at + kLanes > all.size()) {
        seen = at + kLanes - all.size();
        at = all.size() - kLanes;
      }
      const uint32_t lanes = kKeyMatch(all.data() + at, keys, count);
      VisitLanes(all.data() + at, lanes >> seen << seen, visit);
    }
  }

  SortedNumbers tree() const {
    SortedNumbers tree;
    std::memcpy(static_cast<void*>(&tree), words_ + 2, sizeof tree);
    return tree;
  }
  void SetTree(SortedNumbers tree) {
    std::memcpy(words_ + 2, &tree, sizeof tree);
  }

  // The creator; baseline, layout and count; then entries, 0 if unused, or the
  // tree in the first two words and 0 in the rest.
  uint32_t words_[16] = {};
};

static_assert(sizeof(GrantLine) == 64, "a cache line");

}  // namespace acl

#endif  // ACL_STORE_GRANT_LINE_H_
