#include "acl/resolve/role.h"

#include <algorithm>

#include "acl/resolve/effective.h"

namespace acl {
namespace {

bool IsPrincipal(Kind kind) {
  return kind == Kind::kUser || kind == Kind::kServiceAccount;
}

// Whether some group among the keys is a member of another.
bool HasNested(const Directory& directory, absl::Span<const TargetKey> keys) {
  for (const TargetKey key : keys.subspan(1)) {
    const GroupRow* row = directory.groups.Get(NumberOf(key));
    if (row != nullptr && !row->parents.empty()) return true;
  }
  return false;
}

Effective FollowGroups(const State& state, const RoleLines& lines) {
  FoundSubject subject = SubjectOf(state, lines.principal);
  subject.as_workspace_key = lines.as_workspace_key;
  return Resolver(state, subject).On(lines.resource);
}

// Of two grants of the same role: the subject's own before those of groups of
// which it is a direct member, and those by the groups' ids.
bool IsBetterWitness(const Directory& directory, TargetKey a, TargetKey b) {
  if (!IsGroup(a) || !IsGroup(b)) return !IsGroup(a);
  return directory.group_ids.Get(NumberOf(a)) <
         directory.group_ids.Get(NumberOf(b));
}

}  // namespace

RoleLines LinesOf(const State& state, const FoundSubject& subject,
                  uint32_t resource) {
  RoleLines lines;
  lines.member = nullptr;
  lines.grants = nullptr;
  if (resource == State::kNone || subject.standing != Standing::kActive) {
    return lines;
  }
  FindLines(state, subject.principal, resource, &lines);
  lines.as_workspace_key = subject.as_workspace_key;
  return lines;
}

void NamedQuestion::Hash(const State& state, Kind kind, absl::string_view id,
                         const ResourceRef& resource) {
  subject_ = Directory::HashOf(kind, id);
  state.directory.index.PrefetchPath(subject_);
  resource_ = State::HashOf(resource);
  state.resource_index.PrefetchPath(resource_);
}

void NamedQuestion::PrefetchIndex(const State& state) const {
  state.directory.index.Prefetch(subject_);
  state.resource_index.Prefetch(resource_);
}

void NamedQuestion::PrefetchPaths(const State& state) {
  // A number of another kind loads a wrong line, and that is all it does.
  principal_ = state.directory.Guess(subject_);
  state.directory.principal_ids.PrefetchPath(principal_);
  state.directory.members.PrefetchPath(principal_);
  number_ = state.resource_index.Guess(resource_);
  state.resource_ids.PrefetchPath(number_);
  state.grants.PrefetchPath(number_);
}

void NamedQuestion::PrefetchRows(const State& state) const {
  state.directory.principal_ids.Prefetch(principal_);
  state.directory.members.Prefetch(principal_);
  state.resource_ids.Prefetch(number_);
  state.grants.Prefetch(number_);
}

absl::StatusOr<RoleLines> NamedQuestion::Find(
    const State& state, const Subject& subject,
    const ResourceRef& resource) const {
  const uint32_t number = state.FindResource(resource, resource_);
  const uint32_t who =
      IsPrincipal(subject.kind())
          ? state.directory.Find(subject.kind(), subject.id(), subject_)
          : State::kNone;
  if (number == State::kNone || who == State::kNone) {
    // An e-mail, a key, or an error; the subject's comes first.
    absl::StatusOr<FoundSubject> found = FindSubject(state, subject);
    if (!found.ok()) return found.status();
    absl::StatusOr<uint32_t> there = FindResource(state, resource);
    if (!there.ok()) return there.status();
    return LinesOf(state, *found, *there);
  }
  RoleLines lines;
  FindLines(state, who, number, &lines);
  return lines;
}

void RoleOn(const State& state, const RoleLines& lines, Effective* found) {
  *found = {};
  if (lines.member == nullptr) return;
  const MemberLine& member = *lines.member;
  const GrantLine& grants = *lines.grants;
  if (!member.present() || member.locked() || !grants.present()) return;
  const absl::Span<const TargetKey> keys = member.keys();
  const Ladder& ladder = state.ladder();
  if (grants.creator() == keys[0]) {
    *found = {ladder.top(), 0, SourceKind::kCreator};
    return;
  }
  if (member.workspace_admin()) {
    *found = {ladder.top(), 0, SourceKind::kWorkspaceAdmin};
    return;
  }
  if (state.directory.nested != 0 && HasNested(state.directory, keys)) {
    *found = FollowGroups(state, lines);
    return;
  }
  const HighestGrant best = grants.Highest(
      keys.data(), keys.size(), ladder, [&](TargetKey a, TargetKey b) {
        return IsBetterWitness(state.directory, a, b);
      });
  const uint32_t baseline = ladder.RankOfSlot(grants.baseline());
  // With arithmetic instead of branches: which one it is can't be foreseen.
  const auto by_baseline = static_cast<uint32_t>(baseline > best.rank);
  const uint32_t by_group = (best.key & 1) & ~by_baseline;
  const uint32_t by_own =
      static_cast<uint32_t>(best.key != 0) & ~(by_group | by_baseline);
  const uint32_t own = static_cast<uint32_t>(SourceKind::kDirect) +
                       static_cast<uint32_t>(lines.as_workspace_key);
  found->rank = std::max(best.rank, baseline);
  found->group = by_group * NumberOf(best.key);
  found->witness = static_cast<SourceKind>(
      by_own * own + by_group * static_cast<uint32_t>(SourceKind::kGroup) +
      by_baseline * static_cast<uint32_t>(SourceKind::kBaseline));
}

}  // namespace acl
