#include "acl/share/explain.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "acl/base/fault.h"
#include "acl/base/reference.h"
#include "acl/resolve/effective.h"
#include "acl/resolve/list.h"
#include "acl/share/decide.h"
#include "acl/share/lookup.h"
#include "acl/store/draft.h"

namespace acl {
namespace {

// Who or what has which role, in the order of numbers.
using Ranks = std::vector<std::pair<uint32_t, Rank>>;

// In how many places a role rose.
uint64_t CountRaised(const Ranks& before, const Ranks& after) {
  uint64_t raised = 0;
  auto then = before.begin();
  for (const auto& [number, rank] : after) {
    while (then != before.end() && then->first < number) ++then;
    const bool was = then != before.end() && then->first == number;
    raised += (was ? then->second : 0) < rank ? 1 : 0;
  }
  return raised;
}

// Asks now and then whether to go on.
class Patience {
 public:
  explicit Patience(const ExplainOptions& options) : options_(options) {}

  // OK, or why not.
  absl::Status Check() {
    if (ended_.ok() && options_.cancelled && options_.cancelled()) {
      ended_ = Refuse(v1::CANCELLED_BY_CALLER,
                      "the caller cancelled the explanation");
    }
    return ended_;
  }
  // For every row; asks seldom.
  bool Heartbeat() {
    return rows_++ % kRowsPerHeartbeat == 0 ? Check().ok() : ended_.ok();
  }
  const absl::Status& ended() const { return ended_; }

 private:
  static constexpr size_t kRowsPerHeartbeat = 256;

  const ExplainOptions& options_;
  absl::Status ended_;
  size_t rows_ = 0;
};

// Over all principals, on one resource.
Ranks RanksOn(const State& state, uint32_t resource, Patience* patience) {
  Ranks ranks;
  VisitPrincipals(
      state, resource, 1, 0, [&] { return patience->Heartbeat(); },
      [&](uint32_t principal, Rank rank) {
        ranks.emplace_back(principal, rank);
        return true;
      });
  return ranks;
}

// Over all resources, for one subject.
Ranks RanksOf(const State& state, const FoundSubject& subject,
              Patience* patience) {
  Ranks ranks;
  VisitResources(
      state, subject, 1, "", 0, [&] { return patience->Heartbeat(); },
      [&](uint32_t resource, Rank rank) {
        ranks.emplace_back(resource, rank);
        return true;
      });
  return ranks;
}

// Finds and measures the remedies of one denial.
class RemedyFinder {
 public:
  RemedyFinder(const State& state, const FoundSubject& subject,
               uint32_t resource, Rank asked, Patience* patience)
      : state_(state),
        subject_(subject),
        self_(PrincipalKey(subject.principal)),
        resource_(resource),
        asked_(asked),
        patience_(*patience) {}

  // Of no use once patience has ended.
  std::vector<Remedy> Find() {
    const Resolver resolver(state_, subject_);
    TryGrants(resolver);
    TryGroups(resolver);
    const Directory& directory = state_.directory;
    if (directory.members.Get(subject_.principal)->locked()) {
      UpdateUser unlock{std::string(directory.IdOfTarget(self_))};
      unlock.locked = false;
      Try({RemedyKind::kUnlock, "", 0}, unlock);
    }
    if (subject_.key != State::kNone &&
        directory.keys.Get(subject_.key)->enabled == 0) {
      Try({RemedyKind::kEnableKey, "", 0},
          UpdateKey{std::string(directory.key_ids.Get(subject_.key)), true});
    }
    std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
      return std::tie(a.raises, a.kind, a.group) <
             std::tie(b.raises, b.kind, b.group);
    });
    return std::move(found_);
  }

 private:
  std::string GroupId(uint32_t group) const {
    return std::string(state_.directory.group_ids.Get(group));
  }

  void TryGrants(const Resolver& resolver) {
    const std::string role = state_.ladder().NameAt(asked_);
    const ResourceRef ref = state_.ResourceAt(resource_);
    const ResourceId id{std::string(ref.type), std::string(ref.id)};
    Try({RemedyKind::kGrant, "", 0}, Share{id, TargetOf(state_, self_), role});
    for (const Reached& reached : resolver.groups().reached()) {
      const std::string group = GroupId(reached.group);
      Try({RemedyKind::kGrantGroup, group, 0},
          Share{id, Target::Group(group), role});
    }
    Try({RemedyKind::kGrantBaseline, "", 0},
        Share{id, Target::Default(), role});
  }

