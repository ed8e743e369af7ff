#include "acl/history/past_changes.h"

#include <algorithm>
#include <utility>

#include "acl/history/damaged.h"
#include "acl/history/past.h"
#include "acl/history/record.h"
#include "acl/resolve/role_diff.h"

namespace acl {
namespace {

// Roughly how much is read at once.
constexpr size_t kReadBytes = size_t{16} << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<PastChanges>> PastChanges::Open(
    const PastSource& source, const std::string& workspace,
    const RevisionToken& from, bool roles) {
  Moment moment;
  moment.workspace = workspace;
  moment.revision = from.revision;
  moment.incarnation = from.incarnation;
  absl::StatusOr<Past> past =
      ReadPast(source.folder, moment, source.files, source.new_state,
               source.request_id_window, nullptr);
  if (!past.ok()) return past.status();
  const auto found = std::find_if(
      past->states.begin(), past->states.end(),
      [&](const auto& state) { return state->workspace == workspace; });
  return std::unique_ptr<PastChanges>(
      new PastChanges(source, *found, past->record, roles));
}

absl::StatusOr<std::optional<WatchedChange>> PastChanges::Next() {
  for (;;) {
    if (records_.empty()) {
      if (absl::Status s = ReadMore(); !s.ok()) return s;
      if (records_.empty()) return std::nullopt;
    }
    const std::string record = std::move(records_.front());
    records_.pop_front();
    absl::StatusOr<std::optional<WatchedChange>> change = Make(record);
    if (!change.ok() || *change) return change;
  }
}

absl::Status PastChanges::ReadMore() {
  return tail_
      .Read(kReadBytes,
            [&](const JournalRecord& record) {
              records_.emplace_back(record.bytes);
              return absl::OkStatus();
            })
      .status();
}

absl::StatusOr<std::optional<WatchedChange>> PastChanges::Make(
    const std::string& bytes) {
  v1::Record record;
  if (!record.ParseFromString(bytes)) return Damaged("is not well-formed");
  if (!record.has_change() || record.workspace() != state_->workspace ||
      record.incarnation() != state_->incarnation) {
    return std::nullopt;
  }
  RecordChanges changes(&record.change());
  const absl::StatusOr<bool> is_new =
      replay_.Apply(record, &changes, source_.request_id_window);
  if (!is_new.ok()) return is_new.status();
  NextState next = replay_.TakeNext();
  WatchedChange change;
  if (roles_) change.roles = RoleDiff(*state_, *next.state, next.touched);
  state_ = next.state;
  ForgetEarlier(&next);
  if (!*is_new || !record.change().receipt().changed()) return std::nullopt;
  absl::StatusOr<RecordedChange> recorded = ReadChange(record);
  if (!recorded.ok()) return recorded.status();
  change.token = {record.incarnation(), recorded->receipt.revision};
  change.time = recorded->time;
  change.actor = std::move(recorded->actor);
  change.reason = std::move(recorded->options.reason);
  change.request_id = std::move(recorded->options.request_id);
  change.changes = std::move(recorded->changes);
  change.receipt = std::move(recorded->receipt);
  return change;
}

}  // namespace acl
