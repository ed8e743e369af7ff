#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/encoding/file.h"
#include "acl/world/read_ahead.h"
#include "acl/world/world_file.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl.h"
#include "google/protobuf/wire_format_lite.h"

namespace acl {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr uint32_t kWorkspacesTag =
    WireFormatLite::MakeTag(v1::World::kWorkspacesFieldNumber,
                            WireFormatLite::WIRETYPE_LENGTH_DELIMITED);

// For an encoding that is read as a whole.
class WholeReader : public WorldReader {
 public:
  explicit WholeReader(Places places) : WorldReader(std::move(places)) {}

  absl::Status Read(Encoding encoding, absl::string_view bytes,
                    const ProgressSink& progress) {
    return ReadMessage(encoding, bytes, &world_, &mutable_places(), progress);
  }
  absl::StatusOr<const v1::Workspace*> Next() override {
    if (next_ == world_.workspaces_size()) return nullptr;
    return &world_.workspaces(next_++);
  }

 private:
  v1::World world_;
  int next_ = 0;
};

// Reads the entries of World.workspaces one after the other, ahead of the
// consumer. Members that are not const belong to the reading thread.
class BinaryReader : public WorldReader {
 public:
  BinaryReader(Places places, std::string path, int fd, uint64_t size,
               ProgressSink progress)
      : WorldReader(std::move(places)),
        path_(std::move(path)),
        size_(size),
        progress_(std::move(progress)),
        file_(fd) {
    file_.SetCloseOnDelete(true);
  }

  absl::StatusOr<const v1::Workspace*> Next() override {
    const absl::StatusOr<const MadePart*> made = ahead_.Next();
    if (!made.ok()) return made.status();
    if (*made == nullptr) return nullptr;
    if (progress_) progress_((*made)->end, size_);
    return &(*made)->part;
  }

 private:
  absl::StatusOr<bool> Read(MadePart* made) {
    // A new stream for each part: one stream can't count past 2 GiB.
    CodedInputStream in(&file_);
    in.SetTotalBytesLimit(std::numeric_limits<int>::max());
    const uint32_t tag = in.ReadTag();
    if (tag == 0 && in.ConsumedEntireMessage()) {
      if (file_.GetErrno() != 0) return ReadFault();
      if (parts_ == 0) return Fault("is empty");
      return false;
    }
    if (tag != kWorkspacesTag) {
      return Fault(absl::StrCat("is no world in binary form from byte ", read_,
                                " on, or of a newer version"));
    }
    if (absl::Status s = ReadPart(&in, &made->part); !s.ok()) return s;
    read_ += static_cast<uint64_t>(in.CurrentPosition());
    made->end = read_;
    return true;
  }

  absl::Status ReadPart(CodedInputStream* in, v1::Workspace* part) {
    const std::string path = absl::StrCat("workspaces[", parts_++, "]");
    part->Clear();
    int length = 0;
    if (!in->ReadVarintSizeAsInt(&length)) return Cut(path);
    const int begin = in->CurrentPosition();
    const auto limit = in->PushLimit(length);
    // Parsing also succeeds if the file ends too early.
    if (!part->MergeFromCodedStream(in) || !in->ConsumedEntireMessage() ||
        in->CurrentPosition() - begin != length) {
      return Cut(path);
    }
    in->PopLimit(limit);
    return CheckKnown(*part, path, places());
  }

  absl::Status Cut(const std::string& path) const {
    if (file_.GetErrno() != 0) return ReadFault();
    return Refuse(v1::FILE_MALFORMED,
                  absl::StrCat(places().file(), ": ", path, ", at byte ", read_,
                               ", is not well-formed, or was cut"));
  }
  absl::Status Fault(absl::string_view what) const {
    return Refuse(v1::FILE_MALFORMED,
                  absl::StrCat(places().file(), ": ", what));
  }
  absl::Status ReadFault() const {
    errno = file_.GetErrno();
    return SystemFault(path_, "can't read");
  }

  const std::string path_;
  const uint64_t size_;
  const ProgressSink progress_;
  google::protobuf::io::FileInputStream file_;
  uint64_t read_ = 0;  // bytes
  uint64_t parts_ = 0;
  // Last, so that its thread ends before what it reads with is destroyed.
  ReadAhead ahead_{[this](MadePart* made) { return Read(made); }};
};

}  // namespace

absl::StatusOr<std::unique_ptr<WorldReader>> WorldReader::Open(
    const std::string& path, ProgressSink progress) {
  const absl::StatusOr<Encoding> encoding = EncodingOf(path);
  if (!encoding.ok()) return encoding.status();
  Places places(Printable(path));
  if (*encoding == Encoding::kBinary) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return SystemFault(path, "can't open");
    struct stat file;
    const uint64_t size =
        fstat(fd, &file) == 0 ? static_cast<uint64_t>(file.st_size) : 0;
    return std::make_unique<BinaryReader>(std::move(places), path, fd, size,
                                          std::move(progress));
  }
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  auto reader = std::make_unique<WholeReader>(std::move(places));
  if (absl::Status s = reader->Read(*encoding, *bytes, progress); !s.ok()) {
    return s;
  }
  return reader;
}

}  // namespace acl
