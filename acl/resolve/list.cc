#include "acl/resolve/list.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "acl/directory/closure.h"
#include "acl/resolve/number_union.h"

namespace acl {
namespace {

// The keys whose grants count for a principal: its own, and its groups'.
std::vector<TargetKey> KeysOf(const State& state, uint32_t principal) {
  std::vector<TargetKey> keys = {PrincipalKey(principal)};
  const GroupClosure groups(state.directory, keys[0]);
  for (const Reached& reached : groups.reached()) {
    keys.push_back(GroupKey(reached.group));
  }
  return keys;
}

// Why a resource is a candidate.
enum Level : size_t { kByBaseline, kBySource, kLevels };

void AddResourceCandidates(const State& state, uint32_t principal,
                           const std::vector<TargetKey>& keys,
                           NumberUnion* candidates) {
  const Directory& directory = state.directory;
  candidates->Add(kByBaseline, state.baselines);
  const PrincipalRow row = directory.PrincipalAt(principal);
  candidates->Add(kBySource, row.created);
  candidates->Add(kBySource, row.grants);
  for (size_t i = 1; i < keys.size(); ++i) {
    candidates->Add(kBySource, directory.GroupAt(NumberOf(keys[i])).grants);
  }
}

// Processes a few resources at a time, so that their cache misses overlap.
class ResourceWalk {
 public:
  ResourceWalk(const State& state, std::vector<TargetKey> keys, bool admin,
               Rank at_least)
      : state_(state),
        grants_(state.grants),
        ids_(state.resource_ids),
        keys_(std::move(keys)),
        admin_(admin),
        at_least_(at_least) {}

  // False if `visit` stopped it.
  bool Add(uint32_t number, size_t level, RankVisitor visit) {
    waiting_[count_++] = {number, grants_.Get(number), level};
    __builtin_prefetch(waiting_[count_ - 1].line);
    ids_.Prefetch(number);
    return count_ < waiting_.size() || Finish(visit);
  }
  bool Finish(RankVisitor visit) {
    const size_t count = std::exchange(count_, 0);
    for (size_t i = 0; i < count; ++i) {
      const Rank rank = RankOf(waiting_[i]);
      if (rank >= at_least_ && !visit(waiting_[i].number, rank)) return false;
    }
    return true;
  }

 private:
  struct Waiting {
    uint32_t number;
    const GrantLine* line;
    size_t level;
  };

  Rank RankOf(const Waiting& waiting) const {
    // A removed number is in no set, but it may be in a range.
    if (waiting.line == nullptr || !waiting.line->present()) return 0;
    const GrantLine& grants = *waiting.line;
    const Ladder& ladder = state_.ladder();
    if (admin_ || grants.creator() == keys_[0]) return ladder.top();
    Rank best = ladder.RankOfSlot(grants.baseline());
    if (waiting.level == kByBaseline) return best;
    grants.Match(keys_.data(), keys_.size(), [&](TargetKey, RoleSlot role) {
      best = std::max(best, ladder.RankOfSlot(role));
    });
    return best;
  }

  const State& state_;
  decltype(State::grants)::Scan grants_;
  decltype(State::resource_ids)::Scan ids_;
  const std::vector<TargetKey> keys_;
  const bool admin_;
  const Rank at_least_;
  std::array<Waiting, 32> waiting_;
  size_t count_ = 0;
};

// Adds everyone who gets the role from a grant on the resource.
void AddTargets(const State& state, uint32_t resource, Rank at_least,
                NumberUnion* candidates) {
  const Ladder& ladder = state.ladder();
  const GrantLine& grants = *state.grants.Get(resource);
  std::vector<std::vector<uint32_t>> own(ladder.size() + 1);
  if (grants.creator() != 0) {
    own[ladder.top()].push_back(NumberOf(grants.creator()));
  }
  absl::flat_hash_set<std::pair<Rank, uint32_t>> seen;
  grants.ForEach([&](TargetKey key, RoleSlot role) {
    const Rank rank = ladder.RankOfSlot(role);
    if (rank < at_least) return;
    if (!IsGroup(key)) {
      own[rank].push_back(NumberOf(key));
      return;
    }
    for (const uint32_t group : GroupsBelow(state.directory, NumberOf(key))) {
      if (seen.insert({rank, group}).second) {
        candidates->Add(rank, state.directory.GroupAt(group).members);
      }
    }
  });
  for (size_t rank = 0; rank < own.size(); ++rank) {
    std::sort(own[rank].begin(), own[rank].end());
    candidates->Add(rank, std::move(own[rank]));
  }
}

}  // namespace

bool VisitResources(const State& state, const FoundSubject& subject,
                    Rank at_least, absl::string_view type, uint32_t from,
                    Heartbeat heartbeat, RankVisitor visit) {
  if (subject.standing != Standing::kActive) return true;
  const std::vector<TargetKey> keys = KeysOf(state, subject.principal);
  const bool admin =
      state.directory.members.Get(subject.principal)->workspace_admin();
  NumberUnion candidates(from, kLevels);
  if (admin) {
    candidates.AddAll(kBySource, state.next_resource);
  } else {
    AddResourceCandidates(state, subject.principal, keys, &candidates);
  }
  ResourceWalk walk(state, keys, admin, at_least);
  const auto of_type = [&](uint32_t number, Rank rank) {
    const bool wanted = type.empty() || state.ResourceAt(number).type == type;
    return !wanted || visit(number, rank);
  };
  return candidates.Visit([&](uint32_t number, size_t level) {
    return heartbeat() && walk.Add(number, level, of_type);
  }) && walk.Finish(of_type);
}

bool VisitPrincipals(const State& state, uint32_t resource, Rank at_least,
                     uint32_t from, Heartbeat heartbeat, RankVisitor visit) {
  const Directory& directory = state.directory;
  const Ladder& ladder = state.ladder();
  NumberUnion candidates(from, ladder.size() + 1);
  candidates.Add(ladder.top(), directory.workspace_admins);
  const Rank baseline =
      ladder.RankOfSlot(state.grants.Get(resource)->baseline());
  if (baseline >= at_least) {
    candidates.AddAll(baseline, directory.next_principal);
  }
  AddTargets(state, resource, at_least, &candidates);
  return candidates.Visit([&](uint32_t number, size_t rank) {
    if (!heartbeat()) return false;
    const MemberLine* line = directory.members.Get(number);
    // A removed number is in no set, but it may be in a range.
    if (line == nullptr || !line->present() || line->locked()) return true;
    return visit(number, static_cast<Rank>(rank));
  });
}

}  // namespace acl
