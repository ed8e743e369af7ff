#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/directory/closure.h"
#include "acl/share/decide.h"
#include "acl/share/lookup.h"

namespace acl {
namespace {

ChangeReceipt Changed(bool changed) {
  ChangeReceipt receipt;
  receipt.changed = changed;
  return receipt;
}

ChangeReceipt Removed(const Cascade& cascade) {
  ChangeReceipt receipt = Changed(true);
  receipt.removed = cascade;
  return receipt;
}

absl::Status CheckIdFree(const State& state, Kind kind, const std::string& id) {
  if (state.directory.Find(kind, id) == State::kNone) {
    return absl::OkStatus();
  }
  const std::string what = kind == Kind::kServiceAccount
                               ? "service account"
                               : std::string(KindWord(kind));
  return Refuse(v1::ALREADY_EXISTS,
                absl::StrCat(what, " ", Quoted(id),
                             " exists already; update it instead"));
}

absl::Status CheckEmailFree(const State& state, const std::string& email,
                            uint32_t owner) {
  if (email.empty()) return absl::OkStatus();
  const Directory& directory = state.directory;
  const uint32_t number = directory.FindByEmail(email);
  if (number == State::kNone || number == owner) return absl::OkStatus();
  return Refuse(v1::EMAIL_TAKEN,
                absl::StrCat("e-mail ", Quoted(email), " belongs to ",
                             KindWord(directory.KindOf(number)), " ",
                             Quoted(directory.principal_ids.Get(number))));
}

// Numbers are never reused, so stale handles stay stale.
absl::Status CheckNumberLeft(uint32_t next) {
  if (next < kMaxTargetNumber) return absl::OkStatus();
  return Refuse(v1::LIMIT,
                "the workspace has had 2^27 of this kind; export it and import "
                "it anew");
}

// The canonical form of an address that is well-formed or empty.
std::string Canonical(const std::string& email) {
  return email.empty() ? "" : *CanonicalEmail(email);
}

absl::StatusOr<ChangeReceipt> AddPrincipal(Kind kind, const std::string& id,
                                           const PrincipalFields& fields,
                                           Draft* draft) {
  const State& state = draft->state();
  if (absl::Status s = CheckIdFree(state, kind, id); !s.ok()) return s;
  if (absl::Status s = CheckEmailFree(state, fields.email, State::kNone);
      !s.ok()) {
    return s;
  }
  if (absl::Status s = CheckNumberLeft(state.directory.next_principal);
      !s.ok()) {
    return s;
  }
  draft->AddPrincipal(kind, id, fields);
  return Changed(true);
}

// The fields that an update of a user or service account sets.
struct PrincipalUpdate {
  std::optional<std::string> email, name;
  std::optional<bool> locked, workspace_admin;
  std::optional<std::string> annotation;
};

absl::StatusOr<ChangeReceipt> UpdatePrincipal(Kind kind, const std::string& id,
                                              const PrincipalUpdate& update,
                                              Draft* draft) {
  const State& state = draft->state();
  absl::StatusOr<uint32_t> found = RequireNumber(state, kind, id);
  if (!found.ok()) return found.status();
  const uint32_t number = *found;
  const MemberLine& line = *state.directory.members.Get(number);
  const PrincipalFields old{
      std::string(state.directory.addresses.Get(number)),
      std::string(state.directory.principal_names.Get(number)), line.locked(),
      line.workspace_admin(),
      std::string(state.directory.principal_annotations.Get(number))};
  PrincipalFields now;
  now.email = update.email ? Canonical(*update.email) : old.email;
  now.display_name = update.name.value_or(old.display_name);
  now.locked = update.locked.value_or(old.locked);
  now.workspace_admin = update.workspace_admin.value_or(old.workspace_admin);
  now.annotation = update.annotation.value_or(old.annotation);
  if (absl::Status s = CheckEmailFree(state, now.email, number); !s.ok()) {
    return s;
  }
  const auto all = [](const PrincipalFields& fields) {
    return std::tie(fields.email, fields.display_name, fields.locked,
                    fields.workspace_admin, fields.annotation);
  };
  const bool changed = all(now) != all(old);
  if (changed) draft->UpdatePrincipal(number, now);
  return Changed(changed);
}

absl::StatusOr<ChangeReceipt> RemovePrincipal(Kind kind, const std::string& id,
                                              Draft* draft) {
  absl::StatusOr<uint32_t> number = RequireNumber(draft->state(), kind, id);
  if (!number.ok()) return number.status();
  return Removed(draft->RemovePrincipal(*number));
}

// A longer cycle is shown by both ends of its path.
constexpr size_t kShownOfCycle = 20;

// Refuses `member` in `group` if the group is the member, or a member of it.
absl::Status CheckNoCycle(const State& state, uint32_t group,
                          TargetKey member) {
  if (!IsGroup(member)) return absl::OkStatus();
  const Directory& directory = state.directory;
  std::vector<std::string> path;
  if (GroupKey(group) != member) {
    path = ShortestPaths(directory, GroupKey(group)).To(NumberOf(member));
    if (path.empty()) return absl::OkStatus();
  }
  const std::string id(directory.IdOfTarget(member));
  path.insert(path.begin(), {id, std::string(directory.group_ids.Get(group))});
  std::string text;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path.size() > kShownOfCycle && i == kShownOfCycle / 2) {
      i = path.size() - kShownOfCycle / 2;
      absl::StrAppend(&text, " > (", path.size() - kShownOfCycle, " more)");
    }
    absl::StrAppend(&text, text.empty() ? "" : " > ", Quoted(path[i]));
  }
  return Refuse(v1::GROUP_CYCLE,
                absl::StrCat("group ", Quoted(id),
                             " would become a member of itself: ", text));
}

