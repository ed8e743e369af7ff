#include "acl/share/change.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"
#include "acl/base/ladder.h"
#include "acl/base/text.h"
#include "acl/store/settings.h"

namespace acl {
namespace {

// The first error, or OK.
template <class... Statuses>
absl::Status FirstOf(const absl::Status& first, const Statuses&... rest) {
  if constexpr (sizeof...(rest) == 0) {
    return first;
  } else {
    return first.ok() ? FirstOf(rest...) : first;
  }
}

absl::Status CheckEmail(const std::optional<std::string>& email) {
  if (!email || email->empty()) return absl::OkStatus();
  return CanonicalEmail(*email).status();
}

absl::Status CheckName(const std::optional<std::string>& name) {
  return name ? CheckDisplayName(*name) : absl::OkStatus();
}

absl::Status CheckNote(const std::optional<std::string>& annotation) {
  return annotation ? CheckAnnotation(*annotation) : absl::OkStatus();
}

std::string WhatOf(Kind kind) {
  return kind == Kind::kServiceAccount ? "service account id"
                                       : absl::StrCat(KindWord(kind), " id");
}

absl::Status CheckResource(const ResourceId& resource) {
  return FirstOf(CheckTypeName(resource.type),
                 CheckId("resource id", resource.id));
}

struct FormChecker {
  absl::Status operator()(const Share& c) const {
    return FirstOf(CheckResource(c.resource), CheckForm(c.target),
                   CheckRoleName(c.role));
  }
  absl::Status operator()(const Unshare& c) const {
    return FirstOf(CheckResource(c.resource), CheckForm(c.target));
  }
  absl::Status operator()(const AddUser& c) const {
    return FirstOf(CheckNewId("user id", c.id), CheckEmail(c.email),
                   CheckName(c.name), CheckNote(c.annotation));
  }
  absl::Status operator()(const UpdateUser& c) const {
    return FirstOf(CheckId("user id", c.id), CheckEmail(c.email),
                   CheckName(c.name), CheckNote(c.annotation));
  }
  absl::Status operator()(const RemoveUser& c) const {
    return CheckId("user id", c.id);
  }
  absl::Status operator()(const AddServiceAccount& c) const {
    return FirstOf(CheckNewId("service account id", c.id), CheckEmail(c.email),
                   CheckName(c.name), CheckNote(c.annotation));
  }
  absl::Status operator()(const UpdateServiceAccount& c) const {
    return FirstOf(CheckId("service account id", c.id), CheckEmail(c.email),
                   CheckName(c.name), CheckNote(c.annotation));
  }
  absl::Status operator()(const RemoveServiceAccount& c) const {
    return CheckId("service account id", c.id);
  }
  absl::Status operator()(const AddKey& c) const {
    return FirstOf(CheckNewId("key id", c.id), CheckForm(c.owner),
                   CheckNote(c.annotation));
  }
  absl::Status operator()(const UpdateKey& c) const {
    return FirstOf(CheckId("key id", c.id), CheckNote(c.annotation));
  }
  absl::Status operator()(const RemoveKey& c) const {
    return CheckId("key id", c.id);
  }
  absl::Status operator()(const AddGroup& c) const {
    return FirstOf(CheckNewId("group id", c.id), CheckName(c.name));
  }
  absl::Status operator()(const UpdateGroup& c) const {
    return FirstOf(CheckId("group id", c.id), CheckName(c.name));
  }
  absl::Status operator()(const RemoveGroup& c) const {
    return CheckId("group id", c.id);
  }
  absl::Status operator()(const AddMember& c) const {
    return FirstOf(CheckId("group id", c.group), CheckForm(c.member));
  }
  absl::Status operator()(const RemoveMember& c) const {
    return FirstOf(CheckId("group id", c.group), CheckForm(c.member));
  }
  absl::Status operator()(const AddResource& c) const {
    return FirstOf(CheckResource(c.resource), CheckName(c.name),
                   c.creator ? CheckForm(*c.creator) : absl::OkStatus());
  }
  absl::Status operator()(const UpdateResource& c) const {
    return FirstOf(CheckResource(c.resource), CheckName(c.name));
  }
  absl::Status operator()(const RemoveResource& c) const {
    return CheckResource(c.resource);
  }
  absl::Status operator()(const SetLimit&) const { return absl::OkStatus(); }
  absl::Status operator()(const SetLadder& c) const {
    return Ladder::Make(c.roles).status();
  }
  absl::Status operator()(const SetResourceTypes& c) const {
    return CheckedTypes(c.types).status();
  }
};

struct Describer {
  std::string operator()(const Share& c) const {
    return absl::StrCat("share ", c.resource.ToString(), " with ",
                        c.target.ToString(), " as ", c.role);
  }
  std::string operator()(const Unshare& c) const {
    return absl::StrCat("unshare ", c.resource.ToString(), " with ",
                        c.target.ToString());
  }
  std::string operator()(const AddUser& c) const { return "add user:" + c.id; }
  std::string operator()(const UpdateUser& c) const {
    return "update user:" + c.id;
  }
  std::string operator()(const RemoveUser& c) const {
    return "remove user:" + c.id;
  }
  std::string operator()(const AddServiceAccount& c) const {
    return "add service_account:" + c.id;
  }
  std::string operator()(const UpdateServiceAccount& c) const {
    return "update service_account:" + c.id;
  }
  std::string operator()(const RemoveServiceAccount& c) const {
    return "remove service_account:" + c.id;
  }
  std::string operator()(const AddKey& c) const {
    return absl::StrCat("add key:", c.id, " of ", c.owner.ToString());
  }
  std::string operator()(const UpdateKey& c) const {
    return "update key:" + c.id;
  }
  std::string operator()(const RemoveKey& c) const {
    return "remove key:" + c.id;
  }
  std::string operator()(const AddGroup& c) const {
    return "add group:" + c.id;
  }
  std::string operator()(const UpdateGroup& c) const {
    return "update group:" + c.id;
  }
  std::string operator()(const RemoveGroup& c) const {
    return "remove group:" + c.id;
  }
  std::string operator()(const AddMember& c) const {
    return absl::StrCat("add ", c.member.ToString(), " to group:", c.group);
  }
  std::string operator()(const RemoveMember& c) const {
    return absl::StrCat("remove ", c.member.ToString(),
                        " from group:", c.group);
  }
  std::string operator()(const AddResource& c) const {
    return "add " + c.resource.ToString();
  }
  std::string operator()(const UpdateResource& c) const {
    return "update " + c.resource.ToString();
  }
  std::string operator()(const RemoveResource& c) const {
    return "remove " + c.resource.ToString();
  }
  std::string operator()(const SetLimit& c) const {
    return absl::StrCat("set limit to ", c.max_principals_per_resource);
  }
  std::string operator()(const SetLadder& c) const {
    return absl::StrCat("set ladder to ", absl::StrJoin(c.roles, " < "));
  }
  std::string operator()(const SetResourceTypes& c) const {
    return absl::StrCat("set resource types to ", absl::StrJoin(c.types, ", "));
  }
};

}  // namespace

bool SameChange(const Change& a, const Change& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&](const auto& change) {
        using Kind = std::decay_t<decltype(change)>;
        return change.fields() == std::get<Kind>(b).fields();
      },
      a);
}

absl::Status CheckForm(const OwnedReference& reference) {
  switch (reference.kind()) {
    case Kind::kDefault:
      return absl::OkStatus();
    case Kind::kEmail:
      return CanonicalEmail(reference.id()).status();
    default:
      return CheckId(WhatOf(reference.kind()), reference.id());
  }
}

absl::Status CheckForm(const Change& change) {
  return std::visit(FormChecker(), change);
}

std::string ToString(const Change& change) {
  return std::visit(Describer(), change);
}

}  // namespace acl
