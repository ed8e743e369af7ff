// How callers name things: subjects, targets, principals, resources. Part of
// the public API; begin reading at acl/engine.h.
//
// Questions use views (Subject, ResourceRef), which cost nothing to make and
// must not outlive the strings from which they were made. Changes own their
// strings (Target, Member, PrincipalId, ResourceId). The constructors of a type
// determine which kinds it can name: a group can't be a subject.
//
// In text, a reference is `KIND:ID`, split at the first colon. The kinds are
// `user`, `email`, `service_account`, `key` and `group`; `default` has no id. A
// resource is `TYPE:ID`.
#ifndef ACL_BASE_REFERENCE_H_
#define ACL_BASE_REFERENCE_H_

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace acl {

// The kinds of names, in the bytewise order of their words.
enum class Kind : uint8_t {
  kDefault,
  kEmail,
  kGroup,
  kKey,
  kServiceAccount,
  kUser,
};

// The word of a kind in references: "user", "service_account", ...
absl::string_view KindWord(Kind kind);

// The subject of a question, or an actor. A view.
class Subject {
 public:
  static Subject User(absl::string_view id) { return {Kind::kUser, id}; }
  // A user or a service account by e-mail address, in any spelling.
  static Subject Email(absl::string_view address) {
    return {Kind::kEmail, address};
  }
  static Subject ServiceAccount(absl::string_view id) {
    return {Kind::kServiceAccount, id};
  }
  static Subject Key(absl::string_view id) { return {Kind::kKey, id}; }

  // Parses `user:ID`, `email:ADDRESS`, `service_account:ID` or `key:ID`. The
  // result is a view of `text`. MALFORMED for anything else; for a group, the
  // message says that groups have no role of their own.
  static absl::StatusOr<Subject> Parse(absl::string_view text);

  Kind kind() const { return kind_; }
  absl::string_view id() const { return id_; }
  std::string ToString() const {
    return absl::StrCat(KindWord(kind_), ":", id_);
  }

 private:
  Subject(Kind kind, absl::string_view id) : kind_(kind), id_(id) {}

  Kind kind_;
  absl::string_view id_;
};

// Who makes a change. A view.
class Actor {
 public:
  // The authenticated caller. Implicit, since every subject can act.
  Actor(const Subject& subject)  // NOLINT(google-explicit-constructor)
      : subject_(subject), system_(false) {}

  // The embedding service itself. Its shares need no admin role, and the change
  // is recorded as the system's. Creator protection and limits still apply.
  static Actor System() {
    Actor actor(Subject::User(""));
    actor.system_ = true;
    return actor;
  }

  // Parses what ToString() returns; the result is a view of `text`. MALFORMED.
  static absl::StatusOr<Actor> Parse(absl::string_view text);

  bool is_system() const { return system_; }
  // REQUIRES: !is_system().
  const Subject& subject() const { return subject_; }
  // The subject's reference, or `system`.
  std::string ToString() const {
    return system_ ? "system" : subject_.ToString();
  }

 private:
  Subject subject_;
  bool system_;
};

// A resource in a question: type and id together. A view.
struct ResourceRef {
  absl::string_view type;
  absl::string_view id;

  // Parses `TYPE:ID`. The result is a view of `text`. MALFORMED without a
  // colon.
  static absl::StatusOr<ResourceRef> Parse(absl::string_view text);
  std::string ToString() const { return absl::StrCat(type, ":", id); }
};

// A resource named by a change. Owns its strings.
struct ResourceId {
  std::string type;
  std::string id;

  static absl::StatusOr<ResourceId> Parse(absl::string_view text);
  std::string ToString() const { return absl::StrCat(type, ":", id); }
  operator ResourceRef() const {  // NOLINT(google-explicit-constructor)
    return {type, id};
  }
  friend bool operator==(const ResourceId& a, const ResourceId& b) {
    return a.type == b.type && a.id == b.id;
  }
  friend bool operator<(const ResourceId& a, const ResourceId& b) {
    return std::tie(a.type, a.id) < std::tie(b.type, b.id);
  }
};

// What Target, Member and PrincipalId share: a kind and an id, owned.
class OwnedReference {
 public:
  Kind kind() const { return kind_; }
  // Empty for `default`.
  const std::string& id() const { return id_; }
  std::string ToString() const;

  friend bool operator==(const OwnedReference& a, const OwnedReference& b) {
    return a.kind_ == b.kind_ && a.id_ == b.id_;
  }
  // By kind in the bytewise order of the words for kinds, then by id, bytewise.
  friend bool operator<(const OwnedReference& a, const OwnedReference& b) {
    return std::tie(a.kind_, a.id_) < std::tie(b.kind_, b.id_);
  }

 protected:
  OwnedReference(Kind kind, std::string id) : kind_(kind), id_(std::move(id)) {}

 private:
  Kind kind_;
  std::string id_;
};

// A user or a service account, by id.
class PrincipalId : public OwnedReference {
 public:
  static PrincipalId User(std::string id) {
    return {Kind::kUser, std::move(id)};
  }
  static PrincipalId ServiceAccount(std::string id) {
    return {Kind::kServiceAccount, std::move(id)};
  }
  // Parses `user:ID` or `service_account:ID`. MALFORMED.
  static absl::StatusOr<PrincipalId> Parse(absl::string_view text);

 private:
  using OwnedReference::OwnedReference;
};

// A member of a group: a user, a service account or another group, by id.
class Member : public OwnedReference {
 public:
  static Member User(std::string id) { return {Kind::kUser, std::move(id)}; }
  static Member ServiceAccount(std::string id) {
    return {Kind::kServiceAccount, std::move(id)};
  }
  static Member Group(std::string id) { return {Kind::kGroup, std::move(id)}; }
  // Parses `user:ID`, `service_account:ID` or `group:ID`. MALFORMED.
  static absl::StatusOr<Member> Parse(absl::string_view text);

 private:
  using OwnedReference::OwnedReference;
};

// The target of a share.
class Target : public OwnedReference {
 public:
  static Target User(std::string id) { return {Kind::kUser, std::move(id)}; }
  static Target Email(std::string address) {
    return {Kind::kEmail, std::move(address)};
  }
  static Target ServiceAccount(std::string id) {
    return {Kind::kServiceAccount, std::move(id)};
  }
  // A workspace key; it stands for its service account.
  static Target Key(std::string id) { return {Kind::kKey, std::move(id)}; }
  static Target Group(std::string id) { return {Kind::kGroup, std::move(id)}; }
  // Every member of the workspace. A kind of its own, not a group with that
  // name.
  static Target Default() { return {Kind::kDefault, ""}; }
  // Parses any reference, including `default`. MALFORMED.
  static absl::StatusOr<Target> Parse(absl::string_view text);

 private:
  using OwnedReference::OwnedReference;
};

}  // namespace acl

#endif  // ACL_BASE_REFERENCE_H_
