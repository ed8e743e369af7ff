#include "acl/share/request.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/resolve/subject.h"
#include "acl/share/decide.h"
#include "acl/store/draft.h"
#include "acl/store/same.h"

namespace acl {
namespace {

// Only a batch of several changes needs an index.
absl::Status Located(const absl::Status& status, size_t index, size_t size) {
  return size == 1 ? status : AtChange(status, index);
}

absl::Status CheckCallForm(const Actor& actor,
                           const std::vector<Change>& changes,
                           const ChangeOptions& options) {
  if (!options.request_id.empty()) {
    if (absl::Status s = CheckId("request id", options.request_id); !s.ok()) {
      return s;
    }
  }
  if (!options.reason.empty()) {
    if (absl::Status s = CheckId("reason", options.reason); !s.ok()) return s;
  }
  if (!actor.is_system()) {
    if (absl::Status s = CheckForm(actor.subject()); !s.ok()) return s;
  }
  for (size_t i = 0; i < changes.size(); ++i) {
    if (absl::Status s = CheckForm(changes[i]); !s.ok()) {
      return Located(s, i, changes.size());
    }
  }
  return absl::OkStatus();
}

// The first answer if the id was used for the same call, null if it was not
// used, REQUEST_ID_REUSED if it was used for a different call.
absl::StatusOr<const Receipt*> FindAnswer(const State& head, const Actor& actor,
                                          const std::vector<Change>& changes,
                                          const ChangeOptions& options) {
  const std::string caller = actor.ToString();
  const AnsweredRequest* const found =
      FindRequest(head, caller, options.request_id);
  if (found == nullptr) return nullptr;
  if (found->expected_revision == options.expected_revision &&
      std::equal(changes.begin(), changes.end(), found->changes.begin(),
                 found->changes.end(), SameChange)) {
    return &found->receipt;
  }
  return Refuse(v1::REQUEST_ID_REUSED,
                absl::StrCat("request id ", Quoted(options.request_id),
                             " was used for another change; use a new one"));
}

absl::Status CheckExpected(const State& head, const ChangeOptions& options) {
  if (!options.expected_revision ||
      *options.expected_revision == head.revision) {
    return absl::OkStatus();
  }
  return Refuse(
      v1::REVISION_MISMATCH,
      absl::StrCat("the workspace is at revision ", head.revision, ", not ",
                   *options.expected_revision, "; read again and decide anew"));
}

}  // namespace

RequestTable Remember(RequestTable table, size_t window, const std::string& id,
                      AnsweredRequest answered) {
  const EditTag edit = NewEditTag();
  const std::string caller = answered.actor;
  const auto* const before = table.by_caller.Find(caller);
  CallerRequests own = before == nullptr ? CallerRequests() : **before;
  own.by_id.Set(
      id, std::make_shared<const AnsweredRequest>(std::move(answered)), edit);
  own.by_age.Set(own.next_age++, id, edit);
  while (own.by_age.size() > window) {
    const auto oldest = own.by_age.Begin();
    const uint64_t age = oldest.key();
    own.by_id.Erase(std::string(oldest.value()), edit);
    own.by_age.Erase(age, edit);
  }
  table.by_caller.Set(
      caller, std::make_shared<const CallerRequests>(std::move(own)), edit);
  return table;
}

const AnsweredRequest* FindRequest(const State& state, const std::string& actor,
                                   const std::string& id) {
  if (state.requests == nullptr) return nullptr;
  const auto* const own = state.requests->by_caller.Find(actor);
  if (own == nullptr) return nullptr;
  const auto* const found = (*own)->by_id.Find(id);
  return found == nullptr ? nullptr : found->get();
}

absl::Status VisitRequests(
    const State& state,
    absl::FunctionRef<absl::Status(const std::string& id,
                                   const AnsweredRequest& request)>
        visit) {
  if (state.requests == nullptr) return absl::OkStatus();
  auto caller = state.requests->by_caller.Begin();
  for (; caller.valid(); caller.Next()) {
    const CallerRequests& own = *caller.value();
    for (auto at = own.by_age.Begin(); at.valid(); at.Next()) {
      if (absl::Status s = visit(at.value(), **own.by_id.Find(at.value()));
          !s.ok()) {
        return s;
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Decided> Decide(const State& head, const Actor& actor,
                               const std::vector<Change>& changes,
                               const ChangeOptions& options, size_t window,
                               Draft::Use use) {
  if (absl::Status s = CheckCallForm(actor, changes, options); !s.ok()) {
    return s;
  }
  const bool remembers = !options.request_id.empty() && !options.dry_run;
  if (remembers) {
    absl::StatusOr<const Receipt*> first =
        FindAnswer(head, actor, changes, options);
    if (!first.ok()) return first.status();
    if (*first != nullptr) {
      Decided decided{**first, {}};
      decided.receipt.replayed = true;
      return decided;
    }
  }
  if (options.require_workspace_admin) {
    if (absl::Status s = RequireWorkspaceAdmin(head, actor); !s.ok()) return s;
  }
  Draft draft(head, use);
  Receipt receipt;
  receipt.dry_run = options.dry_run;
  receipt.changes.reserve(changes.size());
  size_t effective = 0;
  for (size_t i = 0; i < changes.size(); ++i) {
    absl::StatusOr<ChangeReceipt> one = DecideChange(actor, changes[i], &draft);
    if (!one.ok()) return Located(one.status(), i, changes.size());
    effective += one->changed ? 1 : 0;
    receipt.changes.push_back(*std::move(one));
  }
  if (absl::Status s = CheckExpected(head, options); !s.ok()) return s;
  // Several changes may cancel each other out; a single one can't.
  receipt.changed =
      effective == 1 ||
      (effective > 1 && !SameMeaning(head, draft.state(), draft.touched()));
  if (receipt.changed && head.revision >= kMaxRevision) {
    return Refuse(v1::LIMIT,
                  absl::StrCat("the workspace is at revision ", head.revision,
                               ", the last one there is; export it, leave out "
                               "`revision`, and import it again"));
  }
  receipt.revision = head.revision + (receipt.changed ? 1 : 0);
  if (options.dry_run || (!receipt.changed && !remembers)) {
    return Decided{std::move(receipt), {}};
  }
  std::optional<Draft> unchanged;
  Draft& next = receipt.changed ? draft : unchanged.emplace(head, use);
  if (remembers) {
    next.SetRequests(Remember(
        head.requests == nullptr ? RequestTable() : *head.requests, window,
        options.request_id,
        {actor.ToString(), changes, options.expected_revision, receipt}));
  }
  const Revision revision = receipt.revision;
  return Decided{std::move(receipt), std::move(next).Finish(revision)};
}

}  // namespace acl
