#include "acl/history/record.h"

#include <utility>

#include "absl/random/random.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/history/damaged.h"
#include "acl/history/record_message.h"
#include "acl/history/workspace_chunks.h"
#include "acl/world/change_message.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {
namespace {

v1::Record RecordOf(const State& state, const Actor& actor,
                    absl::Time time = absl::Now()) {
  v1::Record record;
  record.set_time_us(absl::ToUnixMicros(time));
  record.set_actor(actor.ToString());
  record.set_workspace(state.workspace);
  record.set_incarnation(state.incarnation);
  return record;
}

}  // namespace

std::string ChangeRecordOf(const State& state, const Actor& actor,
                           const std::vector<Change>& changes,
                           const ChangeOptions& options, const Receipt& receipt,
                           absl::Time time) {
  v1::Record record = RecordOf(state, actor, time);
  v1::ChangeRecord& change = *record.mutable_change();
  change.set_revision(receipt.revision);
  change.set_reason(options.reason);
  change.set_request_id(options.request_id);
  if (options.expected_revision) {
    change.set_expected_revision(*options.expected_revision);
  }
  for (const Change& one : changes) *change.add_changes() = ToMessage(one);
  *change.mutable_receipt() = ToMessage(receipt);
  change.mutable_receipt()->clear_revision();
  return record.SerializeAsString();
}

std::string AdditionRecordOf(const State& state, const Actor& actor) {
  v1::Record record = RecordOf(state, actor);
  *record.mutable_add_workspace()->mutable_settings() =
      ToMessage(*state.settings);
  return record.SerializeAsString();
}

std::string RemovalRecordOf(const State& state, const Actor& actor) {
  v1::Record record = RecordOf(state, actor);
  record.mutable_remove_workspace();
  return record.SerializeAsString();
}

absl::Status ImportRecordsOf(
    const std::vector<State>& states, const Actor& actor,
    absl::FunctionRef<absl::Status(std::string record)> sink) {
  const auto import = absl::Uniform<uint64_t>(absl::BitGen());
  for (const State& state : states) {
    v1::Record record = RecordOf(state, actor);
    record.mutable_import()->set_import(import);
    const absl::Status status =
        ToChunks(state, kChunkItems, [&](const v1::WorkspaceChunk& chunk) {
          *record.mutable_import()->mutable_chunk() = chunk;
          return sink(record.SerializeAsString());
        });
    if (!status.ok()) return status;
  }
  v1::Record last;
  last.set_time_us(absl::ToUnixMicros(absl::Now()));
  last.set_actor(actor.ToString());
  last.mutable_import()->set_import(import);
  last.mutable_import()->set_last(true);
  return sink(last.SerializeAsString());
}

absl::StatusOr<RecordedChange> ReadChange(const v1::Record& record) {
  const v1::ChangeRecord& call = record.change();
  RecordedChange change;
  std::vector<WorldFault> faults;
  change.changes = ReadChanges(call.changes(), "change", &faults);
  if (!faults.empty()) {
    return Damaged(faults.front().path, ": ", faults.front().refusal.message());
  }
  absl::StatusOr<Receipt> receipt = ReadReceipt(call.receipt(), change.changes);
  if (!receipt.ok()) return receipt.status();
  change.receipt = *std::move(receipt);
  change.receipt.revision = call.revision();
  change.actor = record.actor();
  change.time = absl::FromUnixMicros(record.time_us());
  change.options.reason = call.reason();
  change.options.request_id = call.request_id();
  if (call.has_expected_revision()) {
    change.options.expected_revision = call.expected_revision();
  }
  return change;
}

}  // namespace acl
