#include "acl/resolve/role.h"

namespace acl {
namespace {

// Whether some group among the keys is a member of another.
bool HasNested(const Directory& directory, absl::Span<const TargetKey> keys) {
  for (const TargetKey key : keys.subspan(1)) {
    // The row exists: the principal is a member of the group.
    if (!directory.groups.Get(NumberOf(key))->parents.empty()) return true;
  }
  return false;
}

}  // namespace

bool BetterWitness::operator()(TargetKey a, TargetKey b) const {
  if (!IsGroup(a) || !IsGroup(b)) return !IsGroup(a);
  return directory.group_ids.Get(NumberOf(a)) <
         directory.group_ids.Get(NumberOf(b));
}

void FindPaths(const State& state, const FoundSubject& subject,
               uint32_t resource, RolePaths* paths) {
  // No principal has the number that stands for unknown.
  const bool active = subject.standing == Standing::kActive;
  FindPaths(state, active ? subject.principal : State::kNone, resource, paths);
  paths->as_workspace_key = subject.as_workspace_key;
}

bool IsDecidedOtherwise(const State& state, const RoleLines& lines,
                        Effective* found) {
  const MemberLine& member = *lines.member;
  if (!member.counts() || !lines.grants->present()) return true;
  if (lines.grants->creator() == member.self()) {
    *found = {state.ladder().top(), 0, SourceKind::kCreator};
    return true;
  }
  if (member.workspace_admin()) {
    *found = {state.ladder().top(), 0, SourceKind::kWorkspaceAdmin};
    return true;
  }
  // The remaining case is that groups are members of groups.
  if (!HasNested(state.directory, member.keys())) return false;
  FoundSubject subject = SubjectOf(state, NumberOf(member.self()));
  subject.as_workspace_key = lines.as_workspace_key;
  *found = Resolver(state, subject).On(*lines.grants);
  return true;
}

void RoleOn(const State& state, const RoleLines& lines, Effective* found) {
  if (IsDecided(state, lines, found)) return;
  const absl::Span<const TargetKey> keys = lines.member->keys();
  const HighestGrant best = lines.grants->Highest(
      keys.data(), keys.size(), state.ladder(), BetterWitness{state.directory});
  FromGrants(lines, best, state.ladder(), found);
}

}  // namespace acl
