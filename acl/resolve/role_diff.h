// Which effective roles a change has changed. A pure function of two states.
// Internal.
#ifndef ACL_RESOLVE_ROLE_DIFF_H_
#define ACL_RESOLVE_ROLE_DIFF_H_

#include <vector>

#include "acl/resolve/role_change.h"
#include "acl/store/draft.h"
#include "acl/store/state.h"

namespace acl {

// Every user or service account and resource between which the effective role
// has another name in `after`, told by their ids, once each, by the principals'
// numbers, then the resources'. `after` came of `before` by drafts that touched
// `touched`. Looks only at pairs that a touched thing can have changed: O(these
// pairs), which are all of a principal's that is added, removed, locked or made
// an admin, all of a resource's whose baseline changes, and the members of a
// group times the resources that it gains or loses.
std::vector<RoleChange> RoleDiff(const State& before, const State& after,
                                 std::vector<Touched> touched);

}  // namespace acl

#endif  // ACL_RESOLVE_ROLE_DIFF_H_
