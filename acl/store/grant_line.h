// The grants on one resource, as the hot path reads them: one cache line, and
// more only where there are many. Internal; docs/store.md has the layout.
#ifndef ACL_STORE_GRANT_LINE_H_
#define ACL_STORE_GRANT_LINE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/functional/function_ref.h"
#include "acl/base/ladder.h"
#include "acl/base/ordered_map.h"
#include "acl/directory/target_key.h"
#include "acl/store/key_match.h"

namespace acl {

class GrantBlock;

// A grant: its target's key above, its role's slot in the lowest four bits.
using GrantEntry = uint32_t;

constexpr TargetKey KeyOfEntry(GrantEntry entry) { return entry >> kRoleBits; }
constexpr RoleSlot SlotOfEntry(GrantEntry entry) {
  return static_cast<RoleSlot>(entry & ((1u << kRoleBits) - 1));
}

// A value; copying one costs a cache line and, with many grants, a count. Up to
// kInline grants stand in the line itself. Beyond, a block has them, sorted by
// key, and beyond kBlock a tree of blocks. A LineTable puts it on a line of its
// own. Safe to read from any thread while another changes its own copy.
class GrantLine {
 public:
  static constexpr size_t kInline = 14;
  static constexpr size_t kBlock = 512;

  // Of no resource: it has no grants, and present() is false.
  GrantLine() = default;
  // Of a resource without grants. `creator` is 0 for none.
  explicit GrantLine(TargetKey creator) {
    words_[0] = creator;
    SetHeader(0, Layout::kInline, 0);
  }
  GrantLine(const GrantLine& other) : words_(other.words_) {
    if (layout() == Layout::kBlock) AddOwner();
  }
  GrantLine& operator=(GrantLine other) noexcept {
    std::swap(words_, other.words_);
    return *this;
  }
  ~GrantLine() {
    if (layout() == Layout::kBlock) RemoveOwner();
  }

  bool present() const { return layout() != Layout::kAbsent; }
  TargetKey creator() const { return words_[0]; }
  void set_creator(TargetKey creator) { words_[0] = creator; }
  // The grant of `default`; 0 for none.
  RoleSlot baseline() const { return static_cast<RoleSlot>(words_[1] & 0xff); }
  void set_baseline(RoleSlot role) { SetHeader(role, layout(), count()); }

  // How many grants there are, without the baseline.
  size_t size() const;
  bool empty() const { return size() == 0; }

  // The grant of a target; 0 for none. O(log n).
  RoleSlot RoleOf(TargetKey key) const;

  // Sets a grant. True if the target had none. A block that another edit made
  // is copied first. REQUIRES: key and role are not 0.
  bool Set(TargetKey key, RoleSlot role, EditTag edit);
  // Takes it away. True if there was one.
  bool Erase(TargetKey key, EditTag edit);

  // Calls `visit` for every grant, in no order that means anything.
  void ForEach(absl::FunctionRef<void(TargetKey, RoleSlot)> visit) const;

  // Calls visit(TargetKey, RoleSlot) for the grants of any of `count` keys.
  template <class Visit>
  void Match(const TargetKey* keys, size_t count, const Visit& visit) const {
    if (layout() != Layout::kBlock) {
      uint32_t lanes = kKeyMatch(words_.data(), keys, count) & kEntryLanes;
      for (; lanes != 0; lanes &= lanes - 1) {
        const GrantEntry entry =
            words_[static_cast<size_t>(__builtin_ctz(lanes))];
        visit(KeyOfEntry(entry), SlotOfEntry(entry));
      }
      return;
    }
    for (size_t i = 0; i < count; ++i) {
      if (const RoleSlot role = RoleOf(keys[i])) visit(keys[i], role);
    }
  }

 private:
  enum class Layout : uint8_t { kAbsent, kInline, kBlock };

  // Where entries may be.
  static constexpr uint32_t kEntryLanes = 0xfffc;

  Layout layout() const { return static_cast<Layout>(words_[1] >> 8 & 0xff); }
  size_t count() const { return words_[1] >> 16; }  // inline
  void SetHeader(RoleSlot baseline, Layout layout, size_t count) {
    words_[1] = baseline | static_cast<uint32_t>(layout) << 8 |
                static_cast<uint32_t>(count) << 16;
  }
  GrantEntry* begin() { return &words_[2]; }
  GrantEntry* end() { return begin() + count(); }
  GrantEntry* FindInline(TargetKey key);

  GrantBlock* block() const;
  void SetBlock(GrantBlock* block);
  GrantBlock& OwnBlock(EditTag edit);
  void AddOwner() const;
  void RemoveOwner();

  // The creator; baseline, layout and count; then entries, 0 where there is
  // none, or in the first two a pointer to the block.
  std::array<uint32_t, 16> words_ = {};
};

static_assert(sizeof(GrantLine) == 64, "a cache line");

}  // namespace acl

#endif  // ACL_STORE_GRANT_LINE_H_
