// Resolves the sources of a role, and finds the remedies for a denial.

#include <algorithm>
#include <tuple>
#include <utility>

#include "tests/oracle/model.h"

namespace acl::oracle {
namespace {

// How many levels each pair of a principal and a resource rises.
using Levels = std::map<std::pair<Principal, ResourceId>, int>;

Levels AllLevels(const State& state) {
  Levels levels;
  for (const Principal& principal : Principals(state)) {
    const Subject subject = ToSubject(principal);
    for (const auto& [resource, row] : state.resources) {
      levels[{principal, resource}] = EffectiveLevel(state, subject, resource);
    }
  }
  return levels;
}

// Tries candidates one after the other, on copies of one state.
class RemedySearch {
 public:
  RemedySearch(const State& state, const Subject& subject,
               const ResourceId& resource, int level)
      : state_(state),
        subject_(subject),
        resource_(resource),
        level_(level),
        before_(AllLevels(state)) {}

  // Keeps the candidate if its change is accepted and is enough on its own.
  void Try(RemedyKind kind, const std::string& group, const Change& change) {
    State after = state_;
    const auto decided = Decide(&after, Actor::System(), change);
    if (std::holds_alternative<Fault>(decided)) return;
    if (EffectiveLevel(after, subject_, resource_) < level_) return;
    const size_t raised = kind == RemedyKind::kEnableKey
                              ? ResourcesRaised(after)
                              : PairsRaised(after);
    remedies_.push_back({kind, group, raised});
  }

  // Returns everything that was kept, in order.
  std::vector<Remedy> Take() {
    const auto order = [](const Remedy& a, const Remedy& b) {
      return std::tie(a.raised, a.kind, a.group) <
             std::tie(b.raised, b.kind, b.group);
    };
    std::sort(remedies_.begin(), remedies_.end(), order);
    return std::move(remedies_);
  }

 private:
  size_t PairsRaised(const State& after) const {
    size_t raised = 0;
    for (const auto& [pair, level] : AllLevels(after)) {
      if (level > before_.at(pair)) ++raised;
    }
    return raised;
  }

  // The number of resources on which the subject's own role rises.
  size_t ResourcesRaised(const State& after) const {
    size_t raised = 0;
    for (const auto& [resource, row] : after.resources) {
      if (EffectiveLevel(after, subject_, resource) >
          EffectiveLevel(state_, subject_, resource)) {
        ++raised;
      }
    }
    return raised;
  }

