// One call that changes a workspace, and the memory of calls that were
// answered. Internal; the front door is acl/engine.h.
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
  // and does nothing. An id; empty for none.
  std::string request_id = {};
  // Why, for the record. Not interpreted: UTF-8 without control characters, at
  // most 512 bytes.
  std::string reason = {};
  // Refuse unless the actor is a workspace admin who may act (its key enabled,
  // its user not locked) at the very revision that the changes are decided on,
  // once for all of them: ACTOR_UNKNOWN, ACTOR_KEY_DISABLED, ACTOR_LOCKED or
  // NOT_ADMIN. The system always may. For services that let workspace admins
  // alone change the directory. Like all authority it is not asked of a retry
  // under a request id.
  bool require_workspace_admin = false;
};

// A call that was accepted under a request id, with its answer.
struct AnsweredRequest {
  std::string actor;
  std::vector<Change> changes;
  std::optional<Revision> expected_revision;
  Receipt receipt;
};

// The table with one more call, without the caller's that are too old: `window`
// of each caller's stay. REQUIRES: the caller's id is not in the table.
RequestTable Remember(RequestTable table, size_t window, const std::string& id,
                      AnsweredRequest answered);

// What a caller's request id was used for, or null.
const AnsweredRequest* FindRequest(const State& state, const std::string& actor,
                                   const std::string& id);

// Calls visit(id, request) for all of them: by caller, bytewise, and of one
// caller the oldest first. An error from it ends the walk and is returned.
absl::Status VisitRequests(
    const State& state,
    absl::FunctionRef<absl::Status(const std::string& id,
                                   const AnsweredRequest& request)>
        visit);

// The outcome of deciding a call. `next` is what to publish; its state is null
// if there is nothing to publish.
struct Decided {
  Receipt receipt;
  NextState next;
};

// Decides `changes` on `head`, one after the other, each on what the ones
// before it left: all or nothing. Pure, as far as `head` goes. The refusals are
// those of docs/semantics.md, "Faults". `window` is how many request ids of
// each caller are kept; `use` is what becomes of the next state.
absl::StatusOr<Decided> Decide(const State& head, const Actor& actor,
                               const std::vector<Change>& changes,
                               const ChangeOptions& options, size_t window,
                               Draft::Use use);

}  // namespace acl

#endif  // ACL_SHARE_REQUEST_H_