  // Joins every group whose own or ancestors' grants reach the asked role:
  // those with such a grant, and the groups below them.
  void TryGroups(const Resolver& resolver) {
    const Directory& directory = state_.directory;
    const std::string id(directory.IdOfTarget(self_));
    const Member member = directory.KindOfTarget(self_) == Kind::kUser
                              ? Member::User(id)
                              : Member::ServiceAccount(id);
    absl::flat_hash_set<uint32_t> seen;
    for (const TargetGrant& grant : state_.SortedGrants(resource_)) {
      if (!IsGroup(grant.target)) break;  // groups come first
      if (state_.ladder().RankOfSlot(grant.role) < asked_) continue;
      for (const uint32_t group :
           GroupsBelow(directory, NumberOf(grant.target))) {
        if (!patience_.Heartbeat()) return;
        if (!seen.insert(group).second || resolver.groups().Contains(group)) {
          continue;
        }
        Try({RemedyKind::kJoinGroup, GroupId(group), 0},
            AddMember{GroupId(group), member});
      }
    }
  }

  // Keeps the remedy if its change is accepted and enough.
  void Try(Remedy remedy, const Change& change) {
    if (!patience_.Check().ok()) return;
    Draft draft(state_, Draft::Use::kTry);
    if (!DecideChange(Actor::System(), change, &draft).ok()) return;
    const State& after = draft.state();
    const FoundSubject subject = FindSubject(after, HandleOf(after, subject_));
    if (Resolver(after, subject).On(resource_).rank < asked_) return;
    remedy.raises = Raises(remedy.kind, after);
    found_.push_back(std::move(remedy));
  }

  uint64_t Raises(RemedyKind kind, const State& after) {
    switch (kind) {
      case RemedyKind::kGrant:
      case RemedyKind::kGrantGroup:
      case RemedyKind::kGrantBaseline:
        if (!on_resource_) {
          on_resource_ = RanksOn(state_, resource_, &patience_);
        }
        return CountRaised(*on_resource_,
                           RanksOn(after, resource_, &patience_));
      case RemedyKind::kJoinGroup:
      case RemedyKind::kUnlock:
        if (!of_principal_) {
          of_principal_ = RanksOf(state_, SubjectOf(state_, subject_.principal),
                                  &patience_);
        }
        return CountRaised(
            *of_principal_,
            RanksOf(after, SubjectOf(after, subject_.principal), &patience_));
      case RemedyKind::kEnableKey:
        return CountRaised(
            RanksOf(state_, subject_, &patience_),
            RanksOf(after, FindSubject(after, HandleOf(after, subject_)),
                    &patience_));
    }
    return 0;
  }

  const State& state_;
  const FoundSubject subject_;
  const TargetKey self_;
  const uint32_t resource_;
  const Rank asked_;
  Patience& patience_;
  std::vector<Remedy> found_;
  // As things are; made when they are needed.
  std::optional<Ranks> on_resource_, of_principal_;
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

absl::StatusOr<Explanation> Explain(const State& state,
                                    const FoundSubject& subject,
                                    uint32_t resource, Rank asked,
                                    const ExplainOptions& options) {
  Patience patience(options);
  if (absl::Status s = patience.Check(); !s.ok()) return s;
  Explanation explanation;
  explanation.revision = state.revision;
  explanation.standing = subject.standing;
  const bool exists = resource != State::kNone;
  explanation.resource_exists = exists;
  explanation.asked = state.ladder().NameAt(asked);
  Rank rank = 0;
  if (exists && subject.known()) {
    const Resolver resolver(state, subject);
    rank = static_cast<Rank>(resolver.On(resource).rank);
    explanation.sources = resolver.SourcesOn(resource);
  }
  explanation.role = state.ladder().NameAt(rank);
  explanation.allowed = rank >= asked;
  if (rank != 0) {
    explanation.deciding = std::count_if(
        explanation.sources.begin(), explanation.sources.end(),
        [&](const Source& source) { return source.role == explanation.role; });
  }
  if (!explanation.allowed && exists && subject.known()) {
    explanation.remedies =
        RemedyFinder(state, subject, resource, asked, &patience).Find();
  }
  if (!patience.ended().ok()) return patience.ended();
  return explanation;
}

}  // namespace acl
