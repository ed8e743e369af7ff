// Applies changes on behalf of a caller. Internal.
#ifndef ACL_SERVER_APPLY_H_
#define ACL_SERVER_APPLY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/engine.h"
#include "acl/server/call.h"
#include "acl/server/outcome.h"
#include "acl/server/turns.h"

namespace acl::server {

// The workspace of the caller; a refusal for an operator who named none.
absl::StatusOr<Workspace> WorkspaceOf(const Call& call);

// The revision at which the caller was authenticated; for the operator the
// latest. Records it as the revision of the answer.
absl::StatusOr<Snapshot> NowOf(Call* call);

// Applies changes as the caller, with the headers `idempotency-key` and
// `acl-reason`, and records the revision. Waits for the disk.
absl::StatusOr<Receipt> ApplyAsCaller(const std::vector<Change>& changes,
                                      Call* call);

// The same, provided that the caller is still a workspace admin at the revision
// on which the changes are decided.
absl::StatusOr<Receipt> ApplyAsAdmin(const std::vector<Change>& changes,
                                     Call* call);

// Converts the result of a change: `{"status": "ok"}`, or the refusal.
Outcome OkAfter(const absl::StatusOr<Receipt>& receipt);

// Whether the caller has any role on the resource, and so knows of it.
absl::StatusOr<bool> IsVisible(const Call& call, const Snapshot& now,
                               const ResourceRef& resource);

// Takes the turn at the annotation of what a reference (`key:k1`) names, for
// callers that read an annotation and rewrite it. If it is not ok(), return
// OtherHasTurn().
Turns::Turn AnnotationTurn(const std::string& reference, const Call& call);
ApiError OtherHasTurn();

// For a route on which a retry can't be distinguished from a new request:
// refuses the header `idempotency-key`. `way_out` says what to do instead.
constexpr absl::string_view kMadeAnew =
    "each request makes something new with a secret or an id of its own, and a "
    "secret is shown once. If an answer was lost, list what was made, remove "
    "it, and ask again";
std::optional<Outcome> RefusedIfIdempotent(const Call& call,
                                           absl::string_view way_out);

// The refusal of an invalid `name` in a body, if it is invalid.
std::optional<Outcome> RefusedName(absl::string_view name);

// Records the revision of an answer.
void NoteRevision(const Reader& reader, Revision revision, Call* call);

}  // namespace acl::server

#endif  // ACL_SERVER_APPLY_H_
