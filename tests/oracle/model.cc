#include "tests/oracle/model.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace acl::oracle {
namespace {

auto Fields(const UserRow& r) {
  return std::tie(r.email, r.name, r.locked, r.workspace_admin);
}
auto Fields(const ServiceAccountRow& r) { return std::tie(r.name, r.email); }
auto Fields(const KeyRow& r) { return std::tie(r.owner, r.enabled); }
auto Fields(const GroupRow& r) { return std::tie(r.name, r.members); }
auto Fields(const ResourceRow& r) {
  return std::tie(r.name, r.creator, r.grants);
}
auto Fields(const Change& c) {
  return std::tie(c.kind, c.id, c.email, c.name, c.locked, c.workspace_admin,
                  c.enabled, c.owner, c.member, c.resource, c.creator, c.target,
                  c.role, c.limit, c.names);
}
auto Fields(const ShareReceipt& r) {
  return std::tie(r.target, r.grant_before, r.grant_after, r.effective_before,
                  r.effective_after, r.held_by);
}
auto Fields(const RemovalReceipt& r) {
  return std::tie(r.grants, r.memberships, r.keys, r.creators);
}

Change Of(ChangeKind kind, std::string id = "") {
  Change change;
  change.kind = kind;
  change.id = std::move(id);
  return change;
}

Change On(ChangeKind kind, ResourceId resource) {
  Change change;
  change.kind = kind;
  change.resource = std::move(resource);
  return change;
}

std::string CodeOf(const std::string& fault) {
  static const std::map<std::string, std::string>& codes =
      *new std::map<std::string, std::string>{
          {"MALFORMED", "InvalidArgument"},
          {"TYPE_UNKNOWN", "InvalidArgument"},
          {"ROLE_UNKNOWN", "InvalidArgument"},
          {"ACTOR_UNKNOWN", "PermissionDenied"},
          {"ACTOR_KEY_DISABLED", "PermissionDenied"},
          {"ACTOR_LOCKED", "PermissionDenied"},
          {"RESOURCE_NOT_FOUND", "NotFound"},
          {"NOT_ADMIN", "PermissionDenied"},
          {"USER_NOT_FOUND", "NotFound"},
          {"SERVICE_ACCOUNT_NOT_FOUND", "NotFound"},
          {"GROUP_NOT_FOUND", "NotFound"},
          {"KEY_NOT_FOUND", "NotFound"},
          {"CREATOR_PROTECTED", "PermissionDenied"},
          {"ALREADY_EXISTS", "AlreadyExists"},
          {"EMAIL_TAKEN", "AlreadyExists"},
          {"GROUP_CYCLE", "FailedPrecondition"},
          {"ROLE_IN_USE", "FailedPrecondition"},
          {"ROLE_ORDER", "FailedPrecondition"},
          {"TYPE_IN_USE", "FailedPrecondition"},
          {"LIMIT", "ResourceExhausted"},
          {"REVISION_MISMATCH", "Aborted"},
          {"REQUEST_ID_REUSED", "FailedPrecondition"},
      };
  return codes.at(fault);
}

}  // namespace

// ---- Comparisons ----

bool operator==(const Subject& a, const Subject& b) {
  return a.kind == b.kind && a.id == b.id;
}
bool operator==(const Principal& a, const Principal& b) {
  return a.kind == b.kind && a.id == b.id;
}
bool operator<(const Principal& a, const Principal& b) {
  return std::tie(a.kind, a.id) < std::tie(b.kind, b.id);
}
bool operator==(const Target& a, const Target& b) {
  return a.kind == b.kind && a.id == b.id;
}
bool operator<(const Target& a, const Target& b) {
  return std::tie(a.kind, a.id) < std::tie(b.kind, b.id);
}
bool operator==(const Member& a, const Member& b) {
  return a.kind == b.kind && a.id == b.id;
}
bool operator<(const Member& a, const Member& b) {
  return std::tie(a.kind, a.id) < std::tie(b.kind, b.id);
}
bool operator==(const ResourceId& a, const ResourceId& b) {
  return a.type == b.type && a.id == b.id;
}
bool operator<(const ResourceId& a, const ResourceId& b) {
  return std::tie(a.type, a.id) < std::tie(b.type, b.id);
}
bool operator==(const Actor& a, const Actor& b) {
  return a.system == b.system && a.subject == b.subject;
}

