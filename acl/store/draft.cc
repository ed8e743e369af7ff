#include "acl/store/draft.h"

#include <algorithm>
#include <utility>

namespace acl {
namespace {

constexpr auto kBack = MemoryPart::kReverse;

bool IsAbsent(const MemberLine& line) { return !line.present(); }
bool IsAbsent(const GrantLine& line) { return !line.present(); }
bool IsAbsent(const KeyRow& row) { return row.owner == 0; }
bool IsAbsent(const PrincipalRow& row) {
  return row.grants.empty() && row.created.empty() && row.keys.empty();
}
bool IsAbsent(const GroupRow& row) {
  return row.members.empty() && row.subgroups.empty() && row.parents.empty() &&
         row.grants.empty();
}

template <class Row, MemoryPart kPart>
void Erase(Table<Row, kPart>* table, uint32_t number, Edit* edit) {
  table->Erase(
      number, [](const Row& row) { return IsAbsent(row); }, edit);
}

// The prefix of a resource's id text.
void AppendType(uint16_t slot, std::string* text) {
  text->push_back(static_cast<char>(slot & 0xff));
  text->push_back(static_cast<char>(slot >> 8));
}

}  // namespace

void Discard(const NextState& next) {
  for (Block* block : next.made) {
    if (block != nullptr) next.state->heap->Free(block);
  }
}

void ForgetEarlier(NextState* next) {
  for (const RetiredBlock& retired : next->retired) {
    next->state->heap->Free(retired.block);
  }
  next->retired.clear();
}

Draft::Draft(const State& base, Use use)
    : use_(use),
      own_heap_(use == Use::kTry ? std::make_shared<Heap>() : nullptr),
      state_(base),
      edit_(use == Use::kTry ? own_heap_.get() : base.heap.get(),
            use == Use::kPublish ? Edit::Scope::kPart : Edit::Scope::kWhole) {}

Draft::~Draft() = default;

NextState Draft::Finish(Revision revision) && {
  state_.revision = revision;
  state_.edit = edit_.tag();
  NextState next;
  if (use_ == Use::kBuild) BuildReverse();
  Edit::Kept kept = edit_.Keep();
  if (use_ == Use::kTry) {
    // A trial gets its own heap, which is freed with the state.
    state_.heap = own_heap_;
  } else {
    next.retired = std::move(kept.retired);
    next.made = std::move(kept.made);
    next.touched = std::move(touched_);
  }
  next.state = std::make_shared<const State>(std::move(state_));
  return next;
}

void Draft::Touch(Kind kind, uint32_t number) {
  // Nothing compares a state that is being built.
  if (use_ == Use::kBuild) return;
  if (!touched_.empty() && touched_.back().kind == kind &&
      touched_.back().number == number) {
    return;
  }
  ++state_.rows_written;
  touched_.push_back({kind, number});
}

void Draft::SetSettings(Settings settings) {
  state_.settings = std::make_shared<const Settings>(std::move(settings));
  ++state_.rows_written;
}

void Draft::SetRequests(RequestTable requests) {
  state_.requests = std::make_shared<const RequestTable>(std::move(requests));
}

PrincipalRow& Draft::Principal(uint32_t number) {
  // Finding the kind reads a line that is not needed otherwise.
  if (use_ != Use::kBuild) Touch(state_.directory.KindOf(number), number);
  return state_.directory.principals.Add(number, &edit_);
}
GroupRow& Draft::Group(uint32_t number) {
  Touch(Kind::kGroup, number);
  return state_.directory.groups.Add(number, &edit_);
}
GrantLine& Draft::Grants(uint32_t resource) {
  Touch(Kind::kDefault, resource);
  return state_.grants.Own(resource, &edit_);
}
MemberLine& Draft::Member(uint32_t principal) {
  Touch(state_.directory.KindOf(principal), principal);
  return state_.directory.members.Own(principal, &edit_);
}
SortedNumbers& Draft::GrantsOf(TargetKey target) {
  return IsGroup(target) ? Group(NumberOf(target)).grants
                         : Principal(NumberOf(target)).grants;
}

void Draft::Link(SortedNumbers* set, uint32_t number) {
  set->Put(number, &edit_, kBack);
}
void Draft::Unlink(SortedNumbers* set, uint32_t number) {
  set->Erase(number, &edit_);
}

void Draft::AddId(Kind kind, uint32_t number, absl::string_view id) {
  Directory& directory = state_.directory;
  directory.index.Add(
      Directory::HashOf(kind, id), Directory::Slot(kind, number),
      [&](uint32_t slot) { return directory.HashOfSlot(slot); }, &edit_);
  Touch(kind, number);
}

void Draft::EraseId(Kind kind, uint32_t number, absl::string_view id) {
  state_.directory.index.Erase(Directory::HashOf(kind, id),
                               Directory::Slot(kind, number), &edit_);
  Touch(kind, number);
}

void Draft::SetEmail(uint32_t principal, absl::string_view email) {
  Directory& directory = state_.directory;
  const std::string old(directory.addresses.Get(principal));
  if (old == email) return;
  const auto hash_of = [&](uint32_t number) {
    return Directory::HashOf(Kind::kEmail, directory.addresses.Get(number));
  };
  if (!old.empty()) {
    directory.emails.Erase(hash_of(principal), principal, &edit_);
  }
  directory.addresses.Set(principal, email, &edit_);
  if (!email.empty()) {
    directory.emails.Add(Directory::HashOf(Kind::kEmail, email), principal,
                         hash_of, &edit_);
  }
}

uint32_t Draft::AddPrincipal(Kind kind, absl::string_view id,
                             const PrincipalFields& fields) {
  Directory& directory = state_.directory;
  const uint32_t number = directory.next_principal++;
  directory.principal_ids.Set(number, id, &edit_);
  AddId(kind, number, id);
  directory.members.Add(number, &edit_) = MemberLine(
      PrincipalKey(number), {kind == Kind::kServiceAccount, false, false});
  UpdatePrincipal(number, fields);
  return number;
}

void Draft::UpdatePrincipal(uint32_t principal, const PrincipalFields& fields) {
  Directory& directory = state_.directory;
  SetEmail(principal, fields.email);
  directory.principal_names.Set(principal, fields.display_name, &edit_);
  directory.principal_annotations.Set(principal, fields.annotation, &edit_);
  if (fields.workspace_admin) {
    Link(&directory.workspace_admins, principal);
  } else {
    Unlink(&directory.workspace_admins, principal);
  }
  MemberLine& line = Member(principal);
  line.SetFlags(
      {line.service_account(), fields.locked, fields.workspace_admin});
}

Cascade Draft::RemovePrincipal(uint32_t principal) {
  Directory& directory = state_.directory;
  edit_.Freeze();
  const TargetKey target = PrincipalKey(principal);
  Cascade cascade;
  DropGrantsTo(target, &cascade);
  DropMembershipsOf(target, &cascade);
  const PrincipalRow row = directory.PrincipalAt(principal);
  for (auto at = row.keys.Begin(); at.valid(); at.Next()) {
    RemoveKey(at.value());
    ++cascade.keys;
  }
  for (auto at = row.created.Begin(); at.valid(); at.Next()) {
    Grants(at.value()).set_creator(0);
    ++cascade.creators;
  }
  Principal(principal).created.Clear(&edit_);
  Erase(&directory.principals, principal, &edit_);
  const Kind kind = directory.KindOf(principal);
  UpdatePrincipal(principal, {});
  EraseId(kind, principal, directory.principal_ids.Get(principal));
  directory.principal_ids.Set(principal, "", &edit_);
  Member(principal).Clear(&edit_);
  Erase(&directory.members, principal, &edit_);
  return cascade;
}

void Draft::AddKey(absl::string_view id, TargetKey owner, bool enabled,
                   absl::string_view annotation) {
  Directory& directory = state_.directory;
  const uint32_t number = directory.next_key++;
  directory.key_ids.Set(number, id, &edit_);
  AddId(Kind::kKey, number, id);
  directory.keys.Add(number, &edit_) = {owner, enabled ? 1u : 0u};
  directory.key_annotations.Set(number, annotation, &edit_);
  Link(&Principal(NumberOf(owner)).keys, number);
}

void Draft::UpdateKey(uint32_t key, bool enabled,
                      absl::string_view annotation) {
  Touch(Kind::kKey, key);
  state_.directory.keys.Own(key, &edit_).enabled = enabled ? 1 : 0;
  state_.directory.key_annotations.Set(key, annotation, &edit_);
}

void Draft::RemoveKey(uint32_t key) {
  Directory& directory = state_.directory;
  Unlink(&Principal(NumberOf(directory.keys.Get(key)->owner)).keys, key);
  EraseId(Kind::kKey, key, directory.key_ids.Get(key));
  directory.key_ids.Set(key, "", &edit_);
  directory.key_annotations.Set(key, "", &edit_);
  Erase(&directory.keys, key, &edit_);
}

uint32_t Draft::AddGroup(absl::string_view id, absl::string_view display_name) {
  Directory& directory = state_.directory;
  const uint32_t number = directory.next_group++;
  directory.group_ids.Set(number, id, &edit_);
  directory.group_names.Set(number, display_name, &edit_);
  AddId(Kind::kGroup, number, id);
  directory.groups.Add(number, &edit_);
  return number;
}

void Draft::RenameGroup(uint32_t group, absl::string_view display_name) {
  Touch(Kind::kGroup, group);
  state_.directory.group_names.Set(group, display_name, &edit_);
}

Cascade Draft::RemoveGroup(uint32_t group) {
  edit_.Freeze();
  Directory& directory = state_.directory;
  const TargetKey target = GroupKey(group);
  Cascade cascade;
  DropGrantsTo(target, &cascade);
  DropMembershipsOf(target, &cascade);
  const GroupRow row = directory.GroupAt(group);
  for (auto at = row.members.Begin(); at.valid(); at.Next()) {
    Member(at.value()).RemoveGroup(target, &edit_);
    ++cascade.memberships;
  }
  for (auto at = row.subgroups.Begin(); at.valid(); at.Next()) {
    Unlink(&Group(at.value()).parents, group);
    --directory.nested;
    ++cascade.memberships;
  }
  GroupRow& last = Group(group);
  last.members.Clear(&edit_);
  last.subgroups.Clear(&edit_);
  Erase(&directory.groups, group, &edit_);
  directory.group_names.Set(group, "", &edit_);
  EraseId(Kind::kGroup, group, directory.group_ids.Get(group));
  directory.group_ids.Set(group, "", &edit_);
  return cascade;
}

void Draft::AddMember(uint32_t group, TargetKey member) {
  const uint32_t number = NumberOf(member);
  if (IsGroup(member)) {
    Link(&Group(group).subgroups, number);
    Link(&Group(number).parents, group);
    ++state_.directory.nested;
  } else {
    Link(&Group(group).members, number);
    Member(number).AddGroup(GroupKey(group), &edit_);
  }
}

void Draft::RemoveMember(uint32_t group, TargetKey member) {
  const uint32_t number = NumberOf(member);
  if (IsGroup(member)) {
    Unlink(&Group(group).subgroups, number);
    Unlink(&Group(number).parents, group);
    --state_.directory.nested;
  } else {
    Unlink(&Group(group).members, number);
    Member(number).RemoveGroup(GroupKey(group), &edit_);
  }
}

uint32_t Draft::AddResource(const ResourceRef& id,
                            absl::string_view display_name, TargetKey creator) {
  return AddResource(id, State::HashOf(id), display_name, creator, 0, {});
}

uint32_t Draft::AddResource(const ResourceRef& id, uint64_t hash,
                            absl::string_view display_name, TargetKey creator,
                            RoleSlot baseline,
                            absl::Span<const TargetGrant> grants) {
  const uint32_t number = state_.next_resource++;
  text_.clear();
  AppendType(state_.settings->TypeSlotOf(id.type), &text_);
  text_.append(id.id.data(), id.id.size());
  state_.resource_ids.Set(number, text_, &edit_);
  state_.resource_index.Add(
      hash, number,
      [&](uint32_t other) { return State::HashOf(state_.ResourceAt(other)); },
      &edit_);
  state_.resource_names.Set(number, display_name, &edit_);
  if (creator != 0) Link(&Principal(NumberOf(creator)).created, number);
  GrantLine line(creator);
  line.set_baseline(baseline);
  if (baseline != 0) Link(&state_.baselines, number);
  for (const TargetGrant& grant : grants) {
    line.Set(grant.target, grant.role, &edit_);
    if (use_ != Use::kBuild) Link(&GrantsOf(grant.target), number);
  }
  state_.grants.Add(number, &edit_) = line;
  Touch(Kind::kDefault, number);
  return number;
}

void Draft::RenameResource(uint32_t resource, absl::string_view display_name) {
  Touch(Kind::kDefault, resource);
  state_.resource_names.Set(resource, display_name, &edit_);
}

Cascade Draft::RemoveResource(uint32_t resource) {
  Cascade cascade;
  const GrantLine& line = *state_.grants.Get(resource);
  const TargetKey creator = line.creator();
  const bool baseline = line.baseline() != 0;
  line.ForEach([&](TargetKey key, RoleSlot) {
    Unlink(&GrantsOf(key), resource);
    ++cascade.grants;
  });
  if (baseline) {
    Unlink(&state_.baselines, resource);
    ++cascade.grants;
  }
  if (creator != 0) Unlink(&Principal(NumberOf(creator)).created, resource);
  Grants(resource).Clear(&edit_);
  Erase(&state_.grants, resource, &edit_);
  state_.resource_names.Set(resource, "", &edit_);
  state_.resource_index.Erase(State::HashOf(state_.ResourceAt(resource)),
                              resource, &edit_);
  state_.resource_ids.Set(resource, "", &edit_);
  return cascade;
}

void Draft::SetGrant(uint32_t resource, TargetKey target, RoleSlot role) {
  GrantLine& line = Grants(resource);
  if (role == 0) {
    line.Erase(target, &edit_);
    Unlink(&GrantsOf(target), resource);
  } else if (line.Set(target, role, &edit_)) {
    Link(&GrantsOf(target), resource);
  }
}

void Draft::SetBaseline(uint32_t resource, RoleSlot role) {
  Grants(resource).set_baseline(role);
  if (role == 0) {
    Unlink(&state_.baselines, resource);
  } else {
    Link(&state_.baselines, resource);
  }
}

void Draft::BuildReverse() {
  // Count first, so that the memory for each set is allocated at once.
  std::vector<uint32_t> counts[2];  // of principals, of groups
  counts[0].resize(state_.directory.next_principal);
  counts[1].resize(state_.directory.next_group);
  for (uint32_t number = 0; number < state_.next_resource; ++number) {
    state_.grants.Get(number)->ForEach([&](TargetKey key, RoleSlot) {
      ++counts[IsGroup(key) ? 1 : 0][NumberOf(key)];
    });
  }
  for (const bool group : {false, true}) {
    for (uint32_t i = 0; i < counts[group].size(); ++i) {
      if (counts[group][i] == 0) continue;
      const TargetKey key = group ? GroupKey(i) : PrincipalKey(i);
      GrantsOf(key).Reserve(counts[group][i], &edit_, kBack);
    }
  }
  // Processes a batch at a time, so that their cache misses overlap.
  constexpr size_t kTogether = 128;
  struct NewLink {
    SortedNumbers* set;
    const uint32_t* total;
    uint32_t number;
  };
  std::vector<NewLink> links;
  const auto link_all = [&] {
    for (const NewLink& link : links) link.set->Prefetch();
    for (const NewLink& link : links) link.set->PrefetchEnd();
    for (const NewLink& link : links) {
      link.set->Append(link.number, *link.total, &edit_, kBack);
    }
    links.clear();
  };
  for (uint32_t number = 0; number < state_.next_resource; ++number) {
    state_.grants.Get(number)->ForEach([&](TargetKey key, RoleSlot) {
      const uint32_t& total = counts[IsGroup(key) ? 1 : 0][NumberOf(key)];
      links.push_back({&GrantsOf(key), &total, number});
      __builtin_prefetch(links.back().set);
    });
    if (links.size() >= kTogether) link_all();
  }
  link_all();
}

void Draft::DropGrantsTo(TargetKey target, Cascade* cascade) {
  const SortedNumbers resources = GrantsOf(target);
  for (auto at = resources.Begin(); at.valid(); at.Next()) {
    Grants(at.value()).Erase(target, &edit_);
    ++cascade->grants;
  }
  GrantsOf(target).Clear(&edit_);
}

void Draft::DropMembershipsOf(TargetKey member, Cascade* cascade) {
  for (const uint32_t group : state_.directory.GroupsOf(member)) {
    RemoveMember(group, member);
    ++cascade->memberships;
  }
}

}  // namespace acl
