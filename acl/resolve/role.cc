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
  RoleFound found{effective.rank, 0, effective.witness};
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

RoleLines LinesOf(const State& state, const FoundSubject& subject,
                  const ResourceRow* resource) {
  RoleLines lines;
  lines.member = nullptr;
  if (resource == nullptr || subject.standing != Standing::kActive) {
    return lines;
  }
  FindLines(state, subject.principal->name->number, resource->name->number,
            &lines);
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
  FindLines(state, who->number, name->number, &lines);
  return lines;
}

RoleFound RoleOn(const State& state, const RoleLines& lines) {
  if (lines.member == nullptr) return {};
  const MemberLine& member = *lines.member;
  const GrantLine& grants = *lines.grants;
  if (!member.present() || member.locked() || !grants.present()) return {};
  const absl::Span<const TargetKey> keys = member.keys();
  const Ladder& ladder = state.ladder();
  if (grants.creator() == keys[0]) {
    return {ladder.top(), 0, SourceKind::kCreator};
  }
  if (member.workspace_admin()) {
    return {ladder.top(), 0, SourceKind::kWorkspaceAdmin};
  }
  if (state.directory.nested != 0 && HasNested(state.directory, keys)) {
    return FollowGroups(state, lines);
  }
  uint32_t best = 0;
  uint32_t group = 0;
  SourceKind witness = SourceKind::kNone;
  grants.Match(keys.data(), keys.size(), [&](TargetKey key, RoleSlot role) {
    const uint32_t rank = ladder.RankOfSlot(role);
    if (rank < best) return;
    if (!IsGroup(key)) {
      witness = lines.as_workspace_key ? SourceKind::kKey : SourceKind::kDirect;
    } else if (rank > best) {
      witness = SourceKind::kGroup;
      group = NumberOf(key);
    } else if (witness == SourceKind::kGroup) {
      group = BetterGroup(state.directory, group, NumberOf(key));
    }
    best = rank;
  });
  const uint32_t baseline = ladder.RankOfSlot(grants.baseline());
  if (baseline > best) return {baseline, 0, SourceKind::kBaseline};
  return {best, group, witness};
}

}  // namespace acl
