// Who a principal is, as the hot path reads it: one cache line. Internal;
// docs/store.md has the layout.
#ifndef ACL_DIRECTORY_MEMBER_LINE_H_
#define ACL_DIRECTORY_MEMBER_LINE_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "acl/base/ordered_map.h"
#include "acl/directory/target_key.h"

namespace acl {

// A user or service account: whether it counts, and the groups that it is a
// direct member of. A value. Up to kInline groups stand in the line itself,
// beyond in an array that copies of the line share.
class MemberLine {
 public:
  static constexpr size_t kInline = 10;

  // Of nobody.
  MemberLine() = default;
  MemberLine(TargetKey self, bool locked, bool workspace_admin) {
    keys_[0] = self;
    SetFlags(locked, workspace_admin);
  }

  bool present() const { return (flags_ & kPresent) != 0; }
  bool locked() const { return (flags_ & kLocked) != 0; }
  bool workspace_admin() const { return (flags_ & kAdmin) != 0; }
  void SetFlags(bool locked, bool workspace_admin) {
    flags_ = static_cast<uint16_t>(kPresent | (locked ? kLocked : 0) |
                                   (workspace_admin ? kAdmin : 0));
  }

  // Its own key, then those of its groups, in no order that means anything:
  // whose grants count for it. Valid as long as the line is neither changed nor
  // destroyed. REQUIRES: present().
  absl::Span<const TargetKey> keys() const {
    return many_ == nullptr ? absl::MakeConstSpan(keys_.data(), 1 + groups_)
                            : absl::MakeConstSpan(many_->keys);
  }

  // REQUIRES: it is no member yet.
  void AddGroup(TargetKey group, EditTag edit) {
    if (many_ == nullptr && groups_ < kInline) {
      keys_[++groups_] = group;
    } else {
      OwnMany(edit).push_back(group);
    }
  }
  // REQUIRES: it is a member. O(groups).
  void RemoveGroup(TargetKey group, EditTag edit) {
    if (many_ == nullptr) {
      *std::find(keys_.begin() + 1, keys_.end(), group) = keys_[groups_--];
      return;
    }
    std::vector<TargetKey>& many = OwnMany(edit);
    *std::find(many.begin() + 1, many.end(), group) = many.back();
    many.pop_back();
    if (many.size() > kInline / 2) return;
    std::copy(many.begin(), many.end(), keys_.begin());
    groups_ = static_cast<uint16_t>(many.size() - 1);
    many_ = nullptr;
  }

 private:
  enum Flag : uint16_t { kPresent = 1, kLocked = 2, kAdmin = 4 };
  struct Many {
    std::vector<TargetKey> keys;
    EditTag edit;
  };

  // The array, which only this edit knows.
  std::vector<TargetKey>& OwnMany(EditTag edit) {
    if (many_ == nullptr || many_->edit != edit) {
      many_ =
          std::make_shared<Many>(Many{{keys().begin(), keys().end()}, edit});
    }
    return many_->keys;
  }

  uint16_t flags_ = 0;
  uint16_t groups_ = 0;  // inline
  std::array<TargetKey, 1 + kInline> keys_ = {};
  std::shared_ptr<Many> many_;
};

static_assert(sizeof(MemberLine) == 64, "a cache line");

}  // namespace acl

#endif  // ACL_DIRECTORY_MEMBER_LINE_H_
