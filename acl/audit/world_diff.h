// The differences between two worlds in grants and in effective roles. A public
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

// A grant that differs between the two worlds.
struct GrantChange {
  std::string resource;  // references
  std::string target;
  std::string before;  // role names; "none" for none
  std::string after;
};

// Receives the differences: for each workspace all grants, then all roles.
struct DiffVisitor {
  std::function<void(const std::string& workspace, const GrantChange& change)>
      grant;
  std::function<void(const std::string& workspace, const RoleChange& change)>
      role;
};

// Compares the workspaces of `before` and `after`, or only `workspace` if that
// is not empty, in the order of their ids: grants by resource and target, and
// roles as VisitRoleChanges() does, including those of keys that differ. A
// workspace that is only on one side is compared with an empty one. Differences
// that affect no grant or role, such as names, are ignored. Exact. Memory: see
// VisitRoleChanges(). WORKSPACE_NOT_FOUND: `workspace` is on neither side.
absl::Status VisitDiff(const Engine& before, const Engine& after,
                       const std::string& workspace,
                       const DiffVisitor& visitor);

// A workspace at its latest revision, or an empty one if it does not exist.
absl::StatusOr<Snapshot> SnapshotOrEmpty(const Engine& engine,
                                         const std::string& id);

}  // namespace acl

#endif  // ACL_AUDIT_WORLD_DIFF_H_
