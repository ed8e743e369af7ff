#include "acl/store/draft.h"

#include <atomic>

namespace acl {
namespace {

NameRef NewName(Kind kind, uint32_t number, std::string type, std::string id) {
  return std::make_shared<const Name>(
      Name{kind, number, std::move(type), std::move(id)});
}

}  // namespace

EditTag NewEditTag() {
  static std::atomic<EditTag> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

Draft::Draft(const State& base) : state_(base), edit_(NewEditTag()) {}

std::shared_ptr<const State> Draft::Finish(Revision revision) && {
  state_.revision = revision;
  return std::make_shared<const State>(std::move(state_));
}

void Draft::Touch(const NameRef& name) {
  touched_.push_back(name);
  ++state_.rows_written;
}

template <class Row>
Row& Draft::Own(DenseVector<Row>* rows, const NameRef& name) {
  Row* row = rows->GetMutable(name->number);
  if (row->edit == edit_) return *row;
  auto copy = std::make_shared<Row>(*row);
  copy->edit = edit_;
  Row& owned = *copy;
  rows->Set(name->number, std::move(copy), edit_);
  Touch(name);
  return owned;
}

void Draft::Freeze() { edit_ = NewEditTag(); }

void Draft::SetSettings(Settings settings) {
  state_.settings = std::make_shared<const Settings>(std::move(settings));
  ++state_.rows_written;
}

PrincipalRow& Draft::Principal(const NameRef& name) {
  return Own(&state_.directory.principals, name);
}
KeyRow& Draft::Key(const NameRef& name) {
  return Own(&state_.directory.keys, name);
}
GroupRow& Draft::Group(const NameRef& name) {
  return Own(&state_.directory.groups, name);
}
ResourceRow& Draft::Resource(const NameRef& name) {
  return Own(&state_.resources, name);
}
GrantLine& Draft::Grants(const NameRef& resource) {
  Touch(resource);
  return state_.grants.Own(resource->number, edit_);
}
MemberLine& Draft::Member(const NameRef& principal) {
  return state_.directory.members.Own(principal->number, edit_);
}
NameSet& Draft::GroupsOf(const NameRef& member) {
  return member->kind == Kind::kGroup ? Group(member).groups
                                      : Principal(member).groups;
}
NameSet& Draft::GrantsOf(const NameRef& target) {
  return target->kind == Kind::kGroup ? Group(target).grants
                                      : Principal(target).grants;
}

NameRef Draft::AddPrincipal(Kind kind, const std::string& id,
                            PrincipalRow row) {
  Directory& directory = state_.directory;
  NameRef name = NewName(kind, directory.next_principal++, "", id);
  row.name = name;
  row.edit = edit_;
  directory.members.Add(
      name->number,
      MemberLine(PrincipalKey(name->number), row.locked, row.workspace_admin),
      edit_);
  if (!row.email.empty()) directory.emails.Set(row.email, name, edit_);
  if (row.workspace_admin) directory.workspace_admins.Set(name, {}, edit_);
  directory.names.Set(name, {}, edit_);
  directory.index.Add(*name, edit_);
  directory.principals.Set(
      name->number, std::make_shared<PrincipalRow>(std::move(row)), edit_);
  Touch(name);
  return name;
}

void Draft::UpdatePrincipal(const NameRef& name, PrincipalRow row) {
  Directory& directory = state_.directory;
  PrincipalRow& owned = Principal(name);
  if (owned.email != row.email) {
    if (!owned.email.empty()) directory.emails.Erase(owned.email, edit_);
    if (!row.email.empty()) directory.emails.Set(row.email, name, edit_);
  }
  if (row.workspace_admin) {
    directory.workspace_admins.Set(name, {}, edit_);
  } else {
    directory.workspace_admins.Erase(name, edit_);
  }
  owned.email = std::move(row.email);
  owned.display_name = std::move(row.display_name);
  owned.locked = row.locked;
  owned.workspace_admin = row.workspace_admin;
  Member(name).SetFlags(row.locked, row.workspace_admin);
}

Cascade Draft::RemovePrincipal(const NameRef& name) {
  Directory& directory = state_.directory;
  Freeze();
  const PrincipalRow row = *directory.Principal(name);
  Cascade cascade;
  DropGrantsTo(name, &cascade);
  DropMembershipsOf(name, &cascade);
  for (auto at = row.keys.Begin(); at.valid(); at.Next()) {
    RemoveKey(at.key());
    ++cascade.keys;
  }
  for (auto at = row.created.Begin(); at.valid(); at.Next()) {
    Resource(at.key()).creator = nullptr;
    Grants(at.key()).set_creator(0);
    ++cascade.creators;
  }
  if (!row.email.empty()) directory.emails.Erase(row.email, edit_);
  directory.workspace_admins.Erase(name, edit_);
  directory.names.Erase(name, edit_);
  directory.index.Erase(*name, edit_);
  directory.principals.Erase(name->number, edit_);
  directory.members.Erase(name->number, edit_);
  Touch(name);
  return cascade;
}

void Draft::AddKey(const std::string& id, const NameRef& owner, bool enabled) {
  Directory& directory = state_.directory;
  NameRef name = NewName(Kind::kKey, directory.next_key++, "", id);
  directory.names.Set(name, {}, edit_);
  directory.index.Add(*name, edit_);
  directory.keys.Set(
      name->number,
      std::make_shared<KeyRow>(KeyRow{name, owner, enabled, edit_}), edit_);
  Principal(owner).keys.Set(name, {}, edit_);
  Touch(name);
}

void Draft::SetKeyEnabled(const NameRef& key, bool enabled) {
  Key(key).enabled = enabled;
}

void Draft::RemoveKey(const NameRef& key) {
  Directory& directory = state_.directory;
  Principal(directory.keys.Get(key->number)->owner).keys.Erase(key, edit_);
  directory.names.Erase(key, edit_);
  directory.index.Erase(*key, edit_);
  directory.keys.Erase(key->number, edit_);
  Touch(key);
}

NameRef Draft::AddGroup(const std::string& id,
                        const std::string& display_name) {
  Directory& directory = state_.directory;
  NameRef name = NewName(Kind::kGroup, directory.next_group++, "", id);
  GroupRow row;
  row.name = name;
  row.display_name = display_name;
  row.edit = edit_;
  directory.names.Set(name, {}, edit_);
  directory.index.Add(*name, edit_);
  directory.groups.Set(name->number, std::make_shared<GroupRow>(row), edit_);
  Touch(name);
  return name;
}

void Draft::RenameGroup(const NameRef& group, const std::string& display_name) {
  Group(group).display_name = display_name;
}

Cascade Draft::RemoveGroup(const NameRef& group) {
  Freeze();
  Directory& directory = state_.directory;
  Cascade cascade;
  DropGrantsTo(group, &cascade);
  DropMembershipsOf(group, &cascade);
  const NameSet members = directory.Group(group)->members;
  for (auto at = members.Begin(); at.valid(); at.Next()) {
    RemoveMember(group, at.key());
    ++cascade.memberships;
  }
  directory.names.Erase(group, edit_);
  directory.index.Erase(*group, edit_);
  directory.groups.Erase(group->number, edit_);
  Touch(group);
  return cascade;
}

void Draft::AddMember(const NameRef& group, const NameRef& member) {
  Group(group).members.Set(member, {}, edit_);
  GroupsOf(member).Set(group, {}, edit_);
  if (member->kind == Kind::kGroup) {
    ++state_.directory.nested;
  } else {
    Member(member).AddGroup(TargetKeyOf(group), edit_);
  }
}

void Draft::RemoveMember(const NameRef& group, const NameRef& member) {
  Group(group).members.Erase(member, edit_);
  GroupsOf(member).Erase(group, edit_);
  if (member->kind == Kind::kGroup) {
    --state_.directory.nested;
  } else {
    Member(member).RemoveGroup(TargetKeyOf(group), edit_);
  }
}

NameRef Draft::AddResource(const ResourceId& id,
                           const std::string& display_name,
                           const NameRef& creator) {
  NameRef name =
      NewName(Kind::kDefault, state_.next_resource++, id.type, id.id);
  auto row = std::make_shared<ResourceRow>();
  row->name = name;
  row->display_name = display_name;
  row->creator = creator;
  row->edit = edit_;
  if (creator != nullptr) Principal(creator).created.Set(name, {}, edit_);
  state_.grants.Add(name->number, GrantLine(TargetKeyOf(creator)), edit_);
  state_.resource_names.Set(name, {}, edit_);
  state_.resource_index.Add(*name, edit_);
  state_.resources.Set(name->number, std::move(row), edit_);
  Touch(name);
  return name;
}

void Draft::RenameResource(const NameRef& resource,
                           const std::string& display_name) {
  Resource(resource).display_name = display_name;
}

Cascade Draft::RemoveResource(const NameRef& resource) {
  Freeze();
  const ResourceRow row = *state_.Resource(resource);
  const GrantLine grants = state_.GrantsOn(row);
  Cascade cascade;
  grants.ForEach([&](TargetKey key, RoleSlot) {
    GrantsOf(NameRef(state_.directory.NameOf(key))).Erase(resource, edit_);
    ++cascade.grants;
  });
  if (grants.baseline() != 0) {
    state_.baselines.Erase(resource, edit_);
    ++cascade.grants;
  }
  if (row.creator != nullptr) {
    Principal(row.creator).created.Erase(resource, edit_);
  }
  state_.resource_names.Erase(resource, edit_);
  state_.resource_index.Erase(*resource, edit_);
  state_.resources.Erase(resource->number, edit_);
  state_.grants.Erase(resource->number, edit_);
  Touch(resource);
  return cascade;
}

void Draft::SetGrant(const NameRef& resource, const NameRef& target,
                     RoleSlot role) {
  GrantLine& line = Grants(resource);
  if (role == 0) {
    line.Erase(TargetKeyOf(target), edit_);
    GrantsOf(target).Erase(resource, edit_);
  } else if (line.Set(TargetKeyOf(target), role, edit_)) {
    GrantsOf(target).Set(resource, {}, edit_);
  }
}

void Draft::SetBaseline(const NameRef& resource, RoleSlot role) {
  Grants(resource).set_baseline(role);
  if (role == 0) {
    state_.baselines.Erase(resource, edit_);
  } else {
    state_.baselines.Set(resource, {}, edit_);
  }
}

void Draft::DropGrantsTo(const NameRef& target, Cascade* cascade) {
  const NameSet resources = GrantsOf(target);
  for (auto at = resources.Begin(); at.valid(); at.Next()) {
    SetGrant(at.key(), target, 0);
    ++cascade->grants;
  }
}

void Draft::DropMembershipsOf(const NameRef& member, Cascade* cascade) {
  const NameSet groups = GroupsOf(member);
  for (auto at = groups.Begin(); at.valid(); at.Next()) {
    RemoveMember(at.key(), member);
    ++cascade->memberships;
  }
}

}  // namespace acl
