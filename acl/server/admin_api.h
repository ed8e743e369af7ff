// Administration: changes of every kind, worlds, workspaces, keys. Internal;
// docs/server.md has the contract.
#ifndef ACL_SERVER_ADMIN_API_H_
#define ACL_SERVER_ADMIN_API_H_

#include "acl/engine.h"
#include "acl/server/call.h"
#include "acl/server/outcome.h"

namespace acl::server {

class AdminApi {
 public:
  // `engine` is not owned.
  explicit AdminApi(Engine* engine) : engine_(*engine) {}

  // For workspace admins.
  // POST /acl/v1/changes
  Outcome ApplyChanges(Call* call);
  // GET /acl/v1/world[?format=]: the workspace, or all of them for an operator
  // who names none.
  Outcome ExportWorld(Call* call);
  // POST /acl/v1/keys: creates a key for any owner, with its secret
  Outcome MakeKey(Call* call);
  // POST /acl/v1/keys/{id}/secret: replaces a key's secret; the old one becomes
  // invalid
  Outcome MakeSecret(Call* call);

  // For the operator.
  // POST /acl/v1/world
  Outcome ImportWorld(Call* call);
  // GET and POST /acl/v1/workspaces, DELETE /acl/v1/workspaces/{id}
  Outcome ListWorkspaces(Call* call);
  Outcome MakeWorkspace(Call* call);
  Outcome DropWorkspace(Call* call);

 private:
  Engine& engine_;
};

}  // namespace acl::server

#endif  // ACL_SERVER_ADMIN_API_H_
