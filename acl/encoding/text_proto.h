// Protobuf messages in their text format.
#ifndef ACL_ENCODING_TEXT_PROTO_H_
#define ACL_ENCODING_TEXT_PROTO_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "acl/encoding/places.h"
#include "google/protobuf/message.h"

namespace acl {

// Fills `message`, and `places` with the lines of its parts. FILE_MALFORMED
// with file and line; parsing stops at the first fault. After a refusal the
// message must not be used.
absl::Status ReadTextProto(absl::string_view text,
                           google::protobuf::Message* message, Places* places);

// Writes what ReadTextProto() reads. The form is canonical; it begins with a
// comment that tells editors the message type.
std::string WriteTextProto(const google::protobuf::Message& message);

}  // namespace acl

#endif  // ACL_ENCODING_TEXT_PROTO_H_
