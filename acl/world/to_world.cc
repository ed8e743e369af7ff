#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/world/state_world.h"

namespace acl {
namespace {

std::string ReferenceTo(const Directory& directory, TargetKey key) {
  return absl::StrCat(KindWord(directory.KindOfTarget(key)), ":",
                      directory.IdOfTarget(key));
}

void Assign(absl::string_view text, std::string* field) {
  field->assign(text.data(), text.size());
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

void AddUser(const Directory& directory, uint32_t number, v1::User* user) {
  const MemberLine& line = *directory.members.Get(number);
  Assign(directory.principal_ids.Get(number), user->mutable_id());
  Assign(directory.addresses.Get(number), user->mutable_email());
  Assign(directory.principal_names.Get(number), user->mutable_name());
  user->set_locked(line.locked());
  user->set_workspace_admin(line.workspace_admin());
}

void AddServiceAccount(const Directory& directory, uint32_t number,
                       v1::ServiceAccount* account) {
  Assign(directory.principal_ids.Get(number), account->mutable_id());
  Assign(directory.principal_names.Get(number), account->mutable_name());
  Assign(directory.addresses.Get(number), account->mutable_email());
}

void AddKey(const Directory& directory, uint32_t number, v1::ApiKey* key) {
  const KeyRow& row = *directory.keys.Get(number);
  Assign(directory.key_ids.Get(number), key->mutable_id());
  key->set_owner(ReferenceTo(directory, row.owner));
  key->set_disabled(row.enabled == 0);
}

// Members in the order of their kinds' words, then ids.
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

void AddGroup(const Directory& directory, uint32_t number,
              const std::vector<TargetKey>& members, v1::Group* group) {
  Assign(directory.group_ids.Get(number), group->mutable_id());
  Assign(directory.group_names.Get(number), group->mutable_name());
  for (const TargetKey member : members) {
    group->add_members(ReferenceTo(directory, member));
  }
}

void AddGrant(const std::string& target, const std::string& role,
              v1::Resource* resource) {
  v1::Grant* grant = resource->add_grants();
  grant->set_target(target);
  grant->set_role(role);
}

void AddResource(const State& state, uint32_t number, v1::Resource* resource) {
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

// Fills parts, and gives each away when it is full.
class Exporter {
 public:
  Exporter(const State& state, size_t part_items, const WorldSink& sink)
      : state_(state), part_items_(part_items), sink_(sink) {}

  absl::Status Run() {
    part_.set_id(state_.workspace);
    part_.set_revision(state_.revision);
    AddSettings(*state_.settings, &part_);
    if (absl::Status s = AddPrincipalsAndKeys(); !s.ok()) return s;
    if (absl::Status s = AddGroups(); !s.ok()) return s;
    for (const uint32_t number : state_.SortedResources()) {
      const size_t grants = state_.grants.Get(number)->size();
      if (absl::Status s = Room(1 + grants); !s.ok()) return s;
      AddResource(state_, number, part_.add_resources());
    }
    return sink_(part_);
  }

 private:
  absl::Status AddPrincipalsAndKeys() {
    const Directory& directory = state_.directory;
    for (const uint32_t number : SortedPrincipals(directory, Kind::kUser)) {
      if (absl::Status s = Room(1); !s.ok()) return s;
      AddUser(directory, number, part_.add_users());
    }
    for (const uint32_t number :
         SortedPrincipals(directory, Kind::kServiceAccount)) {
      if (absl::Status s = Room(1); !s.ok()) return s;
      AddServiceAccount(directory, number, part_.add_service_accounts());
    }
    for (const uint32_t number : SortedKeys(directory)) {
      if (absl::Status s = Room(1); !s.ok()) return s;
      AddKey(directory, number, part_.add_api_keys());
    }
    return absl::OkStatus();
  }

  absl::Status AddGroups() {
    const Directory& directory = state_.directory;
    for (const uint32_t number : SortedGroups(directory)) {
      const std::vector<TargetKey> members = MembersOf(directory, number);
      if (absl::Status s = Room(1 + members.size()); !s.ok()) return s;
      AddGroup(directory, number, members, part_.add_groups());
    }
    return absl::OkStatus();
  }

  // Before `items` more are put into the part.
  absl::Status Room(size_t items) {
    if (used_ > 0 && used_ + items > part_items_) {
      if (absl::Status s = sink_(part_); !s.ok()) return s;
      part_.Clear();
      part_.set_continued(true);
      used_ = 0;
    }
    used_ += items;
    return absl::OkStatus();
  }

  const State& state_;
  const size_t part_items_;
  const WorldSink& sink_;
  v1::Workspace part_;
  size_t used_ = 0;  // items in the part
};

}  // namespace

absl::Status ToWorld(const State& state, size_t part_items,
                     const WorldSink& sink) {
  return Exporter(state, part_items, sink).Run();
}

v1::Workspace ToWorld(const State& state) {
  v1::Workspace world;
  // The sink never refuses.
  static_cast<void>(ToWorld(state, std::numeric_limits<size_t>::max(),
                            [&](const v1::Workspace& part) {
                              world = part;
                              return absl::OkStatus();
                            }));
  return world;
}

}  // namespace acl
