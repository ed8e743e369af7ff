#include "acl/share/remedies.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "acl/resolve/effective.h"
#include "acl/share/decide.h"
#include "acl/share/raise_count.h"

namespace acl {
namespace {

class RemedyFinder {
 public:
  RemedyFinder(const State& state, const FoundSubject& subject,
               uint32_t resource, Rank asked, uint64_t row_budget,
               Patience* patience)
      : state_(state),
        subject_(subject),
        self_(PrincipalKey(subject.principal)),
        resource_(resource),
        asked_(asked),
        patience_(*patience),
        sources_(state, self_),
        counter_(state, sources_, self_, resource, asked, row_budget,
                 patience) {}

  std::vector<Remedy> Find() {
    if (subject_.standing == Standing::kActive) {
      AddGrants();
      AddGroupsToJoin();
      Add(RemedyKind::kGrantBaseline, "", counter_.GrantToAll());
    } else {
      AddRevival();
    }
    std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
      return std::tie(a.at_least, a.raises, a.kind, a.group) <
             std::tie(b.at_least, b.raises, b.kind, b.group);
    });
    return std::move(found_);
  }

 private:
  void Add(RemedyKind kind, std::string group, RaiseCount count) {
    found_.push_back({kind, std::move(group), count.raises, count.at_least});
  }
  std::string GroupId(uint32_t group) const {
    return std::string(state_.directory.group_ids.Get(group));
  }

  void AddGrants() {
    const GrantLine& grants = *state_.grants.Get(resource_);
    if (HasRoomFor(state_, grants, self_)) {
      Add(RemedyKind::kGrant, "", {1, false});
    }
    for (const Reached& reached : sources_.groups().reached()) {
      if (!patience_.Heartbeat()) return;
      if (!HasRoomFor(state_, grants, GroupKey(reached.group))) continue;
      Add(RemedyKind::kGrantGroup, GroupId(reached.group),
          counter_.GrantToGroup(reached.group));
    }
  }

  // Groups with a grant that reaches the asked role, and the groups in them.
  // The subject is in none of them, or it would not be denied.
  void AddGroupsToJoin() {
    std::vector<uint32_t> enough;
    absl::flat_hash_set<uint32_t> seen;
    for (const TargetGrant& grant : state_.SortedGrants(resource_)) {
      if (!IsGroup(grant.target)) break;  // groups come first
      if (state_.ladder().RankOfSlot(grant.role) < asked_) continue;
      seen.insert(NumberOf(grant.target));
      enough.push_back(NumberOf(grant.target));
    }
    for (size_t i = 0; i < enough.size(); ++i) {
      if (!patience_.Heartbeat()) return;
      Add(RemedyKind::kJoinGroup, GroupId(enough[i]),
          counter_.JoinGroup(enough[i]));
      auto at = state_.directory.GroupAt(enough[i]).subgroups.Begin();
      for (; at.valid(); at.Next()) {
        if (seen.insert(at.value()).second) enough.push_back(at.value());
      }
    }
  }

  // Unlocking the user, or enabling the key, whichever alone is enough.
  void AddRevival() {
    const Directory& directory = state_.directory;
    const bool locked = directory.members.Get(subject_.principal)->locked();
    const bool disabled = subject_.key != State::kNone &&
                          directory.keys.Get(subject_.key)->enabled == 0;
    if (locked == disabled) return;
    FoundSubject revived = subject_;
    revived.standing = Standing::kActive;
    if (Resolver(state_, revived).On(resource_).rank < asked_) return;
    Add(locked ? RemedyKind::kUnlock : RemedyKind::kEnableKey, "",
        counter_.Revive());
  }

  const State& state_;
  const FoundSubject subject_;
  const TargetKey self_;
  const uint32_t resource_;
  const Rank asked_;
  Patience& patience_;
  const Resolver sources_;
  RaiseCounter counter_;
  std::vector<Remedy> found_;
};

}  // namespace

std::vector<Remedy> FindRemedies(const State& state,
                                 const FoundSubject& subject, uint32_t resource,
                                 Rank asked, uint64_t row_budget,
                                 Patience* patience) {
  return RemedyFinder(state, subject, resource, asked, row_budget, patience)
      .Find();
}

}  // namespace acl
