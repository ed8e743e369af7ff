// Membership of a principal, as the hot path reads it: one cache line.
// Internal; docs/store.md describes the layout.
#ifndef ACL_DIRECTORY_MEMBER_LINE_H_
#define ACL_DIRECTORY_MEMBER_LINE_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "acl/base/heap.h"
#include "acl/directory/target_key.h"

namespace acl {

// A user or service account: whether it counts, and the groups of which it is a
// direct member. Up to kInline groups are stored in the line itself, more in a
// block shared between versions. A plain value: a line that is copied and then
// changed replaces the old one, which must not be used any more.
class MemberLine {
 public:
  static constexpr uint16_t kInline = 12;

  struct Flags {
    bool service_account = false;
    bool locked = false;
    bool workspace_admin = false;
  };

  // No principal.
  MemberLine() = default;
  MemberLine(TargetKey self, Flags flags) {
    keys_[0] = self;
    SetFlags(flags);
  }

  bool present() const { return (flags_ & kPresent) != 0; }
  bool service_account() const { return (flags_ & kServiceAccount) != 0; }
  bool locked() const { return (flags_ & kLocked) != 0; }
  bool workspace_admin() const { return (flags_ & kAdmin) != 0; }
  // Whether it can have a role: it is present and not locked.
  bool counts() const { return (flags_ & (kPresent | kLocked)) == kPresent; }
  // Whether it can have a role, and grants alone decide which.
  bool is_plain() const {
    return (flags_ & (kPresent | kLocked | kAdmin)) == kPresent;
  }
  void SetFlags(Flags flags) {
    flags_ =
        static_cast<uint16_t>(kPresent | (flags.locked ? kLocked : 0) |
                              (flags.workspace_admin ? kAdmin : 0) |
                              (flags.service_account ? kServiceAccount : 0));
  }

  // Its own key; 0 for no principal.
  TargetKey self() const { return keys_[0]; }
  // The keys whose grants count for it: its own, then those of its groups in no
  // particular order. Valid as long as the version. REQUIRES: present().
  absl::Span<const TargetKey> keys() const {
    return many_ == nullptr ? absl::MakeConstSpan(keys_, size_t{1} + groups_)
                            : absl::MakeConstSpan(many_->keys(), many_->count);
  }
  absl::Span<const TargetKey> groups() const { return keys().subspan(1); }

  // REQUIRES: it is not a member yet.
  void AddGroup(TargetKey group, Edit* edit);
  // REQUIRES: it is a member. O(groups).
  void RemoveGroup(TargetKey group, Edit* edit);
  // Frees the block, if there is one, of a line that is removed.
  void Clear(Edit* edit);

 private:
  enum Flag : uint16_t {
    kPresent = 1,
    kLocked = 2,
    kAdmin = 4,
    kServiceAccount = 8
  };
  struct Many : Block {
    uint32_t count;
    TargetKey first[1];  // and more after it

    TargetKey* keys() { return first; }
    const TargetKey* keys() const { return first; }
  };

  // The block with room for `count` keys, reachable only from this edit.
  Many& OwnMany(uint32_t count, Edit* edit);

  uint16_t flags_ = 0;
  uint16_t groups_ = 0;  // inline
  TargetKey keys_[1 + kInline] = {};
  Many* many_ = nullptr;
};

static_assert(sizeof(MemberLine) == 64, "a cache line");

}  // namespace acl

#endif  // ACL_DIRECTORY_MEMBER_LINE_H_