bool IsMember(const State& state, uint32_t group, TargetKey member) {
  const GroupRow row = state.directory.GroupAt(group);
  return (IsGroup(member) ? row.subgroups : row.members)
      .Contains(NumberOf(member));
}

// The first entry of `old` that is missing from `now` and in use according to
// `used`; empty if none.
template <class Used>
std::string FirstMissingInUse(const std::vector<std::string>& old,
                              const std::vector<std::string>& now,
                              const Used& used) {
  for (const std::string& name : old) {
    if (std::find(now.begin(), now.end(), name) == now.end() && used(name)) {
      return name;
    }
  }
  return "";
}

bool RoleInUse(const State& state, RoleSlot role) {
  bool used = false;
  for (uint32_t i = 0; i < state.next_resource && !used; ++i) {
    const GrantLine* grants = state.grants.Get(i);
    if (grants == nullptr) continue;
    used = grants->baseline() == role;
    grants->ForEach(
        [&](TargetKey, RoleSlot granted) { used |= granted == role; });
  }
  return used;
}

bool TypeInUse(const State& state, const std::string& type) {
  for (uint32_t i = 0; i < state.next_resource; ++i) {
    if (state.HasResource(i) && state.ResourceAt(i).type == type) return true;
  }
  return false;
}

// Decides each kind of change.
class Decider {
 public:
  using Result = absl::StatusOr<ChangeReceipt>;

  Decider(const Actor& actor, Draft* draft)
      : actor_(actor), draft_(*draft), state_(draft->state()) {}

  Result operator()(const Share& c) const {
    return DecideShare(actor_, c, &draft_);
  }
  Result operator()(const Unshare& c) const {
    return DecideUnshare(actor_, c, &draft_);
  }

  Result operator()(const AddUser& c) const {
    return AddPrincipal(
        Kind::kUser, c.id,
        {Canonical(c.email), c.name, c.locked, c.workspace_admin, c.annotation},
        &draft_);
  }
  Result operator()(const UpdateUser& c) const {
    return UpdatePrincipal(
        Kind::kUser, c.id,
        {c.email, c.name, c.locked, c.workspace_admin, c.annotation}, &draft_);
  }
  Result operator()(const RemoveUser& c) const {
    return RemovePrincipal(Kind::kUser, c.id, &draft_);
  }
  Result operator()(const AddServiceAccount& c) const {
    return AddPrincipal(
        Kind::kServiceAccount, c.id,
        {Canonical(c.email), c.name, false, false, c.annotation}, &draft_);
  }
  Result operator()(const UpdateServiceAccount& c) const {
    return UpdatePrincipal(Kind::kServiceAccount, c.id,
                           {c.email, c.name, {}, {}, c.annotation}, &draft_);
  }
  Result operator()(const RemoveServiceAccount& c) const {
    return RemovePrincipal(Kind::kServiceAccount, c.id, &draft_);
  }

