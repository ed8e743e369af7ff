#include "acl/journal/checkpoint_file.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "acl/base/checksum.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/journal/numbers.h"

namespace acl {
namespace {

constexpr absl::string_view kPrefix = "checkpoint-";
constexpr absl::string_view kMagic("\xF5\x61\x63\x6B\r\n\x1A\xFF", 8);
constexpr uint32_t kVersion = 1;
constexpr size_t kHeaderBytes = 80;
// Written instead of a block's length to mark the end.
constexpr uint32_t kEnd = 0xffffffff;
// The end record: mark, count and until.
constexpr size_t kBeforeDigest = 4 + 8 + 8;
constexpr uint32_t kMaxBlockBytes = 1u << 30;
constexpr size_t kBufferBytes = size_t{1} << 20;

std::string HeaderOf(const CheckpointHeader& header) {
  std::string bytes(kMagic);
  PutNumber(kVersion, &bytes);
  PutNumber(static_cast<uint32_t>(kHeaderBytes), &bytes);
  absl::StrAppend(&bytes, BytesOf(header.id));
  PutNumber(header.head.sequence, &bytes);
  absl::StrAppend(&bytes, BytesOf(header.head.chain));
  bytes.resize(kHeaderBytes - 4);
  PutNumber(Crc32c(0, bytes), &bytes);
  return bytes;
}

// Writes a file sequentially, and the digest of everything written. After a
// write has failed, nothing more is written.
class Output {
 public:
  explicit Output(File* file) : file_(*file) {}

  void Add(absl::string_view bytes) {
    digest_.Add(bytes);
    AddLast(bytes);
  }
  void AddLast(absl::string_view bytes) {
    absl::StrAppend(&buffer_, bytes);
    if (buffer_.size() >= kBufferBytes) Flush();
  }
  void Flush() {
    if (status_.ok()) status_ = WriteAll(&file_, written_, buffer_);
    written_ += buffer_.size();
    buffer_.clear();
  }
  const absl::Status& status() const { return status_; }
  Sha256Digest TakeDigest() { return digest_.Take(); }

 private:
  File& file_;
  uint64_t written_ = 0;
  std::string buffer_;
  Sha256 digest_;
  absl::Status status_;
};

absl::Status WriteBlocks(File* file, const CheckpointHeader& header,
                         BlockProducer produce) {
  Output out(file);
  out.Add(HeaderOf(header));
  uint64_t count = 0;
  const auto add = [&](absl::string_view block) -> absl::Status {
    if (block.size() > kMaxBlockBytes) {
      return Refuse(v1::LIMIT, "a block of the checkpoint is above 1 GiB");
    }
    ++count;
    std::string head;
    PutNumber(static_cast<uint32_t>(block.size()), &head);
    PutNumber(Crc32c(0, block), &head);
    out.Add(head);
    out.Add(block);
    return out.status();
  };
  const absl::StatusOr<uint64_t> until = produce(add);
  if (!until.ok()) return until.status();
  std::string end;
  PutNumber(kEnd, &end);
  PutNumber(count, &end);
  PutNumber(*until, &end);
  out.Add(end);
  absl::StrAppend(&end, BytesOf(out.TakeDigest()));
  std::string last = end.substr(kBeforeDigest);
  PutNumber(Crc32c(0, end), &last);
  out.AddLast(last);
  out.Flush();
  return out.status().ok() ? file->Sync() : out.status();
}

// Reads a file sequentially.
class Input {
 public:
  Input(File* file, std::string path, uint64_t size, ProgressSink progress)
      : file_(*file),
        path_(std::move(path)),
        size_(size),
        progress_(std::move(progress)) {}

  absl::Status Damaged(absl::string_view what) const {
    return Refuse(
        v1::JOURNAL_DAMAGED,
        absl::StrCat(Printable(path_), ", at byte ", at_, ": ", what));
  }

  uint64_t left() const { return size_ - at_; }