  const State& state_;
  const Subject& subject_;
  const ResourceId& resource_;
  const int level_;
  const Levels before_;
  std::vector<Remedy> remedies_;
};

std::optional<Found> Grant(const State& state, const ResourceRow& resource,
                           const Target& target, SourceKind kind) {
  const auto grant = resource.grants.find(target);
  if (grant == resource.grants.end()) return std::nullopt;
  return Found{kind, Level(state, grant->second), {}};
}

// Adds the grants of every group that the member is in, each with its path.
void AddGroupGrants(const State& state, const Member& member,
                    const ResourceRow& resource, std::vector<Found>* sources) {
  for (GroupPath& path : GroupPaths(state, member)) {
    const Target group{TargetKind::kGroup, std::string(path.back())};
    if (auto found = Grant(state, resource, group, SourceKind::kGroup)) {
      found->path = std::move(path);
      sources->push_back(*std::move(found));
    }
  }
}

void AddBaseline(const State& state, const ResourceRow& resource,
                 std::vector<Found>* sources) {
  if (auto found = Grant(state, resource, Target{TargetKind::kDefault, ""},
                         SourceKind::kBaseline)) {
    sources->push_back(*std::move(found));
  }
}

int Top(const State& state) { return static_cast<int>(state.ladder.size()); }

Principal PrincipalOf(PrincipalKind kind, const std::string& id) {
  return Principal{kind, id};
}

}  // namespace

int Level(const State& state, std::string_view role) {
  for (size_t i = 0; i < state.ladder.size(); ++i) {
    if (state.ladder[i] == role) return static_cast<int>(i) + 1;
  }
  return 0;
}

std::string RoleName(const State& state, int level) {
  return level == 0 ? "none" : state.ladder.at(static_cast<size_t>(level - 1));
}

std::optional<Principal> OwnerOfEmail(const State& state,
                                      const std::string& email) {
  if (email.empty()) return std::nullopt;
  for (const auto& [id, user] : state.users) {
    if (user.email == email) return PrincipalOf(PrincipalKind::kUser, id);
  }
  for (const auto& [id, account] : state.service_accounts) {
    if (account.email == email) {
      return PrincipalOf(PrincipalKind::kServiceAccount, id);
    }
  }
  return std::nullopt;
}

Resolved Resolve(const State& state, const Subject& subject) {
  Resolved result;
  bool enabled = true;
  switch (subject.kind) {
    case SubjectKind::kUser:
      if (state.users.count(subject.id) == 0) return result;
      result.principal = PrincipalOf(PrincipalKind::kUser, subject.id);
      break;
    case SubjectKind::kServiceAccount:
      if (state.service_accounts.count(subject.id) == 0) return result;
      result.principal =
          PrincipalOf(PrincipalKind::kServiceAccount, subject.id);
      break;
    case SubjectKind::kEmail: {
      const auto owner = OwnerOfEmail(state, subject.id);
      if (!owner) return result;
      result.principal = *owner;
      break;
    }
    case SubjectKind::kKey: {
      const auto key = state.keys.find(subject.id);
      if (key == state.keys.end()) return result;
      result.principal = key->second.owner;
      result.workspace_key =
          result.principal.kind == PrincipalKind::kServiceAccount;
      enabled = key->second.enabled;
      break;
    }
  }
  const bool locked = result.principal.kind == PrincipalKind::kUser &&
                      state.users.at(result.principal.id).locked;
  result.state = !enabled ? SubjectState::kKeyDisabled
                 : locked ? SubjectState::kLocked
                          : SubjectState::kOk;
  return result;
}

std::vector<GroupPath> GroupPaths(const State& state, const Member& member) {
  std::map<std::string_view, GroupPath> best;  // keyed by the last group
  std::vector<GroupPath> level;  // the paths of the current length
  for (const auto& [id, group] : state.groups) {
    if (group.members.count(member) != 0) level.push_back({id});
  }
  while (!level.empty()) {
    // All paths here have the same length; shorter ones were handled before.
    std::vector<GroupPath> reached;
    for (GroupPath& path : level) {
      const auto [known, is_new] = best.try_emplace(path.back(), path);
      if (is_new) {
        reached.push_back(path);
      } else if (known->second.size() == path.size() && path < known->second) {
        known->second = path;
        reached.push_back(path);
      }
    }
    level.clear();
    for (const GroupPath& path : reached) {
      const Member last{MemberKind::kGroup, std::string(path.back())};
      for (const auto& [id, group] : state.groups) {
        if (group.members.count(last) == 0) continue;
        level.push_back(path);
        level.back().push_back(id);
      }
    }
  }
  std::vector<GroupPath> paths;
  paths.reserve(best.size());
  for (auto& [id, path] : best) paths.push_back(std::move(path));
  return paths;
}

bool ListedBefore(const Found& a, const Found& b) {
  if (a.level != b.level) return a.level > b.level;
  if (a.kind != b.kind) return a.kind < b.kind;
  if (a.path.size() != b.path.size()) return a.path.size() < b.path.size();
  return !a.path.empty() && a.path.back() < b.path.back();
}

std::vector<Found> FindSources(const State& state, const Principal& principal,
                               bool workspace_key,
                               const ResourceRow& resource) {
  std::vector<Found> sources;
  if (resource.creator == principal) {
    sources.push_back({SourceKind::kCreator, Top(state), {}});
  }
  if (principal.kind == PrincipalKind::kUser &&
      state.users.at(principal.id).workspace_admin) {
    sources.push_back({SourceKind::kWorkspaceAdmin, Top(state), {}});
  }
  const SourceKind own = workspace_key ? SourceKind::kKey : SourceKind::kDirect;
  if (auto found = Grant(state, resource, ToTarget(principal), own)) {
    sources.push_back(*std::move(found));
  }
  AddGroupGrants(state, ToMember(principal), resource, &sources);
  AddBaseline(state, resource, &sources);
  return sources;
}

std::vector<Found> FindGroupSources(const State& state,
                                    const std::string& group,
                                    const ResourceRow& resource) {
  std::vector<Found> sources;
  AddGroupGrants(state, Member{MemberKind::kGroup, group}, resource, &sources);
  AddBaseline(state, resource, &sources);
  return sources;
}

Source ToSource(const State& state, const Found& found) {
  return Source{found.kind, RoleName(state, found.level),
                std::vector<std::string>(found.path.begin(), found.path.end())};
}

std::optional<Found> Witness(const State& state, const Subject& subject,
                             const ResourceId& resource) {
  const auto row = state.resources.find(resource);
  if (row == state.resources.end()) return std::nullopt;
  const Resolved who = Resolve(state, subject);
  if (who.state != SubjectState::kOk) return std::nullopt;
  std::vector<Found> sources =
      FindSources(state, who.principal, who.workspace_key, row->second);
  if (sources.empty()) return std::nullopt;
  return std::move(
      *std::min_element(sources.begin(), sources.end(), ListedBefore));
}

int EffectiveLevel(const State& state, const Subject& subject,
                   const ResourceId& resource) {
  const std::optional<Found> witness = Witness(state, subject, resource);
  return witness ? witness->level : 0;
}

std::vector<Principal> Principals(const State& state) {
  std::vector<Principal> principals;
  for (const auto& [id, account] : state.service_accounts) {
    principals.push_back({PrincipalKind::kServiceAccount, id});
  }
  for (const auto& [id, user] : state.users) {
    principals.push_back({PrincipalKind::kUser, id});
  }
  return principals;
}

Subject ToSubject(const Principal& principal) {
  return {principal.kind == PrincipalKind::kUser ? SubjectKind::kUser
                                                 : SubjectKind::kServiceAccount,
          principal.id};
}

Target ToTarget(const Principal& principal) {
  return {principal.kind == PrincipalKind::kUser ? TargetKind::kUser
                                                 : TargetKind::kServiceAccount,
          principal.id};
}

Member ToMember(const Principal& principal) {
  return {principal.kind == PrincipalKind::kUser ? MemberKind::kUser
                                                 : MemberKind::kServiceAccount,
          principal.id};
}

std::vector<Remedy> Remedies(const State& state, const Subject& subject,
                             const ResourceId& resource, int level) {
  const Resolved who = Resolve(state, subject);
  if (who.state == SubjectState::kUnknown) return {};
  if (state.resources.count(resource) == 0) return {};
  if (EffectiveLevel(state, subject, resource) >= level) return {};
  RemedySearch search(state, subject, resource, level);
  const std::string role = RoleName(state, level);
  const Target principal = ToTarget(who.principal);
  search.Try(RemedyKind::kGrant, "", Change::Share(resource, principal, role));
  search.Try(RemedyKind::kGrantBaseline, "",
             Change::Share(resource, Target{TargetKind::kDefault, ""}, role));
  const Member member = ToMember(who.principal);
  std::set<std::string_view> is_in;
  for (const GroupPath& path : GroupPaths(state, member)) {
    is_in.insert(path.back());
  }
  for (const auto& [id, group] : state.groups) {
    if (is_in.count(id) != 0) {
      search.Try(RemedyKind::kGrantGroup, id,
                 Change::Share(resource, Target{TargetKind::kGroup, id}, role));
    } else {
      search.Try(RemedyKind::kJoinGroup, id, Change::AddMember(id, member));
    }
  }
  if (who.principal.kind == PrincipalKind::kUser) {
    Change unlock = Change::UpdateUser(who.principal.id);
    unlock.locked = false;
    search.Try(RemedyKind::kUnlock, "", unlock);
  }
  if (subject.kind == SubjectKind::kKey) {
    search.Try(RemedyKind::kEnableKey, "", Change::UpdateKey(subject.id, true));
  }
  return search.Take();
}

}  // namespace acl::oracle
