#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "acl/base/fault.h"
#include "acl/pinned_state.h"
#include "acl/reader.h"
#include "acl/share/change.h"
#include "acl/share/lookup.h"
#include "acl/world/to_items.h"

namespace acl {
namespace {

// Looks up one thing by its id; `fill` builds the message from its number.
template <class Item, class AnyState, class Fill>
absl::StatusOr<Item> Get(const AnyState& state, Kind kind, absl::string_view id,
                         const Fill& fill) {
  if (!state.ok()) return state.status();
  const absl::StatusOr<uint32_t> number = RequireNumber(*state, kind, id);
  if (!number.ok()) return number.status();
  Item item;
  fill(*number, &item);
  return item;
}

template <class Item, class Fill>
absl::Status Visit(const std::vector<uint32_t>& numbers,
                   const Reader::Visitor<Item>& visit, const Fill& fill) {
  for (const uint32_t number : numbers) {
    Item item;
    fill(number, &item);
    if (!visit(item)) {
      return Refuse(v1::CANCELLED_BY_CALLER, "the caller cancelled the visit");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::User> Reader::GetUser(absl::string_view id) const {
  const PinnedState state(*this);
  return Get<v1::User>(state, Kind::kUser, id, [&](uint32_t n, v1::User* user) {
    FillUser(state->directory, n, user);
  });
}

absl::StatusOr<v1::ServiceAccount> Reader::GetServiceAccount(
    absl::string_view id) const {
  const PinnedState state(*this);
  return Get<v1::ServiceAccount>(state, Kind::kServiceAccount, id,
                                 [&](uint32_t n, v1::ServiceAccount* account) {
                                   FillServiceAccount(state->directory, n,
                                                      account);
                                 });
}

absl::StatusOr<v1::ApiKey> Reader::GetKey(absl::string_view id) const {
  const PinnedState state(*this);
  return Get<v1::ApiKey>(state, Kind::kKey, id, [&](uint32_t n, v1::ApiKey* k) {
    FillKey(state->directory, n, k);
  });
}

absl::StatusOr<v1::Group> Reader::GetGroup(absl::string_view id) const {
  const HeldState state(*this);
  return Get<v1::Group>(state, Kind::kGroup, id, [&](uint32_t n, v1::Group* g) {
    FillGroup(state->directory, n, MembersOf(state->directory, n), g);
  });
}

absl::StatusOr<v1::Resource> Reader::GetResource(
    const ResourceRef& resource) const {
  const HeldState state(*this);
  if (!state.ok()) return state.status();
  const absl::StatusOr<uint32_t> number = RequireResource(*state, resource);
  if (!number.ok()) return number.status();
  v1::Resource item;
  FillResource(*state, *number, &item);
  return item;
}

absl::StatusOr<PrincipalId> Reader::PrincipalOf(const Subject& subject) const {
  const PinnedState state(*this);
  if (!state.ok()) return state.status();
  const Directory& directory = state->directory;
  TargetKey owner = 0;
  if (subject.kind() == Kind::kKey) {
    const absl::StatusOr<uint32_t> key =
        RequireNumber(*state, Kind::kKey, subject.id());
    if (!key.ok()) return key.status();
    owner = directory.keys.Get(*key)->owner;
  } else if (subject.kind() == Kind::kEmail) {
    const Target address = Target::Email(std::string(subject.id()));
    if (absl::Status s = CheckForm(address); !s.ok()) return s;
    const absl::StatusOr<TargetKey> found = RequireTarget(*state, address);
    if (!found.ok()) return found.status();
    owner = *found;
  } else {
    const absl::StatusOr<uint32_t> number =
        RequireNumber(*state, subject.kind(), subject.id());
    if (!number.ok()) return number.status();
    owner = PrincipalKey(*number);
  }
  std::string id(directory.IdOfTarget(owner));
  return directory.KindOfTarget(owner) == Kind::kUser
             ? PrincipalId::User(std::move(id))
             : PrincipalId::ServiceAccount(std::move(id));
}

absl::Status Reader::VisitUsers(const Visitor<v1::User>& visit) const {
  const HeldState state(*this);
  if (!state.ok()) return state.status();
  return Visit(SortedPrincipals(state->directory, Kind::kUser), visit,
               [&](uint32_t number, v1::User* user) {
                 FillUser(state->directory, number, user);
               });
}

absl::Status Reader::VisitServiceAccounts(
    const Visitor<v1::ServiceAccount>& visit) const {
  const HeldState state(*this);
  if (!state.ok()) return state.status();
  return Visit(SortedPrincipals(state->directory, Kind::kServiceAccount), visit,
               [&](uint32_t number, v1::ServiceAccount* account) {
                 FillServiceAccount(state->directory, number, account);
               });
}

absl::Status Reader::VisitGroups(const Visitor<v1::Group>& visit) const {
  const HeldState state(*this);
  if (!state.ok()) return state.status();
  return Visit(SortedGroups(state->directory), visit,
               [&](uint32_t number, v1::Group* group) {
                 FillGroup(state->directory, number,
                           MembersOf(state->directory, number), group);
               });
}

absl::Status Reader::VisitKeys(const PrincipalId& owner,
                               const Visitor<v1::ApiKey>& visit) const {
  const HeldState state(*this);
  if (!state.ok()) return state.status();
  const absl::StatusOr<TargetKey> found = RequireTargetKey(*state, owner);
  if (!found.ok()) return found.status();
  const Directory& directory = state->directory;
  const PrincipalRow row = directory.PrincipalAt(NumberOf(*found));
  std::vector<uint32_t> keys;
  for (auto at = row.keys.Begin(); at.valid(); at.Next()) {
    keys.push_back(at.value());
  }
  std::sort(keys.begin(), keys.end(), [&](uint32_t a, uint32_t b) {
    return directory.key_ids.Get(a) < directory.key_ids.Get(b);
  });
  return Visit(keys, visit, [&](uint32_t number, v1::ApiKey* key) {
    FillKey(directory, number, key);
  });
}

}  // namespace acl