  // The next bytes; valid until the next call.
  absl::StatusOr<absl::string_view> Take(size_t bytes) {
    if (bytes > left()) return Damaged("ends in the middle");
    if (bytes > buffer_.size() - taken_) {
      if (absl::Status s = Fill(bytes); !s.ok()) return s;
    }
    const absl::string_view view =
        absl::string_view(buffer_).substr(taken_, bytes);
    taken_ += bytes;
    at_ += bytes;
    digest_.Add(view);
    return view;
  }
  Sha256Digest TakeDigest() { return digest_.Take(); }

 private:
  absl::Status Fill(size_t bytes) {
    buffer_.erase(0, taken_);
    taken_ = 0;
    const uint64_t from = at_ + buffer_.size();
    const size_t more = std::max(bytes, kBufferBytes) - buffer_.size();
    absl::StatusOr<std::string> read = ReadUpTo(&file_, from, more);
    if (!read.ok()) return read.status();
    buffer_ += *read;
    if (progress_) progress_(at_ + buffer_.size(), size_);
    if (buffer_.size() < bytes) return Damaged("the file became shorter");
    return absl::OkStatus();
  }

  File& file_;
  const std::string path_;
  const uint64_t size_;
  const ProgressSink progress_;
  std::string buffer_;
  size_t taken_ = 0;  // of the buffer
  uint64_t at_ = 0;   // in the file
  Sha256 digest_;
};

absl::StatusOr<CheckpointHeader> ReadHeader(Input* in, uint64_t sequence) {
  const absl::StatusOr<absl::string_view> bytes = in->Take(kHeaderBytes);
  if (!bytes.ok()) return bytes.status();
  if (Taker(bytes->substr(kHeaderBytes - 4)).Take<uint32_t>() !=
          Crc32c(0, bytes->substr(0, kHeaderBytes - 4)) ||
      !absl::StartsWith(*bytes, kMagic)) {
    return in->Damaged("the header is not what was written");
  }
  Taker taker(bytes->substr(kMagic.size()));
  const auto version = taker.Take<uint32_t>();
  if (version != kVersion || taker.Take<uint32_t>() != kHeaderBytes) {
    return Refuse(v1::FILE_MALFORMED,
                  absl::StrCat("the checkpoint is of version ", version,
                               " of the format, which this program does not "
                               "know; use a newer one"));
  }
  CheckpointHeader header;
  taker.Take(&header.id);
  header.head.sequence = taker.Take<uint64_t>();
  taker.Take(&header.head.chain);
  if (header.head.sequence != sequence) {
    return in->Damaged("the file has the name of another");
  }
  return header;
}

absl::Status ReadEnd(Input* in, uint64_t blocks, uint64_t* until) {
  const absl::StatusOr<absl::string_view> counted = in->Take(16);
  if (!counted.ok()) return counted.status();
  Taker taker(*counted);
  const bool all = taker.Take<uint64_t>() == blocks;
  *until = taker.Take<uint64_t>();
  if (!all) {
    return in->Damaged("blocks are missing");
  }
  std::string end;
  PutNumber(kEnd, &end);
  PutNumber(blocks, &end);
  PutNumber(*until, &end);
  const Sha256Digest digest = in->TakeDigest();
  absl::StrAppend(&end, BytesOf(digest));
  const absl::StatusOr<absl::string_view> last = in->Take(32 + 4);
  if (!last.ok()) return last.status();
  if (last->substr(0, 32) != BytesOf(digest) ||
      Taker(last->substr(32)).Take<uint32_t>() != Crc32c(0, end) ||
      in->left() != 0) {
    return in->Damaged("the file is not what was written");
  }
  return absl::OkStatus();
}

absl::StatusOr<CheckpointHeader> ReadFile(const std::string& path,
                                          uint64_t sequence, FileSystem* files,
                                          const ProgressSink& progress,
                                          BlockSink visit) {
  absl::StatusOr<std::unique_ptr<File>> file =
      files->Open(path, FileSystem::Mode::kRead);
  if (!file.ok()) return file.status();
  absl::StatusOr<uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  Input in(file->get(), path, *size, progress);
  absl::StatusOr<CheckpointHeader> header = ReadHeader(&in, sequence);
  if (!header.ok()) return header;
  for (uint64_t blocks = 0;; ++blocks) {
    absl::StatusOr<absl::string_view> bytes = in.Take(4);
    if (!bytes.ok()) return bytes.status();
    const auto length = Taker(*bytes).Take<uint32_t>();
    if (length == kEnd) {
      if (absl::Status s = ReadEnd(&in, blocks, &header->until); !s.ok()) {
        return s;
      }
      return header;
    }
    bytes = in.Take(4);
    if (!bytes.ok()) return bytes.status();
    const auto checksum = Taker(*bytes).Take<uint32_t>();
    if (length > kMaxBlockBytes || length > in.left()) {
      return in.Damaged("a block is longer than the file");
    }
    bytes = in.Take(length);
    if (!bytes.ok()) return bytes.status();
    if (Crc32c(0, *bytes) != checksum) {
      return in.Damaged("the block before it is not what was written");
    }
    if (absl::Status s = visit(*bytes); !s.ok()) return s;
  }
}

}  // namespace

std::string CheckpointName(uint64_t sequence) {
  return absl::StrFormat("%s%020d", kPrefix, sequence);
}

absl::StatusOr<std::vector<uint64_t>> Checkpoints(const std::string& folder,
                                                  FileSystem* files) {
  absl::StatusOr<std::vector<std::string>> names = files->List(folder);
  if (!names.ok()) return names.status();
  std::vector<uint64_t> found;
  for (const std::string& name : *names) {
    if (!absl::StartsWith(name, kPrefix) || absl::EndsWith(name, kNewEnding)) {
      continue;
    }
    uint64_t sequence = 0;
    if (!absl::SimpleAtoi(name.substr(kPrefix.size()), &sequence) ||
        name != CheckpointName(sequence) || sequence == 0) {
      return Refuse(v1::JOURNAL_DAMAGED,
                    absl::StrCat(Printable(folder + "/" + name),
                                 ": begins like the name of a checkpoint, but "
                                 "is none; move it elsewhere"));
    }
    found.push_back(sequence);
  }
  return found;
}

absl::Status WriteCheckpoint(const std::string& folder,
                             const CheckpointHeader& header, FileSystem* files,
                             BlockProducer produce) {
  const std::string path =
      absl::StrCat(folder, "/", CheckpointName(header.head.sequence));
  const std::string unfinished = absl::StrCat(path, kNewEnding);
  {
    absl::StatusOr<std::unique_ptr<File>> file =
        files->Open(unfinished, FileSystem::Mode::kCreate);
    if (!file.ok()) return file.status();
    if (absl::Status s = WriteBlocks(file->get(), header, produce); !s.ok()) {
      static_cast<void>(files->Remove(unfinished));
      return s;
    }
  }
  absl::Status read =
      ReadFile(unfinished, header.head.sequence, files, nullptr,
               [](absl::string_view) { return absl::OkStatus(); })
          .status();
  if (!read.ok()) {
    static_cast<void>(files->Remove(unfinished));
    return read;
  }
  if (absl::Status s = files->Rename(unfinished, path); !s.ok()) {
    static_cast<void>(files->Remove(unfinished));
    return s;
  }
  return files->SyncFolder(folder);
}

absl::StatusOr<CheckpointHeader> ReadCheckpoint(const std::string& folder,
                                                uint64_t sequence,
                                                FileSystem* files,
                                                const ProgressSink& progress,
                                                BlockSink visit) {
  return ReadFile(folder + "/" + CheckpointName(sequence), sequence, files,
                  progress, visit);
}

absl::Status RemoveCheckpoints(const std::string& folder, size_t keep,
                               FileSystem* files) {
  absl::StatusOr<std::vector<uint64_t>> found = Checkpoints(folder, files);
  if (!found.ok()) return found.status();
  for (size_t i = 0; i + keep < found->size(); ++i) {
    const std::string path = folder + "/" + CheckpointName((*found)[i]);
    if (absl::Status s = files->Remove(path); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace acl
