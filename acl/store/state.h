// Everything about one workspace at one revision, as immutable data. Copying a
// State costs some pointers; changing a copy (acl/store/draft.h) shares all
// that did not change. Internal; the front door is acl/engine.h.
#ifndef ACL_STORE_STATE_H_
#define ACL_STORE_STATE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "acl/base/dense_vector.h"
#include "acl/base/handle.h"
#include "acl/base/ladder.h"
#include "acl/base/ordered_map.h"
#include "acl/base/reference.h"
#include "acl/base/revision.h"
#include "acl/directory/directory.h"
#include "acl/directory/name.h"
#include "acl/store/settings.h"

namespace acl {

struct AnsweredRequest;  // acl/share/request.h

// One resource with its grants.
struct ResourceRow {
  NameRef name;
  std::string display_name;
  NameRef creator;  // null for none
  // Target → role: groups, service accounts and users. Never the creator.
  OrderedMap<NameRef, RoleNumber, NameLess> grants;
  RoleNumber baseline = 0;  // the grant of `default`; 0 for none
  EditTag edit = 0;

  // The grant of a user, service account or group; with null that of `default`.
  // 0 for none. O(log n).
  RoleNumber GrantOf(const NameRef& target) const {
    if (target == nullptr) return baseline;
    const RoleNumber* role = grants.Find(target);
    return role == nullptr ? RoleNumber{0} : *role;
  }

  // How many principals and groups count against the limit.
  size_t principals() const {
    return grants.size() + (creator == nullptr ? 0 : 1);
  }
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
  NameSet resource_names;
  NameSet baselines;  // resources with a baseline
  DenseVector<ResourceRow> resources;
  uint32_t next_resource = 0;
  RequestTable requests;

  const Ladder& ladder() const { return settings->ladder; }
  // The row of a resource, or null. O(log n).
  const ResourceRow* FindResource(const ResourceRef& resource) const {
    const NameRef* name = resource_names.FindKey(KeyOf(resource));
    return name == nullptr ? nullptr : resources.Get((*name)->number);
  }
  const ResourceRow* Resource(const NameRef& name) const {
    return resources.Get(name->number);
  }
};

}  // namespace acl

#endif  // ACL_STORE_STATE_H_
