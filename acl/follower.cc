#include "acl/follower.h"

#include <new>
#include <string>
#include <vector>

#include "acl/base/fault.h"
#include "acl/base/reference.h"
#include "acl/engine_core.h"
#include "acl/store/state.h"
#include "acl/workspace_core.h"

namespace acl {
namespace {

// Roughly how much is read at once.
constexpr size_t kReadBytes = size_t{1} << 20;

}  // namespace

void Follower::Start(absl::Duration interval) {
  background_.Start([this] { Poll(); }, interval);
}

void Follower::Stop() {
  stopped_ = true;
  background_.Stop();
}

absl::Status Follower::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return outcome_.status();
}

void Follower::Poll() {
  if (ended_) return;
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more && !stopped_) more = Read();
  if (!stopped_) Report(more.status());
}

absl::StatusOr<bool> Follower::Read() {
  try {
    return folder_->Read(kReadBytes,
                         [this](uint64_t sequence, const v1::Record& record) {
                           if (stopped_) return absl::CancelledError("stopped");
                           return Apply(sequence, record);
                         });
  } catch (const std::bad_alloc&) {
    return Refuse(v1::OUT_OF_MEMORY,
                  "there is not enough memory for what is in the folder");
  }
}

absl::Status Follower::Apply(uint64_t sequence, const v1::Record& record) {
  if (record.has_change()) return ApplyChange(sequence, record);
  Replay& replay = folder_->replay();
  if (absl::Status s = replay.Apply(sequence, record); !s.ok()) return s;
  if (record.has_remove_workspace()) {
    return engine_.RemoveFollowed(record.actor(), record.workspace());
  }
  if (record.has_add_workspace() || record.import().last()) {
    AddNewWorkspaces(record);
  }
  return absl::OkStatus();
}

absl::Status Follower::ApplyChange(uint64_t sequence,
                                   const v1::Record& record) {
  Replay& replay = folder_->replay();
  const absl::StatusOr<std::shared_ptr<WorkspaceCore>> core =
      engine_.Find(record.workspace());
  // The replay also refuses it, and says why.
  if (!core.ok()) return replay.Apply(sequence, record);
  return (*core)->Follow(record, [&]() -> absl::StatusOr<NextState> {
    if (absl::Status s = replay.Apply(sequence, record); !s.ok()) return s;
    return replay.Find(record.workspace())->TakeNext();
  });
}

void Follower::AddNewWorkspaces(const v1::Record& record) {
  Replay& replay = folder_->replay();
  std::vector<std::shared_ptr<const State>> states;
  for (const std::string& id : replay.Ids()) {
    if (!engine_.Find(id).ok()) states.push_back(replay.Find(id)->Take());
  }
  engine_.AddFollowed(
      record.actor(),
      record.has_import() ? WorkspaceEvent::kImported : WorkspaceEvent::kAdded,
      states);
}

void Follower::Report(const absl::Status& status) {
  const Fault fault = FaultOf(status);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (outcome_.ok == status.ok() && outcome_.fault == fault) return;
    outcome_ = ChangeLog::Outcome(status);
  }
  // Access may be restored; every other error is permanent.
  ended_ = !status.ok() && fault != v1::FILE_ACCESS;
  if (ended_) engine_.EndFollowing(status);
  observer_->Tell([&](Observer* observer) { observer->OnFollowing(status); });
}

}  // namespace acl
