#include "acl/share/lookup.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
absl::Status SubjectNotFound(Kind kind, absl::string_view id) {
  switch (kind) {
    case Kind::kServiceAccount:
      return Refuse(v1::SERVICE_ACCOUNT_NOT_FOUND,
                    absl::StrCat("service account ", Quoted(id),
                                 " is not in the workspace"));
    case Kind::kGroup:
      return Refuse(
          v1::GROUP_NOT_FOUND,
          absl::StrCat("group ", Quoted(id), " is not in the workspace"));
    case Kind::kKey:
      return Refuse(
          v1::KEY_NOT_FOUND,
          absl::StrCat("key ", Quoted(id), " is not in the workspace"));
    case Kind::kEmail:
      return Refuse(
          v1::USER_NOT_FOUND,
          absl::StrCat("nobody in the workspace has the e-mail ", Quoted(id)));
    default:
      return Refuse(
          v1::USER_NOT_FOUND,
          absl::StrCat("user ", Quoted(id), " is not in the workspace"));
  }
}

absl::StatusOr<uint32_t> RequireNumber(const State& state, Kind kind,
                                       absl::string_view id) {
  const uint32_t number = state.directory.Find(kind, id);
  if (number == State::kNone) return SubjectNotFound(kind, id);
  return number;
}

absl::StatusOr<TargetKey> RequireTargetKey(const State& state,
                                           const OwnedReference& reference) {
  const Kind kind = reference.kind();
  absl::StatusOr<uint32_t> number = RequireNumber(state, kind, reference.id());
  if (!number.ok()) return number.status();
  return kind == Kind::kGroup ? GroupKey(*number) : PrincipalKey(*number);
}

absl::StatusOr<TargetKey> RequireTarget(const State& state,
                                        const Target& target) {
  if (target.kind() == Kind::kDefault) return TargetKey{0};
  if (target.kind() == Kind::kEmail) {
    // Well-formed: the form has been checked.
    const std::string email = *CanonicalEmail(target.id());
    const uint32_t number = state.directory.FindByEmail(email);
    if (number == State::kNone) return SubjectNotFound(Kind::kEmail, email);
    return PrincipalKey(number);
  }
  absl::StatusOr<uint32_t> key = RequireNumber(state, Kind::kKey, target.id());
  if (!key.ok()) return key.status();
  const TargetKey owner = state.directory.keys.Get(*key)->owner;
  if (state.directory.KindOfTarget(owner) == Kind::kUser) {
    return Refuse(
        v1::KEY_NOT_FOUND,
        absl::StrCat("key ", Quoted(target.id()),
                     " is personal and no target; share with its user "
                     "instead"));
  }
  return owner;
}

Target TargetOf(const State& state, TargetKey key) {
  if (key == 0) return Target::Default();
  std::string id(state.directory.IdOfTarget(key));
  switch (state.directory.KindOfTarget(key)) {
    case Kind::kGroup:
      return Target::Group(std::move(id));
    case Kind::kUser:
      return Target::User(std::move(id));
    default:
      return Target::ServiceAccount(std::move(id));
  }
}

absl::Status ResourceNotVisible(const ResourceRef& resource) {
  return Refuse(v1::RESOURCE_NOT_FOUND,
                absl::StrCat("resource ", Quoted(resource.ToString()),
                             " is not found, or not visible to the actor"));
}

absl::StatusOr<uint32_t> RequireResource(const State& state,
                                         const ResourceRef& resource) {
  if (absl::Status s = state.settings->RequireType(resource.type); !s.ok()) {
    return s;
  }
  const uint32_t number = state.FindResource(resource);
  if (number == State::kNone) return ResourceNotVisible(resource);
  return number;
}

}  // namespace acl
