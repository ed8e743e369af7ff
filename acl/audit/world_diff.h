// What differs between two worlds: in grants, and in effective roles. A public
// header.
#ifndef ACL_AUDIT_WORLD_DIFF_H_
#define ACL_AUDIT_WORLD_DIFF_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/audit/role_changes.h"
#include "acl/engine.h"

namespace acl {

// One grant that is another.
struct GrantChange {
  std::string resource;  // references
  std::string target;
  std::string before;  // role names; "none" for none
  std::string after;
};

// What is told of a difference; all of one workspace's grants come first, then
// its roles.
struct DiffVisitor {
  std::function<void(const std::string& workspace, const GrantChange& change)>
      grant;
  std::function<void(const std::string& workspace, const RoleChange& change)>
      role;
};

// Compares the workspaces of `before` and `after`, or only `workspace` if that
// is not empty, in the order of their ids: grants by resource and target, roles
// as VisitRoleChanges(), of keys those that are not the same in both. One that
// is only on one side differs from an empty one. What leads to no other grant
// or role (a name, say) is no difference. Exact. Memory: as
// VisitRoleChanges(). WORKSPACE_NOT_FOUND: `workspace`
// is on neither side.
absl::Status VisitDiff(const Engine& before, const Engine& after,
                       const std::string& workspace,
                       const DiffVisitor& visitor);

// A workspace at its latest revision, or an empty one where there is none.
absl::StatusOr<Snapshot> SnapshotOrEmpty(const Engine& engine,
                                         const std::string& id);

}  // namespace acl

#endif  // ACL_AUDIT_WORLD_DIFF_H_
