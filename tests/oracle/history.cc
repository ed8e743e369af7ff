#include "tests/oracle/history.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace acl::compare {
namespace {

void Append(const char* name, const std::string& value, std::string* text) {
  absl::StrAppend(text, " ", name, "=`", value, "`");
}
void Append(const char* name, bool value, std::string* text) {
  absl::StrAppend(text, " ", name, "=", value ? "true" : "false");
}
template <class T>
void Append(const char* name, const std::optional<T>& value,
            std::string* text) {
  if (value) Append(name, *value, text);
}

// The fields that acl::ToString() leaves out.
struct RestOf {
  std::string* text;

  void operator()(const AddUser& c) const { User(c); }
  void operator()(const UpdateUser& c) const { User(c); }
  void operator()(const AddServiceAccount& c) const { Account(c); }
  void operator()(const UpdateServiceAccount& c) const { Account(c); }
  void operator()(const AddKey& c) const { Append("enabled", c.enabled, text); }
  void operator()(const UpdateKey& c) const {
    Append("enabled", c.enabled, text);
  }
  void operator()(const AddGroup& c) const { Append("name", c.name, text); }
  void operator()(const UpdateGroup& c) const { Append("name", c.name, text); }
  void operator()(const AddResource& c) const {
    if (c.creator) Append("creator", c.creator->ToString(), text);
  }
  void operator()(const UpdateResource& c) const {
    Append("name", c.name, text);
  }
  template <class Other>
  void operator()(const Other&) const {}

 private:
  template <class C>
  void User(const C& c) const {
    Account(c);
    Append("locked", c.locked, text);
    Append("workspace_admin", c.workspace_admin, text);
  }
  template <class C>
  void Account(const C& c) const {
    Append("email", c.email, text);
    Append("name", c.name, text);
  }
};

}  // namespace

acl::Subject MakeSubject(Kind kind, const std::string& id) {
  switch (kind) {
    case Kind::kEmail:
      return acl::Subject::Email(id);
    case Kind::kServiceAccount:
      return acl::Subject::ServiceAccount(id);
    case Kind::kKey:
      return acl::Subject::Key(id);
    default:
      return acl::Subject::User(id);
  }
}

acl::Subject Caller::ToSubject() const { return MakeSubject(kind, id); }

acl::Actor Caller::ToActor() const {
  return system ? acl::Actor::System() : acl::Actor(ToSubject());
}

std::string ToString(const Call& call) {
  std::string text = call.actor.ToActor().ToString() + ":";
  if (call.options.dry_run) text += " [dry run]";
  if (call.options.require_workspace_admin) text += " [as workspace admin]";
  if (call.options.expected_revision) {
    absl::StrAppend(&text, " [expects ", *call.options.expected_revision, "]");
  }
  if (!call.options.request_id.empty()) {
    absl::StrAppend(&text, " [request ", call.options.request_id, "]");
  }
  if (call.hold) text += " [then hold]";
  for (const Change& change : call.changes) {
    std::string line = acl::ToString(change);
    std::visit(RestOf{&line}, change);
    absl::StrAppend(&text, "\n    ", absl::Utf8SafeCEscape(line));
  }
  return text;
}

std::string ToString(const History& history) {
  std::string text = absl::StrCat(
      "roles ", absl::StrJoin(history.settings.roles, " < "), "; types ",
      absl::StrJoin(history.settings.resource_types, ", "), "; limit ",
      history.settings.max_principals_per_resource, "; window ",
      history.request_id_window, "\n");
  for (size_t i = 0; i < history.calls.size(); ++i) {
    absl::StrAppend(&text, i, ". ", ToString(history.calls[i]), "\n");
  }
  return text;
}

}  // namespace acl::compare
