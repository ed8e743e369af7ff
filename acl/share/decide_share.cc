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
absl::StatusOr<const ResourceRow*> Authorise(const State& state,
                                             const Actor& actor,
                                             const ResourceId& resource) {
  const ResourceRow* row = state.FindResource(resource);
  if (actor.is_system()) {
    if (row == nullptr) return ResourceNotVisible(resource);
    return row;
  }
  absl::StatusOr<FoundSubject> found = FindSubject(state, actor.subject());
  if (!found.ok()) return found.status();
  if (absl::Status s = CheckStanding(actor, found->standing); !s.ok()) return s;
  const auto rank =
      static_cast<Rank>(RoleOn(state, LinesOf(state, *found, row)).rank);
  if (rank == 0) return ResourceNotVisible(resource);
  if (rank < state.ladder().top()) {
    return Refuse(
        v1::NOT_ADMIN,
        absl::StrCat("actor ", Quoted(actor.subject().ToString()), " is ",
                     state.ladder().NameAt(rank), " on ",
                     Quoted(resource.ToString()), "; sharing it needs ",
                     state.ladder().NameAt(state.ladder().top())));
  }
  return row;
}

absl::Status CheckCreator(const State& state, const ResourceRow& row,
                          const NameRef& target, Rank rank) {
  if (target == nullptr || target != row.creator) return absl::OkStatus();
  if (rank == state.ladder().top()) return absl::OkStatus();
  return Refuse(
      v1::CREATOR_PROTECTED,
      absl::StrCat(KindWord(target->kind), " ", Quoted(target->id), " created ",
                   Quoted(absl::StrCat(row.name->type, ":", row.name->id)),
                   " and stays ", state.ladder().NameAt(state.ladder().top())));
}

absl::Status CheckLimit(const State& state, const ResourceRow& row,
                        const NameRef& target) {
  const uint32_t limit = state.settings->max_principals;
  if (limit == 0 || target == nullptr || target == row.creator ||
      state.GrantOf(row, target) != 0 || state.PrincipalsOn(row) < limit) {
    return absl::OkStatus();
  }
  return Refuse(
      v1::LIMIT,
      absl::StrCat(Quoted(absl::StrCat(row.name->type, ":", row.name->id)),
                   " has grants for ", state.PrincipalsOn(row),
                   " principals, the limit is ", limit,
                   "; unshare one or grant a group"));
}

// A user, service account or group as the target of a share.
Resolver ResolverOf(const State& state, const NameRef& target) {
  return target->kind == Kind::kGroup
             ? Resolver(state, *state.directory.Group(target))
             : Resolver(state, SubjectOf(*state.directory.Principal(target)));
}

// The effective role of a target; that of `default` is its grant.
Rank EffectiveOf(const State& state, const ResourceRow& row,
                 const NameRef& target) {
  if (target == nullptr) {
    return state.ladder().RankOfSlot(state.GrantsOn(row).baseline());
  }
  if (target->kind == Kind::kGroup) {
    return ResolverOf(state, target).On(row).rank;
  }
  const FoundSubject principal = SubjectOf(*state.directory.Principal(target));
  return static_cast<Rank>(RoleOn(state, LinesOf(state, principal, &row)).rank);
}

// What other than the target's own grant gives the role `effective`.
std::vector<Source> HeldBy(const State& state, const ResourceRow& row,
                           const NameRef& target,
                           const std::string& effective) {
  std::vector<Source> held_by;
  if (target == nullptr || EffectiveOf(state, row, target) == 0) return held_by;
  for (Source& source : ResolverOf(state, target).SourcesOn(row)) {
    if (source.role == effective && source.kind != SourceKind::kDirect) {
      held_by.push_back(std::move(source));
    }
  }
  return held_by;
}

// Sets the grant, which is allowed, and tells what that did. A creator's stays
// as it is: being the creator is the source.
ChangeReceipt SetGrant(const ResourceId& resource, const NameRef& target,
                       RoleSlot role, Draft* draft) {
  const Ladder& ladder = draft->state().ladder();
  const ResourceRow* row = draft->state().FindResource(resource);
  const NameRef resource_name = row->name;
  const bool creator = target != nullptr && target == row->creator;
  const RoleSlot before = draft->state().GrantOf(*row, target);
  const RoleSlot after = creator ? before : role;
  ChangeReceipt receipt;
  receipt.changed = before != after;
  ShareEffect effect{resource,
                     TargetOf(target),
                     ladder.NameOfSlot(before),
                     ladder.NameOfSlot(after),
                     "",
                     "",
                     {}};
  effect.effective_before =
      ladder.NameAt(EffectiveOf(draft->state(), *row, target));
  if (receipt.changed && target == nullptr) {
    draft->SetBaseline(resource_name, after);
  } else if (receipt.changed) {
    draft->SetGrant(resource_name, target, after);
  }
  row = draft->state().Resource(resource_name);
  effect.effective_after =
      ladder.NameAt(EffectiveOf(draft->state(), *row, target));
  effect.held_by = HeldBy(draft->state(), *row, target, effect.effective_after);
  receipt.share = std::move(effect);
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
  absl::StatusOr<const ResourceRow*> row = Authorise(state, actor, resource);
  if (!row.ok()) return row.status();
  absl::StatusOr<NameRef> name = RequireTarget(state, target);
  if (!name.ok()) return name.status();
  if (absl::Status s = CheckCreator(state, **row, *name, rank); !s.ok()) {
    return s;
  }
  if (absl::Status s =
          role ? CheckLimit(state, **row, *name) : absl::OkStatus();
      !s.ok()) {
    return s;
  }
  return SetGrant(resource, *name, state.ladder().SlotAt(rank), draft);
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
