#include "acl/history/replay.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/history/damaged.h"
#include "acl/history/record_changes.h"
#include "acl/history/record_message.h"
#include "google/protobuf/arena.h"

namespace acl {
namespace {

constexpr size_t kLargeRecord = size_t{1} << 20;
// Stack space for the message of a record: enough for most records.
constexpr size_t kBlockBytes = 4096;

}  // namespace

Replay::Replay(NewState new_state, size_t request_id_window, Forgive forgive)
    : new_state_(std::move(new_state)),
      request_id_window_(request_id_window),
      forgive_(std::move(forgive)) {}
Replay::~Replay() = default;

absl::Status Replay::Add(State state) {
  const std::string id = state.workspace;
  auto workspace = std::make_unique<WorkspaceReplay>(
      std::make_shared<const State>(std::move(state)));
  if (!workspaces_.emplace(id, std::move(workspace)).second) {
    return Damaged(absl::StrCat("workspace ", Quoted(id), " is there twice"));
  }
  return absl::OkStatus();
}

absl::Status Replay::Apply(const JournalRecord& record) {
  if (record.bytes.size() > kLargeRecord) {
    return Judge(record.sequence, ApplyLarge(record));
  }
  // Each message is used only once: after running out of memory while parsing,
  // a message that had other contents before can't be destroyed.
  alignas(8) char block[kBlockBytes];
  google::protobuf::Arena arena(block, sizeof(block));
  auto* message = google::protobuf::Arena::CreateMessage<v1::Record>(&arena);
  // A partially parsed message could mean less than was done.
  if (!message->ParseFromArray(record.bytes.data(),
                               static_cast<int>(record.bytes.size()))) {
    return Judge(record.sequence, Damaged("is not well-formed"));
  }
  return Apply(record.sequence, *message);
}

// All changes of a large record at once would take much memory as messages.
absl::Status Replay::ApplyLarge(const JournalRecord& record) {
  std::string rest;
  std::vector<absl::string_view> bytes;
  google::protobuf::Arena arena;
  auto* message = google::protobuf::Arena::CreateMessage<v1::Record>(&arena);
  if (!SplitRecord(record.bytes, &rest, &bytes) ||
      !message->ParseFromString(rest)) {
    return Damaged("is not well-formed");
  }
  RecordChanges changes(std::move(bytes));
  return ApplyMessage(*message, &changes);
}

absl::Status Replay::Apply(uint64_t sequence, const v1::Record& record) {
  RecordChanges changes(&record.change());
  return Judge(sequence, ApplyMessage(record, &changes));
}

// Turns the outcome of applying a record into the status to return.
absl::Status Replay::Judge(uint64_t sequence,
                           const absl::Status& status) const {
  if (status.ok()) return status;
  if (forgive_ && FaultOf(status) == v1::JOURNAL_DAMAGED) {
    forgive_(std::string(status.message()));
    return absl::OkStatus();
  }
  return Refuse(FaultOf(status),
                absl::StrCat("record ", sequence, ": ", status.message()));
}

absl::Status Replay::ApplyMessage(const v1::Record& record,
                                  RecordChanges* changes) {
  switch (record.what_case()) {
    case v1::Record::kChange:
      return ApplyChange(record, changes);
    case v1::Record::kAddWorkspace:
      return ApplyAddition(record);
    case v1::Record::kRemoveWorkspace:
      return ApplyRemoval(record);
    case v1::Record::kImport:
      return ApplyImport(record.import());
    case v1::Record::WHAT_NOT_SET:
      break;
  }
  return Damaged("is of a kind that this version does not know");
}

absl::Status Replay::ApplyChange(const v1::Record& record,
                                 RecordChanges* changes) {
  WorkspaceReplay* const workspace = Find(record.workspace());
  if (workspace == nullptr ||
      workspace->incarnation() != record.incarnation()) {
    // A workspace that the checkpoint does not have, since it was removed.
    return Damaged(absl::StrCat("there is no workspace ",
                                Quoted(record.workspace()),
                                " of that incarnation"));
  }
  return workspace->Apply(record, changes, request_id_window_, forgive_)
      .status();
}

absl::Status Replay::ApplyAddition(const v1::Record& record) {
  if (const WorkspaceReplay* there = Find(record.workspace())) {
    if (there->incarnation() == record.incarnation()) return absl::OkStatus();
    // The missing records include its removal.
    if (!forgive_) {
      return Damaged(absl::StrCat("workspace ", Quoted(record.workspace()),
                                  " is there already"));
    }
    workspaces_.erase(record.workspace());
  }
  if (absl::Status s = CheckId("workspace id", record.workspace()); !s.ok()) {
    return Damaged(s.message());
  }
  absl::StatusOr<State> state = new_state_();
  if (!state.ok()) return state.status();
  absl::StatusOr<std::shared_ptr<const Settings>> settings =
      ReadSettings(record.add_workspace().settings());
  if (!settings.ok()) return settings.status();
  state->workspace = record.workspace();
  state->incarnation = record.incarnation();
  state->settings = *std::move(settings);
  return Add(*std::move(state));
}

absl::Status Replay::ApplyRemoval(const v1::Record& record) {
  const auto found = workspaces_.find(record.workspace());
  if (found == workspaces_.end() ||
      found->second->incarnation() != record.incarnation()) {
    return Damaged(absl::StrCat("there is no workspace ",
                                Quoted(record.workspace()),
                                " of that incarnation"));
  }
  workspaces_.erase(found);
  return absl::OkStatus();
}

absl::Status Replay::ApplyImport(const v1::ImportRecord& record) {
  Import& import = imports_[record.import()];
  if (record.has_chunk()) {
    if (absl::Status s = AddChunk(record.chunk(), &import); !s.ok()) return s;
  }
  if (!record.last()) return absl::OkStatus();
  if (absl::Status s = FinishImport(&import); !s.ok()) return s;
  std::vector<State> whole = std::move(import.whole);
  imports_.erase(record.import());
  for (State& state : whole) {
    if (absl::Status s = Add(std::move(state)); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::Status Replay::AddChunk(const v1::WorkspaceChunk& chunk, Import* import) {
  if (chunk.has_begin()) {
    if (absl::Status s = FinishImport(import); !s.ok()) return s;
    absl::StatusOr<State> state = new_state_();
    if (!state.ok()) return state.status();
    import->open = std::make_unique<ChunkReader>(*std::move(state));
  }
  if (import->open == nullptr) return Damaged("an import without a beginning");
  absl::Status status = import->open->Add(chunk);
  if (!status.ok()) import->open = nullptr;
  return status;
}

absl::Status Replay::FinishImport(Import* import) {
  if (import->open == nullptr) return absl::OkStatus();
  absl::StatusOr<State> state = import->open->Finish();
  import->open = nullptr;
  if (!state.ok()) return state.status();
  import->whole.push_back(*std::move(state));
  return absl::OkStatus();
}

const WorkspaceReplay* Replay::Find(const std::string& workspace) const {
  const auto found = workspaces_.find(workspace);
  return found == workspaces_.end() ? nullptr : found->second.get();
}

WorkspaceReplay* Replay::Find(const std::string& workspace) {
  const auto found = workspaces_.find(workspace);
  return found == workspaces_.end() ? nullptr : found->second.get();
}

std::vector<std::string> Replay::Ids() const {
  std::vector<std::string> ids;
  for (const auto& [id, workspace] : workspaces_) ids.push_back(id);
  return ids;
}

std::vector<std::shared_ptr<const State>> Replay::Finish() {
  std::vector<std::shared_ptr<const State>> states;
  for (const auto& [id, workspace] : workspaces_) {
    states.push_back(workspace->Take());
  }
  workspaces_.clear();
  return states;
}

}  // namespace acl
