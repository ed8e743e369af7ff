// JSON from an untrusted source, as a tree.
#ifndef ACL_ENCODING_STRICT_JSON_H_
#define ACL_ENCODING_STRICT_JSON_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace acl {

// Parses one JSON value (RFC 8259). FILE_MALFORMED, with line and column if the
// parser has them, for text that is not JSON, invalid UTF-8, text after the
// value, a NUL anywhere, a duplicate key in an object, or more than `max_depth`
// nested objects and arrays. O(bytes); parsing stops at the first fault. A
// refusal quotes at most 256 bytes of the input.
absl::StatusOr<nlohmann::ordered_json> ReadStrictJson(absl::string_view text,
                                                      int max_depth);

}  // namespace acl

#endif  // ACL_ENCODING_STRICT_JSON_H_
