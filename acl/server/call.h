// One request on its way through the server: its contents and its caller.
// Internal.
#ifndef ACL_SERVER_CALL_H_
#define ACL_SERVER_CALL_H_

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/engine.h"
#include "acl/server/fields.h"
#include "acl/server/http/message.h"
#include "acl/server/http/target.h"
#include "acl/server/outcome.h"
#include "acl/server/turns.h"

namespace acl::server {

// The authenticated caller.
struct Caller {
  // The workspace of a key; not set for the operator, who names one in a
  // request.
  std::optional<Workspace> workspace;
  std::string key;             // empty for the operator
  std::string principal = {};  // `user:ID` or `service_account:ID`
  // The revision at which the caller was authenticated: answers from it need no
  // second check. Not set for the operator. Release it before a change.
  std::optional<Snapshot> now = {};
  bool workspace_admin = false;  // the operator is one everywhere
  bool is_operator() const { return key.empty(); }
  // The actor of the caller's changes. A view of this object.
  Actor actor() const {
    return is_operator() ? Actor::System() : Actor(Subject::Key(key));
  }
};

// The time limit of a request. Thread-safe.
struct Allowance {
  absl::Time deadline = absl::InfiniteFuture();
  const std::atomic<bool>* aborted = nullptr;  // null: never

  bool IsAborted() const { return aborted != nullptr && *aborted; }
  bool IsOver() const { return IsAborted() || absl::Now() >= deadline; }
};

struct Call {
  const HttpRequest& request;
  RequestTarget target;
  std::vector<std::string> ids = {};  // the segments left open by the route
  Json body = nullptr;                // null if there is none
  Caller caller = {};                 // valid after Refused()
  std::optional<ApiError> unknown_caller = {};
  std::vector<SchemaFault> faults = {};
  absl::string_view route = {};  // one of a fixed set: for logs and metrics
  std::string revision = {};     // the token of the answer; may be empty
  // For a refusal, for logs: its code, and the engine's own name for it.
  std::string code = {};
  std::string fault = {};
  Allowance allowance = {};
  Turns* turns = nullptr;  // at rewriting annotations

  // The fields of the body; a body that is not an object is a fault.
  Fields Body() { return Fields(body, Json::array({"body"}), &faults); }
  // Whether the request had no valid key. REQUIRES: Gate::Admit().
  bool caller_is_unknown() const {
    return unknown_caller && unknown_caller->status == 401;
  }
  // A query parameter. No route accepts one twice.
  std::optional<std::string> Parameter(absl::string_view name) const;
  // The same; a missing one is a fault.
  std::string RequiredParameter(const char* name);

  // The refusal of the call, if any: faults of its form first, then the result
  // of authentication.
  std::optional<Outcome> Refused() const;
  // The same for routes that are only for workspace admins.
  std::optional<Outcome> RefusedUnlessAdmin() const;
  // Checks the caller again, for an answer from a later revision than the one
  // at which it was authenticated. Nothing if the caller is still valid.
  std::optional<Outcome> RefusedAt(const Snapshot& now);
};

// Authenticates callers. Only reads from the engine; thread-safe.
class Gate {
 public:
  // `operator_hash` is the hash of the operator's secret; empty: there is no
  // operator. `engine` is not owned.
  Gate(const Engine* engine, std::string operator_hash);

  // Sets `caller` or `unknown_caller`.
  void Admit(Call* call) const;

 private:
  bool AdmitOperator(const std::string& secret, Call* call) const;
  // False if the secret does not belong to a usable key.
  bool AdmitKey(const std::string& secret, Call* call) const;

  const Engine& engine_;
  const std::string operator_hash_;
};

}  // namespace acl::server

#endif  // ACL_SERVER_CALL_H_
