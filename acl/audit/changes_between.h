// Computes the changes that turn one state of a workspace into another. A
// public header.
#ifndef ACL_AUDIT_CHANGES_BETWEEN_H_
#define ACL_AUDIT_CHANGES_BETWEEN_H_

#include "proto/acl/v1/change.pb.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// A batch that turns `before` into `after`, in every field except the revision,
// and is refused unless the workspace is at `before`'s revision. Its workspace
// is `after`'s.
//
// For the system as the actor, each change is accepted at its place in the
// batch, and each changes something: obstacles are removed first, then come
// settings, users, service accounts, keys, groups, resources, memberships,
// grants. What can't be changed (the owner of a key, the creator of a resource)
// is removed and added again under its id. Equal states produce no changes, and
// equal inputs the same batch.
//
// O(size of both). REQUIRES: both are valid and in canonical order, as
// Reader::Export() returns them.
v1::ChangeFile ChangesBetween(const v1::Workspace& before,
                              const v1::Workspace& after);

}  // namespace acl

#endif  // ACL_AUDIT_CHANGES_BETWEEN_H_
