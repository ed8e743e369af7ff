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
  if (state.directory.Find(kind, id) == nullptr) {
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
                            const NameRef& owner) {
  const PrincipalRow* row =
      email.empty() ? nullptr : state.directory.FindByEmail(email);
  if (row == nullptr || row->name == owner) return absl::OkStatus();
  return Refuse(
      v1::EMAIL_TAKEN,
      absl::StrCat("e-mail ", Quoted(email), " belongs to ",
                   KindWord(row->name->kind), " ", Quoted(row->name->id)));
}

// Numbers are never given out twice, so that stale handles stay stale.
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
                                           PrincipalRow row, Draft* draft) {
  const State& state = draft->state();
  if (absl::Status s = CheckIdFree(state, kind, id); !s.ok()) return s;
  if (absl::Status s = CheckEmailFree(state, row.email, nullptr); !s.ok()) {
    return s;
  }
  if (absl::Status s = CheckNumberLeft(state.directory.next_principal);
      !s.ok()) {
    return s;
  }
  draft->AddPrincipal(kind, id, std::move(row));
  return Changed(true);
}

// What an update of a user or service account sets.
struct PrincipalUpdate {
  std::optional<std::string> email, name;
  std::optional<bool> locked, workspace_admin;
};

absl::StatusOr<ChangeReceipt> UpdatePrincipal(Kind kind, const std::string& id,
                                              const PrincipalUpdate& update,
                                              Draft* draft) {
  absl::StatusOr<const PrincipalRow*> found =
      RequirePrincipal(draft->state(), kind, id);
  if (!found.ok()) return found.status();
  const PrincipalRow& old = **found;
  PrincipalRow row;
  row.email = update.email ? Canonical(*update.email) : old.email;
  row.display_name = update.name.value_or(old.display_name);
  row.locked = update.locked.value_or(old.locked);
  row.workspace_admin = update.workspace_admin.value_or(old.workspace_admin);
  if (absl::Status s = CheckEmailFree(draft->state(), row.email, old.name);
      !s.ok()) {
    return s;
  }
  const bool changed =
      std::tie(row.email, row.display_name, row.locked, row.workspace_admin) !=
      std::tie(old.email, old.display_name, old.locked, old.workspace_admin);
  const NameRef name = old.name;
  if (changed) draft->UpdatePrincipal(name, std::move(row));
  return Changed(changed);
}

absl::StatusOr<ChangeReceipt> RemovePrincipal(Kind kind, const std::string& id,
                                              Draft* draft) {
  absl::StatusOr<const PrincipalRow*> row =
      RequirePrincipal(draft->state(), kind, id);
  if (!row.ok()) return row.status();
  return Removed(draft->RemovePrincipal(NameRef((*row)->name)));
}

// A longer path of a cycle is shown by its ends.
constexpr size_t kShownOfCycle = 20;

// Refuses `member` in `group` if the group is the member, or below it.
absl::Status CheckNoCycle(const State& state, const GroupRow& group,
                          const NameRef& member) {
  if (member->kind != Kind::kGroup) return absl::OkStatus();
  std::vector<std::string> path;
  if (group.name != member) {
    path = ShortestPath(state.directory, group.groups,
                        *state.directory.Group(member));
    if (path.empty()) return absl::OkStatus();
  }
  path.insert(path.begin(), {member->id, group.name->id});
  std::string text;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path.size() > kShownOfCycle && i == kShownOfCycle / 2) {
      i = path.size() - kShownOfCycle / 2;
      absl::StrAppend(&text, " > (", path.size() - kShownOfCycle, " more)");
    }
    absl::StrAppend(&text, text.empty() ? "" : " > ", Quoted(path[i]));
  }
  return Refuse(v1::GROUP_CYCLE,
                absl::StrCat("group ", Quoted(member->id),
                             " would become a member of itself: ", text));
}

// What is in use of a table that is replaced: the first of `old` that is not in
// `now` and that `used` says is used; empty if none.
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
  for (auto at = state.resource_names.Begin(); at.valid() && !used; at.Next()) {
    const GrantLine& grants = state.GrantsOn(*state.Resource(at.key()));
    used = grants.baseline() == role;
    grants.ForEach(
        [&](TargetKey, RoleSlot granted) { used |= granted == role; });
  }
  return used;
}

