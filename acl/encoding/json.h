// Protobuf messages as JSON, driven by their descriptors: a message is an
// object whose keys are its field names, a repeated field is an array.
#ifndef ACL_ENCODING_JSON_H_
#define ACL_ENCODING_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "acl/encoding/places.h"
#include "google/protobuf/message.h"

namespace acl {

// Fills `message` from one JSON object. Strict (RFC 8259): unknown and repeated
// keys, values of the wrong kind, null, invalid UTF-8, a NUL, comments and text
// after the end are refused with FILE_MALFORMED, one line for each fault, with
// its path in the message; text that is not JSON at all, with line and column.
// 64-bit numbers may be written as strings. After a refusal the message must
// not be used. Handles fields of type string, bool, uint32, uint64, enum and
// message.
absl::Status ReadJson(absl::string_view text,
                      google::protobuf::Message* message, Places* places);

// Writes what ReadJson() reads. The form is canonical: fields in the order of
// their numbers, those at their default omitted, indented by two. A number
// above 2^53 becomes a string, since many readers would round it.
std::string WriteJson(const google::protobuf::Message& message);

}  // namespace acl

#endif  // ACL_ENCODING_JSON_H_
