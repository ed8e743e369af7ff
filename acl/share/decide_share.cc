#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/resolve/effective.h"
#include "acl/resolve/named_question.h"
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

// OK if the actor may share the resource, whose number may be kNone.
absl::Status Authorise(const State& state, const Actor& actor,
                       const ResourceId& resource, uint32_t number) {
  if (actor.is_system()) {
    if (number == State::kNone) return ResourceNotVisible(resource);
    return absl::OkStatus();
  }
  // Well-formed: the form has been checked.
  const FoundSubject found = *FindSubject(state, actor.subject());
  if (absl::Status s = CheckStanding(actor, found.standing); !s.ok()) return s;
  const Rank rank = RankOn(state, FindLines(state, found, number));
  if (rank == 0) return ResourceNotVisible(resource);
  if (rank < state.ladder().top()) {
    return Refuse(
        v1::NOT_ADMIN,
        absl::StrCat("actor ", Quoted(actor.subject().ToString()), " is ",
                     Printable(state.ladder().NameAt(rank)), " on ",
                     Quoted(resource.ToString()), "; sharing it needs ",
                     Printable(state.ladder().NameAt(state.ladder().top()))));
  }
  return absl::OkStatus();
}

// RequireTarget() for a target whose id has already been looked up.
absl::StatusOr<TargetKey> RequireTarget(const State& state,
                                        const Target& target,
                                        const NamedQuestion& ahead) {
  const bool group = target.kind() == Kind::kGroup;
  if (group || target.kind() == Kind::kUser ||
      target.kind() == Kind::kServiceAccount) {
    const uint32_t number = ahead.FindId(state, target.kind(), target.id());
    if (number == State::kNone) {
      return SubjectNotFound(target.kind(), target.id());
    }
    return group ? GroupKey(number) : PrincipalKey(number);
  }
  return RequireTarget(state, target);
}

absl::Status CheckCreator(const State& state, const ResourceId& resource,
                          TargetKey target, Rank rank) {
  if (rank == state.ladder().top()) return absl::OkStatus();
  const Directory& directory = state.directory;
  return Refuse(
      v1::CREATOR_PROTECTED,
      absl::StrCat(KindWord(directory.KindOfTarget(target)), " ",
                   Quoted(directory.IdOfTarget(target)), " created ",
                   Quoted(resource.ToString()), " and stays ",
                   Printable(state.ladder().NameAt(state.ladder().top()))));
}

absl::Status CheckLimit(const State& state, const ResourceId& resource,
                        const GrantLine& grants, TargetKey target) {
  if (HasRoomFor(state, grants, target)) return absl::OkStatus();
  return Refuse(v1::LIMIT,
                absl::StrCat(Quoted(resource.ToString()), " has grants for ",
                             grants.principals(), " principals, the limit is ",
                             state.settings->max_principals,
                             "; unshare one or grant a group"));
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
  return RankOn(state, FindLines(state, principal, resource));
}

// Whether it is obvious that only a principal's own grant confers so high a
// role, so that its groups need not be followed.
bool OnlyOwnGrantGives(const State& state, const GrantLine& grants,
                       TargetKey target, Rank rank) {
  if (IsGroup(target) || state.directory.nested != 0) return false;
  const MemberLine& member = *state.directory.members.Get(NumberOf(target));
  const Ladder& ladder = state.ladder();
  if (member.workspace_admin() || grants.creator() == target ||
      ladder.RankOfSlot(grants.baseline()) >= rank) {
    return false;
  }
  Rank by_groups = 0;
  grants.Match(member.groups().data(), member.groups().size(),
               [&](TargetKey, RoleSlot role) {
                 by_groups = std::max(by_groups, ladder.RankOfSlot(role));
               });
  return by_groups < rank;
}

// The sources, other than the target's own grant, that confer `effective`.
std::vector<Source> HeldBy(const State& state, uint32_t resource,
                           TargetKey target, Rank effective) {
  std::vector<Source> held_by;
  if (target == 0 || effective == 0 ||
      OnlyOwnGrantGives(state, *state.grants.Get(resource), target,
                        effective)) {
    return held_by;
  }
  // No source confers more.
  for (Source& source :
       Resolver(state, target).SourcesOn(resource, effective)) {
    if (source.kind != SourceKind::kDirect) {
      held_by.push_back(std::move(source));
    }
  }
  return held_by;
}

// A grant that may be set.
struct Allowed {
  uint32_t resource;
  TargetKey target;
  RoleSlot before;
  RoleSlot after;
};

// Returns whether that altered anything.
bool Set(const Allowed& grant, Draft* draft) {
  if (grant.before == grant.after) return false;
  if (grant.target == 0) {
    draft->SetBaseline(grant.resource, grant.after);
  } else {
    draft->SetGrant(grant.resource, grant.target, grant.after);
  }
  return true;
}

