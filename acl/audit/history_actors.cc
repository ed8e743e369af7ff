#include "acl/audit/history_actors.h"

#include <vector>

#include "acl/base/fault.h"
#include "acl/base/reference.h"
#include "acl/history/empty_state.h"
#include "acl/history/load_checkpoint.h"
#include "acl/history/workspace_replay.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/resolve/subject.h"

namespace acl {
namespace {

// Nothing here makes requests.
constexpr size_t kRequestIdWindow = 1;

std::unique_ptr<Replay> NewReplay() {
  return std::make_unique<Replay>(EmptyState, kRequestIdWindow);
}

}  // namespace

absl::StatusOr<HistoryActors> HistoryActors::Open(const std::string& folder,
                                                  uint64_t first,
                                                  FileSystem* files) {
  HistoryActors actors;
  actors.replay_ = NewReplay();
  if (first <= 1) return actors;
  const absl::StatusOr<std::vector<uint64_t>> checkpoints =
      Checkpoints(folder, files);
  if (!checkpoints.ok()) return checkpoints.status();
  for (const uint64_t checkpoint : *checkpoints) {
    const absl::StatusOr<CheckpointHeader> header = LoadCheckpoint(
        folder, checkpoint, files, nullptr, EmptyState, actors.replay_.get());
    if (header.ok()) {
      actors.begin_ = checkpoint;
      return actors;
    }
    if (FaultOf(header.status()) != v1::JOURNAL_DAMAGED) return header.status();
    actors.replay_ = NewReplay();
  }
  // Who is who is unknown, so actors are matched only as recorded.
  actors.replay_ = nullptr;
  return actors;
}

bool HistoryActors::ActedFor(const v1::Record& record,
                             const std::string& principal) {
  const absl::StatusOr<Actor> actor = Actor::Parse(record.actor());
  const absl::StatusOr<Subject> wanted = Subject::Parse(principal);
  if (!actor.ok() || actor->is_system() || !wanted.ok()) return false;
  if (wanted->kind() == Kind::kKey || replay_ == nullptr) return false;
  WorkspaceReplay* const workspace = replay_->Find(record.workspace());
  if (workspace == nullptr) return false;
  const std::shared_ptr<const State> state = workspace->Take();
  const absl::StatusOr<FoundSubject> found =
      FindSubject(*state, actor->subject());
  const absl::StatusOr<FoundSubject> sought = FindSubject(*state, *wanted);
  return found.ok() && sought.ok() && found->known() &&
         found->principal == sought->principal;
}

absl::Status HistoryActors::Pass(uint64_t sequence, const v1::Record& record) {
  if (replay_ == nullptr || sequence <= begin_) return absl::OkStatus();
  return replay_->Apply(sequence, record);
}

}  // namespace acl