static bool operator==(const UserRow& a, const UserRow& b) {
  return Fields(a) == Fields(b);
}
static bool operator==(const ServiceAccountRow& a, const ServiceAccountRow& b) {
  return Fields(a) == Fields(b);
}
static bool operator==(const KeyRow& a, const KeyRow& b) {
  return Fields(a) == Fields(b);
}
static bool operator==(const GroupRow& a, const GroupRow& b) {
  return Fields(a) == Fields(b);
}
static bool operator==(const ResourceRow& a, const ResourceRow& b) {
  return Fields(a) == Fields(b);
}
bool operator==(const State& a, const State& b) {
  return a.users == b.users && a.service_accounts == b.service_accounts &&
         a.keys == b.keys && a.groups == b.groups &&
         a.resources == b.resources && a.types == b.types &&
         a.ladder == b.ladder && a.limit == b.limit;
}
bool operator==(const Change& a, const Change& b) {
  return Fields(a) == Fields(b);
}
bool operator==(const Source& a, const Source& b) {
  return a.kind == b.kind && a.role == b.role && a.path == b.path;
}
bool operator==(const Remedy& a, const Remedy& b) {
  return a.kind == b.kind && a.group == b.group && a.raised == b.raised;
}
bool operator==(const ResourceRole& a, const ResourceRole& b) {
  return a.resource == b.resource && a.role == b.role;
}
bool operator==(const PrincipalRole& a, const PrincipalRole& b) {
  return a.principal == b.principal && a.role == b.role;
}
bool operator==(const MatrixRow& a, const MatrixRow& b) {
  return a.principal == b.principal && a.resource == b.resource &&
         a.role == b.role;
}
bool operator==(const ShareReceipt& a, const ShareReceipt& b) {
  return Fields(a) == Fields(b);
}
bool operator==(const RemovalReceipt& a, const RemovalReceipt& b) {
  return Fields(a) == Fields(b);
}
bool operator==(const ChangeReceipt& a, const ChangeReceipt& b) {
  return a.changed == b.changed && a.share == b.share && a.removal == b.removal;
}
bool operator==(const Receipt& a, const Receipt& b) {
  return a.changes == b.changes && a.revision == b.revision &&
         a.changed == b.changed && a.replayed == b.replayed;
}

// ---- Making changes ----

