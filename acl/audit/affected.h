// Finds where roles can differ between two worlds. Internal.
#ifndef ACL_AUDIT_AFFECTED_H_
#define ACL_AUDIT_AFFECTED_H_

#include <set>
#include <vector>

#include "acl/engine.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// Where two states of a workspace can have different effective roles. Any pair
// of a principal and a resource neither of which is listed here has the same
// role in both.
struct Affected {
  // The ladders differ, so every pair may differ.
  bool all = false;
  std::set<PrincipalId> principals;
  std::vector<ResourceId> resources;  // by type, then id, each once
};

// Compares exports in canonical order. O(size of both worlds).
Affected FindAffected(const v1::Workspace& before, const v1::Workspace& after);

}  // namespace acl

#endif  // ACL_AUDIT_AFFECTED_H_
