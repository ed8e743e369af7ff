#include "acl/resolve/subject.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "acl/base/text.h"

namespace acl {
namespace {

FoundSubject SubjectOfKey(const State& state, const KeyRow& key) {
  FoundSubject found = SubjectOf(*state.directory.Principal(key.owner));
  found.key = &key;
  if (!key.enabled) found.standing = Standing::kKeyDisabled;
  return found;
}

FoundSubject FindWellFormed(const State& state, const Subject& subject) {
  const Directory& directory = state.directory;
  if (subject.kind() == Kind::kKey) {
    const KeyRow* key = directory.FindKey(subject.id());
    return key == nullptr ? FoundSubject() : SubjectOfKey(state, *key);
  }
  const PrincipalRow* principal =
      directory.FindPrincipal(subject.kind(), subject.id());
  return principal == nullptr ? FoundSubject() : SubjectOf(*principal);
}

}  // namespace

FoundSubject SubjectOf(const PrincipalRow& principal) {
  return {principal.locked ? Standing::kLocked : Standing::kActive, &principal,
          nullptr};
}

absl::Status CheckForm(const Subject& subject) {
  if (subject.kind() == Kind::kEmail) {
    return CanonicalEmail(subject.id()).status();
  }
  const absl::string_view kind = subject.kind() == Kind::kServiceAccount
                                     ? "service account"
                                     : KindWord(subject.kind());
  return CheckId(absl::StrCat(kind, " id"), subject.id());
}

absl::StatusOr<FoundSubject> FindSubject(const State& state,
                                         const Subject& subject) {
  if (subject.kind() == Kind::kEmail) {
    absl::StatusOr<std::string> email = CanonicalEmail(subject.id());
    if (!email.ok()) return email.status();
    const PrincipalRow* principal = state.directory.FindByEmail(*email);
    return principal == nullptr ? FoundSubject() : SubjectOf(*principal);
  }
  FoundSubject found = FindWellFormed(state, subject);
  // What is there is well-formed; only what is not needs to be looked at.
  if (found.standing == Standing::kUnknown) {
    if (absl::Status s = CheckForm(subject); !s.ok()) return s;
  }
  return found;
}

FoundSubject FindSubject(const State& state, SubjectHandle handle) {
  if (handle.scope() != state.scope) return {};
  const uint32_t number = handle.number() & ~kKeyHandleBit;
  if (IsKeyHandle(handle)) {
    const KeyRow* key = state.directory.keys.Get(number);
    return key == nullptr ? FoundSubject() : SubjectOfKey(state, *key);
  }
  const PrincipalRow* principal = state.directory.principals.Get(number);
  return principal == nullptr ? FoundSubject() : SubjectOf(*principal);
}

SubjectHandle HandleOf(const State& state, const FoundSubject& subject) {
  if (subject.key != nullptr) {
    return {state.scope, subject.key->name->number | kKeyHandleBit};
  }
  return {state.scope, subject.principal->name->number};
}

absl::StatusOr<const ResourceRow*> FindResource(const State& state,
                                                const ResourceRef& resource) {
  const ResourceRow* row = state.FindResource(resource);
  if (row != nullptr) return row;
  if (absl::Status s = CheckTypeName(resource.type); !s.ok()) return s;
  if (absl::Status s = CheckId("resource id", resource.id); !s.ok()) return s;
  if (absl::Status s = state.settings->RequireType(resource.type); !s.ok()) {
    return s;
  }
  return row;
}

const ResourceRow* FindResource(const State& state, ResourceHandle handle) {
  if (handle.scope() != state.scope) return nullptr;
  return state.resources.Get(handle.number());
}

}  // namespace acl
