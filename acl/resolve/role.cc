#include "acl/resolve/role.h"

#include "acl/resolve/effective.h"

namespace acl {
namespace {

bool IsPrincipal(Kind kind) {
  return kind == Kind::kUser || kind == Kind::kServiceAccount;
}

// Whether some group among the keys is a member of another.
bool HasNested(const Directory& directory, absl::Span<const TargetKey> keys) {
  for (const TargetKey key : keys) {
    if (IsGroup(key) && !directory.groups.Get(NumberOf(key))->groups.empty()) {
      return true;
    }
  }
  return false;
}

RoleFound FollowGroups(const State& state, const RoleLines& lines) {
  const Directory& directory = state.directory;
  FoundSubject subject = SubjectOf(*directory.principals.Get(lines.principal));
  const Effective effective =
      Resolver(state, subject).On(*state.resources.Get(lines.resource));
  RoleFound found{effective.rank, effective.witness, 0};
  if (effective.group != nullptr) found.group = effective.group->name->number;
  if (found.witness == SourceKind::kDirect && lines.as_workspace_key) {
    found.witness = SourceKind::kKey;
  }
  return found;
}

// The better witness of two groups of which the subject is a direct member.
uint32_t BetterGroup(const Directory& directory, uint32_t a, uint32_t b) {
  return directory.groups.Get(a)->name->id < directory.groups.Get(b)->name->id
             ? a
             : b;
}

}  // namespace

RoleLines LinesOf(const State& state, SubjectHandle subject,
                  ResourceHandle resource) {
  RoleLines lines;
  if (resource.scope() != state.scope || subject.scope() != state.scope) {
    return lines;
  }
  if (IsKeyHandle(subject)) {
    return LinesOf(state, FindSubject(state, subject),
                   FindResource(state, resource));
  }
  lines.principal = subject.number();
  lines.resource = resource.number();
  lines.grants = state.grants.Get(lines.resource);
  if (lines.grants == nullptr) return lines;
  lines.member = state.directory.members.Get(lines.principal);
  return lines;
}

RoleLines LinesOf(const State& state, const FoundSubject& subject,
                  const ResourceRow* resource) {
  RoleLines lines;
  if (resource == nullptr || subject.standing != Standing::kActive) {
    return lines;
  }
  lines.principal = subject.principal->name->number;
  lines.resource = resource->name->number;
  lines.member = state.directory.members.Get(lines.principal);
  lines.grants = state.grants.Get(lines.resource);
  lines.as_workspace_key = subject.as_workspace_key();
  return lines;
}

void NamedQuestion::Hash(const State& state, const Subject& subject,
                         const ResourceRef& resource) {
  if (subject.kind() != Kind::kEmail) {
    subject_ = NameIndex::HashOf(KeyOf(subject.kind(), subject.id()));
    state.directory.index.Prefetch(subject_);
  }
  resource_ = NameIndex::HashOf(KeyOf(resource));
  state.resource_index.Prefetch(resource_);
}

void NamedQuestion::PrefetchNames(const State& state) const {
  state.directory.index.PrefetchName(subject_);
  state.resource_index.PrefetchName(resource_);
}

absl::StatusOr<RoleLines> NamedQuestion::Find(
    const State& state, const Subject& subject,
    const ResourceRef& resource) const {
  const Name* const name =
      state.resource_index.Find(KeyOf(resource), resource_);
  const Name* const who =
      IsPrincipal(subject.kind())
          ? state.directory.index.Find(KeyOf(subject.kind(), subject.id()),
                                       subject_)
          : nullptr;
  if (name == nullptr || who == nullptr) {
    // An e-mail, a key, or an error; the subject's comes first.
    absl::StatusOr<FoundSubject> found = FindSubject(state, subject);
    if (!found.ok()) return found.status();
    absl::StatusOr<const ResourceRow*> row = FindResource(state, resource);
    if (!row.ok()) return row.status();
    return LinesOf(state, *found, *row);
  }
  RoleLines lines;
  lines.principal = who->number;
  lines.resource = name->number;
  lines.member = state.directory.members.Get(lines.principal);
  lines.grants = state.grants.Get(lines.resource);
  return lines;
}

RoleFound RoleOn(const State& state, const RoleLines& lines) {
  if (lines.member == nullptr) return {};
  const MemberLine& member = *lines.member;
  const GrantLine& grants = *lines.grants;
  if (!member.present() || member.locked() || !grants.present()) return {};
  const absl::Span<const TargetKey> keys = member.keys();
  const Ladder& ladder = state.ladder();
  if (grants.creator() == keys[0]) return {ladder.top(), SourceKind::kCreator};
  if (member.workspace_admin()) {
    return {ladder.top(), SourceKind::kWorkspaceAdmin};
  }
  if (state.directory.nested != 0 && HasNested(state.directory, keys)) {
    return FollowGroups(state, lines);
  }
  RoleFound found;
  grants.Match(keys.data(), keys.size(), [&](TargetKey key, RoleSlot role) {
    const Rank rank = ladder.RankOfSlot(role);
    if (rank < found.rank) return;
    if (!IsGroup(key)) {
      found = {rank,
               lines.as_workspace_key ? SourceKind::kKey : SourceKind::kDirect};
    } else if (rank > found.rank) {
      found = {rank, SourceKind::kGroup, NumberOf(key)};
    } else if (found.witness == SourceKind::kGroup) {
      found.group = BetterGroup(state.directory, found.group, NumberOf(key));
    }
  });
  const Rank baseline = ladder.RankOfSlot(grants.baseline());
  if (baseline > found.rank) found = {baseline, SourceKind::kBaseline};
  return found;
}

}  // namespace acl
