// The request headers that mean something to the server. Internal.
#ifndef ACL_SERVER_HEADERS_H_
#define ACL_SERVER_HEADERS_H_

#include "absl/strings/string_view.h"

namespace acl::server {

// The caller's secret.
constexpr absl::string_view kKeyHeader = "xi-api-key";
// The workspace that a request is for.
constexpr absl::string_view kWorkspaceHeader = "acl-workspace";
// A token that an answer must not be older than.
constexpr absl::string_view kLeastRevisionHeader = "acl-min-revision";
// Why something is changed.
constexpr absl::string_view kReasonHeader = "acl-reason";
// Tells a retry from another request.
constexpr absl::string_view kIdempotencyKeyHeader = "idempotency-key";
// All of the server's own headers but the above begin so, too.
constexpr absl::string_view kOwnHeaderPrefix = "acl-";

}  // namespace acl::server

#endif  // ACL_SERVER_HEADERS_H_
