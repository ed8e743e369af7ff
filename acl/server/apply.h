// Changes on behalf of a caller. Internal.
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

// The revision that authentication looked at; for the operator the latest.
// Notes it as the one of the answer.
absl::StatusOr<Snapshot> NowOf(Call* call);

// Applies them as the caller, with the headers `idempotency-key` and
// `acl-reason`, and notes the revision. Waits for the disk.
absl::StatusOr<Receipt> ApplyAsCaller(const std::vector<Change>& changes,
                                      Call* call);

// The same if the caller is a workspace admin, still at the revision that they
// are decided on.
absl::StatusOr<Receipt> ApplyAsAdmin(const std::vector<Change>& changes,
                                     Call* call);

// What that is as an outcome: `{"status": "ok"}`, or the refusal.
Outcome OkAfter(const absl::StatusOr<Receipt>& receipt);

// Whether the caller has any role on the resource, and so knows of it.
absl::StatusOr<bool> IsVisible(const Call& call, const Snapshot& now,
                               const ResourceRef& resource);

// The turn at the annotation of what a reference (`key:k1`) names, taken by
// whoever reads one and writes it anew. If it is not ok(), OtherHasTurn().
Turns::Turn AnnotationTurn(const std::string& reference, const Call& call);
ApiError OtherHasTurn();

// For a route on which a retry can't be told from another request: refuses the
// header `idempotency-key`. `way_out` says what to do instead.
constexpr absl::string_view kMadeAnew =
    "each request makes something new with a secret or an id of its own, and a "
    "secret is shown once. If an answer was lost, list what was made, remove "
    "it, and ask again";
std::optional<Outcome> RefusedIfIdempotent(const Call& call,
                                           absl::string_view way_out);

// The refusal of a `name` in a body that nothing can have, if it is one.
std::optional<Outcome> RefusedName(absl::string_view name);

// Notes the revision that an answer is of.
void NoteRevision(const Reader& reader, Revision revision, Call* call);

}  // namespace acl::server

#endif  // ACL_SERVER_APPLY_H_
