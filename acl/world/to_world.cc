#include <limits>
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

void AddResource(const State& state, const ResourceRow& row,
                 v1::Resource* resource) {
  const Ladder& ladder = state.ladder();
  resource->set_type(row.name->type);
  resource->set_id(row.name->id);
  resource->set_name(row.display_name);
  if (row.creator != nullptr) resource->set_creator(ReferenceTo(row.creator));
  if (const RoleSlot baseline = state.GrantsOn(row).baseline()) {
    AddGrant("default", ladder.NameOfSlot(baseline), resource);
  }
  for (const NamedGrant& grant : state.SortedGrants(row)) {
    AddGrant(ReferenceTo(grant.target), ladder.NameOfSlot(grant.role),
             resource);
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
    const Directory& directory = state_.directory;
    for (auto at = directory.names.From(KeyOf(Kind::kGroup, ""));
         at.valid() && at.key()->kind == Kind::kGroup; at.Next()) {
      const GroupRow& row = *directory.Group(at.key());
      if (absl::Status s = Room(1 + row.members.size()); !s.ok()) return s;
      AddGroup(row, part_.add_groups());
    }
    for (auto at = state_.resource_names.Begin(); at.valid(); at.Next()) {
      const ResourceRow& row = *state_.Resource(at.key());
      if (absl::Status s = Room(1 + state_.GrantsOn(row).size()); !s.ok())
        return s;
      AddResource(state_, row, part_.add_resources());
    }
    return sink_(part_);
  }

 private:
  // The names are in the order of their kinds' words, the fields are not.
  absl::Status AddPrincipalsAndKeys() {
    const Directory& directory = state_.directory;
    for (const Kind kind : {Kind::kUser, Kind::kServiceAccount, Kind::kKey}) {
      for (auto at = directory.names.From(KeyOf(kind, ""));
           at.valid() && at.key()->kind == kind; at.Next()) {
        if (absl::Status s = Room(1); !s.ok()) return s;
        const uint32_t number = at.key()->number;
        if (kind == Kind::kUser) {
          AddUser(*directory.principals.Get(number), part_.add_users());
        } else if (kind == Kind::kServiceAccount) {
          AddServiceAccount(*directory.principals.Get(number),
                            part_.add_service_accounts());
        } else {
          AddKey(*directory.keys.Get(number), part_.add_api_keys());
        }
      }
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
