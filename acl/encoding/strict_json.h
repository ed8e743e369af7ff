// JSON from a source that is not trusted, as a tree.
#ifndef ACL_ENCODING_STRICT_JSON_H_
#define ACL_ENCODING_STRICT_JSON_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace acl {

// Reads one JSON value (RFC 8259). FILE_MALFORMED, with line and column where
// the parser has them: what is no JSON, invalid UTF-8, text after the value, a
// NUL anywhere, a duplicate key in an object, more than `max_depth` objects and
// arrays inside each other. O(bytes); after a refusal it has looked no further.
// A refusal quotes at most 256 bytes of the input.
absl::StatusOr<nlohmann::ordered_json> ReadStrictJson(absl::string_view text,
                                                      int max_depth);

}  // namespace acl

#endif  // ACL_ENCODING_STRICT_JSON_H_