// Sets the grant, and returns what that changed.
ChangeReceipt SetWithReceipt(const ResourceId& resource, const Allowed& grant,
                             Draft* draft) {
  const State& state = draft->state();
  const Ladder& ladder = state.ladder();
  ChangeReceipt receipt;
  const auto effect = std::make_shared<ShareEffect>(ShareEffect{
      resource,
      TargetOf(state, grant.target),
      ladder.NameOfSlot(grant.before),
      ladder.NameOfSlot(grant.after),
      ladder.NameAt(EffectiveOf(state, grant.resource, grant.target)),
      "",
      {}});
  receipt.changed = Set(grant, draft);
  const Rank effective = EffectiveOf(state, grant.resource, grant.target);
  effect->effective_after = ladder.NameAt(effective);
  effect->held_by = HeldBy(state, grant.resource, grant.target, effective);
  receipt.share = effect;
  return receipt;
}

// Whether a share, or (without a role) an unshare, is allowed.
absl::StatusOr<Allowed> Decide(const Actor& actor, const ResourceId& resource,
                               const Target& target,
                               const std::optional<std::string>& role,
                               const State& state) {
  if (absl::Status s = state.settings->RequireType(resource.type); !s.ok()) {
    return s;
  }
  Rank rank = 0;
  if (role) {
    absl::StatusOr<Rank> required = state.ladder().Require(*role);
    if (!required.ok()) return required.status();
    rank = *required;
  }
  // Overlaps the cache misses of the lookups below.
  NamedQuestion ahead;
  ahead.Begin(state, target.kind(), target.id(),
              State::HashOfType(resource.type), resource.id);
  ahead.FindIndexLines();
  ahead.Guess(state, target.kind());
  ahead.FindRows();
  const uint32_t number = ahead.FindResource(state, resource);
  if (absl::Status s = Authorise(state, actor, resource, number); !s.ok()) {
    return s;
  }
  absl::StatusOr<TargetKey> key = RequireTarget(state, target, ahead);
  if (!key.ok()) return key.status();
  const GrantLine& grants = *state.grants.Get(number);
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
  const RoleSlot before = state.GrantOf(number, *key);
  // A creator's grant stays absent: being the creator is the source.
  const bool creator = *key != 0 && *key == grants.creator();
  return Allowed{number, *key, before,
                 creator ? before : state.ladder().SlotAt(rank)};
}

}  // namespace

bool HasRoomFor(const State& state, const GrantLine& grants, TargetKey target) {
  const uint32_t limit = state.settings->max_principals;
  return limit == 0 || target == 0 || target == grants.creator() ||
         grants.principals() < limit || grants.RoleOf(target) != 0;
}

absl::StatusOr<ChangeReceipt> DecideShare(const Actor& actor,
                                          const Share& share, Draft* draft) {
  const absl::StatusOr<Allowed> grant =
      Decide(actor, share.resource, share.target, share.role, draft->state());
  if (!grant.ok()) return grant.status();
  return SetWithReceipt(share.resource, *grant, draft);
}

absl::StatusOr<ChangeReceipt> DecideUnshare(const Actor& actor,
                                            const Unshare& unshare,
                                            Draft* draft) {
  const absl::StatusOr<Allowed> grant = Decide(
      actor, unshare.resource, unshare.target, std::nullopt, draft->state());
  if (!grant.ok()) return grant.status();
  return SetWithReceipt(unshare.resource, *grant, draft);
}

absl::Status RequireWorkspaceAdmin(const State& state, const Actor& actor) {
  if (actor.is_system()) return absl::OkStatus();
  const FoundSubject found = *FindSubject(state, actor.subject());
  if (absl::Status s = CheckStanding(actor, found.standing); !s.ok()) return s;
  if (state.directory.members.Get(found.principal)->workspace_admin()) {
    return absl::OkStatus();
  }
  return Refuse(v1::NOT_ADMIN,
                absl::StrCat("actor ", Quoted(actor.subject().ToString()),
                             " is no workspace admin; let one of them make the "
                             "change"));
}

absl::StatusOr<bool> ReplayShare(const Share& share, Draft* draft) {
  const absl::StatusOr<Allowed> grant =
      Decide(Actor::System(), share.resource, share.target, share.role,
             draft->state());
  if (!grant.ok()) return grant.status();
  return Set(*grant, draft);
}

absl::StatusOr<bool> ReplayUnshare(const Unshare& unshare, Draft* draft) {
  const absl::StatusOr<Allowed> grant =
      Decide(Actor::System(), unshare.resource, unshare.target, std::nullopt,
             draft->state());
  if (!grant.ok()) return grant.status();
  return Set(*grant, draft);
}

}  // namespace acl
