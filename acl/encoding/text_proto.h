// Protobuf messages in their text format.
#ifndef ACL_ENCODING_TEXT_PROTO_H_
#define ACL_ENCODING_TEXT_PROTO_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "acl/encoding/places.h"
#include "google/protobuf/message.h"

namespace acl {

// Fills `message` and `places` with the lines of its parts. FILE_MALFORMED with
// file and line; the format's parser ends at the first fault. After a refusal
// the message is of no use.
absl::Status ReadTextProto(absl::string_view text,
                           google::protobuf::Message* message, Places* places);

// Writes what ReadTextProto() reads, always the same way, below a comment that
// names the message for editors.
std::string WriteTextProto(const google::protobuf::Message& message);

}  // namespace acl

#endif  // ACL_ENCODING_TEXT_PROTO_H_
