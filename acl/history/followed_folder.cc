#include "acl/history/followed_folder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/history/damaged.h"
#include "acl/journal/file_system.h"

namespace acl {
namespace {

// Roughly how much is read at once.
constexpr size_t kReadBytes = size_t{16} << 20;
// The writer may remove what was about to be read, once or twice.
constexpr int kAttempts = 5;

}  // namespace

absl::StatusOr<std::unique_ptr<FollowedFolder>> FollowedFolder::Open(
    const std::string& path, const FolderOptions& options,
    const Replay::NewState& new_state, size_t request_id_window, Found* found) {
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<std::unique_ptr<FollowedFolder>> folder =
        TryOpen(path, options, new_state, request_id_window, found);
    const Fault fault = FaultOf(folder.status());
    const bool removed =
        fault == v1::FILE_ACCESS || fault == v1::REVISION_NOT_AVAILABLE;
    if (!removed || attempt == kAttempts) return folder;
  }
}

absl::StatusOr<std::unique_ptr<FollowedFolder>> FollowedFolder::TryOpen(
    const std::string& path, const FolderOptions& options,
    const Replay::NewState& new_state, size_t request_id_window, Found* found) {
  FileSystem* const files =
      options.files != nullptr ? options.files : SystemFiles();
  absl::StatusOr<LatestCheckpoint> checkpoint = LoadLatestCheckpoint(
      path, files, options.progress, new_state, request_id_window);
  if (!checkpoint.ok()) return checkpoint.status();
  *found = {};
  found->report.damaged_checkpoint = checkpoint->fault;
  if (checkpoint->header) {
    found->report.checkpoint = checkpoint->header->head.sequence;
  }
  std::unique_ptr<FollowedFolder> folder(
      new FollowedFolder(path, options, *std::move(checkpoint), files));
  if (absl::Status s = folder->CatchUp(options.progress); !s.ok()) return s;
  found->report.records = folder->tail_.head().sequence;
  if (found->report.records < found->report.checkpoint) {
    return Damaged(Printable(path), ": the journal ends at record ",
                   found->report.records, ", and record ",
                   found->report.checkpoint,
                   " was there; files of it are missing");
  }
  for (const std::string& id : folder->replay_->Ids()) {
    found->states.push_back(folder->replay_->Find(id)->Take());
  }
  return folder;
}

// Reads up to where the writer is now, and no further, since it may be faster.
absl::Status FollowedFolder::CatchUp(const ProgressSink& progress) {
  const absl::StatusOr<uint64_t> ahead = tail_.BytesAhead();
  if (!ahead.ok()) return ahead.status();
  uint64_t done = 0;
  for (bool more = true; more && done < *ahead;) {
    const absl::StatusOr<bool> read =
        tail_.Read(kReadBytes, [&](const JournalRecord& record) {
          done += record.bytes.size();
          return replay_->Apply(record);
        });
    if (!read.ok()) return read.status();
    more = *read;
    if (progress) progress(done, *ahead);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> FollowedFolder::Read(
    size_t bytes,
    absl::FunctionRef<absl::Status(uint64_t, const v1::Record&)> visit) {
  return tail_.Read(bytes, [&](const JournalRecord& record) {
    v1::Record message;
    if (!message.ParseFromArray(record.bytes.data(),
                                static_cast<int>(record.bytes.size()))) {
      return Damaged("record ", record.sequence, ": is not well-formed");
    }
    return visit(record.sequence, message);
  });
}

}  // namespace acl
