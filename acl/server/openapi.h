// docs/openapi.yaml, inside the program. Internal.
#ifndef ACL_SERVER_OPENAPI_H_
#define ACL_SERVER_OPENAPI_H_

#include "absl/strings/string_view.h"

namespace acl::server {

absl::string_view OpenApiYaml();

}  // namespace acl::server

#endif  // ACL_SERVER_OPENAPI_H_
