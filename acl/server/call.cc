#include "acl/server/call.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/server/headers.h"
#include "acl/server/secret.h"

namespace acl::server {
namespace {

// Finds the owner of a key, as of `now`, and what it may do; false if the key
// can't be used with this secret.
bool Identify(const Snapshot& now, const std::string& id,
              const std::string& secret, Caller* caller) {
  const absl::StatusOr<v1::ApiKey> key = now.GetKey(id);
  if (!key.ok() || key->disabled() ||
      !IsHashOf(KeyNote::ReadHash(key->annotation()), secret)) {
    return false;
  }
  const absl::StatusOr<PrincipalId> principal =
      PrincipalId::Parse(key->owner());
  if (!principal.ok()) return false;
  caller->workspace_admin = false;
  if (principal->kind() == Kind::kUser) {
    const absl::StatusOr<v1::User> user = now.GetUser(principal->id());
    if (!user.ok() || user->locked()) return false;
    caller->workspace_admin = user->workspace_admin();
  }
  caller->key = id;
  caller->principal = key->owner();
  return true;
}

}  // namespace

std::optional<std::string> Call::Parameter(absl::string_view name) const {
  for (const auto& [key, value] : target.parameters) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string Call::RequiredParameter(const char* name) {
  std::optional<std::string> value = Parameter(name);
  if (!value) {
    faults.push_back(
        {"missing", Json::array({"query", name}), "Field required", nullptr});
    return "";
  }
  return *std::move(value);
}

std::optional<Outcome> Call::Refused() const {
  if (!faults.empty()) return faults;
  if (unknown_caller) return *unknown_caller;
  return std::nullopt;
}

std::optional<Outcome> Call::RefusedUnlessAdmin() const {
  if (std::optional<Outcome> refused = Refused()) return refused;
  if (!caller.workspace_admin) {
    return NotAllowed("only workspace admins may do that");
  }
  return std::nullopt;
}

std::optional<Outcome> Call::RefusedAt(const Snapshot& now) {
  if (caller.is_operator()) return std::nullopt;
  if (caller.now) {
    const absl::StatusOr<RevisionToken> then = caller.now->Token();
    const absl::StatusOr<RevisionToken> token = now.Token();
    if (then.ok() && token.ok() && then->revision == token->revision) {
      return std::nullopt;
    }
  }
  const std::string* const secret = request.Header(kKeyHeader);
  const std::string key = caller.key;
  if (secret == nullptr || !Identify(now, key, *secret, &caller)) {
    return InvalidKey();
  }
  return std::nullopt;
}

Gate::Gate(const Engine* engine, std::string operator_hash)
    : engine_(*engine), operator_hash_(std::move(operator_hash)) {}

void Gate::Admit(Call* call) const {
  const std::string* const secret = call->request.Header(kKeyHeader);
  if (secret == nullptr || secret->empty()) {
    call->unknown_caller = MissingKey();
  } else if (!AdmitOperator(*secret, call) && !AdmitKey(*secret, call)) {
    call->unknown_caller = InvalidKey();
  }
}

bool Gate::AdmitOperator(const std::string& secret, Call* call) const {
  if (operator_hash_.empty() || !IsHashOf(operator_hash_, secret)) return false;
  call->caller.workspace_admin = true;
  const std::string* const wanted = call->request.Header(kWorkspaceHeader);
  if (wanted != nullptr) {
    absl::StatusOr<Workspace> workspace = engine_.FindWorkspace(*wanted);
    if (workspace.ok()) {
      call->caller.workspace = *std::move(workspace);
    } else {
      call->unknown_caller = ErrorOf(workspace.status());
    }
  }
  return true;
}

bool Gate::AdmitKey(const std::string& secret, Call* call) const {
  const std::optional<SecretOwner> owner = OwnerOf(secret);
  if (!owner) return false;
  absl::StatusOr<Workspace> workspace = engine_.FindWorkspace(owner->workspace);
  if (!workspace.ok()) return false;
  absl::StatusOr<Snapshot> now = workspace->TakeSnapshot();
  if (!now.ok() || !Identify(*now, owner->key, secret, &call->caller)) {
    return false;
  }
  if (const std::string* wanted = call->request.Header(kWorkspaceHeader);
      wanted != nullptr && *wanted != owner->workspace) {
    call->unknown_caller = BadRequest(
        absl::StrCat("the header `acl-workspace` names ", Quoted(*wanted),
                     ", and the api key is of ", Quoted(owner->workspace),
                     "; leave the header out, or use a key of that workspace"),
        kWorkspaceHeader);
    return true;
  }
  call->caller.workspace = *std::move(workspace);
  call->caller.now = *std::move(now);
  return true;
}

}  // namespace acl::server
