#include "acl/history/replay.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/history/record_message.h"
#include "acl/share/decide.h"
#include "acl/share/request.h"
#include "acl/world/change_message.h"

namespace acl {
namespace {

// After so many records what they replaced is given back.
constexpr int kRecordsADraft = 4096;

absl::Status Damaged(absl::string_view what) {
  return Refuse(v1::JOURNAL_DAMAGED, what);
}

}  // namespace

// One workspace, and the draft that is being added to.
class Replay::Workspace {
 public:
  explicit Workspace(std::shared_ptr<const State> state)
      : state_(std::move(state)), revision_(state_->revision) {}

  uint64_t incarnation() const { return state_->incarnation; }
  Revision revision() const { return revision_; }
  const State& now() const {
    return draft_ == nullptr ? *state_ : draft_->state();
  }

  absl::Status Apply(const v1::Record& record, size_t request_id_window) {
    const v1::ChangeRecord& call = record.change();
    std::vector<WorldFault> faults;
    const std::vector<Change> changes =
        ReadChanges(call.changes(), "change", &faults);
    if (!faults.empty()) {
      return Damaged(absl::StrCat(faults.front().path, ": ",
                                  faults.front().refusal.message()));
    }
    if (draft_ == nullptr) {
      draft_ = std::make_unique<Draft>(*state_, Draft::Use::kPublish);
    }
    bool any = false;
    for (const Change& change : changes) {
      const absl::StatusOr<ChangeReceipt> receipt =
          DecideChange(Actor::System(), change, draft_.get());
      if (!receipt.ok()) return Damaged(receipt.status().message());
      any |= receipt->changed;
    }
    // Several changes can undo each other.
    if (call.receipt().changed() ? !any : any && changes.size() == 1) {
      return Damaged("it did not do then what it does now");
    }
    revision_ = call.revision();
    if (!call.request_id().empty()) {
      if (absl::Status s = Answer(record, changes, request_id_window);
          !s.ok()) {
        return s;
      }
    }
    if (++records_ == kRecordsADraft) EndDraft();
    return absl::OkStatus();
  }

  bool Answered(const std::string& request_id) const {
    const RequestTable* table = now().requests.get();
    return table != nullptr && table->by_id.Find(request_id) != nullptr;
  }

  std::shared_ptr<const State> Take() {
    EndDraft();
    return std::move(state_);
  }

 private:
  absl::Status Answer(const v1::Record& record,
                      const std::vector<Change>& changes, size_t window) {
    const v1::ChangeRecord& call = record.change();
    absl::StatusOr<Receipt> receipt = ReadReceipt(call.receipt(), changes);
    if (!receipt.ok()) return receipt.status();
    receipt->revision = call.revision();
    AnsweredRequest answered{record.actor(), changes, std::nullopt,
                             *std::move(receipt)};
    if (call.has_expected_revision()) {
      answered.expected_revision = call.expected_revision();
    }
    const State& state = now();
    draft_->SetRequests(
        Remember(state.requests == nullptr ? RequestTable() : *state.requests,
                 window, call.request_id(), std::move(answered)));
    return absl::OkStatus();
  }

  void EndDraft() {
    if (draft_ == nullptr) return;
    NextState next = std::move(*draft_).Finish(revision_);
    draft_ = nullptr;
    ForgetEarlier(&next);
    state_ = std::move(next.state);
    records_ = 0;
  }

  std::shared_ptr<const State> state_;
  std::unique_ptr<Draft> draft_;
  Revision revision_;
  int records_ = 0;  // in the draft
};

Replay::Replay(NewState new_state, size_t request_id_window)
    : new_state_(std::move(new_state)), request_id_window_(request_id_window) {}
Replay::~Replay() = default;

absl::Status Replay::Add(State state) {
  const std::string id = state.workspace;
  auto workspace = std::make_unique<Workspace>(
      std::make_shared<const State>(std::move(state)));
  if (!workspaces_.emplace(id, std::move(workspace)).second) {
    return Damaged(absl::StrCat("workspace ", Quoted(id), " is there twice"));
  }
  return absl::OkStatus();
}

absl::Status Replay::Apply(const JournalRecord& record) {
  // Without its fields a message could mean less than was done.
  absl::Status status = absl::OkStatus();
  if (!message_.ParseFromArray(record.bytes.data(),
                               static_cast<int>(record.bytes.size()))) {
    status = Damaged("is not well-formed");
  } else {
    status = ApplyMessage(message_);
  }
  if (status.ok()) return status;
  return Refuse(FaultOf(status), absl::StrCat("record ", record.sequence, ": ",
                                              status.message()));
}

absl::Status Replay::ApplyMessage(const v1::Record& record) {
  switch (record.what_case()) {
    case v1::Record::kChange:
      return ApplyChange(record);
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

Replay::Workspace* Replay::Find(const v1::Record& record) {
  const auto found = workspaces_.find(record.workspace());
  return found == workspaces_.end() ? nullptr : found->second.get();
}

absl::Status Replay::ApplyChange(const v1::Record& record) {
  Workspace* const workspace = Find(record);
  if (workspace == nullptr ||
      workspace->incarnation() != record.incarnation()) {
    // One that a checkpoint did not keep, since it was removed.
    return Damaged(absl::StrCat("there is no workspace ",
                                Quoted(record.workspace()),
                                " of that incarnation"));
  }
  const v1::ChangeRecord& call = record.change();
  const Revision before = workspace->revision();
  // The checkpoint may have it already.
  if (call.revision() < before) return absl::OkStatus();
  if (call.revision() == before) {
    if (call.receipt().changed() || workspace->Answered(call.request_id())) {
      return absl::OkStatus();
    }
  } else if (call.revision() != before + 1 || !call.receipt().changed()) {
    return Damaged(absl::StrCat("leads to revision ", call.revision(),
                                " from revision ", before));
  }
  return workspace->Apply(record, request_id_window_);
}

absl::Status Replay::ApplyAddition(const v1::Record& record) {
  if (const Workspace* there = Find(record)) {
    if (there->incarnation() == record.incarnation()) return absl::OkStatus();
    return Damaged(absl::StrCat("workspace ", Quoted(record.workspace()),
                                " is there already"));
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
  if (record.chunk().has_begin()) {
    if (absl::Status s = FinishImport(&import); !s.ok()) return s;
    absl::StatusOr<State> state = new_state_();
    if (!state.ok()) return state.status();
    import.open = std::make_unique<ChunkReader>(*std::move(state));
  }
  if (record.has_chunk()) {
    if (import.open == nullptr) return Damaged("an import without a beginning");
    if (absl::Status s = import.open->Add(record.chunk()); !s.ok()) return s;
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

absl::Status Replay::FinishImport(Import* import) {
  if (import->open == nullptr) return absl::OkStatus();
  absl::StatusOr<State> state = import->open->Finish();
  import->open = nullptr;
  if (!state.ok()) return state.status();
  import->whole.push_back(*std::move(state));
  return absl::OkStatus();
}

std::optional<Revision> Replay::RevisionOf(const std::string& workspace) const {
  const auto found = workspaces_.find(workspace);
  if (found == workspaces_.end()) return std::nullopt;
  return found->second->revision();
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
