#include "acl/resolve/subject.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "acl/base/text.h"

namespace acl {
namespace {

FoundSubject SubjectOfKey(const State& state, uint32_t number) {
  if (!state.directory.HasKey(number)) return {};
  const KeyRow& key = *state.directory.keys.Get(number);
  FoundSubject found = SubjectOf(state, NumberOf(key.owner));
  found.key = number;
  found.as_workspace_key =
      state.directory.KindOf(found.principal) == Kind::kServiceAccount;
  if (key.enabled == 0) found.standing = Standing::kKeyDisabled;
  return found;
}

FoundSubject FindWellFormed(const State& state, const Subject& subject) {
  const uint32_t number = state.directory.Find(subject.kind(), subject.id());
  if (number == State::kNone) return {};
  return subject.kind() == Kind::kKey ? SubjectOfKey(state, number)
                                      : SubjectOf(state, number);
}

}  // namespace

FoundSubject SubjectOf(const State& state, uint32_t principal) {
  const bool locked = state.directory.members.Get(principal)->locked();
  return {locked ? Standing::kLocked : Standing::kActive, principal};
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
    const uint32_t principal = state.directory.FindByEmail(*email);
    return principal == State::kNone ? FoundSubject()
                                     : SubjectOf(state, principal);
  }
  FoundSubject found = FindWellFormed(state, subject);
  // Something that exists is well-formed; only unknown ids need the check.
  if (found.standing == Standing::kUnknown) {
    if (absl::Status s = CheckForm(subject); !s.ok()) return s;
  }
  return found;
}

FoundSubject FindKey(const State& state, SubjectHandle handle) {
  return SubjectOfKey(state, handle.number() & ~kKeyHandleBit);
}

SubjectHandle HandleOf(const State& state, const FoundSubject& subject) {
  return {state.scope, subject.key != State::kNone ? subject.key | kKeyHandleBit
                                                   : subject.principal};
}

absl::StatusOr<uint32_t> FindResource(const State& state,
                                      const ResourceRef& resource) {
  const uint32_t number = state.FindResource(resource);
  if (number != State::kNone) return number;
  if (absl::Status s = CheckTypeName(resource.type); !s.ok()) return s;
  if (absl::Status s = CheckId("resource id", resource.id); !s.ok()) return s;
  if (absl::Status s = state.settings->RequireType(resource.type); !s.ok()) {
    return s;
  }
  return number;
}

}  // namespace acl
