#include "acl/server/apply.h"

#include <string>

#include "acl/base/fault.h"

namespace acl::server {
namespace {

ChangeOptions OptionsOf(const Call& call) {
  ChangeOptions options;
  const std::string* const id = call.request.Header("idempotency-key");
  if (id != nullptr) options.request_id = *id;
  const std::string* const reason = call.request.Header("acl-reason");
  if (reason != nullptr) options.reason = *reason;
  return options;
}

}  // namespace

absl::StatusOr<Workspace> WorkspaceOf(const Call& call) {
  if (call.caller.workspace) return *call.caller.workspace;
  return Refuse(v1::MALFORMED,
                "no workspace is named; send its id in the header "
                "`acl-workspace`");
}

absl::StatusOr<bool> IsVisible(const Call& call, const Snapshot& now,
                               const ResourceRef& resource) {
  if (call.caller.is_operator()) return true;
  const absl::StatusOr<RoleAnswer> answer =
      now.EffectiveRole(Subject::Key(call.caller.key), resource);
  if (!answer.ok()) return answer.status();
  return static_cast<bool>(answer->role);
}

std::mutex& AnnotationTurn() {
  static auto& turn = *new std::mutex;
  return turn;
}

void NoteRevision(const Reader& reader, Revision revision, Call* call) {
  absl::StatusOr<RevisionToken> token = reader.Token();
  if (!token.ok()) return;
  token->revision = revision;
  call->revision = token->ToString();
}

absl::StatusOr<Receipt> ApplyAsCaller(const std::vector<Change>& changes,
                                      Call* call) {
  absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return workspace.status();
  absl::StatusOr<Receipt> receipt =
      workspace->Apply(call->caller.actor(), changes, OptionsOf(*call));
  if (receipt.ok()) NoteRevision(*workspace, receipt->revision, call);
  return receipt;
}

Outcome OkAfter(const std::vector<Change>& changes, Call* call) {
  const absl::StatusOr<Receipt> receipt = ApplyAsCaller(changes, call);
  if (!receipt.ok()) return ErrorOf(receipt.status());
  return Json{{"status", "ok"}};
}

}  // namespace acl::server
