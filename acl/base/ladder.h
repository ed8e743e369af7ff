// The role ladder: which roles a workspace has, and which is higher.
#ifndef ACL_BASE_LADDER_H_
#define ACL_BASE_LADDER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace acl {

// What a handle stores of a role: a number that is never reused for another
// role. It implies no order. 0 is `none`.
using RoleNumber = uint16_t;

// What a grant stores of a role: a four-bit number that belongs to the role as
// long as it is in the ladder, and may be reused afterwards. It implies no
// order. 0 is `none`.
using RoleSlot = uint8_t;

// A role's place in the ladder: 0 for none, 1 for the lowest role, size() for
// the top. Ranks are what comparisons use; they change with the ladder.
using Rank = uint8_t;

constexpr size_t kMaxRoles = 15;

// OK, or MALFORMED for a name that no role of a ladder can have: `none`, or
// what CheckRoleName() refuses.
absl::Status CheckLadderName(absl::string_view name);

// A ladder of 1 to kMaxRoles roles. Immutable: safe to read from any thread.
class Ladder {
 public:
  // viewer, commenter, editor, admin.
  static Ladder Default();

  // A ladder of these names in ascending order. MALFORMED for an invalid name,
  // `none`, no names, too many, or a duplicate.
  static absl::StatusOr<Ladder> Make(const std::vector<std::string>& names);

  // A ladder of `names` in which the roles that this one also has keep their
  // numbers. Fails like Make(), and with ROLE_ORDER if roles that stay would
  // change their order. Numbers of removed roles are not reused.
  absl::StatusOr<Ladder> Changed(const std::vector<std::string>& names) const;

  // The names in ascending order.
  const std::vector<std::string>& names() const { return names_; }
  size_t size() const { return names_.size(); }
  Rank top() const { return static_cast<Rank>(names_.size()); }

  // The rank of a name; 0 if the ladder does not have it.
  Rank RankOfName(absl::string_view name) const;
  // The rank of a number; 0 for `none` and for a removed role.
  Rank RankOf(RoleNumber number) const {
    return number < rank_by_number_.size() ? rank_by_number_[number] : 0;
  }
  // The rank of a slot; 0 for `none` and for a free slot.
  Rank RankOfSlot(RoleSlot slot) const { return rank_by_slot_[slot]; }
  // The slot at a rank; 0 at rank 0. REQUIRES: rank <= top().
  RoleSlot SlotAt(Rank rank) const { return slot_by_rank_[rank]; }
  // The number at a rank; 0 at rank 0. REQUIRES: rank <= top().
  RoleNumber NumberAt(Rank rank) const { return number_by_rank_[rank]; }
  // The name at a rank; "none" at rank 0. REQUIRES: rank <= top().
  const std::string& NameAt(Rank rank) const;
  const std::string& NameOfSlot(RoleSlot slot) const {
    return NameAt(RankOfSlot(slot));
  }

  // The rank of a role that has to be in the ladder, or ROLE_UNKNOWN with a
  // message that lists the ladder.
  absl::StatusOr<Rank> Require(absl::string_view name) const;

 private:
  Ladder() = default;
  void Add(const std::string& name, RoleNumber number, RoleSlot slot);

  std::vector<std::string> names_;  // by rank - 1
  std::vector<Rank> rank_by_number_;
  // Rank 0 and slot 0 are none.
  std::array<RoleNumber, kMaxRoles + 1> number_by_rank_ = {};
  std::array<RoleSlot, kMaxRoles + 1> slot_by_rank_ = {};
  std::array<Rank, kMaxRoles + 1> rank_by_slot_ = {};
};

}  // namespace acl

#endif  // ACL_BASE_LADDER_H_
