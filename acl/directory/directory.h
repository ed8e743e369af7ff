// Who is in a workspace: users, service accounts, keys, groups. Plain
// persistent data, copied for the price of some pointers; the rules are in
// acl/share. Internal; the front door is acl/engine.h.
#ifndef ACL_DIRECTORY_DIRECTORY_H_
#define ACL_DIRECTORY_DIRECTORY_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "acl/base/dense_vector.h"
#include "acl/base/line_table.h"
#include "acl/base/ordered_map.h"
#include "acl/base/reference.h"
#include "acl/directory/member_line.h"
#include "acl/directory/name.h"
#include "acl/directory/name_index.h"
#include "acl/directory/target_key.h"

namespace acl {

// A user or a service account. What the hot path needs of it stands in its
// MemberLine as well.
struct PrincipalRow {
  NameRef name;
  std::string display_name;
  std::string email;  // canonical; empty for none
  bool locked = false;
  bool workspace_admin = false;
  NameSet groups;   // that it is a direct member of
  NameSet keys;     // that it owns
  NameSet grants;   // resources with a grant to it
  NameSet created;  // resources that it is the creator of
  EditTag edit = 0;
};

// An API key.
struct KeyRow {
  NameRef name;
  NameRef owner;  // a user or a service account
  bool enabled = true;
  EditTag edit = 0;
};

// A group.
struct GroupRow {
  NameRef name;
  std::string display_name;
  NameSet members;  // users, service accounts and groups, direct
  NameSet groups;   // that it is a direct member of
  NameSet grants;   // resources with a grant to it
  EditTag edit = 0;
};

// All of them. Every NameRef in a row names a row that exists, and membership,
// ownership and e-mail are kept in both directions; groups form no cycle.
struct Directory {
  NameSet names;    // groups, keys, service accounts, users: in order
  NameIndex index;  // and by id
  OrderedMap<std::string, NameRef> emails;  // canonical address → principal
  NameSet workspace_admins;                 // users
  DenseVector<PrincipalRow> principals;
  LineTable<MemberLine> members;  // by the same numbers
  DenseVector<KeyRow> keys;
  DenseVector<GroupRow> groups;
  size_t nested = 0;  // memberships of groups in groups
  uint32_t next_principal = 0;
  uint32_t next_key = 0;
  uint32_t next_group = 0;

  // The name of an id, or null.
  const Name* Find(Kind kind, absl::string_view id) const {
    return index.Find(KeyOf(kind, id));
  }
  // The row of an id, or null.
  const PrincipalRow* FindPrincipal(Kind kind, absl::string_view id) const;
  // By canonical address.
  const PrincipalRow* FindByEmail(absl::string_view email) const;
  const KeyRow* FindKey(absl::string_view id) const;
  const GroupRow* FindGroup(absl::string_view id) const;

  // The row of a name that a row of this directory holds: never null.
  const PrincipalRow* Principal(const NameRef& name) const {
    return principals.Get(name->number);
  }
  const GroupRow* Group(const NameRef& name) const {
    return groups.Get(name->number);
  }
  // The name itself, of one that Find() gave.
  const NameRef& Shared(const Name& name) const {
    return name.kind == Kind::kGroup ? groups.Get(name.number)->name
           : name.kind == Kind::kKey ? keys.Get(name.number)->name
                                     : principals.Get(name.number)->name;
  }
  // The name of a key that this directory gave out: of something that exists.
  const NameRef& NameOf(TargetKey key) const {
    return IsGroup(key) ? groups.Get(NumberOf(key))->name
                        : principals.Get(NumberOf(key))->name;
  }
};

}  // namespace acl

#endif  // ACL_DIRECTORY_DIRECTORY_H_
