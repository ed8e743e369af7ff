// Walks a journal's files frame by frame, and trusts none of their bytes.
// Internal; docs/journal_format.md has the format and the reasons.
#ifndef ACL_JOURNAL_JOURNAL_CURSOR_H_
#define ACL_JOURNAL_JOURNAL_CURSOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/journal/file_system.h"
#include "acl/journal/frame.h"
#include "acl/journal/journal_reader.h"

namespace acl {

// The index of the file, of files in order, that has the record or will have
// it. REVISION_NOT_AVAILABLE: the first file begins after it. REQUIRES: not
// empty.
absl::StatusOr<size_t> FileOf(const std::string& folder,
                              const std::vector<JournalFile>& files,
                              uint64_t sequence);

// The total size of the files from index `from` on, in bytes. FILE_ACCESS.
absl::StatusOr<uint64_t> SizeOf(const std::string& folder,
                                const std::vector<JournalFile>& files,
                                size_t from, FileSystem* system);

// Reads one file after the other; each has to continue where the previous one
// ended. Every function may fail with JOURNAL_DAMAGED, which names file and
// offset, and with FILE_ACCESS. Not thread-safe.
class JournalCursor {
 public:
  JournalCursor(std::string folder, const ReadFrom& from, FileSystem* files)
      : folder_(std::move(folder)), from_(from), files_(*files) {}

  // Opens the first file, or the one after the last. FILE_MALFORMED for an
  // unknown version. After FILE_ACCESS it may be called again.
  absl::Status Open(const JournalFile& file);

  // The rest REQUIRES an open file.

  // Updates the size of the file, which others may be writing.
  absl::Status Measure();
  // The unread bytes of the file, as of the last Measure().
  uint64_t left() const { return size_ > end_.size ? size_ - end_.size : 0; }

  // Advances past the next frame, and visits its records from `from` on; false
  // if there is no complete frame. An error from `visit` is returned.
  absl::StatusOr<bool> Next(RecordVisitor visit);

  // Called where a frame could be, but there is no complete one. A crash leaves
  // that only in the last file, after everything that was on the disk before:
  // JOURNAL_DAMAGED if a later frame disproves that. Takes memory for the rest
  // of the file.
  absl::Status CheckTorn() const;

  // Returns when everything in the file is on the disk.
  absl::Status Sync() { return file_->Sync(); }

  absl::Status Damaged(absl::string_view what) const;

  // So far; `torn` is not set.
  const JournalEnd& end() const { return end_; }

 private:
  absl::Status CheckBefore(const JournalHead& head) const;
  absl::StatusOr<absl::string_view> Bytes(uint64_t offset, size_t bytes);
  absl::StatusOr<std::optional<FrameHeader>> ReadFrame(
      absl::string_view* frame);
  absl::Status Take(const FrameHeader& header, absl::string_view frame,
                    RecordVisitor visit);

  const std::string folder_;
  const ReadFrom from_;
  FileSystem& files_;
  JournalEnd end_;
  std::unique_ptr<File> file_;
  uint64_t size_ = 0;  // of the file
  // The bytes read last; discarded if others may have written since.
  std::string buffer_;
  uint64_t buffer_at_ = 0;
};

}  // namespace acl

#endif  // ACL_JOURNAL_JOURNAL_CURSOR_H_
