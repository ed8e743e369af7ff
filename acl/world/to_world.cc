#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/world/state_world.h"
#include "acl/world/to_items.h"

namespace acl {
namespace {

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

// Fills parts, and passes each on when it is full.
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
      FillResource(state_, number, part_.add_resources());
    }
    return sink_(part_);
  }

 private:
  absl::Status AddPrincipalsAndKeys() {
    const Directory& directory = state_.directory;
    for (const uint32_t number : SortedPrincipals(directory, Kind::kUser)) {
      if (absl::Status s = Room(1); !s.ok()) return s;
      FillUser(directory, number, part_.add_users());
    }
    for (const uint32_t number :
         SortedPrincipals(directory, Kind::kServiceAccount)) {
      if (absl::Status s = Room(1); !s.ok()) return s;
      FillServiceAccount(directory, number, part_.add_service_accounts());
    }
    for (const uint32_t number : SortedKeys(directory)) {
      if (absl::Status s = Room(1); !s.ok()) return s;
      FillKey(directory, number, part_.add_api_keys());
    }
    return absl::OkStatus();
  }

  absl::Status AddGroups() {
    const Directory& directory = state_.directory;
    for (const uint32_t number : SortedGroups(directory)) {
      const std::vector<TargetKey> members = MembersOf(directory, number);
      if (absl::Status s = Room(1 + members.size()); !s.ok()) return s;
      FillGroup(directory, number, members, part_.add_groups());
    }
    return absl::OkStatus();
  }

  // Called before `items` more items are added to the part.
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
  // This sink never fails.
  static_cast<void>(ToWorld(state, std::numeric_limits<size_t>::max(),
                            [&](const v1::Workspace& part) {
                              world = part;
                              return absl::OkStatus();
                            }));
  return world;
}

}  // namespace acl
