// The four encodings of a message, and how a file's name tells which it has.
#ifndef ACL_ENCODING_ENCODING_H_
#define ACL_ENCODING_ENCODING_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/base/progress.h"
#include "acl/encoding/places.h"
#include "google/protobuf/message.h"

namespace acl {

enum class Encoding { kYaml, kJson, kTextProto, kBinary };

// By the ending of a file's name: `.yaml` and `.yml`, `.json`, `.txtpb`,
// `.binpb`. FILE_MALFORMED for any other.
absl::StatusOr<Encoding> EncodingOf(absl::string_view path);

// The same by the word alone: `yaml`, `yml`, `json`, `txtpb`, `binpb`.
// MALFORMED.
absl::StatusOr<Encoding> EncodingByName(absl::string_view name);

// Fills `message` and, in the encodings that have lines, `places`.
// FILE_MALFORMED with a line for each fault, which names the place: file and
// line; in JSON and binary form the file and the path. Also for an empty file.
// After a refusal the message is of no use. `progress` gets bytes, where
// reading takes long.
absl::Status ReadMessage(Encoding encoding, absl::string_view bytes,
                         google::protobuf::Message* message, Places* places,
                         const ProgressSink& progress = nullptr);

// The binary form of ReadMessage(). Fields that this version does not know are
// refused: they would be lost.
absl::Status ReadBinary(absl::string_view bytes,
                        google::protobuf::Message* message, Places* places);

// OK if `message`, which stands at `path` (empty: the whole), has no fields
// that this version does not know.
absl::Status CheckKnown(const google::protobuf::Message& message,
                        const std::string& path, const Places& places);

// Writes what ReadMessage() reads. Equal messages become equal bytes.
std::string WriteMessage(Encoding encoding,
                         const google::protobuf::Message& message);

}  // namespace acl

#endif  // ACL_ENCODING_ENCODING_H_
