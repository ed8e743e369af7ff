// Everything about one workspace at one revision, as immutable data. Copying a
// State costs some pointers; changing a copy (acl/store/draft.h) shares all
// that did not change. Internal; the front door is acl/engine.h.
#ifndef ACL_STORE_STATE_H_
#define ACL_STORE_STATE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "acl/base/dense_vector.h"
#include "acl/base/handle.h"
#include "acl/base/ladder.h"
#include "acl/base/line_table.h"
#include "acl/base/ordered_map.h"
#include "acl/base/reference.h"
#include "acl/base/revision.h"
#include "acl/directory/directory.h"
#include "acl/directory/name.h"
#include "acl/directory/target_key.h"
#include "acl/store/grant_line.h"
#include "acl/store/settings.h"

namespace acl {

struct AnsweredRequest;  // acl/share/request.h

// One resource, but for its grants.
struct ResourceRow {
  NameRef name;
  std::string display_name;
  NameRef creator;  // null for none
  EditTag edit = 0;
};

// A grant on some resource.
struct NamedGrant {
  NameRef target;
  RoleSlot role;
};

// The answers to changes with a request id, oldest first.
struct RequestTable {
  OrderedMap<std::string, std::shared_ptr<const AnsweredRequest>> by_id;
  OrderedMap<uint64_t, std::string> by_age;
  uint64_t next_age = 0;
};

struct State {
  std::string workspace;     // its id
  uint64_t incarnation = 0;  // for tokens
  uint32_t scope = 0;        // for handles; unique in this process
  Revision revision = 0;
  // Rows written since the workspace was made: what a snapshot may keep alive.
  uint64_t rows_written = 0;
  std::shared_ptr<const Settings> settings;
  Directory directory;
  NameSet resource_names;    // in order
  NameIndex resource_index;  // and by type and id
  NameSet baselines;         // resources with a baseline
  DenseVector<ResourceRow> resources;
  // By the same numbers. The creator never has a grant.
  LineTable<GrantLine> grants;
  uint32_t next_resource = 0;
  RequestTable requests;

  const Ladder& ladder() const { return settings->ladder; }
  // The row of a resource, or null.
  const ResourceRow* FindResource(const ResourceRef& resource) const {
    const Name* name = resource_index.Find(KeyOf(resource));
    return name == nullptr ? nullptr : resources.Get(name->number);
  }
  const ResourceRow* Resource(const NameRef& name) const {
    return resources.Get(name->number);
  }

  const GrantLine& GrantsOn(const ResourceRow& resource) const {
    return *grants.Get(resource.name->number);
  }
  // The grant of a user, service account or group; with null that of `default`.
  // 0 for none. O(log n).
  RoleSlot GrantOf(const ResourceRow& resource, const NameRef& target) const {
    const GrantLine& line = GrantsOn(resource);
    return target == nullptr ? line.baseline()
                             : line.RoleOf(TargetKeyOf(target));
  }
  // All of them but the baseline, in the order of the targets' names.
  // O(n log n).
  std::vector<NamedGrant> SortedGrants(const ResourceRow& resource) const;
  // How many principals and groups count against the limit.
  size_t PrincipalsOn(const ResourceRow& resource) const {
    return GrantsOn(resource).size() + (resource.creator == nullptr ? 0 : 1);
  }
};

}  // namespace acl

#endif  // ACL_STORE_STATE_H_
