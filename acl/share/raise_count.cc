#include "acl/share/raise_count.h"

#include <algorithm>

#include "acl/resolve/list.h"
#include "acl/resolve/number_union.h"

namespace acl {

void NumberMarks::Clear() {
  for (const uint32_t number : marked_) bits_[number / 64] = 0;
  marked_.clear();
}

RaiseCounter::RaiseCounter(const State& state, const Resolver& sources,
                           TargetKey self, uint32_t resource, Rank asked,
                           uint64_t row_budget, Patience* patience)
    : state_(state),
      sources_(sources),
      self_(self),
      resource_(resource),
      asked_(asked),
      rows_left_(row_budget),
      patience_(*patience),
      groups_(state.directory.next_group),
      numbers_(std::max(state.directory.next_principal, state.next_resource)) {}

bool RaiseCounter::Row() {
  if (rows_left_ == 0) return false;
  --rows_left_;
  return patience_.Heartbeat();
}

bool RaiseCounter::FindEnough() {
  if (!looked_for_enough_) {
    looked_for_enough_ = true;
    NumberMarks enough(state_.directory.next_principal);
    const bool all = VisitPrincipals(
        state_, resource_, asked_, 0, [&] { return Row(); },
        [&](uint32_t principal, Rank) {
          enough.Mark(principal);
          return true;
        });
    if (all) enough_ = std::move(enough);
  }
  return enough_.has_value();
}

RaiseCount RaiseCounter::GrantToGroup(uint32_t group) {
  if (!FindEnough()) return {1, true};
  // A group whose only member is another group has the same members as that
  // one.
  std::vector<uint32_t> chain;
  RaiseCount count;
  for (uint32_t at = group;;) {
    if (const auto known = of_groups_.find(at); known != of_groups_.end()) {
      count = known->second;
      break;
    }
    chain.push_back(at);
    const GroupRow row = state_.directory.GroupAt(at);
    if (!row.members.empty() || row.subgroups.size() != 1) {
      count = CountMembersBelow(at);
      break;
    }
    if (!Row()) {
      count.at_least = true;
      break;
    }
    at = row.subgroups.Begin().value();
  }
  for (const uint32_t same : chain) of_groups_[same] = count;
  return count;
}

RaiseCount RaiseCounter::CountMembersBelow(uint32_t group) {
  const Directory& directory = state_.directory;
  groups_.Mark(group);
  RaiseCount count{0, false};
  for (size_t i = 0; i < groups_.marked().size() && !count.at_least; ++i) {
    const GroupRow row = directory.GroupAt(groups_.marked()[i]);
    count.at_least = !Row();
    for (auto at = row.members.Begin(); at.valid() && !count.at_least;
         at.Next()) {
      count.at_least = !Row();
      const uint32_t principal = at.value();
      if (!enough_->Has(principal) && numbers_.Mark(principal) &&
          directory.members.Get(principal)->counts()) {
        ++count.raises;
      }
    }
    for (auto at = row.subgroups.Begin(); at.valid() && !count.at_least;
         at.Next()) {
      count.at_least = !Row();
      groups_.Mark(at.value());
    }
  }
  groups_.Clear();
  numbers_.Clear();
  count.raises = std::max<uint64_t>(count.raises, 1);
  return count;
}

RaiseCount RaiseCounter::GrantToAll() {
  if (!FindEnough()) return {1, true};
  RaiseCount count{0, false};
  const Directory& directory = state_.directory;
  for (uint32_t i = 0; i < directory.next_principal && !count.at_least; ++i) {
    const MemberLine* const line = directory.members.Get(i);
    count.at_least = !Row();
    if (line != nullptr && line->counts() && !enough_->Has(i)) ++count.raises;
  }
  count.raises = std::max<uint64_t>(count.raises, 1);
  return count;
}

// Visits each source by itself, which avoids searching for all of a subject's
// groups on each resource.
bool RaiseCounter::FindOldRanks() {
  if (looked_for_old_ranks_) return old_ranks_.has_value();
  looked_for_old_ranks_ = true;
  absl::flat_hash_map<uint32_t, Rank> ranks;
  const auto add_all = [&](const SortedNumbers& resources, const auto& rank) {
    for (auto at = resources.Begin(); at.valid(); at.Next()) {
      if (!Row()) return false;
      Rank& best = ranks[at.value()];
      best = std::max(best, rank(*state_.grants.Get(at.value())));
    }
    return true;
  };
  const Ladder& ladder = state_.ladder();
  const auto granted_to = [&](TargetKey target) {
    return [&ladder, target](const GrantLine& grants) {
      return ladder.RankOfSlot(grants.RoleOf(target));
    };
  };
  const PrincipalRow row = state_.directory.PrincipalAt(NumberOf(self_));
  bool all =
      add_all(row.created, [&](const GrantLine&) { return ladder.top(); }) &&
      add_all(row.grants, granted_to(self_));
  for (const Reached& reached : sources_.groups().reached()) {
    all = all && Row() &&
          add_all(state_.directory.GroupAt(reached.group).grants,
                  granted_to(GroupKey(reached.group)));
  }
  if (all) old_ranks_ = std::move(ranks);
  return all;
}

Rank RaiseCounter::OldRank(uint32_t resource) const {
  const auto found = old_ranks_->find(resource);
  return std::max(
      found == old_ranks_->end() ? Rank{0} : found->second,
      state_.ladder().RankOfSlot(state_.grants.Get(resource)->baseline()));
}

RaiseCount RaiseCounter::JoinGroup(uint32_t group) {
  if (!FindOldRanks()) return {1, true};
  groups_.Mark(group);
  RaiseCount count{0, false};
  for (size_t i = 0; i < groups_.marked().size() && !count.at_least; ++i) {
    const uint32_t joined = groups_.marked()[i];
    const GroupRow row = state_.directory.GroupAt(joined);
    count.at_least = !Row();
    for (auto at = row.grants.Begin(); at.valid() && !count.at_least;
         at.Next()) {
      count.at_least = !Row();
      const uint32_t resource = at.value();
      const Rank rank = state_.ladder().RankOfSlot(
          state_.grants.Get(resource)->RoleOf(GroupKey(joined)));
      if (rank > OldRank(resource) && numbers_.Mark(resource)) ++count.raises;
    }
    for (auto at = row.parents.Begin(); at.valid() && !count.at_least;
         at.Next()) {
      count.at_least = !Row();
      if (!sources_.groups().Contains(at.value())) groups_.Mark(at.value());
    }
  }
  groups_.Clear();
  numbers_.Clear();
  count.raises = std::max<uint64_t>(count.raises, 1);
  return count;
}

RaiseCount RaiseCounter::Revive() {
  const Directory& directory = state_.directory;
  NumberUnion resources(0, 1);
  if (directory.members.Get(NumberOf(self_))->workspace_admin()) {
    resources.AddAll(0, state_.next_resource);
  } else {
    const PrincipalRow row = directory.PrincipalAt(NumberOf(self_));
    resources.Add(0, state_.baselines);
    resources.Add(0, row.created);
    resources.Add(0, row.grants);
    for (const Reached& reached : sources_.groups().reached()) {
      resources.Add(0, directory.GroupAt(reached.group).grants);
    }
  }
  RaiseCount count{0, false};
  count.at_least = !resources.Visit([&](uint32_t resource, size_t) {
    const GrantLine* const line = state_.grants.Get(resource);
    // A removed number is in no set, but it may be in the range.
    if (line != nullptr && line->present()) ++count.raises;
    return Row();
  });
  count.raises = std::max<uint64_t>(count.raises, 1);
  return count;
}

}  // namespace acl
