// Decides one change: checks it against the draft, applies it, and returns its
// receipt. Internal; the public interface is acl/engine.h.
#ifndef ACL_SHARE_DECIDE_H_
#define ACL_SHARE_DECIDE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/base/reference.h"
#include "acl/share/change.h"
#include "acl/share/receipt.h"
#include "acl/store/draft.h"
#include "acl/store/state.h"

namespace acl {

// Applies `change`, whose form has been checked, as `actor`. A refusal is one
// of docs/semantics.md, "Faults", and leaves the draft unchanged.
absl::StatusOr<ChangeReceipt> DecideChange(const Actor& actor,
                                           const Change& change, Draft* draft);

// Applies it as the system would, without computing a receipt. Returns whether
// it altered anything. Refusals are those of DecideChange().
absl::StatusOr<bool> ReplayChange(const Change& change, Draft* draft);

// The two kinds that need an authorised actor.
absl::StatusOr<ChangeReceipt> DecideShare(const Actor& actor,
                                          const Share& share, Draft* draft);
absl::StatusOr<ChangeReceipt> DecideUnshare(const Actor& actor,
                                            const Unshare& unshare,
                                            Draft* draft);
absl::StatusOr<bool> ReplayShare(const Share& share, Draft* draft);
absl::StatusOr<bool> ReplayUnshare(const Unshare& unshare, Draft* draft);

// Whether the limit on principals allows a grant to `target`, which may already
// have one, on the resource with these grants.
bool HasRoomFor(const State& state, const GrantLine& grants, TargetKey target);

// OK if the actor is the system, or a workspace admin who may act. Else
// ACTOR_UNKNOWN, ACTOR_KEY_DISABLED, ACTOR_LOCKED or NOT_ADMIN.
// REQUIRES: the actor is well-formed.
absl::Status RequireWorkspaceAdmin(const State& state, const Actor& actor);

}  // namespace acl

#endif  // ACL_SHARE_DECIDE_H_
