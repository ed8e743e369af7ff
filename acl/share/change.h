// Everything that can be changed in a workspace. Part of the public API; begin
// reading at acl/engine.h. docs/semantics.md, "Changing grants", has the rules.
//
// Changes are plain data. Ids, e-mails and names are checked when a change is
// applied; absent fields of an update stay as they are. An annotation is for
// the embedding service's own use: up to 4,096 bytes of UTF-8 without control
// characters, stored and returned unchanged.
#ifndef ACL_SHARE_CHANGE_H_
#define ACL_SHARE_CHANGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "acl/base/reference.h"

namespace acl {

// Sets the target's grant on the resource, whatever it was. The actor needs
// admin on the resource. Refused if it would lower the creator or exceed the
// limit on grants.
struct Share {
  ResourceId resource;
  Target target;
  std::string role;
  auto fields() const { return std::tie(resource, target, role); }
};

// Removes the target's grant on the resource; without one, nothing changes. The
// actor needs admin on the resource. Refused for the creator.
struct Unshare {
  ResourceId resource;
  Target target;
  auto fields() const { return std::tie(resource, target); }
};

// Adds a person. Refused if the id or the e-mail exists.
struct AddUser {
  std::string id;
  std::string email = {};  // empty: none
  std::string name = {};
  bool locked = false;
  bool workspace_admin = false;
  std::string annotation = {};
  auto fields() const {
    return std::tie(id, email, name, locked, workspace_admin, annotation);
  }
};

struct UpdateUser {
  std::string id;
  std::optional<std::string> email = {};  // empty: removes it
  std::optional<std::string> name = {};
  std::optional<bool> locked = {};
  std::optional<bool> workspace_admin = {};
  std::optional<std::string> annotation = {};
  auto fields() const {
    return std::tie(id, email, name, locked, workspace_admin, annotation);
  }
};

// Removes a person with their memberships, grants and keys. Resources that they
// created are left without a creator.
struct RemoveUser {
  std::string id;
  auto fields() const { return std::tie(id); }
};

// Adds a machine principal. Refused if the id or the e-mail exists.
struct AddServiceAccount {
  std::string id;
  std::string name = {};
  std::string email = {};  // empty: none
  std::string annotation = {};
  auto fields() const { return std::tie(id, name, email, annotation); }
};

struct UpdateServiceAccount {
  std::string id;
  std::optional<std::string> name = {};
  std::optional<std::string> email = {};  // empty: removes it
  std::optional<std::string> annotation = {};
  auto fields() const { return std::tie(id, name, email, annotation); }
};

// As RemoveUser.
struct RemoveServiceAccount {
  std::string id;
  auto fields() const { return std::tie(id); }
};

// Adds an API key: a workspace key if it belongs to a service account, a
// personal key if it belongs to a user. The owner can't be changed.
struct AddKey {
  std::string id;
  PrincipalId owner;
  bool enabled = true;
  std::string annotation = {};
  auto fields() const { return std::tie(id, owner, enabled, annotation); }
};

struct UpdateKey {
  std::string id;
  std::optional<bool> enabled = {};
  std::optional<std::string> annotation = {};
  auto fields() const { return std::tie(id, enabled, annotation); }
};

struct RemoveKey {
  std::string id;
  auto fields() const { return std::tie(id); }
};

struct AddGroup {
  std::string id;
  std::string name = {};
  auto fields() const { return std::tie(id, name); }
};

struct UpdateGroup {
  std::string id;
  std::optional<std::string> name = {};
  auto fields() const { return std::tie(id, name); }
};

// Removes a group with its grants and its memberships in both directions.
struct RemoveGroup {
  std::string id;
  auto fields() const { return std::tie(id); }
};

// Adds a member to a group; a member that is there already changes nothing.
// Refused if it would close a cycle; the message names the path.
struct AddMember {
  std::string group;
  Member member;
  auto fields() const { return std::tie(group, member); }
};

// Removes a member from a group; one that is not in it changes nothing.
struct RemoveMember {
  std::string group;
  Member member;
  auto fields() const { return std::tie(group, member); }
};

// Adds a resource. The creator is always admin on it and can't be changed.
struct AddResource {
  ResourceId resource;
  std::string name = {};
  std::optional<PrincipalId> creator = {};
  auto fields() const { return std::tie(resource, name, creator); }
};

struct UpdateResource {
  ResourceId resource;
  std::optional<std::string> name = {};
  auto fields() const { return std::tie(resource, name); }
};

// Removes a resource with its grants.
struct RemoveResource {
  ResourceId resource;
  auto fields() const { return std::tie(resource); }
};

// Sets how many principals and groups may hold a grant on one resource; 0 for
// no limit. Existing grants stay.
struct SetLimit {
  uint32_t max_principals_per_resource = 0;
  auto fields() const { return std::tie(max_principals_per_resource); }
};

// Sets the role ladder, in ascending order. Refused if it would remove a role
// that a grant holds, or reorder roles that stay.
struct SetLadder {
  std::vector<std::string> roles;
  auto fields() const { return std::tie(roles); }
};

// Sets the table of resource types. Refused if it would remove one in use.
struct SetResourceTypes {
  std::vector<std::string> types;
  auto fields() const { return std::tie(types); }
};

using Change = std::variant<
    Share, Unshare, AddUser, UpdateUser, RemoveUser, AddServiceAccount,
    UpdateServiceAccount, RemoveServiceAccount, AddKey, UpdateKey, RemoveKey,
    AddGroup, UpdateGroup, RemoveGroup, AddMember, RemoveMember, AddResource,
    UpdateResource, RemoveResource, SetLimit, SetLadder, SetResourceTypes>;

// True if both are the same kind of change with exactly the same fields.
bool SameChange(const Change& a, const Change& b);

// OK if ids, e-mails and names are well-formed, as far as that can be checked
// without a state; else MALFORMED or ROLE_UNKNOWN (for the word `none`).
absl::Status CheckForm(const Change& change);

// OK if the id or e-mail address of a reference is well-formed; else MALFORMED.
absl::Status CheckForm(const OwnedReference& reference);

// One line for logs and people: "share voice:v1 with group:ops as editor".
std::string ToString(const Change& change);

}  // namespace acl

#endif  // ACL_SHARE_CHANGE_H_
