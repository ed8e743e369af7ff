#include "acl/share/explain.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "acl/base/reference.h"
#include "acl/resolve/effective.h"
#include "acl/resolve/list.h"
#include "acl/share/decide.h"
#include "acl/share/lookup.h"
#include "acl/store/draft.h"

namespace acl {
namespace {

ResourceId IdOf(const ResourceRow& row) {
  return {row.name->type, row.name->id};
}

Member MemberOf(const NameRef& principal) {
  return principal->kind == Kind::kUser ? Member::User(principal->id)
                                        : Member::ServiceAccount(principal->id);
}

// The same subject in another state.
FoundSubject Again(const State& state, const FoundSubject& subject) {
  const Name& name =
      subject.key == nullptr ? *subject.principal->name : *subject.key->name;
  const auto found = FindSubject(
      state, name.kind == Kind::kKey    ? Subject::Key(name.id)
             : name.kind == Kind::kUser ? Subject::User(name.id)
                                        : Subject::ServiceAccount(name.id));
  return found.ok() ? *found : FoundSubject();
}

// Finds and measures the remedies of one denial.
class RemedyFinder {
 public:
  RemedyFinder(const State& state, const FoundSubject& subject,
               const ResourceRow& resource, Rank asked)
      : state_(state), subject_(subject), resource_(resource), asked_(asked) {}

  std::vector<Remedy> Find() {
    const Resolver resolver(state_, subject_);
    TryGrants(resolver);
    TryGroups(resolver);
    const PrincipalRow& principal = *subject_.principal;
    if (principal.locked) {
      UpdateUser unlock{principal.name->id};
      unlock.locked = false;
      Try({RemedyKind::kUnlock, "", 0}, unlock);
    }
    if (subject_.key != nullptr && !subject_.key->enabled) {
      Try({RemedyKind::kEnableKey, "", 0},
          UpdateKey{subject_.key->name->id, true});
    }
    std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
      return std::tie(a.raises, a.kind, a.group) <
             std::tie(b.raises, b.kind, b.group);
    });
    return std::move(found_);
  }

 private:
  void TryGrants(const Resolver& resolver) {
    const std::string role = state_.ladder().NameAt(asked_);
    const ResourceId id = IdOf(resource_);
    Try({RemedyKind::kGrant, "", 0},
        Share{id, TargetOf(subject_.principal->name), role});
    for (const Reached& reached : resolver.groups().reached()) {
      const std::string& group = reached.group->name->id;
      Try({RemedyKind::kGrantGroup, group, 0},
          Share{id, Target::Group(group), role});
    }
    Try({RemedyKind::kGrantBaseline, "", 0},
        Share{id, Target::Default(), role});
  }

  // Joins every group whose own or ancestors' grants reach the asked role:
  // those with such a grant, and the groups below them.
  void TryGroups(const Resolver& resolver) {
    absl::flat_hash_set<const GroupRow*> seen;
    for (const NamedGrant& grant : state_.SortedGrants(resource_)) {
      if (grant.target->kind != Kind::kGroup) break;  // groups come first
      if (state_.ladder().RankOfSlot(grant.role) < asked_) continue;
      for (const GroupRow* group : GroupsBelow(
               state_.directory, *state_.directory.Group(grant.target))) {
        if (!seen.insert(group).second || resolver.groups().Contains(*group)) {
          continue;
        }
        Try({RemedyKind::kJoinGroup, group->name->id, 0},
            AddMember{group->name->id, MemberOf(subject_.principal->name)});
      }
    }
  }

  // Keeps the remedy if its change is accepted and enough.
  void Try(Remedy remedy, const Change& change) {
    Draft draft(state_);
    if (!DecideChange(Actor::System(), change, &draft).ok()) return;
    const State& after = draft.state();
    const FoundSubject subject = Again(after, subject_);
    const ResourceRow& resource = *after.Resource(resource_.name);
    if (Resolver(after, subject).On(resource).rank < asked_) return;
    remedy.raises = Raises(remedy.kind, after);
    found_.push_back(std::move(remedy));
  }

  uint64_t Raises(RemedyKind kind, const State& after) const {
    switch (kind) {
      case RemedyKind::kGrant:
      case RemedyKind::kGrantGroup:
      case RemedyKind::kGrantBaseline:
        return RaisesOnResource(after);
      case RemedyKind::kJoinGroup:
      case RemedyKind::kUnlock:
        return RaisesFor(
            SubjectOf(*state_.directory.Principal(subject_.principal->name)),
            SubjectOf(*after.directory.Principal(subject_.principal->name)),
            after);
      case RemedyKind::kEnableKey:
        return RaisesFor(subject_, Again(after, subject_), after);
    }
    return 0;
  }

  // Over all principals, on this resource.
  uint64_t RaisesOnResource(const State& after) const {
    uint64_t raises = 0;
    VisitPrincipals(
        after, *after.Resource(resource_.name), 1, nullptr, [] { return true; },
        [&](const PrincipalRow& principal, const Effective& now) {
          const Resolver before(
              state_, SubjectOf(*state_.directory.Principal(principal.name)));
          raises += before.On(resource_).rank < now.rank ? 1 : 0;
          return true;
        });
    return raises;
  }

  // Over all resources, for this subject.
  uint64_t RaisesFor(const FoundSubject& before, const FoundSubject& after,
                     const State& after_state) const {
    const Resolver resolver(state_, before);
    uint64_t raises = 0;
    VisitResources(
        after_state, after, 1, "", nullptr, [] { return true; },
        [&](const ResourceRow& resource, const Effective& now) {
          const Effective then = resolver.On(*state_.Resource(resource.name));
          raises += then.rank < now.rank ? 1 : 0;
          return true;
        });
    return raises;
  }

  const State& state_;
  const FoundSubject subject_;
  const ResourceRow& resource_;
  const Rank asked_;
  std::vector<Remedy> found_;
};

}  // namespace

absl::string_view RemedyWord(RemedyKind kind) {
  switch (kind) {
    case RemedyKind::kGrant:
      return "grant";
    case RemedyKind::kGrantGroup:
      return "grant_group";
    case RemedyKind::kGrantBaseline:
      return "grant_baseline";
    case RemedyKind::kJoinGroup:
      return "join_group";
    case RemedyKind::kUnlock:
      return "unlock";
    case RemedyKind::kEnableKey:
      return "enable_key";
  }
  return "";
}

Explanation Explain(const State& state, const FoundSubject& subject,
                    const ResourceRow* resource, Rank asked) {
  Explanation explanation;
  explanation.revision = state.revision;
  explanation.standing = subject.standing;
  explanation.resource_exists = resource != nullptr;
  explanation.asked = state.ladder().NameAt(asked);
  Rank rank = 0;
  if (resource != nullptr && subject.principal != nullptr) {
    const Resolver resolver(state, subject);
    rank = resolver.On(*resource).rank;
    explanation.sources = resolver.SourcesOn(*resource);
  }
  explanation.role = state.ladder().NameAt(rank);
  explanation.allowed = rank >= asked;
  if (rank != 0) {
    explanation.deciding = std::count_if(
        explanation.sources.begin(), explanation.sources.end(),
        [&](const Source& source) { return source.role == explanation.role; });
  }
  if (!explanation.allowed && resource != nullptr &&
      subject.principal != nullptr) {
    explanation.remedies =
        RemedyFinder(state, subject, *resource, asked).Find();
  }
  return explanation;
}

}  // namespace acl
