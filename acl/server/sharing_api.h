// The public API of workspace sharing: resources, members, groups. Internal;
// docs/server.md has the contract.
#ifndef ACL_SERVER_SHARING_API_H_
#define ACL_SERVER_SHARING_API_H_

#include "acl/server/call.h"
#include "acl/server/outcome.h"

namespace acl::server {

// POST /v1/workspace/resources/{id}/share and .../unshare
Outcome ShareResource(Call* call);
Outcome UnshareResource(Call* call);
// GET /v1/workspace/resources/{id}?resource_type=
Outcome GetResource(Call* call);

// GET and POST /v1/workspace/members
Outcome ListMembers(Call* call);
Outcome UpdateMember(Call* call);

// GET /v1/workspace/groups and /v1/workspace/groups/search?name=
Outcome ListGroups(Call* call);
Outcome SearchGroups(Call* call);
// POST /v1/workspace/groups/{id}/members and .../members/remove
Outcome AddGroupMember(Call* call);
Outcome RemoveGroupMember(Call* call);

}  // namespace acl::server

#endif  // ACL_SERVER_SHARING_API_H_
