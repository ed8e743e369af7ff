#include "acl/world/to_items.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace acl {
namespace {

std::string ReferenceTo(const Directory& directory, TargetKey key) {
  return absl::StrCat(KindWord(directory.KindOfTarget(key)), ":",
                      directory.IdOfTarget(key));
}

void Assign(absl::string_view text, std::string* field) {
  field->assign(text.data(), text.size());
}

void AddGrant(const std::string& target, const std::string& role,
              v1::Resource* resource) {
  v1::Grant* grant = resource->add_grants();
  grant->set_target(target);
  grant->set_role(role);
}

}  // namespace

std::vector<TargetKey> MembersOf(const Directory& directory, uint32_t group) {
  const GroupRow row = directory.GroupAt(group);
  std::vector<TargetKey> members;
  members.reserve(row.members.size() + row.subgroups.size());
  for (auto at = row.subgroups.Begin(); at.valid(); at.Next()) {
    members.push_back(GroupKey(at.value()));
  }
  for (auto at = row.members.Begin(); at.valid(); at.Next()) {
    members.push_back(PrincipalKey(at.value()));
  }
  std::sort(members.begin(), members.end(), [&](TargetKey a, TargetKey b) {
    const Kind kind_a = directory.KindOfTarget(a);
    const Kind kind_b = directory.KindOfTarget(b);
    if (kind_a != kind_b) return kind_a < kind_b;
    return directory.IdOfTarget(a) < directory.IdOfTarget(b);
  });
  return members;
}

void FillUser(const Directory& directory, uint32_t number, v1::User* user) {
  const MemberLine& line = *directory.members.Get(number);
  Assign(directory.principal_ids.Get(number), user->mutable_id());
  Assign(directory.addresses.Get(number), user->mutable_email());
  Assign(directory.principal_names.Get(number), user->mutable_name());
  user->set_locked(line.locked());
  user->set_workspace_admin(line.workspace_admin());
  Assign(directory.principal_annotations.Get(number),
         user->mutable_annotation());
}

void FillServiceAccount(const Directory& directory, uint32_t number,
                        v1::ServiceAccount* account) {
  Assign(directory.principal_ids.Get(number), account->mutable_id());
  Assign(directory.principal_names.Get(number), account->mutable_name());
  Assign(directory.addresses.Get(number), account->mutable_email());
  Assign(directory.principal_annotations.Get(number),
         account->mutable_annotation());
}

void FillKey(const Directory& directory, uint32_t number, v1::ApiKey* key) {
  const KeyRow& row = *directory.keys.Get(number);
  Assign(directory.key_ids.Get(number), key->mutable_id());
  key->set_owner(ReferenceTo(directory, row.owner));
  key->set_disabled(row.enabled == 0);
  Assign(directory.key_annotations.Get(number), key->mutable_annotation());
}

void FillGroup(const Directory& directory, uint32_t number,
               const std::vector<TargetKey>& members, v1::Group* group) {
  Assign(directory.group_ids.Get(number), group->mutable_id());
  Assign(directory.group_names.Get(number), group->mutable_name());
  for (const TargetKey member : members) {
    group->add_members(ReferenceTo(directory, member));
  }
}

void FillResource(const State& state, uint32_t number, v1::Resource* resource) {
  const Ladder& ladder = state.ladder();
  const GrantLine& line = *state.grants.Get(number);
  const ResourceRef id = state.ResourceAt(number);
  Assign(id.type, resource->mutable_type());
  Assign(id.id, resource->mutable_id());
  Assign(state.resource_names.Get(number), resource->mutable_name());
  if (line.creator() != 0) {
    resource->set_creator(ReferenceTo(state.directory, line.creator()));
  }
  if (const RoleSlot baseline = line.baseline()) {
    AddGrant("default", ladder.NameOfSlot(baseline), resource);
  }
  for (const TargetGrant& grant : state.SortedGrants(number)) {
    AddGrant(ReferenceTo(state.directory, grant.target),
             ladder.NameOfSlot(grant.role), resource);
  }
}

}  // namespace acl
