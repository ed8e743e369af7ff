#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/resolve/effective.h"
#include "acl/resolve/role.h"
#include "acl/resolve/subject.h"
#include "acl/share/decide.h"
#include "acl/share/lookup.h"

namespace acl {
namespace {

absl::Status CheckStanding(const Actor& actor, Standing standing) {
  const std::string who =
      absl::StrCat("actor ", Quoted(actor.subject().ToString()));
  switch (standing) {
    case Standing::kUnknown:
      return Refuse(v1::ACTOR_UNKNOWN,
                    absl::StrCat(who, " is not in the workspace"));
    case Standing::kKeyDisabled:
      return Refuse(
          v1::ACTOR_KEY_DISABLED,
          absl::StrCat(who, " is disabled; enable the key or use another"));
    case Standing::kLocked:
      return Refuse(v1::ACTOR_LOCKED,
                    absl::StrCat(who, " is locked; unlock the user first"));
    case Standing::kActive:
      break;
  }
  return absl::OkStatus();
}

// The resource, if the actor may share it.
absl::StatusOr<uint32_t> Authorise(const State& state, const Actor& actor,
                                   const ResourceId& resource) {
  const uint32_t number = state.FindResource(resource);
  if (actor.is_system()) {
    if (number == State::kNone) return ResourceNotVisible(resource);
    return number;
  }
  absl::StatusOr<FoundSubject> found = FindSubject(state, actor.subject());
  if (!found.ok()) return found.status();
  if (absl::Status s = CheckStanding(actor, found->standing); !s.ok()) return s;
  const auto rank =
      static_cast<Rank>(RoleOn(state, LinesOf(state, *found, number)).rank);
  if (rank == 0) return ResourceNotVisible(resource);
  if (rank < state.ladder().top()) {
    return Refuse(
        v1::NOT_ADMIN,
        absl::StrCat("actor ", Quoted(actor.subject().ToString()), " is ",
                     state.ladder().NameAt(rank), " on ",
                     Quoted(resource.ToString()), "; sharing it needs ",
                     state.ladder().NameAt(state.ladder().top())));
  }
  return number;
}

absl::Status CheckCreator(const State& state, const ResourceId& resource,
                          TargetKey target, Rank rank) {
  if (rank == state.ladder().top()) return absl::OkStatus();
  const Directory& directory = state.directory;
  return Refuse(v1::CREATOR_PROTECTED,
                absl::StrCat(KindWord(directory.KindOfTarget(target)), " ",
                             Quoted(directory.IdOfTarget(target)), " created ",
                             Quoted(resource.ToString()), " and stays ",
                             state.ladder().NameAt(state.ladder().top())));
}

absl::Status CheckLimit(const State& state, const ResourceId& resource,
                        const GrantLine& grants, TargetKey target) {
  const uint32_t limit = state.settings->max_principals;
  if (limit == 0 || target == 0 || target == grants.creator() ||
      grants.principals() < limit || grants.RoleOf(target) != 0) {
    return absl::OkStatus();
  }
  return Refuse(v1::LIMIT,
                absl::StrCat(Quoted(resource.ToString()), " has grants for ",
                             grants.principals(), " principals, the limit is ",
                             limit, "; unshare one or grant a group"));
}

// The effective role of a target; that of `default` is its grant.
Rank EffectiveOf(const State& state, uint32_t resource, TargetKey target) {
  if (target == 0) {
    return state.ladder().RankOfSlot(state.grants.Get(resource)->baseline());
  }
  if (IsGroup(target)) {
    return static_cast<Rank>(Resolver(state, target).On(resource).rank);
  }
  const FoundSubject principal = SubjectOf(state, NumberOf(target));
  const RoleLines lines = LinesOf(state, principal, resource);
  return static_cast<Rank>(RoleOn(state, lines).rank);
}

// What other than the target's own grant gives the role `effective`.
std::vector<Source> HeldBy(const State& state, uint32_t resource,
                           TargetKey target, Rank effective) {
  std::vector<Source> held_by;
  if (target == 0 || effective == 0) return held_by;
  // Nothing gives more.
  for (Source& source :
       Resolver(state, target).SourcesOn(resource, effective)) {
    if (source.kind != SourceKind::kDirect) {
      held_by.push_back(std::move(source));
    }
  }
  return held_by;
}

// Sets the grant, which is allowed, and tells what that did. A creator's stays
// as it is: being the creator is the source.
ChangeReceipt SetGrant(const ResourceId& resource, uint32_t number,
                       TargetKey target, RoleSlot role, Draft* draft) {
  const State& state = draft->state();
  const Ladder& ladder = state.ladder();
  const bool creator =
      target != 0 && target == state.grants.Get(number)->creator();
  const RoleSlot before = state.GrantOf(number, target);
  const RoleSlot after = creator ? before : role;
  ChangeReceipt receipt;
  receipt.changed = before != after;
  ShareEffect& effect = receipt.share.emplace(
      ShareEffect{resource,
                  TargetOf(state, target),
                  ladder.NameOfSlot(before),
                  ladder.NameOfSlot(after),
                  ladder.NameAt(EffectiveOf(state, number, target)),
                  "",
                  {}});
  if (receipt.changed && target == 0) {
    draft->SetBaseline(number, after);
  } else if (receipt.changed) {
    draft->SetGrant(number, target, after);
  }
  const Rank effective = EffectiveOf(state, number, target);
  effect.effective_after = ladder.NameAt(effective);
  effect.held_by = HeldBy(state, number, target, effective);
  return receipt;
}

// Decides a share, or with no role an unshare.
absl::StatusOr<ChangeReceipt> Decide(const Actor& actor,
                                     const ResourceId& resource,
                                     const Target& target,
                                     const std::optional<std::string>& role,
                                     Draft* draft) {
  const State& state = draft->state();
  if (absl::Status s = state.settings->RequireType(resource.type); !s.ok()) {
    return s;
  }
  Rank rank = 0;
  if (role) {
    absl::StatusOr<Rank> required = state.ladder().Require(*role);
    if (!required.ok()) return required.status();
    rank = *required;
  }
  // What is looked at next is loaded side by side.
  NamedQuestion ahead;
  ahead.Hash(state, target.kind(), target.id(), resource);
  ahead.PrefetchIndex(state);
  ahead.PrefetchPaths(state);
  ahead.PrefetchRows(state);
  absl::StatusOr<uint32_t> number = Authorise(state, actor, resource);
  if (!number.ok()) return number.status();
  absl::StatusOr<TargetKey> key = RequireTarget(state, target);
  if (!key.ok()) return key.status();
  const GrantLine& grants = *state.grants.Get(*number);
  if (*key != 0 && *key == grants.creator()) {
    if (absl::Status s = CheckCreator(state, resource, *key, rank); !s.ok()) {
      return s;
    }
  }
  if (role) {
    if (absl::Status s = CheckLimit(state, resource, grants, *key); !s.ok()) {
      return s;
    }
  }
  return SetGrant(resource, *number, *key, state.ladder().SlotAt(rank), draft);
}

}  // namespace

absl::StatusOr<ChangeReceipt> DecideShare(const Actor& actor,
                                          const Share& share, Draft* draft) {
  return Decide(actor, share.resource, share.target, share.role, draft);
}

absl::StatusOr<ChangeReceipt> DecideUnshare(const Actor& actor,
                                            const Unshare& unshare,
                                            Draft* draft) {
  return Decide(actor, unshare.resource, unshare.target, std::nullopt, draft);
}

}  // namespace acl
