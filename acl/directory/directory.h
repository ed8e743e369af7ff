// Principals, API keys and groups of one workspace, by dense number. Internal;
// the public interface is acl/engine.h.
#ifndef ACL_DIRECTORY_DIRECTORY_H_
#define ACL_DIRECTORY_DIRECTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "acl/base/reference.h"
#include "acl/base/sorted_numbers.h"
#include "acl/base/table.h"
#include "acl/base/text_table.h"
#include "acl/directory/id_index.h"
#include "acl/directory/member_line.h"
#include "acl/directory/target_key.h"

namespace acl {

// What refers to a user or a service account, except its groups.
struct PrincipalRow {
  SortedNumbers grants;   // resources with a grant to it
  SortedNumbers created;  // resources that it is the creator of
  SortedNumbers keys;     // API keys that it owns
};

// What refers to a group.
struct GroupRow {
  SortedNumbers members;    // direct: users and service accounts
  SortedNumbers subgroups;  // direct: groups that are members of it
  SortedNumbers parents;    // groups that it is a direct member of
  SortedNumbers grants;     // resources with a grant to it
};

// An API key.
struct KeyRow {
  TargetKey owner = 0;  // a user or a service account; 0: there is no such key
  uint32_t enabled = 0;
};

// The whole directory. Numbers are dense, per kind of row, and never reused.
// Every number in a row refers to something that exists, and membership,
// ownership and e-mail are stored in both directions; groups form no cycle.
struct Directory {
  static constexpr uint32_t kNone = IdIndex::kNone;

  IdIndex index;   // ids of all kinds → kind and number, see Slot()
  IdIndex emails;  // canonical addresses → principals
  TextTable<MemoryPart::kIds> principal_ids, group_ids, key_ids;
  TextTable<MemoryPart::kTexts> principal_names, group_names, addresses;
  TextTable<MemoryPart::kTexts> principal_annotations, key_annotations;
  Table<MemberLine, MemoryPart::kMembers> members;  // by principal
  Table<PrincipalRow, MemoryPart::kReverse> principals;
  Table<GroupRow, MemoryPart::kReverse> groups;
  Table<KeyRow, MemoryPart::kMembers> keys;
  SortedNumbers workspace_admins;  // users
  uint32_t nested = 0;             // memberships of groups in groups
  uint32_t next_principal = 0;
  uint32_t next_key = 0;
  uint32_t next_group = 0;

  // What the index stores for a number of some kind.
  static uint32_t Slot(Kind kind, uint32_t number);
  static uint64_t HashOf(Kind kind, absl::string_view id) {
    return HashOfId(static_cast<uint64_t>(kind), id);
  }
  uint64_t HashOfSlot(uint32_t slot) const;

  // The number of an id, or kNone. `kind` is kUser, kServiceAccount, kGroup or
  // kKey; `hash` is HashOf(kind, id).
  uint32_t Find(Kind kind, absl::string_view id, uint64_t hash) const;
  uint32_t Find(Kind kind, absl::string_view id) const {
    return Find(kind, id, HashOf(kind, id));
  }
  // The principal with a canonical address, or kNone.
  uint32_t FindByEmail(absl::string_view email) const;

  // The number that an id of a kind probably has, or kNone: for prefetching its
  // rows. REQUIRES: see IdIndex::Path::Guess().
  static uint32_t Guess(const IdIndex::Path& path, Kind kind, uint64_t hash);
  // Ids by number; users and service accounts share one table.
  const TextTable<MemoryPart::kIds>& IdsOf(Kind kind) const {
    return kind == Kind::kGroup ? group_ids
           : kind == Kind::kKey ? key_ids
                                : principal_ids;
  }

  bool HasPrincipal(uint32_t number) const {
    const MemberLine* line = members.Get(number);
    return line != nullptr && line->present();
  }
  bool HasGroup(uint32_t number) const {
    return !group_ids.Get(number).empty();
  }
  bool HasKey(uint32_t number) const {
    const KeyRow* row = keys.Get(number);
    return row != nullptr && row->owner != 0;
  }

  // What refers to a principal that exists; rows that are empty may have no
  // page.
  PrincipalRow PrincipalAt(uint32_t number) const {
    const PrincipalRow* row = principals.Get(number);
    return row == nullptr ? PrincipalRow() : *row;
  }
  GroupRow GroupAt(uint32_t number) const {
    const GroupRow* row = groups.Get(number);
    return row == nullptr ? GroupRow() : *row;
  }

  // REQUIRES: the principal exists.
  Kind KindOf(uint32_t principal) const {
    return members.Get(principal)->service_account() ? Kind::kServiceAccount
                                                     : Kind::kUser;
  }
  // REQUIRES: the key is of an existing principal or group. The id is valid as
  // long as the version.
  Kind KindOfTarget(TargetKey key) const {
    return IsGroup(key) ? Kind::kGroup : KindOf(NumberOf(key));
  }
  absl::string_view IdOfTarget(TargetKey key) const {
    return IsGroup(key) ? group_ids.Get(NumberOf(key))
                        : principal_ids.Get(NumberOf(key));
  }

  // The direct groups of a principal or group, by number, in no particular
  // order.
  std::vector<uint32_t> GroupsOf(TargetKey member) const;
};

// All existing numbers of one kind, in the bytewise order of their ids. O(n),
// or O(n log n) if they were not added in that order.
std::vector<uint32_t> SortedPrincipals(const Directory& directory, Kind kind);
std::vector<uint32_t> SortedGroups(const Directory& directory);
std::vector<uint32_t> SortedKeys(const Directory& directory);

}  // namespace acl

#endif  // ACL_DIRECTORY_DIRECTORY_H_
