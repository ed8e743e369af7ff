// A change as those who watch a workspace see it. Part of the public API; begin
// reading at acl/watch.h.
#ifndef ACL_HISTORY_WATCHED_CHANGE_H_
#define ACL_HISTORY_WATCHED_CHANGE_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "acl/base/revision.h"
#include "acl/resolve/role_change.h"
#include "acl/share/change.h"
#include "acl/share/receipt.h"

namespace acl {

// A change that took a revision.
struct WatchedChange {
  RevisionToken token;  // after it
  absl::Time time;      // by the clock of the machine: information, not order
  std::string actor;    // as Actor::ToString() gives it
  std::string reason;
  std::string request_id;
  std::vector<Change> changes;
  Receipt receipt;
  // If they were asked for (WatchOptions::roles): the effective roles of users
  // and service accounts that differ, all of them, each once, in the order in
  // which the principals, then the resources were added.
  std::vector<RoleChange> roles;
};

}  // namespace acl

#endif  // ACL_HISTORY_WATCHED_CHANGE_H_
