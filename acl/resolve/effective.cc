#include "acl/resolve/effective.h"

#include <algorithm>
#include <utility>

namespace acl {
namespace {

const NameSet& ParentsOf(const FoundSubject& subject) {
  static const NameSet* const none = new NameSet;
  return subject.principal == nullptr ? *none : subject.principal->groups;
}

// Groups by distance come out of a closure already; among equally distant ones
// the smaller id comes first.
bool GroupBefore(const Reached& a, const Reached& b) {
  if (a.distance != b.distance) return a.distance < b.distance;
  return a.group->name->id < b.group->name->id;
}

}  // namespace

Resolver::Resolver(const State& state, const FoundSubject& subject)
    : state_(state),
      standing_(subject.standing),
      self_(subject.principal == nullptr ? nullptr : subject.principal->name),
      workspace_admin_(subject.principal != nullptr &&
                       subject.principal->workspace_admin),
      own_kind_(subject.as_workspace_key() ? SourceKind::kKey
                                           : SourceKind::kDirect),
      parents_(ParentsOf(subject)),
      groups_(state.directory, parents_) {}

Resolver::Resolver(const State& state, const GroupRow& group)
    : state_(state),
      standing_(Standing::kActive),
      self_(group.name),
      workspace_admin_(false),
      own_kind_(SourceKind::kDirect),
      parents_(group.groups),
      groups_(state.directory, parents_) {}

// Calls visit(rank, kind, reached group or null) for every source, groups in
// the order of the closure, the rest in the order of the witness.
template <class Visit>
void Resolver::VisitSources(const ResourceRow& resource,
                            const Visit& visit) const {
  if (self_ == nullptr) return;
  const Ladder& ladder = state_.ladder();
  if (resource.creator == self_) {
    visit(ladder.top(), SourceKind::kCreator, nullptr);
  }
  if (workspace_admin_) {
    visit(ladder.top(), SourceKind::kWorkspaceAdmin, nullptr);
  }
  const GrantLine& grants = state_.GrantsOn(resource);
  if (const RoleSlot own = grants.RoleOf(TargetKeyOf(self_))) {
    visit(ladder.RankOfSlot(own), own_kind_, nullptr);
  }
  for (const Reached& reached : groups_.reached()) {
    const RoleSlot role = grants.RoleOf(GroupKey(reached.group->name->number));
    if (role != 0) {
      visit(ladder.RankOfSlot(role), SourceKind::kGroup, &reached);
    }
  }
  if (const RoleSlot baseline = grants.baseline()) {
    visit(ladder.RankOfSlot(baseline), SourceKind::kBaseline, nullptr);
  }
}

Effective Resolver::On(const ResourceRow& resource) const {
  Effective best;
  if (standing_ != Standing::kActive) return best;
  const Reached* best_group = nullptr;
  VisitSources(resource, [&](Rank rank, SourceKind kind, const Reached* group) {
    if (rank < best.rank) return;
    if (rank == best.rank) {
      const bool better_group = best.witness == SourceKind::kGroup &&
                                kind == SourceKind::kGroup &&
                                GroupBefore(*group, *best_group);
      if (!better_group) return;
    }
    best = {rank, kind, group == nullptr ? nullptr : group->group};
    best_group = group;
  });
  return best;
}

std::vector<Effective> Resolver::AllOn(const ResourceRow& resource) const {
  struct Found {
    Effective effective;
    const Reached* group;
  };
  std::vector<Found> found;
  VisitSources(resource, [&](Rank rank, SourceKind kind, const Reached* group) {
    found.push_back(
        {{rank, kind, group == nullptr ? nullptr : group->group}, group});
  });
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    if (a.effective.rank != b.effective.rank) {
      return a.effective.rank > b.effective.rank;
    }
    if (a.effective.witness != b.effective.witness) {
      return a.effective.witness < b.effective.witness;
    }
    return a.group != nullptr && GroupBefore(*a.group, *b.group);
  });
  std::vector<Effective> sources;
  sources.reserve(found.size());
  for (const Found& f : found) sources.push_back(f.effective);
  return sources;
}

std::vector<Source> Resolver::SourcesOn(const ResourceRow& resource) const {
  std::vector<Source> sources;
  for (const Effective& effective : AllOn(resource)) {
    Source source{
        effective.witness, state_.ladder().NameAt(effective.rank), {}};
    if (effective.group != nullptr) {
      source.path = ShortestPath(state_.directory, parents_, *effective.group);
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace acl
