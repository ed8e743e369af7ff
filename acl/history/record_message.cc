#include "acl/history/record_message.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "acl/base/ladder.h"
#include "acl/base/reference.h"
#include "acl/base/text.h"
#include "acl/history/damaged.h"
#include "acl/resolve/subject.h"
#include "acl/world/change_message.h"

namespace acl {
namespace {

constexpr absl::string_view kNoRole = "none";

std::string RoleToMessage(const std::string& role) {
  return role == kNoRole ? "" : role;
}

v1::ShareEffect ToMessage(const ShareEffect& effect) {
  v1::ShareEffect message;
  message.set_target(effect.target.ToString());
  message.set_grant_before(RoleToMessage(effect.grant_before));
  message.set_grant_after(RoleToMessage(effect.grant_after));
  message.set_effective_before(RoleToMessage(effect.effective_before));
  message.set_effective_after(RoleToMessage(effect.effective_after));
  for (const Source& source : effect.held_by) {
    v1::HeldBy& held_by = *message.add_held_by();
    held_by.set_role(source.role);
    held_by.set_kind(std::string(SourceWord(source.kind)));
    *held_by.mutable_path() = {source.path.begin(), source.path.end()};
  }
  return message;
}

v1::Cascade ToMessage(const Cascade& cascade) {
  v1::Cascade message;
  message.set_grants(cascade.grants);
  message.set_memberships(cascade.memberships);
  message.set_keys(cascade.keys);
  message.set_creators(cascade.creators);
  return message;
}

Cascade ReadCascade(const v1::Cascade& message) {
  return {message.grants(), message.memberships(), message.keys(),
          message.creators()};
}

template <class T, class... Kinds>
constexpr bool kIsOneOf = (std::is_same_v<T, Kinds> || ...);

// What the receipt of a change has to contain.
struct Expected {
  bool share = false;
  bool removed = false;
  bool changed = false;  // false: either
};

Expected ExpectedOf(const Change& change) {
  return std::visit(
      [](const auto& one) {
        using T = std::decay_t<decltype(one)>;
        Expected expected;
        expected.share = kIsOneOf<T, Share, Unshare>;
        expected.removed = kIsOneOf<T, RemoveUser, RemoveServiceAccount,
                                    RemoveKey, RemoveGroup, RemoveResource>;
        expected.changed =
            expected.removed || kIsOneOf<T, AddUser, AddServiceAccount, AddKey,
                                         AddGroup, AddResource>;
        return expected;
      },
      change);
}

// Whether grants to `named` may be stored under `stored`.
bool CanStandFor(const Target& stored, const Target& named) {
  switch (named.kind()) {
    case Kind::kEmail:
      return stored.kind() == Kind::kUser ||
             stored.kind() == Kind::kServiceAccount;
    case Kind::kKey:
      return stored.kind() == Kind::kServiceAccount;
    default:
      return stored == named;
  }
}

// The fields of a share or an unshare.
struct Shared {
  const ResourceId& resource;
  const Target& target;
};
Shared SharedBy(const Change& change) {
  if (const auto* share = std::get_if<Share>(&change)) {
    return {share->resource, share->target};
  }
  const auto& unshare = std::get<Unshare>(change);
  return {unshare.resource, unshare.target};
}

absl::StatusOr<std::string> ReadRole(const std::string& role) {
  if (role.empty()) return std::string(kNoRole);
  if (absl::Status s = CheckRoleName(role); !s.ok()) return s;
  return role;
}

absl::StatusOr<SourceKind> ReadSourceKind(const std::string& word) {
  for (const SourceKind kind :
       {SourceKind::kCreator, SourceKind::kWorkspaceAdmin, SourceKind::kDirect,
        SourceKind::kKey, SourceKind::kGroup, SourceKind::kBaseline}) {
    if (word == SourceWord(kind)) return kind;
  }
  return Damaged("there is no source of the kind ", Quoted(word));
}

absl::StatusOr<Source> ReadSource(const v1::HeldBy& message) {
  const absl::StatusOr<SourceKind> kind = ReadSourceKind(message.kind());
  if (!kind.ok()) return kind.status();
  if (absl::Status s = CheckRoleName(message.role()); !s.ok()) return s;
  if ((*kind == SourceKind::kGroup) != (message.path_size() > 0)) {
    return Damaged("a source of the kind ", Quoted(message.kind()), " has ",
                   message.path_size(), " groups in its path");
  }
  for (const std::string& group : message.path()) {
    if (absl::Status s = CheckId("group id", group); !s.ok()) return s;
  }
  return Source{
      *kind, message.role(), {message.path().begin(), message.path().end()}};
}

absl::StatusOr<ShareEffect> ReadShareEffect(const v1::ShareEffect& message,
                                            const Shared& shared) {
  const absl::StatusOr<Target> target = Target::Parse(message.target());
  if (!target.ok()) return target.status();
  if (absl::Status s = CheckForm(*target); !s.ok()) return s;
  if (!CanStandFor(*target, shared.target)) {
    return Damaged("a grant to ", Quoted(shared.target.ToString()),
                   " can't be kept for ", Quoted(message.target()));
  }
  ShareEffect effect{shared.resource, *target, "", "", "", "", {}};
  const std::pair<const std::string*, std::string*> roles[] = {
      {&message.grant_before(), &effect.grant_before},
      {&message.grant_after(), &effect.grant_after},
      {&message.effective_before(), &effect.effective_before},
      {&message.effective_after(), &effect.effective_after}};
  for (const auto& [written, role] : roles) {
    absl::StatusOr<std::string> read = ReadRole(*written);
    if (!read.ok()) return read.status();
    *role = *std::move(read);
  }
  for (const v1::HeldBy& held_by : message.held_by()) {
    absl::StatusOr<Source> source = ReadSource(held_by);
    if (!source.ok()) return source.status();
    effect.held_by.push_back(*std::move(source));
  }
  return effect;
}

absl::StatusOr<ChangeReceipt> ReadChangeReceipt(
    const v1::ChangeReceipt& message, const Change& change) {
  const Expected expected = ExpectedOf(change);
  if (message.has_share() != expected.share ||
      message.has_removed() != expected.removed ||
      (expected.changed && !message.changed())) {
    return Damaged("it is not that of a change such as ",
                   Quoted(ToString(change)));
  }
  ChangeReceipt receipt;
  receipt.changed = message.changed();
  if (message.has_removed()) receipt.removed = ReadCascade(message.removed());
  if (message.has_share()) {
    absl::StatusOr<ShareEffect> effect =
        ReadShareEffect(message.share(), SharedBy(change));
    if (!effect.ok()) return effect.status();
    if (receipt.changed != (effect->grant_before != effect->grant_after)) {
      return Damaged("the grant before and after it contradict whether it ",
                     "changed something");
    }
    receipt.share = std::make_shared<const ShareEffect>(*std::move(effect));
  }
  return receipt;
}

// Several changes may cancel each other out; a single one can't.
absl::Status CheckChanged(const Receipt& receipt) {
  size_t effective = 0;
  for (const ChangeReceipt& one : receipt.changes) {
    effective += one.changed ? 1 : 0;
  }
  const bool can_be = receipt.changed ? effective > 0 : effective != 1;
  if (!can_be) {
    return Damaged("a receipt with ", effective, " changes that had an effect ",
                   "says that the state ",
                   receipt.changed ? "became another" : "stayed the same");
  }
  return absl::OkStatus();
}

absl::Status CheckActor(const std::string& actor) {
  if (actor == Actor::System().ToString()) return absl::OkStatus();
  const absl::StatusOr<Subject> subject = Subject::Parse(actor);
  return DamagedUnless(subject.ok() ? CheckForm(*subject) : subject.status(),
                       "the actor");
}

}  // namespace

v1::Receipt ToMessage(const Receipt& receipt) {
  v1::Receipt message;
  message.set_changed(receipt.changed);
  message.set_revision(receipt.revision);
  for (const ChangeReceipt& one : receipt.changes) {
    v1::ChangeReceipt& change = *message.add_changes();
    change.set_changed(one.changed);
    if (one.share) *change.mutable_share() = ToMessage(*one.share);
    if (one.removed) *change.mutable_removed() = ToMessage(*one.removed);
  }
  return message;
}

absl::StatusOr<Receipt> ReadReceipt(const v1::Receipt& message,
                                    const std::vector<Change>& changes) {
  if (static_cast<size_t>(message.changes_size()) != changes.size()) {
    return Damaged("a call with ", changes.size(), " changes has a receipt ",
                   "of ", message.changes_size());
  }
  Receipt receipt;
  receipt.revision = message.revision();
  receipt.changed = message.changed();
  for (size_t i = 0; i < changes.size(); ++i) {
    absl::StatusOr<ChangeReceipt> one =
        ReadChangeReceipt(message.changes(static_cast<int>(i)), changes[i]);
    if (!one.ok()) {
      return DamagedUnless(one.status(), "the receipt of change ", i);
    }
    receipt.changes.push_back(*std::move(one));
  }
  if (absl::Status s = CheckChanged(receipt); !s.ok()) return s;
  return receipt;
}

v1::AnsweredRequest ToMessage(const std::string& request_id,
                              const AnsweredRequest& request) {
  v1::AnsweredRequest message;
  message.set_request_id(request_id);
  message.set_actor(request.actor);
  if (request.expected_revision) {
    message.set_expected_revision(*request.expected_revision);
  }
  for (const Change& change : request.changes) {
    *message.add_changes() = ToMessage(change);
  }
  *message.mutable_receipt() = ToMessage(request.receipt);
  return message;
}

absl::StatusOr<AnsweredRequest> ReadAnsweredRequest(
    const v1::AnsweredRequest& message) {
  if (absl::Status s = CheckId("request id", message.request_id()); !s.ok()) {
    return Damaged(s.message());
  }
  if (absl::Status s = CheckActor(message.actor()); !s.ok()) return s;
  std::vector<WorldFault> faults;
  AnsweredRequest request{message.actor(),
                          ReadChanges(message.changes(), "changes", &faults),
                          std::nullopt,
                          {}};
  if (!faults.empty()) {
    return Damaged(faults[0].path, ": ", faults[0].refusal.message());
  }
  absl::StatusOr<Receipt> receipt =
      ReadReceipt(message.receipt(), request.changes);
  if (!receipt.ok()) return receipt.status();
  request.receipt = *std::move(receipt);
  if (request.receipt.changed && request.receipt.revision == 0) {
    return Damaged("a receipt of a change has revision 0");
  }
  if (message.has_expected_revision()) {
    request.expected_revision = message.expected_revision();
    const Revision before =
        request.receipt.revision - (request.receipt.changed ? 1 : 0);
    if (before != message.expected_revision()) {
      return Damaged("a call that expected revision ",
                     message.expected_revision(), " was accepted at revision ",
                     before);
    }
  }
  return request;
}

v1::Settings ToMessage(const Settings& settings) {
  v1::Settings message;
  const std::vector<std::string>& roles = settings.ladder.names();
  *message.mutable_roles() = {roles.begin(), roles.end()};
  *message.mutable_resource_types() = {settings.types.begin(),
                                       settings.types.end()};
  message.set_max_principals_per_resource(settings.max_principals);
  return message;
}

absl::StatusOr<std::shared_ptr<const Settings>> ReadSettings(
    const v1::Settings& message) {
  WorkspaceSettings wanted{
      {message.roles().begin(), message.roles().end()},
      {message.resource_types().begin(), message.resource_types().end()},
      message.max_principals_per_resource()};
  // Neither list may be empty here, where empty would mean the default; and a
  // position in a list of types refers to the list made from it.
  absl::StatusOr<std::vector<std::string>> types =
      CheckedTypes(wanted.resource_types);
  if (!types.ok()) return DamagedUnless(types.status(), "the settings");
  if (*types != wanted.resource_types) {
    return Damaged("the settings: resource types are not in bytewise order");
  }
  const absl::StatusOr<Ladder> ladder = Ladder::Make(wanted.roles);
  if (!ladder.ok()) return DamagedUnless(ladder.status(), "the settings");
  // So that workspaces with the default settings share one object.
  if (wanted.roles == Ladder::Default().names()) wanted.roles.clear();
  if (*types == DefaultResourceTypes()) wanted.resource_types.clear();
  return Settings::Make(wanted);
}

}  // namespace acl
