// The public API of service accounts and their keys, for workspace admins only.
// Internal; docs/server.md has the contract.
#ifndef ACL_SERVER_SERVICE_ACCOUNT_API_H_
#define ACL_SERVER_SERVICE_ACCOUNT_API_H_

#include "acl/server/call.h"
#include "acl/server/outcome.h"

namespace acl::server {

// GET and POST /v1/service-accounts
Outcome ListServiceAccounts(Call* call);
Outcome AddServiceAccountOfCall(Call* call);

// GET and POST /v1/service-accounts/{id}/api-keys
Outcome ListKeys(Call* call);
Outcome AddKeyOfCall(Call* call);
// PATCH and DELETE /v1/service-accounts/{id}/api-keys/{id}
Outcome EditKey(Call* call);
Outcome DeleteKey(Call* call);
// POST /v1/service-accounts/{id}/api-keys/{id}/disable
Outcome DisableKey(Call* call);

}  // namespace acl::server

#endif  // ACL_SERVER_SERVICE_ACCOUNT_API_H_
