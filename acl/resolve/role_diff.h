// Which effective roles a change has changed. A pure function of two states.
// Internal.
#ifndef ACL_RESOLVE_ROLE_DIFF_H_
#define ACL_RESOLVE_ROLE_DIFF_H_

#include <vector>

#include "acl/resolve/role_change.h"
#include "acl/store/draft.h"
#include "acl/store/state.h"

namespace acl {

// Every pair of a principal (user or service account) and a resource whose
// effective role has another name in `after`. Things are identified by their
// ids. Each pair appears once, ordered by the principals' numbers, then the
// resources'. `after` was made from `before` by drafts that touched `touched`.
// Visits only pairs that a touched thing can have changed, in O(these pairs):
// all pairs of a principal that is added, removed, locked or made an admin; all
// pairs of a resource whose baseline changes; and the members of a group times
// the resources that it gains or loses.
std::vector<RoleChange> RoleDiff(const State& before, const State& after,
                                 std::vector<Touched> touched);

}  // namespace acl

#endif  // ACL_RESOLVE_ROLE_DIFF_H_
