#include "acl/workspace_core.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
WorkspaceCore::WorkspaceCore(std::shared_ptr<const State> first,
                             Observer* observer, size_t request_id_window,
                             uint64_t max_snapshot_rows)
    : id_(first->workspace),
      request_id_window_(request_id_window),
      max_snapshot_rows_(max_snapshot_rows),
      observer_(observer),
      head_(std::make_shared<Version>(first)),
      reclaimer_(std::make_unique<Reclaimer>(first->heap, max_snapshot_rows)) {}

absl::Status WorkspaceCore::CheckOpen() const {
  if (removed_) {
    return Refuse(v1::WORKSPACE_NOT_FOUND,
                  absl::StrCat("workspace ", Quoted(id_), " was removed"));
  }
  if (closed_) {
    return Refuse(v1::ENGINE_CLOSED,
                  absl::StrCat("the engine of workspace ", Quoted(id_),
                               " is closed; it only answers questions"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Receipt> WorkspaceCore::Apply(const Actor& actor,
                                             const std::vector<Change>& changes,
                                             const ChangeOptions& options) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = CheckOpen(); !s.ok()) return s;
  // The head can't be replaced or freed while the writer's lock is held.
  const State& head = *latest().state;
  absl::StatusOr<Decided> decided = Decide(
      head, actor, changes, options, request_id_window_, Draft::Use::kPublish);
  Observer* const observer = observer_.load();
  if (!decided.ok()) {
    if (observer != nullptr && !options.dry_run) {
      observer->OnRefusal(id_, actor, changes, decided.status());
    }
    return decided.status();
  }
  if (decided->next.state != nullptr) Publish(std::move(decided->next));
  if (observer != nullptr && !options.dry_run) {
    observer->OnChange(id_, actor, changes, options, decided->receipt);
  }
  return std::move(decided->receipt);
}

void WorkspaceCore::Publish(NextState next) {
  const uint64_t rows_written = next.state->rows_written;
  reclaimer_->Replace(
      head_.Publish(std::make_shared<Version>(std::move(next.state))),
      std::move(next.retired));
  const bool pushed_out = reclaimer_->PushOut(rows_written);
  if (pushed_out || reclaimer_->due()) reclaimer_->Collect();
  published_.notify_all();
}

absl::Status WorkspaceCore::Await(const RevisionToken& token,
                                  absl::Duration timeout) {
  const auto arrived = [&] {
    return latest().state->revision >= token.revision;
  };
  {
    EpochPin pin;
    const State& state = *latest().state;
    if (state.incarnation != token.incarnation) {
      return Refuse(v1::REVISION_NOT_AVAILABLE,
                    absl::StrCat("the token is of another incarnation of "
                                 "workspace ",
                                 Quoted(id_), "; read anew"));
    }
    if (arrived()) return absl::OkStatus();
  }
  std::unique_lock<std::mutex> lock(mutex_);
  const auto done = [&] { return arrived() || closed_ || removed_; };
  if (timeout == absl::InfiniteDuration()) {
    published_.wait(lock, done);
  } else {
    // What would overflow the clock is as good as for ever.
    const absl::Duration bounded = std::min(timeout, absl::Hours(24 * 365));
    published_.wait_for(lock, absl::ToChronoNanoseconds(bounded), done);
  }
  if (arrived()) return absl::OkStatus();
  if (absl::Status s = CheckOpen(); !s.ok()) return s;
  return Refuse(
      v1::REVISION_TIMEOUT,
      absl::StrCat("revision ", token.revision, " did not come within ",
                   absl::FormatDuration(timeout), "; the workspace is at ",
                   latest().state->revision));
}

void WorkspaceCore::Close() {
  std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  observer_.store(nullptr);
  published_.notify_all();
}

void WorkspaceCore::Remove() {
  std::lock_guard<std::mutex> lock(mutex_);
  const State& head = *latest().state;
  auto empty = std::make_shared<State>();
  empty->workspace = id_;
  empty->incarnation = head.incarnation;
  empty->scope = head.scope;
  empty->revision = head.revision + 1;
  empty->rows_written = head.rows_written + 1;
  empty->edit = NewEditTag();
  empty->heap = std::make_shared<Heap>();
  empty->settings = head.settings;
  removed_ = true;
  // From here on there is nothing to decide, and the engine no longer knows
  // whom to tell to let the observer go.
  observer_.store(nullptr);
  // All memory goes at once with the last state that stands in it.
  auto next = std::make_unique<Reclaimer>(empty->heap, max_snapshot_rows_);
  std::shared_ptr<Reclaimer> old = std::exchange(reclaimer_, std::move(next));
  old->Replace(head_.Publish(std::make_shared<Version>(std::move(empty))), {});
  old->PushOut(latest().state->rows_written);
  removed_memory_.Add(std::move(old));
  removed_memory_.Collect();
  published_.notify_all();
}

MemoryUsage WorkspaceCore::Memory() const {
  std::lock_guard<std::mutex> lock(mutex_);
  const Heap& heap = *latest().state->heap;
  const auto& used = heap.used();
  const auto of = [&](MemoryPart part) {
    return used[static_cast<size_t>(part)];
  };
  MemoryUsage usage;
  usage.grants = of(MemoryPart::kGrants);
  usage.members = of(MemoryPart::kMembers);
  usage.reverse = of(MemoryPart::kReverse);
  usage.ids = of(MemoryPart::kIds);
  usage.index = of(MemoryPart::kIndex);
  usage.texts = of(MemoryPart::kTexts);
  usage.directories = of(MemoryPart::kDirectories);
  usage.old_versions = reclaimer_->kept_bytes();
  usage.unused = heap.unused();
  usage.fixed = sizeof(WorkspaceCore) + sizeof(Version) + sizeof(State) +
                sizeof(Heap) + sizeof(Reclaimer);
  return usage;
}

}  // namespace acl