Change Change::AddUser(std::string id, std::string email, std::string name,
                       bool locked, bool workspace_admin) {
  Change change = Of(ChangeKind::kAddUser, std::move(id));
  change.email = std::move(email);
  change.name = std::move(name);
  change.locked = locked;
  change.workspace_admin = workspace_admin;
  return change;
}
Change Change::UpdateUser(std::string id) {
  return Of(ChangeKind::kUpdateUser, std::move(id));
}
Change Change::RemoveUser(std::string id) {
  return Of(ChangeKind::kRemoveUser, std::move(id));
}
Change Change::AddServiceAccount(std::string id, std::string name,
                                 std::string email) {
  Change change = Of(ChangeKind::kAddServiceAccount, std::move(id));
  change.name = std::move(name);
  change.email = std::move(email);
  return change;
}
Change Change::UpdateServiceAccount(std::string id) {
  return Of(ChangeKind::kUpdateServiceAccount, std::move(id));
}
Change Change::RemoveServiceAccount(std::string id) {
  return Of(ChangeKind::kRemoveServiceAccount, std::move(id));
}
Change Change::AddKey(std::string id, Principal owner, bool enabled) {
  Change change = Of(ChangeKind::kAddKey, std::move(id));
  change.owner = std::move(owner);
  change.enabled = enabled;
  return change;
}
Change Change::UpdateKey(std::string id, std::optional<bool> enabled) {
  Change change = Of(ChangeKind::kUpdateKey, std::move(id));
  change.enabled = enabled;
  return change;
}
Change Change::RemoveKey(std::string id) {
  return Of(ChangeKind::kRemoveKey, std::move(id));
}
Change Change::AddGroup(std::string id, std::string name) {
  Change change = Of(ChangeKind::kAddGroup, std::move(id));
  change.name = std::move(name);
  return change;
}
Change Change::UpdateGroup(std::string id, std::optional<std::string> name) {
  Change change = Of(ChangeKind::kUpdateGroup, std::move(id));
  change.name = std::move(name);
  return change;
}
Change Change::RemoveGroup(std::string id) {
  return Of(ChangeKind::kRemoveGroup, std::move(id));
}
Change Change::AddMember(std::string group, Member member) {
  Change change = Of(ChangeKind::kAddMember, std::move(group));
  change.member = std::move(member);
  return change;
}
Change Change::RemoveMember(std::string group, Member member) {
  Change change = Of(ChangeKind::kRemoveMember, std::move(group));
  change.member = std::move(member);
  return change;
}
Change Change::AddResource(ResourceId resource, std::string name,
                           std::optional<Principal> creator) {
  Change change = On(ChangeKind::kAddResource, std::move(resource));
  change.name = std::move(name);
  change.creator = std::move(creator);
  return change;
}
Change Change::UpdateResource(ResourceId resource,
                              std::optional<std::string> name) {
  Change change = On(ChangeKind::kUpdateResource, std::move(resource));
  change.name = std::move(name);
  return change;
}
Change Change::RemoveResource(ResourceId resource) {
  return On(ChangeKind::kRemoveResource, std::move(resource));
}
Change Change::Share(ResourceId resource, Target target, std::string role) {
  Change change = On(ChangeKind::kShare, std::move(resource));
  change.target = std::move(target);
  change.role = std::move(role);
  return change;
}
Change Change::Unshare(ResourceId resource, Target target) {
  Change change = On(ChangeKind::kUnshare, std::move(resource));
  change.target = std::move(target);
  return change;
}
Change Change::SetLimit(uint64_t limit) {
  Change change = Of(ChangeKind::kSetLimit);
  change.limit = limit;
  return change;
}
Change Change::SetLadder(std::vector<std::string> roles) {
  Change change = Of(ChangeKind::kSetLadder);
  change.names = std::move(roles);
  return change;
}
Change Change::SetResourceTypes(std::vector<std::string> types) {
  Change change = Of(ChangeKind::kSetResourceTypes);
  change.names = std::move(types);
  return change;
}

Fault MakeFault(std::string fault, int index) {
  std::string code = CodeOf(fault);
  return Fault{std::move(code), std::move(fault), index};
}

// ---- The model ----

Model::Model(State initial, size_t retention, uint64_t revision)
    : state_(std::move(initial)), revision_(revision), retention_(retention) {}

std::variant<Model::Record, Fault> Model::CanonicalCall(
    const Actor& actor, const std::vector<Change>& changes,
    const Options& options) {
  const std::optional<Actor> who = Canonical(actor);
  if (!who) return MakeFault("MALFORMED");
  if (!options.request_id.empty() && !IsId(options.request_id)) {
    return MakeFault("MALFORMED");
  }
  Record call{options.request_id,        actor, changes, *who, {},
              options.expected_revision, {}};
  for (size_t i = 0; i < changes.size(); ++i) {
    const std::optional<Change> change = Canonical(changes[i]);
    const int index = static_cast<int>(i);
    if (!change) return MakeFault("MALFORMED", index);
    if (change->kind == ChangeKind::kShare && change->role == "none") {
      return MakeFault("ROLE_UNKNOWN", index);
    }
    call.canonical_changes.push_back(*change);
  }
  return call;
}