bool TypeInUse(const State& state, const std::string& type) {
  const auto at = state.resource_names.From(NameKey{Kind::kDefault, type, ""});
  return at.valid() && at.key()->type == type;
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
    PrincipalRow row;
    row.email = Canonical(c.email);
    row.display_name = c.name;
    row.locked = c.locked;
    row.workspace_admin = c.workspace_admin;
    return AddPrincipal(Kind::kUser, c.id, std::move(row), &draft_);
  }
  Result operator()(const UpdateUser& c) const {
    return UpdatePrincipal(Kind::kUser, c.id,
                           {c.email, c.name, c.locked, c.workspace_admin},
                           &draft_);
  }
  Result operator()(const RemoveUser& c) const {
    return RemovePrincipal(Kind::kUser, c.id, &draft_);
  }
  Result operator()(const AddServiceAccount& c) const {
    PrincipalRow row;
    row.email = Canonical(c.email);
    row.display_name = c.name;
    return AddPrincipal(Kind::kServiceAccount, c.id, std::move(row), &draft_);
  }
  Result operator()(const UpdateServiceAccount& c) const {
    return UpdatePrincipal(Kind::kServiceAccount, c.id,
                           {c.email, c.name, {}, {}}, &draft_);
  }
  Result operator()(const RemoveServiceAccount& c) const {
    return RemovePrincipal(Kind::kServiceAccount, c.id, &draft_);
  }

  Result operator()(const AddKey& c) const {
    absl::StatusOr<NameRef> owner = RequireNamed(state_, c.owner);
    if (!owner.ok()) return owner.status();
    if (absl::Status s = CheckIdFree(state_, Kind::kKey, c.id); !s.ok()) {
      return s;
    }
    if (absl::Status s = CheckNumberLeft(state_.directory.next_key); !s.ok()) {
      return s;
    }
    draft_.AddKey(c.id, *owner, c.enabled);
    return Changed(true);
  }
  Result operator()(const UpdateKey& c) const {
    absl::StatusOr<const KeyRow*> key = RequireKey(state_, c.id);
    if (!key.ok()) return key.status();
    const bool changed = c.enabled && *c.enabled != (*key)->enabled;
    if (changed) draft_.SetKeyEnabled(NameRef((*key)->name), *c.enabled);
    return Changed(changed);
  }
  Result operator()(const RemoveKey& c) const {
    absl::StatusOr<const KeyRow*> key = RequireKey(state_, c.id);
    if (!key.ok()) return key.status();
    draft_.RemoveKey(NameRef((*key)->name));
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
    absl::StatusOr<const GroupRow*> group = RequireGroup(state_, c.id);
    if (!group.ok()) return group.status();
    const bool changed = c.name && *c.name != (*group)->display_name;
    if (changed) draft_.RenameGroup(NameRef((*group)->name), *c.name);
    return Changed(changed);
  }
  Result operator()(const RemoveGroup& c) const {
    absl::StatusOr<const GroupRow*> group = RequireGroup(state_, c.id);
    if (!group.ok()) return group.status();
    return Removed(draft_.RemoveGroup(NameRef((*group)->name)));
  }
  Result operator()(const AddMember& c) const {
    absl::StatusOr<const GroupRow*> group = RequireGroup(state_, c.group);
    if (!group.ok()) return group.status();
    absl::StatusOr<NameRef> member = RequireNamed(state_, c.member);
    if (!member.ok()) return member.status();
    if ((*group)->members.Contains(*member)) return Changed(false);
    if (absl::Status s = CheckNoCycle(state_, **group, *member); !s.ok()) {
      return s;
    }
    draft_.AddMember(NameRef((*group)->name), *member);
    return Changed(true);
  }
  Result operator()(const RemoveMember& c) const {
    absl::StatusOr<const GroupRow*> group = RequireGroup(state_, c.group);
    if (!group.ok()) return group.status();
    absl::StatusOr<NameRef> member = RequireNamed(state_, c.member);
    if (!member.ok()) return member.status();
    const bool changed = (*group)->members.Contains(*member);
    if (changed) draft_.RemoveMember(NameRef((*group)->name), *member);
    return Changed(changed);
  }

  Result operator()(const AddResource& c) const {
    if (absl::Status s = state_.settings->RequireType(c.resource.type);
        !s.ok()) {
      return s;
    }
    NameRef creator;
    if (c.creator) {
      absl::StatusOr<NameRef> found = RequireNamed(state_, *c.creator);
      if (!found.ok()) return found.status();
      creator = *found;
    }
    if (state_.FindResource(c.resource) != nullptr) {
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
    absl::StatusOr<const ResourceRow*> row =
        RequireResource(state_, c.resource);
    if (!row.ok()) return row.status();
    const bool changed = c.name && *c.name != (*row)->display_name;
    if (changed) draft_.RenameResource(NameRef((*row)->name), *c.name);
    return Changed(changed);
  }
  Result operator()(const RemoveResource& c) const {
    absl::StatusOr<const ResourceRow*> row =
        RequireResource(state_, c.resource);
    if (!row.ok()) return row.status();
    return Removed(draft_.RemoveResource(NameRef((*row)->name)));
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
    absl::StatusOr<std::vector<std::string>> types = CheckedTypes(c.types);
    if (!types.ok()) return types.status();
    const std::string used = FirstMissingInUse(
        state_.settings->types, *types,
        [&](const std::string& type) { return TypeInUse(state_, type); });
    if (!used.empty()) {
      return Refuse(v1::TYPE_IN_USE,
                    absl::StrCat("resource type ", Quoted(used),
                                 " has resources; remove them before it "
                                 "leaves the table"));
    }
    if (*types == state_.settings->types) return Changed(false);
    Settings settings = *state_.settings;
    settings.types = *std::move(types);
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

}  // namespace acl
