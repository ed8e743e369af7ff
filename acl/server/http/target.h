// Parses the target in the first line of a request. Internal.
#ifndef ACL_SERVER_HTTP_TARGET_H_
#define ACL_SERVER_HTTP_TARGET_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace acl {

struct RequestTarget {
  // The parts between slashes, decoded. `/` has none; `/a/` has `a` and an
  // empty one. They may contain slashes and dots, which were sent as `%2F` and
  // `%2E`.
  std::vector<std::string> segments;
  // Names and values of the query, decoded, in the order received; a name may
  // be repeated. Without `=` the value is empty.
  std::vector<std::pair<std::string, std::string>> parameters;
};

// Parses `/a%2Fb/c?d=e+f`: split first, then decoded, so that escaped
// separators do not separate. Only in the query `+` is a space. The form for
// proxies, `http://host/a`, is equivalent to `/a`.
//
// MALFORMED for any other form, a fragment, a byte that is not visible ASCII,
// an invalid escape, an escaped NUL, a segment `.` or `..`, which another
// program on the way may have resolved, or a result that is not UTF-8.
absl::StatusOr<RequestTarget> ParseTarget(absl::string_view target);

// `text` as a segment of a path, or as a name or value of a query: every byte
// except letters, digits, `-`, `_` and `~` is escaped. ParseTarget() reverses
// it.
std::string Escape(absl::string_view text);

}  // namespace acl

#endif  // ACL_SERVER_HTTP_TARGET_H_
