// The request headers that the server interprets. Internal.
#ifndef ACL_SERVER_HEADERS_H_
#define ACL_SERVER_HEADERS_H_

#include "absl/strings/string_view.h"

namespace acl::server {

// The caller's secret.
constexpr absl::string_view kKeyHeader = "xi-api-key";
// The workspace that a request is for.
constexpr absl::string_view kWorkspaceHeader = "acl-workspace";
// A token: the answer must be at least as fresh.
constexpr absl::string_view kLeastRevisionHeader = "acl-min-revision";
// The reason for a change.
constexpr absl::string_view kReasonHeader = "acl-reason";
// Distinguishes a retry from a new request.
constexpr absl::string_view kIdempotencyKeyHeader = "idempotency-key";
// The prefix of all the server's own headers, except those above without it.
constexpr absl::string_view kOwnHeaderPrefix = "acl-";

}  // namespace acl::server

#endif  // ACL_SERVER_HEADERS_H_