std::optional<Fault> Model::DecideAll(State* after, Record* call) const {
  for (size_t i = 0; i < call->canonical_changes.size(); ++i) {
    const State before = *after;
    const auto decided =
        Decide(after, call->canonical_actor, call->canonical_changes[i]);
    if (const auto* fault = std::get_if<Fault>(&decided)) {
      return MakeFault(fault->fault, static_cast<int>(i));
    }
    call->receipt.changes.push_back(std::get<ChangeReceipt>(decided));
    call->receipt.changes.back().changed = *after != before;
  }
  if (call->expected_revision && *call->expected_revision != revision_) {
    return MakeFault("REVISION_MISMATCH");
  }
  call->receipt.changed = *after != state_;
  call->receipt.revision = revision_ + (call->receipt.changed ? 1 : 0);
  return std::nullopt;
}

std::variant<Receipt, Fault> Model::Apply(const Actor& actor,
                                          const std::vector<Change>& changes,
                                          const Options& options) {
  std::variant<Record, Fault> form = CanonicalCall(actor, changes, options);
  if (const auto* fault = std::get_if<Fault>(&form)) return *fault;
  Record& call = std::get<Record>(form);
  const bool remembered = !options.request_id.empty() && !options.dry_run;
  if (remembered) {
    if (const auto replay = Replay(call)) return *replay;
  }
  if (options.require_workspace_admin) {
    if (const auto no = NoWorkspaceAdmin(state_, call.canonical_actor)) {
      return *no;
    }
  }
  State after = state_;
  if (const auto fault = DecideAll(&after, &call)) return *fault;
  if (!options.dry_run) {
    state_ = after;
    revision_ = call.receipt.revision;
  }
  if (remembered) Remember(call);
  return call.receipt;
}

std::optional<std::variant<Receipt, Fault>> Model::Replay(
    const Record& call) const {
  for (const Record& record : records_) {
    if (record.request_id != call.request_id || !(record.actor == call.actor)) {
      continue;
    }
    if (record.changes == call.changes &&
        record.expected_revision == call.expected_revision) {
      Receipt receipt = record.receipt;
      receipt.replayed = true;
      return receipt;
    }
    return MakeFault("REQUEST_ID_REUSED");
  }
  return std::nullopt;
}

void Model::Remember(Record record) {
  const Actor caller = record.actor;
  records_.push_back(std::move(record));
  const auto of_caller = [&](const Record& one) { return one.actor == caller; };
  if (static_cast<size_t>(std::count_if(records_.begin(), records_.end(),
                                        of_caller)) <= retention_) {
    return;
  }
  records_.erase(std::find_if(records_.begin(), records_.end(), of_caller));
}

std::optional<Fault> Model::BadResource(const ResourceId& resource) const {
  if (!IsTypeName(resource.type) || !IsId(resource.id)) {
    return MakeFault("MALFORMED");
  }
  if (state_.types.count(resource.type) == 0) return MakeFault("TYPE_UNKNOWN");
  return std::nullopt;
}

std::optional<Fault> Model::BadRole(const std::string& role) const {
  if (role != "none" && !IsRoleName(role)) return MakeFault("MALFORMED");
  if (Level(state_, role) == 0) return MakeFault("ROLE_UNKNOWN");
  return std::nullopt;
}

std::variant<RoleAnswer, Fault> Model::Role(const Subject& subject,
                                            const ResourceId& resource) const {
  const std::optional<Subject> who = Canonical(subject);
  if (!who) return MakeFault("MALFORMED");
  if (auto fault = BadResource(resource)) return *fault;
  const std::optional<Found> witness = Witness(state_, *who, resource);
  if (!witness) return RoleAnswer{"none", std::nullopt, revision_};
  Source source = ToSource(state_, *witness);
  return RoleAnswer{source.role, source, revision_};
}

