#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "acl/history/record_message.h"
#include "acl/history/workspace_chunks.h"
#include "acl/share/request.h"

namespace acl {
namespace {

void AddText(absl::string_view text, v1::Texts* texts) {
  texts->mutable_bytes()->append(text.data(), text.size());
  texts->add_lengths(static_cast<uint32_t>(text.size()));
}

// Removes what a reader restores by itself.
void Shorten(v1::Texts* texts) {
  auto& lengths = *texts->mutable_lengths();
  while (!lengths.empty() && lengths[lengths.size() - 1] == 0) {
    lengths.RemoveLast();
  }
}

void AddByte(uint32_t byte, std::string* column) {
  column->push_back(static_cast<char>(byte));
}

// Fills chunks, and passes each on when it is full.
class Writer {
 public:
  Writer(const State& state, size_t chunk_items,
         absl::FunctionRef<absl::Status(const v1::WorkspaceChunk&)> sink)
      : state_(state), chunk_items_(chunk_items), sink_(sink) {}

  absl::Status Run() {
    v1::WorkspaceBegin& begin = *chunk_.mutable_begin();
    begin.set_id(state_.workspace);
    begin.set_incarnation(state_.incarnation);
    begin.set_revision(state_.revision);
    *begin.mutable_settings() = ToMessage(*state_.settings);
    if (absl::Status s = AddPrincipals(); !s.ok()) return s;
    if (absl::Status s = AddKeys(); !s.ok()) return s;
    if (absl::Status s = AddGroups(); !s.ok()) return s;
    if (absl::Status s = AddMemberships(); !s.ok()) return s;
    if (absl::Status s = AddResources(); !s.ok()) return s;
    if (absl::Status s = AddRequests(); !s.ok()) return s;
    return GiveAway();
  }

 private:
  // Called before `items` more items are added to the chunk.
  absl::Status Room(size_t items) {
    if (used_ > 0 && used_ + items > chunk_items_) {
      if (absl::Status s = GiveAway(); !s.ok()) return s;
      chunk_.Clear();
      used_ = 0;
    }
    used_ += items;
    return absl::OkStatus();
  }

  absl::Status GiveAway() {
    if (chunk_.has_principals()) {
      Shorten(chunk_.mutable_principals()->mutable_emails());
      Shorten(chunk_.mutable_principals()->mutable_names());
      Shorten(chunk_.mutable_principals()->mutable_annotations());
    }
    if (chunk_.has_keys()) {
      Shorten(chunk_.mutable_keys()->mutable_annotations());
    }
    if (chunk_.has_groups()) Shorten(chunk_.mutable_groups()->mutable_names());
    if (chunk_.has_resources()) {
      Shorten(chunk_.mutable_resources()->mutable_names());
    }
    return sink_(chunk_);
  }

  absl::Status AddPrincipals() {
    const Directory& directory = state_.directory;
    principals_.resize(directory.next_principal);
    uint32_t next = 0;
    for (uint32_t number = 0; number < directory.next_principal; ++number) {
      if (!directory.HasPrincipal(number)) continue;
      if (absl::Status s = Room(1); !s.ok()) return s;
      principals_[number] = next++;
      const MemberLine& line = *directory.members.Get(number);
      v1::PrincipalColumns& columns = *chunk_.mutable_principals();
      AddText(directory.principal_ids.Get(number), columns.mutable_ids());
      AddByte((line.service_account() ? 1u : 0u) | (line.locked() ? 2u : 0u) |
                  (line.workspace_admin() ? 4u : 0u),
              columns.mutable_flags());
      AddText(directory.addresses.Get(number), columns.mutable_emails());
      AddText(directory.principal_names.Get(number), columns.mutable_names());
      AddText(directory.principal_annotations.Get(number),
              columns.mutable_annotations());
    }
    return absl::OkStatus();
  }

  absl::Status AddKeys() {
    const Directory& directory = state_.directory;
    for (uint32_t number = 0; number < directory.next_key; ++number) {
      if (!directory.HasKey(number)) continue;
      if (absl::Status s = Room(1); !s.ok()) return s;
      const KeyRow& row = *directory.keys.Get(number);
      v1::KeyColumns& columns = *chunk_.mutable_keys();
      AddText(directory.key_ids.Get(number), columns.mutable_ids());
      columns.add_owners(principals_[NumberOf(row.owner)]);
      AddByte(row.enabled != 0 ? 0 : 1, columns.mutable_flags());
      AddText(directory.key_annotations.Get(number),
              columns.mutable_annotations());
    }
    return absl::OkStatus();
  }

