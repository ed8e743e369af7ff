#include "acl/resolve/effective.h"

#include <algorithm>
#include <utility>

namespace acl {
namespace {

// Over all sources of one answer. In a chain of groups that each have a grant,
// the total length of all paths is quadratic.
constexpr size_t kMostPathGroups = 100'000;

FoundSubject SubjectOfTarget(const State& state, TargetKey target) {
  if (IsGroup(target)) return {Standing::kActive};
  return SubjectOf(state, NumberOf(target));
}

bool IsAdmin(const State& state, TargetKey target) {
  return !IsGroup(target) &&
         state.directory.members.Get(NumberOf(target))->workspace_admin();
}

}  // namespace

Resolver::Resolver(const State& state, const FoundSubject& subject)
    : state_(state),
      standing_(subject.standing),
      self_(PrincipalKey(subject.principal)),
      workspace_admin_(IsAdmin(state, self_)),
      own_kind_(subject.as_workspace_key ? SourceKind::kKey
                                         : SourceKind::kDirect),
      groups_(state.directory, self_) {}

Resolver::Resolver(const State& state, TargetKey target)
    : state_(state),
      standing_(SubjectOfTarget(state, target).standing),
      self_(target),
      workspace_admin_(IsAdmin(state, target)),
      own_kind_(SourceKind::kDirect),
      groups_(state.directory, target) {}

// A closure already yields groups by distance; among equally distant ones the
// smaller id comes first.
bool Resolver::GroupBefore(const Reached& a, const Reached& b) const {
  if (a.distance != b.distance) return a.distance < b.distance;
  const auto& ids = state_.directory.group_ids;
  return ids.Get(a.group) < ids.Get(b.group);
}

// Calls visit(rank, kind, reached group or null) for every source, groups in
// the order of the closure, the rest in the order of the witness.
template <class Visit>
void Resolver::VisitSources(const GrantLine& grants, const Visit& visit) const {
  const Ladder& ladder = state_.ladder();
  if (grants.creator() == self_) {
    visit(ladder.top(), SourceKind::kCreator, nullptr);
  }
  if (workspace_admin_) {
    visit(ladder.top(), SourceKind::kWorkspaceAdmin, nullptr);
  }
  if (const RoleSlot own = grants.RoleOf(self_)) {
    visit(ladder.RankOfSlot(own), own_kind_, nullptr);
  }
  for (const Reached& reached : groups_.reached()) {
    if (const RoleSlot role = grants.RoleOf(GroupKey(reached.group))) {
      visit(ladder.RankOfSlot(role), SourceKind::kGroup, &reached);
    }
  }
  if (const RoleSlot baseline = grants.baseline()) {
    visit(ladder.RankOfSlot(baseline), SourceKind::kBaseline, nullptr);
  }
}

Effective Resolver::On(const GrantLine& grants) const {
  Effective best;
  if (standing_ != Standing::kActive) return best;
  const Reached* best_group = nullptr;
  VisitSources(grants, [&](Rank rank, SourceKind kind, const Reached* group) {
    if (rank < best.rank) return;
    if (rank == best.rank) {
      const bool better_group = best.witness == SourceKind::kGroup &&
                                group != nullptr &&
                                GroupBefore(*group, *best_group);
      if (!better_group) return;
    }
    best = {rank, group == nullptr ? 0 : group->group, kind};
    best_group = group;
  });
  return best;
}

std::vector<Effective> Resolver::AllOn(uint32_t resource) const {
  struct Found {
    Effective effective;
    Reached group;
  };
  std::vector<Found> found;
  const GrantLine& grants = *state_.grants.Get(resource);
  VisitSources(grants, [&](Rank rank, SourceKind kind, const Reached* group) {
    const Reached reached = group == nullptr ? Reached{0, 0} : *group;
    found.push_back({{rank, reached.group, kind}, reached});
  });
  std::sort(found.begin(), found.end(), [&](const Found& a, const Found& b) {
    if (a.effective.rank != b.effective.rank) {
      return a.effective.rank > b.effective.rank;
    }
    if (a.effective.witness != b.effective.witness) {
      return a.effective.witness < b.effective.witness;
    }
    // Groups are the only kind with several sources.
    return GroupBefore(a.group, b.group);
  });
  std::vector<Effective> sources;
  sources.reserve(found.size());
  for (const Found& f : found) sources.push_back(f.effective);
  return sources;
}

std::vector<Source> Resolver::SourcesOn(uint32_t resource,
                                        Rank at_least) const {
  std::vector<Source> sources;
  ShortestPaths paths(state_.directory, self_);
  size_t path_groups = 0;
  for (const Effective& effective : AllOn(resource)) {
    if (effective.rank < at_least) break;
    Source source;
    source.kind = effective.witness;
    source.role = state_.ladder().NameAt(static_cast<Rank>(effective.rank));
    if (effective.witness == SourceKind::kGroup) {
      const size_t length = paths.LengthTo(effective.group);
      source.path_omitted =
          length > 1 && path_groups + length > kMostPathGroups;
      if (source.path_omitted) {
        const auto& ids = state_.directory.group_ids;
        source.path = {std::string(ids.Get(effective.group))};
      } else {
        source.path = paths.To(effective.group);
      }
      path_groups += source.path.size();
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace acl
