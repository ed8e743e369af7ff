#include "acl/base/reference.h"

#include <initializer_list>
#include <vector>

#include "absl/strings/str_join.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
namespace {

struct Parsed {
  Kind kind;
  absl::string_view id;
};

// Parses `KIND:ID`, where the kind has to be one of `allowed`; `what` names the
// result in a refusal's message.
absl::StatusOr<Parsed> ParseReference(absl::string_view what,
                                      absl::string_view text,
                                      std::initializer_list<Kind> allowed) {
  std::vector<std::string> forms;
  for (const Kind kind : allowed) {
    const absl::string_view word = KindWord(kind);
    if (kind == Kind::kDefault) {
      if (text == word) return Parsed{kind, ""};
      forms.emplace_back("`default`");
      continue;
    }
    if (text.size() > word.size() && text[word.size()] == ':' &&
        text.substr(0, word.size()) == word) {
      return Parsed{kind, text.substr(word.size() + 1)};
    }
    forms.push_back(
        absl::StrCat("`", word, kind == Kind::kEmail ? ":ADDRESS`" : ":ID`"));
  }
  const std::string last = forms.back();
  forms.pop_back();
  return Refuse(v1::MALFORMED,
                absl::StrCat(Quoted(text), " is not a ", what, "; write ",
                             absl::StrJoin(forms, ", "), " or ", last));
}

template <class T>
absl::StatusOr<T> ParseOwned(absl::string_view what, absl::string_view text,
                             std::initializer_list<Kind> allowed,
                             T (*make)(Kind, std::string)) {
  absl::StatusOr<Parsed> parsed = ParseReference(what, text, allowed);
  if (!parsed.ok()) return parsed.status();
  return make(parsed->kind, std::string(parsed->id));
}

}  // namespace

absl::string_view KindWord(Kind kind) {
  switch (kind) {
    case Kind::kDefault:
      return "default";
    case Kind::kEmail:
      return "email";
    case Kind::kGroup:
      return "group";
    case Kind::kKey:
      return "key";
    case Kind::kServiceAccount:
      return "service_account";
    case Kind::kUser:
      return "user";
  }
  return "";
}

absl::StatusOr<Subject> Subject::Parse(absl::string_view text) {
  absl::StatusOr<Parsed> parsed = ParseReference(
      "subject", text,
      {Kind::kUser, Kind::kEmail, Kind::kServiceAccount, Kind::kKey});
  if (parsed.ok()) return Subject(parsed->kind, parsed->id);
  if (text.substr(0, 6) == "group:" || text == "default") {
    return Refuse(v1::MALFORMED,
                  absl::StrCat(Quoted(text),
                               " is a target, not a subject; ask for one of "
                               "its members"));
  }
  return parsed.status();
}

absl::StatusOr<Actor> Actor::Parse(absl::string_view text) {
  if (text == "system") return Actor::System();
  absl::StatusOr<Subject> subject = Subject::Parse(text);
  if (subject.ok()) return Actor(*subject);
  return Refuse(v1::MALFORMED,
                absl::StrCat(subject.status().message(), "; or `system`"));
}

absl::StatusOr<ResourceRef> ResourceRef::Parse(absl::string_view text) {
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos) {
    return Refuse(
        v1::MALFORMED,
        absl::StrCat(Quoted(text), " is not a resource; write `TYPE:ID`"));
  }
  return ResourceRef{text.substr(0, colon), text.substr(colon + 1)};
}

absl::StatusOr<ResourceId> ResourceId::Parse(absl::string_view text) {
  absl::StatusOr<ResourceRef> ref = ResourceRef::Parse(text);
  if (!ref.ok()) return ref.status();
  return ResourceId{std::string(ref->type), std::string(ref->id)};
}

std::string OwnedReference::ToString() const {
  if (kind_ == Kind::kDefault) return "default";
  return absl::StrCat(KindWord(kind_), ":", id_);
}

absl::StatusOr<PrincipalId> PrincipalId::Parse(absl::string_view text) {
  return ParseOwned<PrincipalId>("principal", text,
                                 {Kind::kUser, Kind::kServiceAccount},
                                 [](Kind kind, std::string id) {
                                   return PrincipalId(kind, std::move(id));
                                 });
}

absl::StatusOr<Member> Member::Parse(absl::string_view text) {
  return ParseOwned<Member>(
      "member", text, {Kind::kUser, Kind::kServiceAccount, Kind::kGroup},
      [](Kind kind, std::string id) { return Member(kind, std::move(id)); });
}

absl::StatusOr<Target> Target::Parse(absl::string_view text) {
  return ParseOwned<Target>(
      "target", text,
      {Kind::kUser, Kind::kEmail, Kind::kServiceAccount, Kind::kKey,
       Kind::kGroup, Kind::kDefault},
      [](Kind kind, std::string id) { return Target(kind, std::move(id)); });
}

}  // namespace acl
