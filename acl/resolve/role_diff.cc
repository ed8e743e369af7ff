#include "acl/resolve/role_diff.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "acl/directory/closure.h"
#include "acl/resolve/list.h"
#include "acl/resolve/role.h"
#include "acl/resolve/subject.h"

namespace acl {
namespace {

// A principal, a resource, and the ranks before and after.
struct Difference {
  uint32_t principal;
  uint32_t resource;
  Rank before;
  Rank after;
};

using Ranks = std::vector<std::pair<uint32_t, Rank>>;  // by number

Ranks ResourcesOf(const State& state, uint32_t principal) {
  Ranks ranks;
  if (!state.directory.HasPrincipal(principal)) return ranks;
  VisitResources(
      state, SubjectOf(state, principal), 1, "", 0, [] { return true; },
      [&](uint32_t resource, Rank rank) {
        ranks.emplace_back(resource, rank);
        return true;
      });
  return ranks;
}

Ranks PrincipalsOf(const State& state, uint32_t resource) {
  Ranks ranks;
  if (!state.HasResource(resource)) return ranks;
  VisitPrincipals(
      state, resource, 1, 0, [] { return true; },
      [&](uint32_t principal, Rank rank) {
        ranks.emplace_back(principal, rank);
        return true;
      });
  return ranks;
}

// Calls visit(number, before, after) for the numbers in either list.
template <class Visit>
void Walk(const Ranks& before, const Ranks& after, const Visit& visit) {
  auto b = before.begin();
  auto a = after.begin();
  while (b != before.end() || a != after.end()) {
    if (a == after.end() || (b != before.end() && b->first < a->first)) {
      visit(b->first, b->second, Rank{0});
      ++b;
    } else if (b == before.end() || a->first < b->first) {
      visit(a->first, Rank{0}, a->second);
      ++a;
    } else {
      visit(b->first, b->second, a->second);
      ++b;
      ++a;
    }
  }
}

Rank RoleAt(const State& state, uint32_t principal, uint32_t resource) {
  return RankOn(state, FindLines(state, principal, resource));
}

std::vector<uint32_t> Sorted(std::vector<uint32_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

class Differ {
 public:
  Differ(const State& before, const State& after)
      : states_{&before, &after},
        same_roles_(before.settings == after.settings) {}

  void Look(std::vector<Touched> touched) {
    const auto order = [](const Touched& thing) {
      return std::make_tuple(thing.kind, thing.number);
    };
    std::sort(touched.begin(), touched.end(),
              [&](const Touched& a, const Touched& b) {
                return order(a) < order(b);
              });
    const Touched* last = nullptr;
    for (const Touched& thing : touched) {
      if (last != nullptr && order(*last) == order(thing)) continue;
      last = &thing;
      if (thing.kind == Kind::kDefault) LookAtResource(thing.number);
      if (thing.kind == Kind::kGroup) LookAtGroup(thing.number);
      if (thing.kind == Kind::kUser || thing.kind == Kind::kServiceAccount) {
        LookAtPrincipal(thing.number);
      }
    }
    LookAtSettings();
  }

  // Whether something was removed and added again under its id as something
  // else.
  bool came_again() const { return came_again_; }

  std::vector<Difference> Find() {
    for (const uint32_t principal : everywhere_) {
      Walk(ResourcesOf(before(), principal), ResourcesOf(after(), principal),
           [&](uint32_t resource, Rank was, Rank is) {
             Note({principal, resource, was, is});
           });
    }
    for (const uint32_t resource : for_everybody_) {
      Walk(PrincipalsOf(before(), resource), PrincipalsOf(after(), resource),
           [&](uint32_t principal, Rank was, Rank is) {
             if (everywhere_.count(principal) != 0) return;
             Note({principal, resource, was, is});
           });
    }
    for (const uint64_t pair : pairs_) {
      const auto principal = static_cast<uint32_t>(pair >> 32);
      const auto resource = static_cast<uint32_t>(pair);
      if (everywhere_.count(principal) != 0 ||
          for_everybody_.count(resource) != 0) {
        continue;
      }
      Note({principal, resource, RoleAt(before(), principal, resource),
            RoleAt(after(), principal, resource)});
    }
    std::sort(found_.begin(), found_.end(),
              [](const Difference& a, const Difference& b) {
                return std::tie(a.principal, a.resource) <
                       std::tie(b.principal, b.resource);
              });
    return std::move(found_);
  }

 private:
  const State& before() const { return *states_[0]; }
  const State& after() const { return *states_[1]; }

  void Note(const Difference& difference) {
    const bool same = same_roles_
                          ? difference.before == difference.after
                          : before().ladder().NameAt(difference.before) ==
                                after().ladder().NameAt(difference.after);
    if (!same) found_.push_back(difference);
  }
  void AddPair(uint32_t principal, uint32_t resource) {
    pairs_.insert(uint64_t{principal} << 32 | resource);
  }

  // Creators and admins have the top role.
  void LookAtSettings() {
    if (same_roles_ ||
        before().ladder().names().back() == after().ladder().names().back()) {
      return;
    }
    for (const State* state : states_) {
      for (uint32_t n = 0; n < state->directory.next_principal; ++n) {
        if (state->directory.HasPrincipal(n)) everywhere_.insert(n);
      }
    }
  }

  void LookAtPrincipal(uint32_t number) {
    const auto line = [number](const State& state) {
      const MemberLine* found = state.directory.members.Get(number);
      return found == nullptr ? MemberLine() : *found;
    };
    const MemberLine was = line(before());
    const MemberLine is = line(after());
    if (was.present() && !is.present()) {
      const Kind kind = before().directory.KindOf(number);
      const absl::string_view id = before().directory.principal_ids.Get(number);
      came_again_ |= after().directory.Find(kind, id) != State::kNone;
    }
    if (was.present() != is.present() || was.locked() != is.locked() ||
        was.workspace_admin() != is.workspace_admin()) {
      everywhere_.insert(number);
      return;
    }
    if (!was.present()) return;
    ForDifferent(before().directory.GroupsOf(PrincipalKey(number)),
                 after().directory.GroupsOf(PrincipalKey(number)),
                 [&](uint32_t group) { Joined({number}, group); });
  }

  void LookAtGroup(uint32_t number) {
    ForDifferent(before().directory.GroupsOf(GroupKey(number)),
                 after().directory.GroupsOf(GroupKey(number)),
                 [&](uint32_t parent) { Joined(MembersOf(number), parent); });
  }

  void LookAtResource(uint32_t number) {
    const auto line = [number](const State& state) {
      const GrantLine* found = state.grants.Get(number);
      return found == nullptr ? GrantLine() : *found;
    };
    const GrantLine was = line(before());
    const GrantLine is = line(after());
    if (was.present() && !is.present()) {
      came_again_ |=
          after().FindResource(before().ResourceAt(number)) != State::kNone;
    }
    if (was.present() != is.present() || was.baseline() != is.baseline()) {
      for_everybody_.insert(number);
      return;
    }
    for (const TargetKey creator : {was.creator(), is.creator()}) {
      if (was.creator() != is.creator() && creator != 0) {
        AddPair(NumberOf(creator), number);
      }
    }
    std::map<TargetKey, std::pair<RoleSlot, RoleSlot>> roles;
    was.ForEach([&](TargetKey key, RoleSlot role) { roles[key].first = role; });
    is.ForEach([&](TargetKey key, RoleSlot role) { roles[key].second = role; });
    for (const auto& [key, role] : roles) {
      if (role.first == role.second) continue;
      if (!IsGroup(key)) {
        AddPair(NumberOf(key), number);
        continue;
      }
      for (const uint32_t member : MembersOf(NumberOf(key))) {
        AddPair(member, number);
      }
    }
  }

  // Principals have joined or left a group.
  void Joined(const std::vector<uint32_t>& principals, uint32_t group) {
    absl::flat_hash_set<uint32_t> resources;
    for (const State* state : states_) {
      const auto add = [&](uint32_t from) {
        for (auto at = state->directory.GroupAt(from).grants.From(0);
             at.valid(); at.Next()) {
          resources.insert(at.value());
        }
      };
      add(group);
      const GroupClosure above(state->directory, GroupKey(group));
      for (const Reached& reached : above.reached()) add(reached.group);
    }
    for (const uint32_t resource : resources) {
      for (const uint32_t principal : principals) AddPair(principal, resource);
    }
  }

  // In either state, directly or through groups.
  std::vector<uint32_t> MembersOf(uint32_t group) const {
    absl::flat_hash_set<uint32_t> members;
    for (const State* state : states_) {
      for (const uint32_t below : GroupsBelow(state->directory, group)) {
        for (auto at = state->directory.GroupAt(below).members.From(0);
             at.valid(); at.Next()) {
          members.insert(at.value());
        }
      }
    }
    return {members.begin(), members.end()};
  }

  template <class Visit>
  static void ForDifferent(std::vector<uint32_t> a, std::vector<uint32_t> b,
                           const Visit& visit) {
    a = Sorted(std::move(a));
    b = Sorted(std::move(b));
    std::vector<uint32_t> different;
    std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(),
                                  std::back_inserter(different));
    for (const uint32_t number : different) visit(number);
  }

  const std::array<const State*, 2> states_;
  const bool same_roles_;
  bool came_again_ = false;
  std::set<uint32_t> everywhere_;     // principals: check every resource
  std::set<uint32_t> for_everybody_;  // resources: check every principal
  absl::flat_hash_set<uint64_t> pairs_;
  std::vector<Difference> found_;
};

// Callers know things by their ids: when something is removed and added again
// under its id, the roles lost and gained are one change, or none.
std::vector<RoleChange> MergedById(std::vector<RoleChange> changes) {
  std::map<std::pair<std::string, std::string>, size_t> places;
  std::vector<RoleChange> merged;
  for (RoleChange& change : changes) {
    const auto [place, is_new] = places.emplace(
        std::make_pair(change.subject, change.resource), merged.size());
    if (is_new) {
      merged.push_back(std::move(change));
    } else {
      // What was added again has a higher number, so its change comes second.
      merged[place->second].after = change.after;
    }
  }
  merged.erase(std::remove_if(merged.begin(), merged.end(),
                              [](const RoleChange& change) {
                                return change.before == change.after;
                              }),
               merged.end());
  return merged;
}

}  // namespace

std::vector<RoleChange> RoleDiff(const State& before, const State& after,
                                 std::vector<Touched> touched) {
  Differ differ(before, after);
  differ.Look(std::move(touched));
  std::vector<RoleChange> changes;
  for (const Difference& one : differ.Find()) {
    const State& has_principal =
        after.directory.HasPrincipal(one.principal) ? after : before;
    const State& has_resource =
        after.HasResource(one.resource) ? after : before;
    const TargetKey key = PrincipalKey(one.principal);
    changes.push_back(
        {absl::StrCat(KindWord(has_principal.directory.KindOfTarget(key)), ":",
                      has_principal.directory.IdOfTarget(key)),
         has_resource.ResourceAt(one.resource).ToString(),
         before.ladder().NameAt(one.before), after.ladder().NameAt(one.after)});
  }
  return differ.came_again() ? MergedById(std::move(changes)) : changes;
}

}  // namespace acl
