#include "acl/base/ladder.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
namespace {

absl::Status CheckNames(const std::vector<std::string>& names) {
  if (names.empty() || names.size() > kMaxRoles) {
    return Refuse(v1::MALFORMED, absl::StrCat("a ladder has 1 to ", kMaxRoles,
                                              " roles, not ", names.size()));
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (absl::Status s = CheckLadderName(names[i]); !s.ok()) return s;
    if (std::count(names.begin(), names.end(), names[i]) > 1) {
      return Refuse(v1::MALFORMED, absl::StrCat("role ", Quoted(names[i]),
                                                " stands twice in the ladder"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckLadderName(absl::string_view name) {
  if (name != "none") return CheckRoleName(name);
  return Refuse(v1::MALFORMED,
                "`none` can't be in a ladder: it is the absence of a role");
}

Ladder Ladder::Default() {
  return *Make({"viewer", "commenter", "editor", "admin"});
}

absl::StatusOr<Ladder> Ladder::Make(const std::vector<std::string>& names) {
  Ladder none;
  none.rank_by_number_ = {0};
  return none.Changed(names);
}

absl::StatusOr<Ladder> Ladder::Changed(
    const std::vector<std::string>& names) const {
  if (absl::Status s = CheckNames(names); !s.ok()) return s;
  Ladder changed;
  changed.rank_by_number_.assign(rank_by_number_.size(), 0);
  std::array<bool, kMaxRoles + 1> taken = {true};
  for (const std::string& name : names) taken[SlotAt(RankOfName(name))] = true;
  Rank last_kept = 0;
  bool too_many = false;
  for (const std::string& name : names) {
    const Rank old = RankOfName(name);
    if (old != 0 && old < last_kept) {
      return Refuse(v1::ROLE_ORDER,
                    absl::StrCat("roles ", Quoted(name), " and ",
                                 Quoted(NameAt(last_kept)),
                                 " would change places; keep their order"));
    }
    if (old != 0) last_kept = old;
    const size_t number =
        old != 0 ? NumberAt(old) : changed.rank_by_number_.size();
    if (number > RoleNumber{0xffff}) {
      too_many = true;
      continue;
    }
    // There are as many slots as a ladder may have roles.
    const auto free = std::find(taken.begin(), taken.end(), false);
    const auto slot =
        old != 0 ? SlotAt(old) : static_cast<RoleSlot>(free - taken.begin());
    taken[slot] = true;
    changed.Add(name, static_cast<RoleNumber>(number), slot);
  }
  if (too_many) {
    return Refuse(v1::LIMIT, "the workspace has had 65,535 roles; no more");
  }
  return changed;
}

void Ladder::Add(const std::string& name, RoleNumber number, RoleSlot slot) {
  names_.push_back(name);
  number_by_rank_[top()] = number;
  slot_by_rank_[top()] = slot;
  if (number >= rank_by_number_.size()) rank_by_number_.resize(number + 1);
  rank_by_number_[number] = top();
  rank_by_slot_[slot] = top();
}

Rank Ladder::RankOfName(absl::string_view name) const {
  for (size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] == name) return static_cast<Rank>(i + 1);
  }
  return 0;
}

const std::string& Ladder::NameAt(Rank rank) const {
  static const std::string* const none = new std::string("none");
  return rank == 0 ? *none : names_[rank - 1];
}

absl::StatusOr<Rank> Ladder::Require(absl::string_view name) const {
  const Rank rank = RankOfName(name);
  if (rank != 0) return rank;
  if (absl::Status s = CheckRoleName(name); !s.ok()) return s;
  return Refuse(
      v1::ROLE_UNKNOWN,
      absl::StrCat("role ", Quoted(name), " is not in the ladder; it has ",
                   absl::StrJoin(names_, ", ",
                                 [](std::string* out, const std::string& one) {
                                   absl::StrAppend(out, Quoted(one));
                                 })));
}

}  // namespace acl
