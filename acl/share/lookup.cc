#include "acl/share/lookup.h"

#include <string>

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

absl::StatusOr<const PrincipalRow*> RequirePrincipal(const State& state,
                                                     Kind kind,
                                                     absl::string_view id) {
  const PrincipalRow* row = state.directory.FindPrincipal(kind, id);
  if (row == nullptr) return SubjectNotFound(kind, id);
  return row;
}

absl::StatusOr<const GroupRow*> RequireGroup(const State& state,
                                             absl::string_view id) {
  const GroupRow* row = state.directory.FindGroup(id);
  if (row == nullptr) return SubjectNotFound(Kind::kGroup, id);
  return row;
}

absl::StatusOr<const KeyRow*> RequireKey(const State& state,
                                         absl::string_view id) {
  const KeyRow* row = state.directory.FindKey(id);
  if (row == nullptr) return SubjectNotFound(Kind::kKey, id);
  return row;
}

absl::StatusOr<NameRef> RequireNamed(const State& state,
                                     const OwnedReference& reference) {
  const Name* name = state.directory.Find(reference.kind(), reference.id());
  if (name == nullptr) return SubjectNotFound(reference.kind(), reference.id());
  return state.directory.Shared(*name);
}

absl::StatusOr<NameRef> RequireTarget(const State& state,
                                      const Target& target) {
  switch (target.kind()) {
    case Kind::kDefault:
      return NameRef();
    case Kind::kEmail: {
      // Well-formed: the form has been checked.
      const absl::StatusOr<std::string> email = CanonicalEmail(target.id());
      if (!email.ok()) return email.status();
      const PrincipalRow* row = state.directory.FindByEmail(*email);
      if (row == nullptr) return SubjectNotFound(Kind::kEmail, *email);
      return row->name;
    }
    case Kind::kKey: {
      absl::StatusOr<const KeyRow*> key = RequireKey(state, target.id());
      if (!key.ok()) return key.status();
      if ((*key)->owner->kind == Kind::kUser) {
        return Refuse(v1::KEY_NOT_FOUND,
                      absl::StrCat("key ", Quoted(target.id()),
                                   " is personal and no target; share with "
                                   "its user instead"));
      }
      return (*key)->owner;
    }
    default:
      return RequireNamed(state, target);
  }
}

Target TargetOf(const NameRef& name) {
  if (name == nullptr) return Target::Default();
  if (name->kind == Kind::kGroup) return Target::Group(name->id);
  if (name->kind == Kind::kUser) return Target::User(name->id);
  return Target::ServiceAccount(name->id);
}

absl::Status ResourceNotVisible(const ResourceRef& resource) {
  return Refuse(v1::RESOURCE_NOT_FOUND,
                absl::StrCat("resource ", Quoted(resource.ToString()),
                             " is not found, or not visible to the actor"));
}

absl::StatusOr<const ResourceRow*> RequireResource(const State& state,
                                                   const ResourceId& resource) {
  if (absl::Status s = state.settings->RequireType(resource.type); !s.ok()) {
    return s;
  }
  const ResourceRow* row = state.FindResource(resource);
  if (row == nullptr) return ResourceNotVisible(resource);
  return row;
}

}  // namespace acl
