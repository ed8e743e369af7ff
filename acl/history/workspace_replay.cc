#include "acl/history/workspace_replay.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/history/damaged.h"
#include "acl/history/record_message.h"
#include "acl/share/decide.h"
#include "acl/share/request.h"
#include "acl/world/change_message.h"

namespace acl {
namespace {

// After this many records the memory that they have replaced is freed.
constexpr int kRecordsADraft = 4096;

}  // namespace

absl::StatusOr<bool> WorkspaceReplay::Apply(const v1::Record& record,
                                            RecordChanges* changes,
                                            size_t request_id_window,
                                            const Forgive& forgive) {
  const v1::ChangeRecord& call = record.change();
  if (call.revision() < revision_) return false;
  if (call.revision() == revision_) {
    if (call.receipt().changed() || Answered(record)) return false;
  } else if (!forgive &&
             (call.revision() != revision_ + 1 || !call.receipt().changed())) {
    return Damaged(absl::StrCat("leads to revision ", call.revision(),
                                " from revision ", revision_));
  }
  if (absl::Status s = ApplyNew(record, changes, request_id_window, forgive);
      !s.ok()) {
    return s;
  }
  return true;
}

absl::Status WorkspaceReplay::ApplyNew(const v1::Record& record,
                                       RecordChanges* changes,
                                       size_t request_id_window,
                                       const Forgive& forgive) {
  const v1::ChangeRecord& call = record.change();
  const auto read = [&](size_t i) -> absl::StatusOr<Change> {
    const v1::Change* message = changes->Get(i);
    if (message == nullptr) return Damaged("is not well-formed");
    std::vector<WorldFault> faults;
    std::optional<Change> change =
        ReadChange(*message, absl::StrCat("change[", i, "]"), &faults);
    if (faults.empty()) return *std::move(change);
    return Damaged(absl::StrCat(faults.front().path, ": ",
                                faults.front().refusal.message()));
  };
  // With `forgive`, a record is applied whole or not at all if it is malformed.
  for (size_t i = 0; forgive && i < changes->size(); ++i) {
    if (absl::Status s = read(i).status(); !s.ok()) return s;
  }
  if (draft_ == nullptr) {
    draft_ = std::make_unique<Draft>(*state_, Draft::Use::kPublish);
  }
  bool any = false;
  std::vector<Change> remembered;  // for a request id; there may be many
  for (size_t i = 0; i < changes->size(); ++i) {
    absl::StatusOr<Change> change = read(i);
    if (!change.ok()) return change.status();
    if (!call.request_id().empty()) remembered.push_back(*change);
    const absl::StatusOr<bool> changed = ReplayChange(*change, draft_.get());
    if (!changed.ok()) {
      if (!forgive) return Damaged(changed.status().message());
      forgive(absl::StrCat(Quoted(ToString(*change)), ": ",
                           changed.status().message()));
      continue;
    }
    any |= *changed;
  }
  // Several changes can cancel each other out.
  if (!forgive &&
      (call.receipt().changed() ? !any : any && changes->size() == 1)) {
    return Damaged("it did not do then what it does now");
  }
  revision_ = call.revision();
  if (!call.request_id().empty()) {
    if (absl::Status s = Remember(record, remembered, request_id_window);
        !s.ok()) {
      return s;
    }
  }
  if (++records_ == kRecordsADraft) {
    NextState next = TakeNext();
    ForgetEarlier(&next);
  }
  return absl::OkStatus();
}

bool WorkspaceReplay::Answered(const v1::Record& record) const {
  return FindRequest(now(), record.actor(), record.change().request_id()) !=
         nullptr;
}

absl::Status WorkspaceReplay::Remember(const v1::Record& record,
                                       const std::vector<Change>& changes,
                                       size_t window) {
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
  draft_->SetRequests(acl::Remember(
      state.requests == nullptr ? RequestTable() : *state.requests, window,
      call.request_id(), std::move(answered)));
  return absl::OkStatus();
}

NextState WorkspaceReplay::TakeNext() {
  if (draft_ == nullptr) return {state_, {}, {}, {}};
  NextState next = std::move(*draft_).Finish(revision_);
  draft_ = nullptr;
  records_ = 0;
  state_ = next.state;
  return next;
}

std::shared_ptr<const State> WorkspaceReplay::Take() {
  NextState next = TakeNext();
  ForgetEarlier(&next);
  return state_;
}

}  // namespace acl
