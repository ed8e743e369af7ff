// Protobuf messages as JSON, by their descriptors: an object for a message,
// with the names of its fields as keys, an array for a repeated field.
#ifndef ACL_ENCODING_JSON_H_
#define ACL_ENCODING_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "acl/encoding/places.h"
#include "google/protobuf/message.h"

namespace acl {

// Fills `message` from one JSON object. Strict (RFC 8259): unknown and repeated
// keys, wrong kinds of values, null, invalid UTF-8, a NUL, comments and text
// after the end are refused with FILE_MALFORMED, one line for each fault, with
// the path in the message; what is no JSON at all, with line and column.
// Numbers of 64 bits may be written as text. After a refusal the message is of
// no use. Handles fields of type string, bool, uint32, uint64, enum and
// message.
absl::Status ReadJson(absl::string_view text,
                      google::protobuf::Message* message, Places* places);

// Writes what ReadJson() reads, always the same way: fields in the order of
// their numbers, those at their default left out, indented by two. A number
// above 2^53 becomes text, since many readers would round it.
std::string WriteJson(const google::protobuf::Message& message);

}  // namespace acl

#endif  // ACL_ENCODING_JSON_H_
