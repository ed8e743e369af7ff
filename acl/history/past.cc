#include "acl/history/past.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/history/load_checkpoint.h"
#include "acl/journal/checkpoint_file.h"

namespace acl {
namespace {

// Stops reading the journal: it has passed the moment.
absl::Status Enough() { return absl::CancelledError("enough"); }

// When the record was written; not set if it is not well-formed.
std::optional<absl::Time> TimeOf(const JournalRecord& record) {
  v1::Record message;
  if (!message.ParseFromArray(record.bytes.data(),
                              static_cast<int>(record.bytes.size()))) {
    return std::nullopt;
  }
  return absl::FromUnixMicros(message.time_us());
}

// Replays the history from one point on, up to the moment.
class Traveller {
 public:
  Traveller(const std::string& folder, const Moment& moment, FileSystem* files,
            const Replay::NewState& new_state, size_t request_id_window,
            const ProgressSink& progress)
      : folder_(folder),
        moment_(moment),
        files_(*files),
        new_state_(new_state),
        progress_(progress),
        replay_(new_state, request_id_window) {}

  // Starts from a checkpoint, or with 0 from the first record. False: the
  // checkpoint is later than the moment, or unusable.
  absl::StatusOr<bool> Travel(uint64_t checkpoint) {
    ReadFrom from;
    if (checkpoint != 0) {
      const absl::StatusOr<CheckpointHeader> header = LoadCheckpoint(
          folder_, checkpoint, &files_, progress_, new_state_, &replay_);
      if (FaultOf(header.status()) == v1::JOURNAL_DAMAGED) return false;
      if (!header.ok()) return header.status();
      const absl::StatusOr<bool> before = IsBefore(*header);
      if (!before.ok() || !*before) return before;
      from = {header->head.sequence + 1, header->head.chain};
      last_ = header->head.sequence;
    }
    if (Arrived()) return true;
    const absl::Status read = ReadJournal(folder_, from, &files_, progress_,
                                          [this](const JournalRecord& record) {
                                            return Visit(record);
                                          })
                                  .status();
    if (!read.ok() && !absl::IsCancelled(read)) return read;
    return true;
  }

  // Whether the moment was reached.
  bool Arrived() const {
    if (moment_.record) return last_ >= *moment_.record;
    if (moment_.revision) {
      const std::optional<Revision> now = RevisionThen();
      return now && *now == *moment_.revision;
    }
    return moment_.time ? later_ : false;
  }
  absl::Status NotThere() const {
    if (moment_.record) {
      return Refuse(v1::REVISION_NOT_AVAILABLE,
                    absl::StrCat("record ", *moment_.record,
                                 " has not come yet; the last is ", last_));
    }
    const std::optional<Revision> now = RevisionThen();
    return Refuse(v1::REVISION_NOT_AVAILABLE,
                  absl::StrCat("workspace ", Quoted(moment_.workspace),
                               now ? absl::StrCat(" has not come to revision ",
                                                  *moment_.revision,
                                                  " yet; it is at ", *now)
                                   : std::string(" does not exist")));
  }
  bool MustArrive() const { return moment_.record || moment_.revision; }

  Past Take() { return {replay_.Finish(), last_}; }

 private:
  absl::Status Visit(const JournalRecord& record) {
    if (moment_.time) {
      const std::optional<absl::Time> time = TimeOf(record);
      if (!time) return replay_.Apply(record);  // which refuses it
      later_ = *time > *moment_.time;
      if (later_) return Enough();
    }
    if (absl::Status s = replay_.Apply(record); !s.ok()) return s;
    last_ = record.sequence;
    return Arrived() ? Enough() : absl::OkStatus();
  }

  // The revision of the moment's workspace, if that exists.
  std::optional<Revision> RevisionThen() const {
    const WorkspaceReplay* const found = replay_.Find(moment_.workspace);
    if (found == nullptr ||
        (moment_.incarnation && found->incarnation() != *moment_.incarnation)) {
      return std::nullopt;
    }
    return found->revision();
  }

  // Whether a checkpoint has nothing from after the moment.
  absl::StatusOr<bool> IsBefore(const CheckpointHeader& header) {
    if (moment_.record) return header.until <= *moment_.record;
    if (moment_.revision) {
      const std::optional<Revision> then = RevisionThen();
      return then && *then <= *moment_.revision;
    }
    if (!moment_.time) return true;
    // The times of the records up to `until` decide.
    bool before = true;
    const absl::Status read =
        ReadJournal(folder_, {header.head.sequence, {}}, &files_, nullptr,
                    [&](const JournalRecord& record) {
                      if (record.sequence > header.until) return Enough();
                      const std::optional<absl::Time> time = TimeOf(record);
                      before &= time && *time <= *moment_.time;
                      return before ? absl::OkStatus() : Enough();
                    })
            .status();
    if (FaultOf(read) == v1::REVISION_NOT_AVAILABLE) return false;
    if (!read.ok() && !absl::IsCancelled(read)) return read;
    return before;
  }

  const std::string& folder_;
  const Moment& moment_;
  FileSystem& files_;
  const Replay::NewState& new_state_;
  const ProgressSink& progress_;
  Replay replay_;
  uint64_t last_ = 0;
  bool later_ = false;
};

}  // namespace

absl::StatusOr<Past> ReadPast(const std::string& folder, const Moment& moment,
                              FileSystem* files,
                              const Replay::NewState& new_state,
                              size_t request_id_window,
                              const ProgressSink& progress) {
  absl::StatusOr<std::vector<uint64_t>> checkpoints =
      Checkpoints(folder, files);
  if (!checkpoints.ok()) return checkpoints.status();
  checkpoints->insert(checkpoints->begin(), 0);
  for (;; checkpoints->pop_back()) {  // the first record always works
    Traveller traveller(folder, moment, files, new_state, request_id_window,
                        progress);
    const absl::StatusOr<bool> there = traveller.Travel(checkpoints->back());
    if (!there.ok()) return there.status();
    if (!*there) continue;
    if (traveller.MustArrive() && !traveller.Arrived()) {
      return traveller.NotThere();
    }
    return traveller.Take();
  }
}

}  // namespace acl
