// Everything that can be changed in a workspace. Part of the public API; begin
// reading at acl/engine.h. docs/semantics.md, "Changing grants", has the rules.
//
// Changes are plain data. Ids, e-mails and names are checked when a change is
// applied; a field of an update that is absent stays as it is. An annotation is
// the embedding service's own: up to 4,096 bytes of UTF-8 without control
// characters, kept and given back as they are.
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
// admin on the resource. Refused: lowering the creator, a grant too many.
struct Share {
  ResourceId resource;
  Target target;
  std::string role;
  auto fields() const { return std::tie(resource, target, role); }
};

// Takes the target's grant on the resource away; with none there it changes
// nothing. The actor needs admin on the resource. Refused for the creator.
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
  std::optional<std::string> email = {};  // empty: takes it away
  std::optional<std::string> name = {};
  std::optional<bool> locked = {};
  std::optional<bool> workspace_admin = {};
  std::optional<std::string> annotation = {};
  auto fields() const {
    return std::tie(id, email, name, locked, workspace_admin, annotation);
  }
};

// Removes a person with their memberships, grants and keys. Resources that they
// created have no creator any more.
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
  std::optional<std::string> email = {};  // empty: takes it away
  std::optional<std::string> annotation = {};
  auto fields() const { return std::tie(id, name, email, annotation); }
};

// As RemoveUser.
struct RemoveServiceAccount {
  std::string id;
  auto fields() const { return std::tie(id); }
};

// Adds an API key: of a service account a workspace key, of a user a personal
// one. The owner stays the same.
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

// Puts a member into a group; one that is there already changes nothing.
// Refused if a cycle would close; the message names the path.
struct AddMember {
  std::string group;
  Member member;
  auto fields() const { return std::tie(group, member); }
};

// Takes a member out of a group; one that is not there changes nothing.
struct RemoveMember {
  std::string group;
  Member member;
  auto fields() const { return std::tie(group, member); }
};

// Adds a resource. The creator is admin on it for good and can't be changed.
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
// no limit. Takes nothing away.
struct SetLimit {
  uint32_t max_principals_per_resource = 0;
  auto fields() const { return std::tie(max_principals_per_resource); }
};

// Sets the role ladder, in rising order. Refused if a role that a grant holds
// would go, or roles that stay would change places.
struct SetLadder {
  std::vector<std::string> roles;
  auto fields() const { return std::tie(roles); }
};

// Sets the table of resource types. Refused if one in use would go.
struct SetResourceTypes {
  std::vector<std::string> types;
  auto fields() const { return std::tie(types); }
};

using Change = std::variant<
    Share, Unshare, AddUser, UpdateUser, RemoveUser, AddServiceAccount,
    UpdateServiceAccount, RemoveServiceAccount, AddKey, UpdateKey, RemoveKey,
    AddGroup, UpdateGroup, RemoveGroup, AddMember, RemoveMember, AddResource,
    UpdateResource, RemoveResource, SetLimit, SetLadder, SetResourceTypes>;

// True if both are the same kind of change with the same fields, to the letter.
bool SameChange(const Change& a, const Change& b);

// OK if ids, e-mails and names are well-formed, as far as no state is needed to
// tell; else MALFORMED or ROLE_UNKNOWN (for the word `none`).
absl::Status CheckForm(const Change& change);

// OK if the id or e-mail address of a reference is well-formed; else MALFORMED.
absl::Status CheckForm(const OwnedReference& reference);

// A line for logs and people: "share voice:v1 with group:ops as editor".
std::string ToString(const Change& change);

}  // namespace acl

#endif  // ACL_SHARE_CHANGE_H_
