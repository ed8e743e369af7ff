#include <string>

#include "absl/strings/str_cat.h"
#include "acl/world/state_world.h"

namespace acl {
namespace {

std::string ReferenceTo(const NameRef& name) {
  return absl::StrCat(KindWord(name->kind), ":", name->id);
}

void AddSettings(const Settings& settings, v1::Workspace* world) {
  if (settings.ladder.names() != Ladder::Default().names()) {
    for (const std::string& role : settings.ladder.names()) {
      world->add_roles(role);
    }
  }
  if (settings.types != DefaultResourceTypes()) {
    for (const std::string& type : settings.types) {
      world->add_resource_types(type);
    }
  }
  if (settings.max_principals !=
      WorkspaceSettings().max_principals_per_resource) {
    world->set_max_principals_per_resource(settings.max_principals);
  }
}

void AddUser(const PrincipalRow& row, v1::User* user) {
  user->set_id(row.name->id);
  user->set_email(row.email);
  user->set_name(row.display_name);
  user->set_locked(row.locked);
  user->set_workspace_admin(row.workspace_admin);
}

void AddServiceAccount(const PrincipalRow& row, v1::ServiceAccount* account) {
  account->set_id(row.name->id);
  account->set_name(row.display_name);
  account->set_email(row.email);
}

void AddKey(const KeyRow& row, v1::ApiKey* key) {
  key->set_id(row.name->id);
  key->set_owner(ReferenceTo(row.owner));
  key->set_disabled(!row.enabled);
}

void AddGroup(const GroupRow& row, v1::Group* group) {
  group->set_id(row.name->id);
  group->set_name(row.display_name);
  for (auto at = row.members.Begin(); at.valid(); at.Next()) {
    group->add_members(ReferenceTo(at.key()));
  }
}

void AddGrant(const std::string& target, const std::string& role,
              v1::Resource* resource) {
  v1::Grant* grant = resource->add_grants();
  grant->set_target(target);
  grant->set_role(role);
}

void AddResource(const Ladder& ladder, const ResourceRow& row,
                 v1::Resource* resource) {
  resource->set_type(row.name->type);
  resource->set_id(row.name->id);
  resource->set_name(row.display_name);
  if (row.creator != nullptr) resource->set_creator(ReferenceTo(row.creator));
  if (row.baseline != 0) {
    AddGrant("default", ladder.NameOf(row.baseline), resource);
  }
  for (auto at = row.grants.Begin(); at.valid(); at.Next()) {
    AddGrant(ReferenceTo(at.key()), ladder.NameOf(at.value()), resource);
  }
}

}  // namespace

v1::Workspace ToWorld(const State& state) {
  v1::Workspace world;
  world.set_id(state.workspace);
  world.set_revision(state.revision);
  AddSettings(*state.settings, &world);
  const Directory& directory = state.directory;
  for (auto at = directory.names.Begin(); at.valid(); at.Next()) {
    const uint32_t number = at.key()->number;
    switch (at.key()->kind) {
      case Kind::kUser:
        AddUser(*directory.principals.Get(number), world.add_users());
        break;
      case Kind::kServiceAccount:
        AddServiceAccount(*directory.principals.Get(number),
                          world.add_service_accounts());
        break;
      case Kind::kKey:
        AddKey(*directory.keys.Get(number), world.add_api_keys());
        break;
      default:
        AddGroup(*directory.groups.Get(number), world.add_groups());
    }
  }
  for (auto at = state.resource_names.Begin(); at.valid(); at.Next()) {
    AddResource(state.ladder(), *state.Resource(at.key()),
                world.add_resources());
  }
  return world;
}

}  // namespace acl
