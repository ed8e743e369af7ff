// Goes through a journal's files frame by frame, and trusts none of their
// bytes. Internal; docs/journal_format.md has the format and the reasons.
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

// Of files in their order, the one that has the record, or will have it.
// REVISION_NOT_AVAILABLE: they begin behind it. REQUIRES: not empty.
absl::StatusOr<size_t> FileOf(const std::string& folder,
                              const std::vector<JournalFile>& files,
                              uint64_t sequence);

// How many bytes the files have, those from one on. FILE_ACCESS.
absl::StatusOr<uint64_t> SizeOf(const std::string& folder,
                                const std::vector<JournalFile>& files,
                                size_t from, FileSystem* system);

// Reads one file after the other; what one ended with, the next goes on from.
// Besides JOURNAL_DAMAGED, which names file and offset, all of it refuses with
// FILE_ACCESS. Not thread-safe.
class JournalCursor {
 public:
  JournalCursor(std::string folder, const ReadFrom& from, FileSystem* files)
      : folder_(std::move(folder)), from_(from), files_(*files) {}

  // Opens the first file, or the one behind the last. FILE_MALFORMED for a
  // version that is not known. After FILE_ACCESS it may be called again.
  absl::Status Open(const JournalFile& file);

  // The rest needs an open file.

  // Looks how large the file is now: others may be writing.
  absl::Status Measure();
  // What was not read of it, as of then.
  uint64_t left() const { return size_ > end_.size ? size_ - end_.size : 0; }

  // Goes on behind the next frame, and gives its records from `from` on; false
  // if there is no whole one. What is not OK from `visit` comes back.
  absl::StatusOr<bool> Next(RecordVisitor visit);

  // There is no whole frame where there could be one. A crash leaves that only
  // in the last file, behind all that was on the disk before: JOURNAL_DAMAGED
  // if a later frame tells otherwise. Takes the memory of what is left.
  absl::Status CheckTorn() const;

  // Returns when all that is in the file is on the disk.
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
  // What was read of it last; forgotten where others may have written since.
  std::string buffer_;
  uint64_t buffer_at_ = 0;
};

}  // namespace acl

#endif  // ACL_JOURNAL_JOURNAL_CURSOR_H_
