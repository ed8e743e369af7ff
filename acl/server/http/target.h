// What a request asks for, taken apart: the target of its first line. Internal.
#ifndef ACL_SERVER_HTTP_TARGET_H_
#define ACL_SERVER_HTTP_TARGET_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace acl {

struct RequestTarget {
  // Between the slashes, decoded. `/` has none; `/a/` has `a` and an empty one.
  // May hold slashes and dots, which came as `%2F` and `%2E`.
  std::vector<std::string> segments;
  // Names and values of the query, decoded, in the order in which they came; a
  // name may come again. Without `=` the value is empty.
  std::vector<std::pair<std::string, std::string>> parameters;
};

// Takes `/a%2Fb/c?d=e+f` apart: split first, then decoded, so what was escaped
// separates nothing. In the query, and only there, `+` is a space. The form
// that proxies are sent, `http://host/a`, is `/a`.
//
// MALFORMED: it has another form, a fragment, a byte that is not visible ASCII,
// a bad escape, an escaped NUL, or a segment `.` or `..`, which another program
// on the way may have resolved; or what comes out is not UTF-8.
absl::StatusOr<RequestTarget> ParseTarget(absl::string_view target);

// `text` as a segment of a path, or as a name or value of a query: every byte
// but letters, digits, `-`, `_` and `~` is escaped. ParseTarget() gives it
// back.
std::string Escape(absl::string_view text);

}  // namespace acl

#endif  // ACL_SERVER_HTTP_TARGET_H_