  Result operator()(const AddKey& c) const {
    absl::StatusOr<TargetKey> owner = RequireTargetKey(state_, c.owner);
    if (!owner.ok()) return owner.status();
    if (absl::Status s = CheckIdFree(state_, Kind::kKey, c.id); !s.ok()) {
      return s;
    }
    if (absl::Status s = CheckNumberLeft(state_.directory.next_key); !s.ok()) {
      return s;
    }
    draft_.AddKey(c.id, *owner, c.enabled, c.annotation);
    return Changed(true);
  }
  Result operator()(const UpdateKey& c) const {
    absl::StatusOr<uint32_t> key = RequireNumber(state_, Kind::kKey, c.id);
    if (!key.ok()) return key.status();
    const bool enabled = state_.directory.keys.Get(*key)->enabled != 0;
    const std::string annotation(state_.directory.key_annotations.Get(*key));
    const bool enabled_now = c.enabled.value_or(enabled);
    const std::string annotation_now = c.annotation.value_or(annotation);
    const bool changed = enabled_now != enabled || annotation_now != annotation;
    if (changed) draft_.UpdateKey(*key, enabled_now, annotation_now);
    return Changed(changed);
  }
  Result operator()(const RemoveKey& c) const {
    absl::StatusOr<uint32_t> key = RequireNumber(state_, Kind::kKey, c.id);
    if (!key.ok()) return key.status();
    draft_.RemoveKey(*key);
    return Removed(Cascade());
  }

  Result operator()(const AddGroup& c) const {
    if (absl::Status s = CheckIdFree(state_, Kind::kGroup, c.id); !s.ok()) {
      return s;
    }
    if (absl::Status s = CheckNumberLeft(state_.directory.next_group);
        !s.ok()) {
      return s;
    }
    draft_.AddGroup(c.id, c.name);
    return Changed(true);
  }
  Result operator()(const UpdateGroup& c) const {
    absl::StatusOr<uint32_t> group = RequireNumber(state_, Kind::kGroup, c.id);
    if (!group.ok()) return group.status();
    const bool changed =
        c.name && *c.name != state_.directory.group_names.Get(*group);
    if (changed) draft_.RenameGroup(*group, *c.name);
    return Changed(changed);
  }
  Result operator()(const RemoveGroup& c) const {
    absl::StatusOr<uint32_t> group = RequireNumber(state_, Kind::kGroup, c.id);
    if (!group.ok()) return group.status();
    return Removed(draft_.RemoveGroup(*group));
  }
  Result operator()(const AddMember& c) const {
    absl::StatusOr<uint32_t> group =
        RequireNumber(state_, Kind::kGroup, c.group);
    if (!group.ok()) return group.status();
    absl::StatusOr<TargetKey> member = RequireTargetKey(state_, c.member);
    if (!member.ok()) return member.status();
    if (IsMember(state_, *group, *member)) return Changed(false);
    if (absl::Status s = CheckNoCycle(state_, *group, *member); !s.ok()) {
      return s;
    }
    draft_.AddMember(*group, *member);
    return Changed(true);
  }
  Result operator()(const RemoveMember& c) const {
    absl::StatusOr<uint32_t> group =
        RequireNumber(state_, Kind::kGroup, c.group);
    if (!group.ok()) return group.status();
    absl::StatusOr<TargetKey> member = RequireTargetKey(state_, c.member);
    if (!member.ok()) return member.status();
    const bool changed = IsMember(state_, *group, *member);
    if (changed) draft_.RemoveMember(*group, *member);
    return Changed(changed);
  }

