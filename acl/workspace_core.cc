#include "acl/workspace_core.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
namespace {

// How many replaced states are worth the cost of finding out who still reads.
constexpr size_t kCollectAt = 16;

}  // namespace

WorkspaceCore::WorkspaceCore(std::shared_ptr<const State> first,
                             Observer* observer, size_t request_id_window,
                             uint64_t max_snapshot_rows)
    : id_(first->workspace),
      request_id_window_(request_id_window),
      max_snapshot_rows_(max_snapshot_rows),
      observer_(observer),
      head_(std::make_shared<Version>(std::move(first))) {}

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
  absl::StatusOr<Decided> decided =
      Decide(head, actor, changes, options, request_id_window_);
  Observer* const observer = observer_.load();
  if (!decided.ok()) {
    if (observer != nullptr && !options.dry_run) {
      observer->OnRefusal(id_, actor, changes, decided.status());
    }
    return decided.status();
  }
  if (decided->next != nullptr) Publish(std::move(decided->next));
  if (observer != nullptr && !options.dry_run) {
    observer->OnChange(id_, actor, changes, options, decided->receipt);
  }
  return std::move(decided->receipt);
}

void WorkspaceCore::Publish(std::shared_ptr<const State> next) {
  if (max_snapshot_rows_ != 0) {
    Version* const current = head_.Get();
    replaced_.push_back(
        {current->state()->rows_written, current->weak_from_this()});
  }
  const State& state = *next;
  head_.Publish(std::make_shared<Version>(std::move(next)), &retired_);
  PushOutSnapshots(state);
  // What a removal or the cap lets go may be all there is: it goes at once.
  if (removed_ || retired_.size() >= kCollectAt) retired_.Collect();
  published_.notify_all();
}

void WorkspaceCore::PushOutSnapshots(const State& next) {
  while (!replaced_.empty()) {
    const std::shared_ptr<Version> oldest = replaced_.front().version.lock();
    if (oldest != nullptr) {
      const uint64_t rows = next.rows_written - replaced_.front().rows_written;
      if (rows <= max_snapshot_rows_) return;
      oldest->Expire(&retired_);
      retired_.Collect();
    }
    replaced_.pop_front();
  }
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
  empty->settings = head.settings;
  removed_ = true;
  // From here on there is nothing to decide, and the engine no longer knows
  // whom to tell to let the observer go.
  observer_.store(nullptr);
  Publish(std::move(empty));
}

}  // namespace acl
