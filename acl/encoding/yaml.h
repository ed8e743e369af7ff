// Protobuf messages as YAML, driven by their descriptors: a message is a map
// whose keys are its field names, a repeated field is a list.
#ifndef ACL_ENCODING_YAML_H_
#define ACL_ENCODING_YAML_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "acl/base/progress.h"
#include "acl/encoding/places.h"
#include "google/protobuf/message.h"

namespace acl {

// Fills `message` from one YAML document, and `places` with the lines of its
// parts. Strict: unknown and repeated keys, values of the wrong kind, aliases,
// tags, a NUL and a second document are refused with FILE_MALFORMED, one line
// for each fault with file and line. Text is never interpreted: `007` and `no`
// are strings if the field is a string. After a refusal the message must not be
// used. Handles fields of type string, bool, uint32, uint64, enum and message.
// `progress` receives bytes.
absl::Status ReadYaml(absl::string_view text,
                      google::protobuf::Message* message, Places* places,
                      const ProgressSink& progress = nullptr);

// Writes what ReadYaml() reads. The form is canonical: fields in the order of
// their numbers, those at their default omitted, small messages on one line.
std::string WriteYaml(const google::protobuf::Message& message);

}  // namespace acl

#endif  // ACL_ENCODING_YAML_H_
