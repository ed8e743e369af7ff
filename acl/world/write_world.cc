#include <string>

#include "acl/encoding/file.h"
#include "acl/world/world_file.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace acl {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

using ByteSink = std::function<absl::Status(absl::string_view bytes)>;

// Writes an entry of World.workspaces in the binary form.
absl::Status WritePart(const v1::Workspace& part, const ByteSink& write) {
  const std::string bytes = part.SerializeAsString();
  uint8_t head[16];
  uint8_t* end = CodedOutputStream::WriteTagToArray(
      WireFormatLite::MakeTag(v1::World::kWorkspacesFieldNumber,
                              WireFormatLite::WIRETYPE_LENGTH_DELIMITED),
      head);
  end = CodedOutputStream::WriteVarint64ToArray(bytes.size(), end);
  absl::Status status = write(absl::string_view(
      reinterpret_cast<const char*>(head), static_cast<size_t>(end - head)));
  return status.ok() ? write(bytes) : status;
}

}  // namespace

absl::Status WriteWorld(Encoding encoding, const WorldProducer& world,
                        const ByteSink& write) {
  if (encoding == Encoding::kBinary) {
    return world(
        [&](const v1::Workspace& part) { return WritePart(part, write); });
  }
  // Files for people have each workspace in one piece.
  v1::World whole;
  const absl::Status status = world([&](const v1::Workspace& part) {
    if (part.continued() && whole.workspaces_size() > 0) {
      v1::Workspace* last =
          whole.mutable_workspaces(whole.workspaces_size() - 1);
      last->MergeFrom(part);
      last->clear_continued();
    } else {
      *whole.add_workspaces() = part;
    }
    return absl::OkStatus();
  });
  return status.ok() ? write(WriteMessage(encoding, whole)) : status;
}

absl::Status WriteWorldFile(const std::string& path,
                            const WorldProducer& world) {
  const absl::StatusOr<Encoding> encoding = EncodingOf(path);
  if (!encoding.ok()) return encoding.status();
  absl::StatusOr<std::unique_ptr<ReplacedFile>> file = ReplacedFile::Open(path);
  if (!file.ok()) return file.status();
  const absl::Status status = WriteWorld(
      *encoding, world,
      [&](absl::string_view bytes) { return (*file)->Write(bytes); });
  return status.ok() ? (*file)->Commit() : status;
}

}  // namespace acl
