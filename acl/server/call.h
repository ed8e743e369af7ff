// One request on its way through the server: what it asks for, and who asks.
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

// Who asks, as authentication found it.
struct Caller {
  // What a key belongs to; nothing for the operator, who names it in a request.
  std::optional<Workspace> workspace;
  std::string key;             // empty for the operator
  std::string principal = {};  // `user:ID` or `service_account:ID`
  // The revision at which authentication looked: what is answered from it needs
  // no second look. Nothing for the operator. Let go of it before a change.
  std::optional<Snapshot> now = {};
  bool workspace_admin = false;  // the operator is one everywhere
  bool is_operator() const { return key.empty(); }
  // As whom the caller changes something. Views into this.
  Actor actor() const {
    return is_operator() ? Actor::System() : Actor(Subject::Key(key));
  }
};

// How long a request may take. Thread-safe.
struct Allowance {
  absl::Time deadline = absl::InfiniteFuture();
  const std::atomic<bool>* aborted = nullptr;  // null: never

  bool IsAborted() const { return aborted != nullptr && *aborted; }
  bool IsOver() const { return IsAborted() || absl::Now() >= deadline; }
};

struct Call {
  const HttpRequest& request;
  RequestTarget target;
  std::vector<std::string> ids = {};  // the segments that a route leaves open
  Json body = nullptr;                // null where there is none
  Caller caller = {};                 // of use once Refused() says so
  std::optional<ApiError> unknown_caller = {};
  std::vector<SchemaFault> faults = {};
  absl::string_view route = {};  // of a few that last: for logs and metrics
  std::string revision = {};  // the token that the answer is of; may be empty
  // Of a refusal, for logs: its code, and the engine's own word for it.
  std::string code = {};
  std::string fault = {};
  Allowance allowance = {};
  Turns* turns = nullptr;  // at annotations

  // The fields of the body; what is no object is a fault.
  Fields Body() { return Fields(body, Json::array({"body"}), &faults); }
  // Whether no valid key came. REQUIRES: Gate::Admit().
  bool caller_is_unknown() const {
    return unknown_caller && unknown_caller->status == 401;
  }
  // A parameter of the query. No route takes one twice.
  std::optional<std::string> Parameter(absl::string_view name) const;
  // The same, and a fault where there is none.
  std::string RequiredParameter(const char* name);

  // Why the call goes no further, if it does not: faults of its form first,
  // then what is wrong with the caller.
  std::optional<Outcome> Refused() const;
  // The same for what only workspace admins may do.
  std::optional<Outcome> RefusedUnlessAdmin() const;
  // Looks at the caller again, where the answer comes from a later revision
  // than the one that authentication looked at. Nothing if all is well.
  std::optional<Outcome> RefusedAt(const Snapshot& now);
};

// Finds out who calls. Looks at the engine only; thread-safe.
class Gate {
 public:
  // `operator_hash` is the hash of the operator's secret, or empty: there is no
  // operator. `engine` is not owned.
  Gate(const Engine* engine, std::string operator_hash);

  // Sets `caller` or `unknown_caller`.
  void Admit(Call* call) const;

 private:
  bool AdmitOperator(const std::string& secret, Call* call) const;
  // False if the secret is of no key that may be used.
  bool AdmitKey(const std::string& secret, Call* call) const;

  const Engine& engine_;
  const std::string operator_hash_;
};

}  // namespace acl::server

#endif  // ACL_SERVER_CALL_H_