  absl::Status AddGroups() {
    const Directory& directory = state_.directory;
    groups_.resize(directory.next_group);
    uint32_t next = 0;
    for (uint32_t number = 0; number < directory.next_group; ++number) {
      if (!directory.HasGroup(number)) continue;
      if (absl::Status s = Room(1); !s.ok()) return s;
      groups_[number] = next++;
      v1::GroupColumns& columns = *chunk_.mutable_groups();
      AddText(directory.group_ids.Get(number), columns.mutable_ids());
      AddText(directory.group_names.Get(number), columns.mutable_names());
    }
    return absl::OkStatus();
  }

  // A target as columns encode it.
  uint32_t TargetOf(TargetKey key) const {
    return IsGroup(key) ? groups_[NumberOf(key)] * 2 + 1
                        : principals_[NumberOf(key)] * 2;
  }

  absl::Status AddMemberships() {
    const Directory& directory = state_.directory;
    std::vector<uint32_t> members;
    for (uint32_t number = 0; number < directory.next_group; ++number) {
      if (!directory.HasGroup(number)) continue;
      const GroupRow row = directory.GroupAt(number);
      members.clear();
      for (auto at = row.members.Begin(); at.valid(); at.Next()) {
        members.push_back(TargetOf(PrincipalKey(at.value())));
      }
      const auto middle = static_cast<std::ptrdiff_t>(members.size());
      for (auto at = row.subgroups.Begin(); at.valid(); at.Next()) {
        members.push_back(TargetOf(GroupKey(at.value())));
      }
      std::inplace_merge(members.begin(), members.begin() + middle,
                         members.end());
      if (absl::Status s = AddMembers(groups_[number], members); !s.ok()) {
        return s;
      }
    }
    return absl::OkStatus();
  }

  absl::Status AddMembers(uint32_t group,
                          const std::vector<uint32_t>& members) {
    for (const uint32_t member : members) {
      if (absl::Status s = Room(1); !s.ok()) return s;
      v1::MembershipColumns& columns = *chunk_.mutable_memberships();
      const int last = columns.groups_size() - 1;
      if (last < 0 || columns.groups(last) != group) {
        columns.add_groups(group);
        columns.add_counts(1);
      } else {
        columns.set_counts(last, columns.counts(last) + 1);
      }
      columns.add_members(member);
    }
    return absl::OkStatus();
  }

  absl::Status AddResources() {
    for (uint32_t number = 0; number < state_.next_resource; ++number) {
      if (!state_.HasResource(number)) continue;
      const GrantLine& line = *state_.grants.Get(number);
      if (absl::Status s = Room(1 + line.size()); !s.ok()) return s;
      AddResource(number, line);
    }
    return absl::OkStatus();
  }

  void AddResource(uint32_t number, const GrantLine& line) {
    const ResourceRef id = state_.ResourceAt(number);
    const Ladder& ladder = state_.ladder();
    const std::vector<std::string>& types = state_.settings->types;
    v1::ResourceColumns& columns = *chunk_.mutable_resources();
    AddText(id.id, columns.mutable_ids());
    columns.add_types(static_cast<uint32_t>(
        std::lower_bound(types.begin(), types.end(), id.type) - types.begin()));
    AddText(state_.resource_names.Get(number), columns.mutable_names());
    columns.add_creators(
        line.creator() == 0 ? 0 : principals_[NumberOf(line.creator())] + 1);
    AddByte(ladder.RankOfSlot(line.baseline()), columns.mutable_baselines());
    auto& grants = *columns.mutable_grants();
    const int begin = grants.size();
    line.ForEach([&](TargetKey key, RoleSlot role) {
      grants.Add(TargetOf(key) << kRoleBits | ladder.RankOfSlot(role));
    });
    std::sort(grants.begin() + begin, grants.end());
    columns.add_grant_counts(static_cast<uint32_t>(grants.size() - begin));
  }

  absl::Status AddRequests() {
    return VisitRequests(
        state_, [&](const std::string& id, const AnsweredRequest& request) {
          absl::Status room = Room(1 + request.changes.size());
          if (room.ok()) *chunk_.add_requests() = ToMessage(id, request);
          return room;
        });
  }

  const State& state_;
  const size_t chunk_items_;
  const absl::FunctionRef<absl::Status(const v1::WorkspaceChunk&)> sink_;
  v1::WorkspaceChunk chunk_;
  size_t used_ = 0;  // items in the chunk
  // By number: the number that the reader will assign.
  std::vector<uint32_t> principals_;
  std::vector<uint32_t> groups_;
};

}  // namespace

absl::Status ToChunks(
    const State& state, size_t chunk_items,
    absl::FunctionRef<absl::Status(const v1::WorkspaceChunk&)> sink) {
  return Writer(state, chunk_items, sink).Run();
}

}  // namespace acl
