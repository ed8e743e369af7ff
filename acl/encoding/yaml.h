// Protobuf messages as YAML, by their descriptors: a map for a message, with
// the names of its fields as keys, a list for a repeated field.
#ifndef ACL_ENCODING_YAML_H_
#define ACL_ENCODING_YAML_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "acl/base/progress.h"
#include "acl/encoding/places.h"
#include "google/protobuf/message.h"

namespace acl {

// Fills `message` from one YAML document and `places` with the lines of its
// parts. Strict: unknown and repeated keys, wrong kinds of values, aliases,
// tags, a NUL and a second document are refused with FILE_MALFORMED, one line
// for each fault with file and line. Text is never interpreted: `007` and `no`
// are strings where a string is wanted. After a refusal the message is of no
// use. Handles fields of type string, bool, uint32, uint64, enum and message.
// `progress` gets bytes.
absl::Status ReadYaml(absl::string_view text,
                      google::protobuf::Message* message, Places* places,
                      const ProgressSink& progress = nullptr);

// Writes what ReadYaml() reads, always the same way: fields in the order of
// their numbers, those at their default left out, small messages on one line.
std::string WriteYaml(const google::protobuf::Message& message);

}  // namespace acl

#endif  // ACL_ENCODING_YAML_H_
