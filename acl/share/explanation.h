// An explanation of an effective role. Part of the public API; begin reading at
// acl/engine.h.
#ifndef ACL_SHARE_EXPLANATION_H_
#define ACL_SHARE_EXPLANATION_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "acl/base/revision.h"
#include "acl/resolve/source.h"
#include "acl/resolve/subject.h"

namespace acl {

// The kinds of single changes that turn a denial into an allowance. Remedies
// that raise equally many roles are listed in this order.
enum class RemedyKind : uint8_t {
  kGrant,          // a grant to the subject's principal
  kGrantGroup,     // a grant to a group that it is in
  kGrantBaseline,  // a grant to `default`
  kJoinGroup,      // membership in a group that has enough
  kUnlock,         // unlocking the user
  kEnableKey,      // enabling the key
};

// "grant", "grant_group", "grant_baseline", "join_group", "unlock",
// "enable_key".
absl::string_view RemedyWord(RemedyKind kind);

// One change that by itself would be enough, and would be accepted.
struct Remedy {
  RemedyKind kind;
  std::string group;  // for kGrantGroup and kJoinGroup
  // How many effective roles it would raise: pairs of a principal and a
  // resource; for kEnableKey, the resources on which the key's own role rises.
  uint64_t raises = 0;
  // Whether `raises` is only a lower bound because a full count was too much
  // work.
  bool at_least = false;

  friend bool operator==(const Remedy& a, const Remedy& b) {
    return a.kind == b.kind && a.group == b.group && a.raises == b.raises &&
           a.at_least == b.at_least;
  }
};

// Bounds on the work of an explanation.
struct ExplainOptions {
  // Polled at least once every 256 rows; true ends the call with Cancelled
  // (CANCELLED_BY_CALLER). A partial explanation is never returned.
  std::function<bool()> cancelled = {};
  // How many rows may be visited to count for all remedies together. Counts
  // beyond it are lower bounds (Remedy::at_least). Ten million rows take about
  // half a second.
  uint64_t row_budget = 10'000'000;
};

// An effective role and everything that explains it. Roles are names.
struct Explanation {
  Revision revision = 0;
  // The effective role; "none" for none.
  std::string role;
  // Why sources don't count, if they don't: unknown, locked or key disabled.
  Standing standing = Standing::kUnknown;
  bool resource_exists = false;
  // Every source, the highest role first, and sources of one role in the order
  // of the witness. For a locked user or a disabled key: those that would
  // count.
  std::vector<Source> sources;
  // How many of the first sources reach the effective role. The first is the
  // witness. 0 for a denial.
  size_t deciding = 0;
  // The role that was asked for, and whether the effective role reaches it.
  std::string asked;
  bool allowed = false;
  // For a denial: every single change that would allow it, those that raise the
  // fewest effective roles first, and those with lower bounds last.
  std::vector<Remedy> remedies;
};

}  // namespace acl

#endif  // ACL_SHARE_EXPLANATION_H_
