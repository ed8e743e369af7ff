#include "acl/history/folder.h"

#include <algorithm>
#include <utility>

#include "acl/base/fault.h"
#include "acl/history/load_checkpoint.h"
#include "acl/history/workspace_chunks.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/journal_reader.h"

namespace acl {
namespace {

constexpr size_t kCheckpointsKept = 2;

}  // namespace

absl::StatusOr<std::unique_ptr<Folder>> Folder::Open(
    const std::string& path, const FolderOptions& options,
    const Replay::NewState& new_state, size_t request_id_window,
    std::function<void()> on_new_file, Found* found) {
  FileSystem* const files =
      options.files != nullptr ? options.files : SystemFiles();
  std::unique_ptr<Folder> folder(new Folder(path, options, files));
  Folder& self = *folder;
  JournalOptions journal;
  journal.durability = options.durability;
  journal.file_bytes = options.journal_file_bytes;
  journal.progress = options.progress;
  journal.on_new_file = [&self, told = std::move(on_new_file)] {
    ++self.files_since_;
    told();
  };
  absl::StatusOr<std::unique_ptr<LockedFolder>> locked =
      LockedFolder::Take(path, files);
  if (!locked.ok()) return locked.status();
  absl::StatusOr<LatestCheckpoint> checkpoint = LoadLatestCheckpoint(
      path, files, options.progress, new_state, request_id_window);
  if (!checkpoint.ok()) return checkpoint.status();
  Replay& replay = *checkpoint->replay;
  self.damaged_ = checkpoint->damaged;
  found->report.damaged_checkpoint = checkpoint->fault;
  if (checkpoint->header) {
    found->report.checkpoint = self.last_sequence_ =
        checkpoint->header->head.sequence;
  }
  absl::StatusOr<std::unique_ptr<Journal>> opened = Journal::Open(
      *std::move(locked), checkpoint->next(), journal,
      [&](const JournalRecord& record) { return replay.Apply(record); });
  if (!opened.ok()) return opened.status();
  self.journal_ = *std::move(opened);
  const JournalEnd& end = self.journal_->opened();
  found->report.records = end.head.sequence;
  found->report.closed = end.sealed || end.head.sequence == 0;
  found->report.torn_bytes = end.torn;
  found->states = replay.Finish();
  if (absl::Status s = self.MeasureGrowth(); !s.ok()) return s;
  return folder;
}

absl::Status Folder::MeasureGrowth() {
  const absl::StatusOr<std::vector<JournalFile>> journals =
      JournalFiles(path_, &files_);
  if (!journals.ok()) return journals.status();
  // The journal's first file does not count as growth.
  const uint64_t last = std::max(last_sequence_, uint64_t{1});
  files_since_ = static_cast<uint64_t>(
      std::count_if(journals->begin(), journals->end(),
                    [&](const JournalFile& f) { return f.first > last; }));
  if (last_sequence_ == 0) return absl::OkStatus();
  const absl::StatusOr<std::unique_ptr<File>> checkpoint = files_.Open(
      path_ + "/" + CheckpointName(last_sequence_), FileSystem::Mode::kRead);
  if (!checkpoint.ok()) return checkpoint.status();
  const absl::StatusOr<uint64_t> bytes = (*checkpoint)->Size();
  if (!bytes.ok()) return bytes.status();
  last_bytes_ = *bytes;
  return absl::OkStatus();
}

bool Folder::checkpoint_due() const {
  const uint64_t grown = files_since_ * options_.journal_file_bytes;
  return grown > 0 && grown >= last_bytes_ / 2;
}

absl::Status Folder::Checkpoint(
    const JournalHead& head,
    const std::function<
        absl::Status(absl::FunctionRef<absl::Status(const State&)>)>& states) {
  if (head.sequence == last_sequence_) return absl::OkStatus();
  uint64_t bytes = 0;
  const auto produce = [&](BlockSink sink) -> absl::StatusOr<uint64_t> {
    const absl::Status status = states([&](const State& state) {
      return ToChunks(state, kChunkItems, [&](const v1::WorkspaceChunk& chunk) {
        const std::string block = chunk.SerializeAsString();
        bytes += block.size();
        return sink(block);
      });
    });
    if (!status.ok()) return status;
    const uint64_t until = journal_->head().sequence;
    // A checkpoint on the disk of records that are not there would make the
    // folder look damaged.
    if (absl::Status s = journal_->Sync(); !s.ok()) return s;
    return until;
  };
  files_since_ = 0;
  if (absl::Status s = WriteCheckpoint(path_, {journal_->opened().id, head},
                                       &files_, produce);
      !s.ok()) {
    return s;
  }
  last_sequence_ = head.sequence;
  last_bytes_ = bytes;
  return RemoveOld();
}

absl::Status Folder::RemoveOld() {
  for (; !damaged_.empty(); damaged_.pop_back()) {
    const std::string name = CheckpointName(damaged_.back());
    if (absl::Status s = files_.Remove(path_ + "/" + name); !s.ok()) return s;
  }
  if (absl::Status s = RemoveCheckpoints(path_, kCheckpointsKept, &files_);
      !s.ok()) {
    return s;
  }
  if (options_.keep_history) return absl::OkStatus();
  absl::StatusOr<std::vector<uint64_t>> kept = Checkpoints(path_, &files_);
  if (!kept.ok()) return kept.status();
  return RemoveJournalFiles(path_, kept->front() + 1, options_.archive,
                            &files_);
}

}  // namespace acl