std::variant<bool, Fault> Model::Check(const Subject& subject,
                                       const std::string& role,
                                       const ResourceId& resource) const {
  const std::optional<Subject> who = Canonical(subject);
  if (!who) return MakeFault("MALFORMED");
  if (auto fault = BadResource(resource)) return *fault;
  if (auto fault = BadRole(role)) return *fault;
  return EffectiveLevel(state_, *who, resource) >= Level(state_, role);
}

std::variant<Explanation, Fault> Model::Explain(
    const Subject& subject, const ResourceId& resource,
    const std::optional<std::string>& role, bool with_remedies) const {
  const std::optional<Subject> who = Canonical(subject);
  if (!who) return MakeFault("MALFORMED");
  if (auto fault = BadResource(resource)) return *fault;
  const std::string asked = role.value_or(state_.ladder.front());
  if (auto fault = BadRole(asked)) return *fault;
  Explanation result;
  const Resolved resolved = Resolve(state_, *who);
  const auto row = state_.resources.find(resource);
  result.revision = revision_;
  result.subject_state = resolved.state;
  result.resource_exists = row != state_.resources.end();
  result.role = RoleName(state_, EffectiveLevel(state_, *who, resource));
  if (!result.resource_exists || resolved.state == SubjectState::kUnknown) {
    return result;
  }
  std::vector<Found> sources = FindSources(state_, resolved.principal,
                                           resolved.workspace_key, row->second);
  std::sort(sources.begin(), sources.end(), ListedBefore);
  for (const Found& found : sources) {
    result.sources.push_back(
        {ToSource(state_, found), resolved.state == SubjectState::kOk &&
                                      found.level == sources.front().level});
  }
  if (with_remedies) {
    result.remedies = Remedies(state_, *who, resource, Level(state_, asked));
  }
  return result;
}

std::variant<std::vector<ResourceRole>, Fault> Model::ListResources(
    const Subject& subject, const std::string& role,
    const std::string& type) const {
  const std::optional<Subject> who = Canonical(subject);
  if (!who) return MakeFault("MALFORMED");
  if (!type.empty() && !IsTypeName(type)) return MakeFault("MALFORMED");
  if (!type.empty() && state_.types.count(type) == 0) {
    return MakeFault("TYPE_UNKNOWN");
  }
  if (auto fault = BadRole(role)) return *fault;
  std::vector<ResourceRole> list;
  for (const auto& [resource, row] : state_.resources) {
    if (!type.empty() && resource.type != type) continue;
    const int level = EffectiveLevel(state_, *who, resource);
    if (level >= Level(state_, role)) {
      list.push_back({resource, RoleName(state_, level)});
    }
  }
  return list;
}

std::variant<std::vector<PrincipalRole>, Fault> Model::ListPrincipals(
    const ResourceId& resource, const std::string& role) const {
  if (auto fault = BadResource(resource)) return *fault;
  if (auto fault = BadRole(role)) return *fault;
  std::vector<PrincipalRole> list;
  for (const Principal& principal : Principals(state_)) {
    const int level = EffectiveLevel(state_, ToSubject(principal), resource);
    if (level >= Level(state_, role)) {
      list.push_back({principal, RoleName(state_, level)});
    }
  }
  return list;
}

std::vector<MatrixRow> Model::Matrix() const {
  std::vector<MatrixRow> rows;
  for (const Principal& principal : Principals(state_)) {
    const Subject subject = ToSubject(principal);
    for (const auto& [resource, row] : state_.resources) {
      const int level = EffectiveLevel(state_, subject, resource);
      if (level == 0) continue;
      rows.push_back({principal, resource, RoleName(state_, level)});
    }
  }
  return rows;
}

}  // namespace acl::oracle
