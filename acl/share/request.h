// One call that changes a workspace, and the memory of answered calls.
// Internal; the public interface is acl/engine.h.
#ifndef ACL_SHARE_REQUEST_H_
#define ACL_SHARE_REQUEST_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/base/reference.h"
#include "acl/share/change.h"
#include "acl/share/receipt.h"
#include "acl/store/draft.h"
#include "acl/store/state.h"

namespace acl {

// How a change is to be applied.
struct ChangeOptions {
  // Decide and answer, but change nothing.
  bool dry_run = false;
  // Refuse with REVISION_MISMATCH unless the workspace is at this revision.
  std::optional<Revision> expected_revision = {};
  // Makes a retry safe: the same id from the same actor with the same call,
  // within the window (EngineOptions::request_id_window), gets the first answer
  // and changes nothing. An id; empty for none.
  std::string request_id = {};
  // The reason, for the record. Not interpreted: UTF-8 without control
  // characters, at most 512 bytes.
  std::string reason = {};
  // Refuse unless the actor is a workspace admin who may act (key enabled, user
  // not locked). It is checked once for the whole call, at the very revision on
  // which the changes are decided: ACTOR_UNKNOWN, ACTOR_KEY_DISABLED,
  // ACTOR_LOCKED or NOT_ADMIN. The system always may. For services that let
  // only workspace admins change the directory. Like every check of authority,
  // it does not apply to a retry under a request id.
  bool require_workspace_admin = false;
};

// A call that was accepted under a request id, with its answer.
struct AnsweredRequest {
  std::string actor;
  std::vector<Change> changes;
  std::optional<Revision> expected_revision;
  Receipt receipt;
};

// The table with one more call, without the caller's oldest calls: `window`
// calls per caller stay. REQUIRES: the caller's id is not in the table.
RequestTable Remember(RequestTable table, size_t window, const std::string& id,
                      AnsweredRequest answered);

// The call for which a caller used a request id, or null.
const AnsweredRequest* FindRequest(const State& state, const std::string& actor,
                                   const std::string& id);

// Calls visit(id, request) for all of them: by caller, bytewise, and within one
// caller the oldest first. An error from `visit` ends the walk and is returned.
absl::Status VisitRequests(
    const State& state,
    absl::FunctionRef<absl::Status(const std::string& id,
                                   const AnsweredRequest& request)>
        visit);

// A decided call. `next` is what to publish; its state is null if there is
// nothing to publish.
struct Decided {
  Receipt receipt;
  NextState next;
};

// Decides `changes` on `head`, in order, each on the state left by the ones
// before it: all or nothing. Does not change `head`. The refusals are those of
// docs/semantics.md, "Faults". `window` is how many request ids are kept per
// caller; `use` says what will become of the next state.
absl::StatusOr<Decided> Decide(const State& head, const Actor& actor,
                               const std::vector<Change>& changes,
                               const ChangeOptions& options, size_t window,
                               Draft::Use use);

}  // namespace acl

#endif  // ACL_SHARE_REQUEST_H_
