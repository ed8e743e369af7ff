// Decides one change on one state: the directory and the settings.

#include <algorithm>
#include <utility>

#include "tests/oracle/model.h"

namespace acl::oracle {
namespace {

// Why a change is refused; nullopt if it is not.
using Refusal = std::optional<Fault>;

Refusal Refuse(std::string fault) { return MakeFault(std::move(fault)); }

// ---- Removals ----

void EraseGrants(State* state, const Target& target, RemovalReceipt* receipt) {
  for (auto& [id, row] : state->resources) {
    receipt->grants += row.grants.erase(target);
  }
}

void EraseMemberships(State* state, const Member& member,
                      RemovalReceipt* receipt) {
  for (auto& [id, group] : state->groups) {
    receipt->memberships += group.members.erase(member);
  }
}

// Removes a user or a service account, and everything that depends on it.
RemovalReceipt ErasePrincipal(State* state, const Principal& principal) {
  RemovalReceipt receipt;
  EraseGrants(state, ToTarget(principal), &receipt);
  EraseMemberships(state, ToMember(principal), &receipt);
  const std::map<std::string, KeyRow> keys = state->keys;
  for (const auto& [id, key] : keys) {
    if (key.owner == principal) receipt.keys += state->keys.erase(id);
  }
  for (auto& [id, row] : state->resources) {
    if (row.creator == principal) {
      row.creator = std::nullopt;
      ++receipt.creators;
    }
  }
  return receipt;
}

Refusal RemoveUser(State* state, const std::string& id,
                   ChangeReceipt* receipt) {
  if (state->users.count(id) == 0) return Refuse("USER_NOT_FOUND");
  receipt->removal = ErasePrincipal(state, {PrincipalKind::kUser, id});
  state->users.erase(id);
  return std::nullopt;
}

Refusal RemoveServiceAccount(State* state, const std::string& id,
                             ChangeReceipt* receipt) {
  if (state->service_accounts.count(id) == 0) {
    return Refuse("SERVICE_ACCOUNT_NOT_FOUND");
  }
  receipt->removal =
      ErasePrincipal(state, {PrincipalKind::kServiceAccount, id});
  state->service_accounts.erase(id);
  return std::nullopt;
}

Refusal RemoveKey(State* state, const std::string& id, ChangeReceipt* receipt) {
  if (state->keys.erase(id) == 0) return Refuse("KEY_NOT_FOUND");
  receipt->removal = RemovalReceipt();
  return std::nullopt;
}

Refusal RemoveGroup(State* state, const std::string& id,
                    ChangeReceipt* receipt) {
  const auto group = state->groups.find(id);
  if (group == state->groups.end()) return Refuse("GROUP_NOT_FOUND");
  RemovalReceipt result;
  result.memberships = group->second.members.size();
  EraseMemberships(state, {MemberKind::kGroup, id}, &result);
  EraseGrants(state, {TargetKind::kGroup, id}, &result);
  state->groups.erase(group);
  receipt->removal = result;
  return std::nullopt;
}

Refusal RemoveResource(State* state, const ResourceId& resource,
                       ChangeReceipt* receipt) {
  if (state->types.count(resource.type) == 0) return Refuse("TYPE_UNKNOWN");
  const auto row = state->resources.find(resource);
  if (row == state->resources.end()) return Refuse("RESOURCE_NOT_FOUND");
  receipt->removal = RemovalReceipt{row->second.grants.size(), 0, 0, 0};
  state->resources.erase(row);
  return std::nullopt;
}

// ---- Additions and updates ----

// Whether anyone but `self` has the address; nobody has "".
bool EmailTaken(const State& state, const std::string& email,
                const Principal& self) {
  const std::optional<Principal> owner = OwnerOfEmail(state, email);
  return owner && !(*owner == self);
}

Refusal AddUser(State* state, const Change& change) {
  if (state->users.count(change.id) != 0) return Refuse("ALREADY_EXISTS");
  const std::string email = change.email.value_or("");
  if (OwnerOfEmail(*state, email)) return Refuse("EMAIL_TAKEN");
  state->users[change.id] = {email, change.name.value_or(""),
                             change.locked.value_or(false),
                             change.workspace_admin.value_or(false)};
  return std::nullopt;
}

Refusal UpdateUser(State* state, const Change& change) {
  const auto user = state->users.find(change.id);
  if (user == state->users.end()) return Refuse("USER_NOT_FOUND");
  const Principal self{PrincipalKind::kUser, change.id};
  if (change.email && EmailTaken(*state, *change.email, self)) {
    return Refuse("EMAIL_TAKEN");
  }
  UserRow& row = user->second;
  row.email = change.email.value_or(row.email);
  row.name = change.name.value_or(row.name);
  row.locked = change.locked.value_or(row.locked);
  row.workspace_admin = change.workspace_admin.value_or(row.workspace_admin);
  return std::nullopt;
}

Refusal AddServiceAccount(State* state, const Change& change) {
  if (state->service_accounts.count(change.id) != 0) {
    return Refuse("ALREADY_EXISTS");
  }
  const std::string email = change.email.value_or("");
  if (OwnerOfEmail(*state, email)) return Refuse("EMAIL_TAKEN");
  state->service_accounts[change.id] = {change.name.value_or(""), email};
  return std::nullopt;
}

Refusal UpdateServiceAccount(State* state, const Change& change) {
  const auto account = state->service_accounts.find(change.id);
  if (account == state->service_accounts.end()) {
    return Refuse("SERVICE_ACCOUNT_NOT_FOUND");
  }
  const Principal self{PrincipalKind::kServiceAccount, change.id};
  if (change.email && EmailTaken(*state, *change.email, self)) {
    return Refuse("EMAIL_TAKEN");
  }
  ServiceAccountRow& row = account->second;
  row.email = change.email.value_or(row.email);
  row.name = change.name.value_or(row.name);
  return std::nullopt;
}

// Refuses a change whose user, service account or group does not exist.
Refusal MustExist(const State& state, const Member& member) {
  const Target target{member.kind == MemberKind::kUser ? TargetKind::kUser
                      : member.kind == MemberKind::kGroup
                          ? TargetKind::kGroup
                          : TargetKind::kServiceAccount,
                      member.id};
  const auto stored = StoredTarget(state, target);
  if (const auto* fault = std::get_if<Fault>(&stored)) return *fault;
  return std::nullopt;
}

Refusal AddKey(State* state, const Change& change) {
  if (Refusal no = MustExist(*state, ToMember(change.owner))) return no;
  if (state->keys.count(change.id) != 0) return Refuse("ALREADY_EXISTS");
  state->keys[change.id] = {change.owner, change.enabled.value_or(true)};
  return std::nullopt;
}

Refusal UpdateKey(State* state, const Change& change) {
  const auto key = state->keys.find(change.id);
  if (key == state->keys.end()) return Refuse("KEY_NOT_FOUND");
  key->second.enabled = change.enabled.value_or(key->second.enabled);
  return std::nullopt;
}

Refusal AddGroup(State* state, const Change& change) {
  if (state->groups.count(change.id) != 0) return Refuse("ALREADY_EXISTS");
  state->groups[change.id] = {change.name.value_or(""), {}};
  return std::nullopt;
}

Refusal UpdateGroup(State* state, const Change& change) {
  const auto group = state->groups.find(change.id);
  if (group == state->groups.end()) return Refuse("GROUP_NOT_FOUND");
  group->second.name = change.name.value_or(group->second.name);
  return std::nullopt;
}

// Whether `inner` is `outer` or one of the groups in it.
bool Contains(const State& state, const std::string& outer,
              const std::string& inner) {
  if (outer == inner) return true;
  for (const Member& member : state.groups.at(outer).members) {
    if (member.kind == MemberKind::kGroup &&
        Contains(state, member.id, inner)) {
      return true;
    }
  }
  return false;
}

Refusal AddMember(State* state, const Change& change) {
  const auto group = state->groups.find(change.id);
  if (group == state->groups.end()) return Refuse("GROUP_NOT_FOUND");
  if (Refusal no = MustExist(*state, change.member)) return no;
  if (change.member.kind == MemberKind::kGroup &&
      Contains(*state, change.member.id, change.id)) {
    return Refuse("GROUP_CYCLE");
  }
  group->second.members.insert(change.member);
  return std::nullopt;
}

Refusal RemoveMember(State* state, const Change& change) {
  const auto group = state->groups.find(change.id);
  if (group == state->groups.end()) return Refuse("GROUP_NOT_FOUND");
  if (Refusal no = MustExist(*state, change.member)) return no;
  group->second.members.erase(change.member);
  return std::nullopt;
}

Refusal AddResource(State* state, const Change& change) {
  if (state->types.count(change.resource.type) == 0) {
    return Refuse("TYPE_UNKNOWN");
  }
  if (change.creator) {
    if (Refusal no = MustExist(*state, ToMember(*change.creator))) return no;
  }
  if (state->resources.count(change.resource) != 0) {
    return Refuse("ALREADY_EXISTS");
  }
  state->resources[change.resource] = {
      change.name.value_or(""), change.creator, {}};
  return std::nullopt;
}

Refusal UpdateResource(State* state, const Change& change) {
  if (state->types.count(change.resource.type) == 0) {
    return Refuse("TYPE_UNKNOWN");
  }
  const auto row = state->resources.find(change.resource);
  if (row == state->resources.end()) return Refuse("RESOURCE_NOT_FOUND");
  row->second.name = change.name.value_or(row->second.name);
  return std::nullopt;
}

// ---- Settings ----

// The names of `all` that are also in `kept`, in the order of `all`.
std::vector<std::string> Common(const std::vector<std::string>& all,
                                const std::vector<std::string>& kept) {
  std::vector<std::string> common;
  for (const std::string& name : all) {
    if (std::find(kept.begin(), kept.end(), name) != kept.end()) {
      common.push_back(name);
    }
  }
  return common;
}

Refusal SetLadder(State* state, const std::vector<std::string>& roles) {
  for (const auto& [id, row] : state->resources) {
    for (const auto& [target, role] : row.grants) {
      if (std::find(roles.begin(), roles.end(), role) == roles.end()) {
        return Refuse("ROLE_IN_USE");
      }
    }
  }
  if (Common(state->ladder, roles) != Common(roles, state->ladder)) {
    return Refuse("ROLE_ORDER");
  }
  state->ladder = roles;
  return std::nullopt;
}

Refusal SetResourceTypes(State* state, const std::vector<std::string>& names) {
  const std::set<std::string> types(names.begin(), names.end());
  for (const auto& [id, row] : state->resources) {
    if (types.count(id.type) == 0) return Refuse("TYPE_IN_USE");
  }
  state->types = types;
  return std::nullopt;
}

Refusal SetLimit(State* state, uint64_t limit) {
  state->limit = limit;
  return std::nullopt;
}

Refusal DecideRemoval(State* state, const Change& change,
                      ChangeReceipt* receipt) {
  switch (change.kind) {
    case ChangeKind::kRemoveUser:
      return RemoveUser(state, change.id, receipt);
    case ChangeKind::kRemoveServiceAccount:
      return RemoveServiceAccount(state, change.id, receipt);
    case ChangeKind::kRemoveKey:
      return RemoveKey(state, change.id, receipt);
    case ChangeKind::kRemoveGroup:
      return RemoveGroup(state, change.id, receipt);
    default:
      return RemoveResource(state, change.resource, receipt);
  }
}

Refusal DecideSetting(State* state, const Change& change) {
  switch (change.kind) {
    case ChangeKind::kSetLadder:
      return SetLadder(state, change.names);
    case ChangeKind::kSetResourceTypes:
      return SetResourceTypes(state, change.names);
    default:
      return SetLimit(state, change.limit);
  }
}

Refusal DecideAdditionOrUpdate(State* state, const Change& change) {
  switch (change.kind) {
    case ChangeKind::kAddUser:
      return AddUser(state, change);
    case ChangeKind::kUpdateUser:
      return UpdateUser(state, change);
    case ChangeKind::kAddServiceAccount:
      return AddServiceAccount(state, change);
    case ChangeKind::kUpdateServiceAccount:
      return UpdateServiceAccount(state, change);
    case ChangeKind::kAddKey:
      return AddKey(state, change);
    case ChangeKind::kUpdateKey:
      return UpdateKey(state, change);
    case ChangeKind::kAddGroup:
      return AddGroup(state, change);
    case ChangeKind::kUpdateGroup:
      return UpdateGroup(state, change);
    case ChangeKind::kAddMember:
      return AddMember(state, change);
    case ChangeKind::kRemoveMember:
      return RemoveMember(state, change);
    case ChangeKind::kAddResource:
      return AddResource(state, change);
    default:
      return UpdateResource(state, change);
  }
}

}  // namespace

std::variant<ChangeReceipt, Fault> Decide(State* state, const Actor& actor,
                                          const Change& change) {
  ChangeReceipt receipt;
  Refusal no;
  switch (change.kind) {
    case ChangeKind::kShare:
    case ChangeKind::kUnshare: {
      auto decided = DecideShare(state, actor, change);
      if (const auto* fault = std::get_if<Fault>(&decided)) return *fault;
      receipt.share = std::get<ShareReceipt>(decided);
      break;
    }
    case ChangeKind::kRemoveUser:
    case ChangeKind::kRemoveServiceAccount:
    case ChangeKind::kRemoveKey:
    case ChangeKind::kRemoveGroup:
    case ChangeKind::kRemoveResource:
      no = DecideRemoval(state, change, &receipt);
      break;
    case ChangeKind::kSetLimit:
    case ChangeKind::kSetLadder:
    case ChangeKind::kSetResourceTypes:
      no = DecideSetting(state, change);
      break;
    default:
      no = DecideAdditionOrUpdate(state, change);
      break;
  }
  if (no) return *no;
  return receipt;
}

}  // namespace acl::oracle
