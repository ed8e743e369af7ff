// Finds the effective roles that differ between two states of a workspace. A
// public header.
#ifndef ACL_AUDIT_ROLE_CHANGES_H_
#define ACL_AUDIT_ROLE_CHANGES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "acl/engine.h"
#include "acl/resolve/role_change.h"

namespace acl {

// Calls `visit` for every user and service account of either state, and for
// each of `keys` (ids of API keys), with every resource on which its role
// differs: subjects in bytewise order of kind and id, keys first, then
// resources by type and id. Roles are compared by name. The result is exact,
// although only the roles of those whose memberships or flags differ, and those
// on resources whose grants differ, are compared. Memory: both states as
// messages, plus the roles of one subject and the changes on such resources.
// Errors are those of Reader.
absl::Status VisitRoleChanges(
    const Snapshot& before, const Snapshot& after,
    const std::vector<std::string>& keys,
    const std::function<void(const RoleChange&)>& visit);

// The same for callers that already know where roles can differ.
struct Affected;
absl::Status VisitRoleChanges(
    const Snapshot& before, const Snapshot& after,
    const std::vector<std::string>& keys, Affected affected,
    const std::function<void(const RoleChange&)>& visit);

}  // namespace acl

#endif  // ACL_AUDIT_ROLE_CHANGES_H_
