// Changes on behalf of a caller. Internal.
#ifndef ACL_SERVER_APPLY_H_
#define ACL_SERVER_APPLY_H_

#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "acl/engine.h"
#include "acl/server/call.h"
#include "acl/server/outcome.h"

namespace acl::server {

// The workspace of the caller; a refusal for an operator who named none.
absl::StatusOr<Workspace> WorkspaceOf(const Call& call);

// Applies them as the caller, with the headers `idempotency-key` and
// `acl-reason`, and notes the revision. Waits for the disk.
absl::StatusOr<Receipt> ApplyAsCaller(const std::vector<Change>& changes,
                                      Call* call);

// The same as an outcome: `{"status": "ok"}`, or the refusal.
Outcome OkAfter(const std::vector<Change>& changes, Call* call);

// Whether the caller has any role on the resource, and so knows of it.
absl::StatusOr<bool> IsVisible(const Call& call, const Snapshot& now,
                               const ResourceRef& resource);

// Taken by whoever reads an annotation and writes it anew, from the one to the
// other: what somebody else has written meanwhile must not be undone.
std::mutex& AnnotationTurn();

// Notes the revision that an answer is of.
void NoteRevision(const Reader& reader, Revision revision, Call* call);

}  // namespace acl::server

#endif  // ACL_SERVER_APPLY_H_
