// The four encodings of a message, and how a file's name selects one.
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

// The encoding for a file name's extension: `.yaml` and `.yml`, `.json`,
// `.txtpb`, `.binpb`. FILE_MALFORMED for any other.
absl::StatusOr<Encoding> EncodingOf(absl::string_view path);

// The encoding with a given name: `yaml`, `yml`, `json`, `txtpb`, `binpb`.
// MALFORMED.
absl::StatusOr<Encoding> EncodingByName(absl::string_view name);

// Fills `message` and, in encodings with lines, `places`. FILE_MALFORMED with
// one line for each fault, which names its place: file and line; in JSON and
// binary form file and path. An empty file is also refused. After a refusal the
// message must not be used. `progress` receives bytes where reading takes long.
absl::Status ReadMessage(Encoding encoding, absl::string_view bytes,
                         google::protobuf::Message* message, Places* places,
                         const ProgressSink& progress = nullptr);

// ReadMessage() for the binary form. Fields that this version does not know are
// refused, because they would be lost.
absl::Status ReadBinary(absl::string_view bytes,
                        google::protobuf::Message* message, Places* places);

// OK if `message`, found at `path` (empty: the whole), has no fields that this
// version does not know.
absl::Status CheckKnown(const google::protobuf::Message& message,
                        const std::string& path, const Places& places);

// Writes what ReadMessage() reads. Equal messages produce equal bytes.
std::string WriteMessage(Encoding encoding,
                         const google::protobuf::Message& message);

}  // namespace acl

#endif  // ACL_ENCODING_ENCODING_H_
