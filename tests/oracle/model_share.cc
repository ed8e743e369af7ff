// Decides one change on one state: shares and unshares.

#include <algorithm>
#include <utility>

#include "tests/oracle/model.h"

namespace acl::oracle {
namespace {

// Why a change is refused; nullopt if it is not.
using Refusal = std::optional<Fault>;

Refusal Refuse(std::string fault) { return MakeFault(std::move(fault)); }

// Order 2: the actor, if it is not the system.
Refusal ActorMayAct(const State& state, const Actor& actor) {
  switch (Resolve(state, actor.subject).state) {
    case SubjectState::kUnknown:
      return Refuse("ACTOR_UNKNOWN");
    case SubjectState::kKeyDisabled:
      return Refuse("ACTOR_KEY_DISABLED");
    case SubjectState::kLocked:
      return Refuse("ACTOR_LOCKED");
    case SubjectState::kOk:
      break;
  }
  return std::nullopt;
}

// Orders 2 to 4: the actor, the resource, the actor's role on it.
Refusal ActorMayShare(const State& state, const Actor& actor,
                      const ResourceId& resource) {
  const bool exists = state.resources.count(resource) != 0;
  if (actor.system) return exists ? Refusal() : Refuse("RESOURCE_NOT_FOUND");
  if (Refusal no = ActorMayAct(state, actor)) return no;
  const int level = EffectiveLevel(state, actor.subject, resource);
  if (level == 0) return Refuse("RESOURCE_NOT_FOUND");
  if (level < Level(state, state.ladder.back())) return Refuse("NOT_ADMIN");
  return std::nullopt;
}

std::string GrantOf(const ResourceRow& row, const Target& target) {
  const auto grant = row.grants.find(target);
  return grant == row.grants.end() ? "none" : grant->second;
}

// Every source of a stored target except its own grant, in order.
std::vector<Found> OtherSources(const State& state, const Target& target,
                                const ResourceRow& row) {
  std::vector<Found> sources;
  if (target.kind == TargetKind::kGroup) {
    sources = FindGroupSources(state, target.id, row);
  } else if (target.kind != TargetKind::kDefault) {
    const PrincipalKind kind = target.kind == TargetKind::kUser
                                   ? PrincipalKind::kUser
                                   : PrincipalKind::kServiceAccount;
    for (Found& found : FindSources(state, {kind, target.id}, false, row)) {
      if (found.kind != SourceKind::kDirect) {
        sources.push_back(std::move(found));
      }
    }
  }
  std::sort(sources.begin(), sources.end(), ListedBefore);
  return sources;
}

// The effective role of a stored target, as a level.
int EffectiveOfTarget(const State& state, const Target& target,
                      const ResourceRow& row) {
  if (target.kind == TargetKind::kUser && state.users.at(target.id).locked) {
    return 0;
  }
  int level = Level(state, GrantOf(row, target));
  for (const Found& found : OtherSources(state, target, row)) {
    level = std::max(level, found.level);
  }
  return level;
}

std::vector<Source> HeldBy(const State& state, const Target& target,
                           const ResourceRow& row) {
  const int level = EffectiveOfTarget(state, target, row);
  std::vector<Source> held_by;
  if (level == 0) return held_by;
  for (const Found& found : OtherSources(state, target, row)) {
    if (found.level == level) held_by.push_back(ToSource(state, found));
  }
  return held_by;
}

// Whether another grant would exceed the limit of principals and groups.
bool LimitReached(const State& state, const ResourceRow& row) {
  if (state.limit == 0) return false;
  uint64_t count = row.creator ? 1 : 0;
  for (const auto& [target, role] : row.grants) {
    if (target.kind != TargetKind::kDefault) ++count;
  }
  return count + 1 > state.limit;
}

// Orders 6 and 7 of a share (for an unshare, the role is "none"), then the
// write.
Refusal WriteGrant(const State& state, ResourceRow* row, const Target& target,
                   const std::string& role) {
  if (row->creator && ToTarget(*row->creator) == target) {
    if (role != state.ladder.back()) return Refuse("CREATOR_PROTECTED");
    return std::nullopt;  // being the creator is the source
  }
  if (role == "none") {
    row->grants.erase(target);
    return std::nullopt;
  }
  const bool is_new = row->grants.count(target) == 0;
  if (is_new && target.kind != TargetKind::kDefault &&
      LimitReached(state, *row)) {
    return Refuse("LIMIT");
  }
  row->grants[target] = role;
  return std::nullopt;
}

}  // namespace

std::variant<Target, Fault> StoredTarget(const State& state,
                                         const Target& target) {
  switch (target.kind) {
    case TargetKind::kUser:
      if (state.users.count(target.id) == 0) return MakeFault("USER_NOT_FOUND");
      return target;
    case TargetKind::kServiceAccount:
      if (state.service_accounts.count(target.id) == 0) {
        return MakeFault("SERVICE_ACCOUNT_NOT_FOUND");
      }
      return target;
    case TargetKind::kGroup:
      if (state.groups.count(target.id) == 0) {
        return MakeFault("GROUP_NOT_FOUND");
      }
      return target;
    case TargetKind::kEmail: {
      const auto owner = OwnerOfEmail(state, target.id);
      if (!owner) return MakeFault("USER_NOT_FOUND");
      return ToTarget(*owner);
    }
    case TargetKind::kKey: {
      const auto key = state.keys.find(target.id);
      if (key == state.keys.end() ||
          key->second.owner.kind == PrincipalKind::kUser) {
        return MakeFault("KEY_NOT_FOUND");
      }
      return ToTarget(key->second.owner);
    }
    case TargetKind::kDefault:
      break;
  }
  return target;
}

std::optional<Fault> NoWorkspaceAdmin(const State& state, const Actor& actor) {
  if (actor.system) return std::nullopt;
  if (Refusal no = ActorMayAct(state, actor)) return no;
  const Principal principal = Resolve(state, actor.subject).principal;
  const bool admin = principal.kind == PrincipalKind::kUser &&
                     state.users.at(principal.id).workspace_admin;
  return admin ? Refusal() : Refuse("NOT_ADMIN");
}

std::variant<ShareReceipt, Fault> DecideShare(State* state, const Actor& actor,
                                              const Change& change) {
  const bool share = change.kind == ChangeKind::kShare;
  if (state->types.count(change.resource.type) == 0) {
    return MakeFault("TYPE_UNKNOWN");
  }
  if (share && Level(*state, change.role) == 0) {
    return MakeFault("ROLE_UNKNOWN");
  }
  if (Refusal no = ActorMayShare(*state, actor, change.resource)) return *no;
  const auto stored = StoredTarget(*state, change.target);
  if (const auto* fault = std::get_if<Fault>(&stored)) return *fault;
  const Target& target = std::get<Target>(stored);
  ResourceRow& row = state->resources.at(change.resource);
  ShareReceipt receipt;
  receipt.target = target;
  receipt.grant_before = GrantOf(row, target);
  receipt.effective_before =
      RoleName(*state, EffectiveOfTarget(*state, target, row));
  const std::string role = share ? change.role : "none";
  if (Refusal no = WriteGrant(*state, &row, target, role)) return *no;
  receipt.grant_after = GrantOf(row, target);
  receipt.effective_after =
      RoleName(*state, EffectiveOfTarget(*state, target, row));
  receipt.held_by = HeldBy(*state, target, row);
  return receipt;
}

}  // namespace acl::oracle
