// The changes that lead from one state of a workspace to another. A public
// header.
#ifndef ACL_AUDIT_CHANGES_BETWEEN_H_
#define ACL_AUDIT_CHANGES_BETWEEN_H_

#include "proto/acl/v1/change.pb.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// A batch that makes `after` of `before`, to the last field but the revision,
// and is refused where the workspace is not at `before`'s revision. Its
// workspace is `after`'s.
//
// As the system, each change is accepted where it stands, and each changes
// something: what is in the way goes first, then settings, users, service
// accounts, keys, groups, resources, memberships, grants. What can't be changed
// (the owner of a key, the creator of a resource) is removed and added again
// under its id. Equal states give no change, and the same ones the same batch.
//
// O(size of both). REQUIRES: both are as Reader::Export() gives them: in order,
// and sound.
v1::ChangeFile ChangesBetween(const v1::Workspace& before,
                              const v1::Workspace& after);

}  // namespace acl

#endif  // ACL_AUDIT_CHANGES_BETWEEN_H_
