// Whose roles can differ between two worlds. Internal.
#ifndef ACL_AUDIT_AFFECTED_H_
#define ACL_AUDIT_AFFECTED_H_

#include <set>
#include <vector>

#include "acl/engine.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// Where two states of a workspace can have different effective roles. On a pair
// of a principal and a resource of which neither is named here, they have the
// same.
struct Affected {
  // The ladders differ, so every pair may.
  bool all = false;
  std::set<PrincipalId> principals;
  std::vector<ResourceId> resources;  // by type, then id, each once
};

// Compares exports in canonical order. O(size of both worlds).
Affected FindAffected(const v1::Workspace& before, const v1::Workspace& after);

}  // namespace acl

#endif  // ACL_AUDIT_AFFECTED_H_
