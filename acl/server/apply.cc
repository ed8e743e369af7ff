#include "acl/server/apply.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/server/headers.h"

namespace acl::server {
namespace {

ChangeOptions OptionsOf(const Call& call) {
  ChangeOptions options;
  const std::string* const id = call.request.Header(kIdempotencyKeyHeader);
  if (id != nullptr) options.request_id = *id;
  const std::string* const reason = call.request.Header(kReasonHeader);
  if (reason != nullptr) options.reason = *reason;
  return options;
}

absl::StatusOr<Receipt> Apply(const std::vector<Change>& changes,
                              const ChangeOptions& options, Call* call) {
  absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return workspace.status();
  call->caller.now.reset();
  absl::StatusOr<Receipt> receipt =
      workspace->Apply(call->caller.actor(), changes, options);
  if (receipt.ok()) NoteRevision(*workspace, receipt->revision, call);
  return receipt;
}

}  // namespace

absl::StatusOr<Workspace> WorkspaceOf(const Call& call) {
  if (call.caller.workspace) return *call.caller.workspace;
  return Refuse(v1::MALFORMED,
                "no workspace is named; send its id in the header "
                "`acl-workspace`");
}

absl::StatusOr<Snapshot> NowOf(Call* call) {
  absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return workspace.status();
  absl::StatusOr<Snapshot> now =
      call->caller.now ? *call->caller.now : workspace->TakeSnapshot();
  if (now.ok()) {
    const absl::StatusOr<RevisionToken> token = now->Token();
    if (token.ok()) call->revision = token->ToString();
  }
  return now;
}

absl::StatusOr<bool> IsVisible(const Call& call, const Snapshot& now,
                               const ResourceRef& resource) {
  if (call.caller.is_operator()) return true;
  const absl::StatusOr<RoleAnswer> answer =
      now.EffectiveRole(Subject::Key(call.caller.key), resource);
  if (!answer.ok()) return answer.status();
  return static_cast<bool>(answer->role);
}

Turns::Turn AnnotationTurn(const std::string& reference, const Call& call) {
  return Turns::Turn(call.turns,
                     absl::StrCat(call.caller.workspace->id(), "\n", reference),
                     [&call] { return call.allowance.IsOver(); });
}

ApiError OtherHasTurn() {
  return Unavailable("overloaded", "others are changing the same thing");
}

std::optional<Outcome> RefusedIfIdempotent(const Call& call,
                                           absl::string_view way_out) {
  if (call.request.Header(kIdempotencyKeyHeader) == nullptr)
    return std::nullopt;
  return BadRequest(absl::StrCat("the header `idempotency-key` can't be minded "
                                 "here; leave it out: ",
                                 way_out),
                    kIdempotencyKeyHeader);
}

std::optional<Outcome> RefusedName(absl::string_view name) {
  const absl::Status checked = CheckDisplayName(name);
  if (checked.ok()) return std::nullopt;
  ApiError error = ErrorOf(checked);
  error.param = "name";
  return error;
}

void NoteRevision(const Reader& reader, Revision revision, Call* call) {
  absl::StatusOr<RevisionToken> token = reader.Token();
  if (!token.ok()) return;
  token->revision = revision;
  call->revision = token->ToString();
}

absl::StatusOr<Receipt> ApplyAsCaller(const std::vector<Change>& changes,
                                      Call* call) {
  return Apply(changes, OptionsOf(*call), call);
}

absl::StatusOr<Receipt> ApplyAsAdmin(const std::vector<Change>& changes,
                                     Call* call) {
  ChangeOptions options = OptionsOf(*call);
  options.require_workspace_admin = true;
  return Apply(changes, options, call);
}

Outcome OkAfter(const absl::StatusOr<Receipt>& receipt) {
  if (!receipt.ok()) return ErrorOf(receipt.status());
  return Json{{"status", "ok"}};
}

}  // namespace acl::server
