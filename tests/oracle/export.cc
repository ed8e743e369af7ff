// The oracle's state in the exchange format.

#include "tests/oracle/translate.h"

namespace acl::compare {
namespace {

void AddGrant(const std::string& target, const std::string& role,
              v1::Resource* to) {
  v1::Grant* grant = to->add_grants();
  grant->set_target(target);
  grant->set_role(role);
}

void ExportResource(const oracle::ResourceId& id,
                    const oracle::ResourceRow& row, v1::Resource* to) {
  to->set_type(id.type);
  to->set_id(id.id);
  to->set_name(row.name);
  if (row.creator) to->set_creator(compare::TextOf(*row.creator));
  // By the name of the reference's kind, then by id.
  for (const auto kind :
       {oracle::TargetKind::kDefault, oracle::TargetKind::kGroup,
        oracle::TargetKind::kServiceAccount, oracle::TargetKind::kUser}) {
    for (const auto& [target, role] : row.grants) {
      if (target.kind == kind) AddGrant(TextOf(target), role, to);
    }
  }
}

void ExportGroup(const std::string& id, const oracle::GroupRow& row,
                 v1::Group* to) {
  to->set_id(id);
  to->set_name(row.name);
  const std::vector<std::pair<oracle::MemberKind, const char*>> kinds = {
      {oracle::MemberKind::kGroup, "group:"},
      {oracle::MemberKind::kServiceAccount, "service_account:"},
      {oracle::MemberKind::kUser, "user:"}};
  for (const auto& [kind, word] : kinds) {
    for (const oracle::Member& member : row.members) {
      if (member.kind == kind) to->add_members(word + member.id);
    }
  }
}

void ExportPrincipals(const oracle::State& state, v1::Workspace* world) {
  for (const auto& [id, row] : state.users) {
    v1::User* to = world->add_users();
    to->set_id(id);
    to->set_email(row.email);
    to->set_name(row.name);
    to->set_locked(row.locked);
    to->set_workspace_admin(row.workspace_admin);
  }
  for (const auto& [id, row] : state.service_accounts) {
    v1::ServiceAccount* to = world->add_service_accounts();
    to->set_id(id);
    to->set_name(row.name);
    to->set_email(row.email);
  }
  for (const auto& [id, row] : state.keys) {
    v1::ApiKey* to = world->add_api_keys();
    to->set_id(id);
    to->set_owner(compare::TextOf(row.owner));
    to->set_disabled(!row.enabled);
  }
}

}  // namespace

v1::Workspace ExportOf(const oracle::Model& model, const std::string& id) {
  const oracle::State& state = model.state();
  v1::Workspace world;
  world.set_id(id);
  world.set_revision(model.revision());
  if (state.ladder != oracle::State().ladder) {
    for (const std::string& role : state.ladder) world.add_roles(role);
  }
  for (const std::string& type : state.types) world.add_resource_types(type);
  if (state.limit != oracle::State().limit) {
    world.set_max_principals_per_resource(static_cast<uint32_t>(state.limit));
  }
  ExportPrincipals(state, &world);
  for (const auto& [group, row] : state.groups) {
    ExportGroup(group, row, world.add_groups());
  }
  for (const auto& [resource, row] : state.resources) {
    ExportResource(resource, row, world.add_resources());
  }
  return world;
}

}  // namespace acl::compare