  Result operator()(const AddResource& c) const {
    if (absl::Status s = state_.settings->RequireType(c.resource.type);
        !s.ok()) {
      return s;
    }
    TargetKey creator = 0;
    if (c.creator) {
      absl::StatusOr<TargetKey> found = RequireTargetKey(state_, *c.creator);
      if (!found.ok()) return found.status();
      creator = *found;
    }
    if (state_.FindResource(c.resource) != State::kNone) {
      return Refuse(v1::ALREADY_EXISTS,
                    absl::StrCat("resource ", Quoted(c.resource.ToString()),
                                 " exists already; update it instead"));
    }
    if (absl::Status s = CheckNumberLeft(state_.next_resource); !s.ok()) {
      return s;
    }
    draft_.AddResource(c.resource, c.name, creator);
    return Changed(true);
  }
  Result operator()(const UpdateResource& c) const {
    absl::StatusOr<uint32_t> resource = RequireResource(state_, c.resource);
    if (!resource.ok()) return resource.status();
    const bool changed =
        c.name && *c.name != state_.resource_names.Get(*resource);
    if (changed) draft_.RenameResource(*resource, *c.name);
    return Changed(changed);
  }
  Result operator()(const RemoveResource& c) const {
    absl::StatusOr<uint32_t> resource = RequireResource(state_, c.resource);
    if (!resource.ok()) return resource.status();
    return Removed(draft_.RemoveResource(*resource));
  }

  Result operator()(const SetLimit& c) const {
    if (c.max_principals_per_resource == state_.settings->max_principals) {
      return Changed(false);
    }
    Settings settings = *state_.settings;
    settings.max_principals = c.max_principals_per_resource;
    draft_.SetSettings(std::move(settings));
    return Changed(true);
  }
  Result operator()(const SetLadder& c) const {
    const Ladder& old = state_.ladder();
    const std::string used =
        FirstMissingInUse(old.names(), c.roles, [&](const std::string& name) {
          return RoleInUse(state_, old.SlotAt(old.RankOfName(name)));
        });
    if (!used.empty()) {
      return Refuse(v1::ROLE_IN_USE,
                    absl::StrCat("role ", Quoted(used),
                                 " is held by a grant; change those grants "
                                 "before it leaves the ladder"));
    }
    if (c.roles == old.names()) return Changed(false);
    absl::StatusOr<Ladder> ladder = old.Changed(c.roles);
    if (!ladder.ok()) return ladder.status();
    Settings settings = *state_.settings;
    settings.ladder = *std::move(ladder);
    draft_.SetSettings(std::move(settings));
    return Changed(true);
  }
  Result operator()(const SetResourceTypes& c) const {
    // Well-formed: the form has been checked.
    std::vector<std::string> types = *CheckedTypes(c.types);
    const std::string used = FirstMissingInUse(
        state_.settings->types, types,
        [&](const std::string& type) { return TypeInUse(state_, type); });
    if (!used.empty()) {
      return Refuse(v1::TYPE_IN_USE,
                    absl::StrCat("resource type ", Quoted(used),
                                 " has resources; remove them before it "
                                 "leaves the table"));
    }
    if (types == state_.settings->types) return Changed(false);
    Settings settings = *state_.settings;
    settings.SetTypes(std::move(types));
    draft_.SetSettings(std::move(settings));
    return Changed(true);
  }

 private:
  const Actor& actor_;
  Draft& draft_;
  const State& state_;
};

}  // namespace

absl::StatusOr<ChangeReceipt> DecideChange(const Actor& actor,
                                           const Change& change, Draft* draft) {
  return std::visit(Decider(actor, draft), change);
}

absl::StatusOr<bool> ReplayChange(const Change& change, Draft* draft) {
  if (const auto* share = std::get_if<Share>(&change)) {
    return ReplayShare(*share, draft);
  }
  if (const auto* unshare = std::get_if<Unshare>(&change)) {
    return ReplayUnshare(*unshare, draft);
  }
  const absl::StatusOr<ChangeReceipt> receipt =
      DecideChange(Actor::System(), change, draft);
  if (!receipt.ok()) return receipt.status();
  return receipt->changed;
}

}  // namespace acl
