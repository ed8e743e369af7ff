// A change as the watchers of a workspace see it. Part of the public API; begin
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

// A change that produced a revision.
struct WatchedChange {
  RevisionToken token;  // of the revision after it
  absl::Time time;      // by the machine's clock: does not determine the order
  std::string actor;    // as Actor::ToString() returns it
  std::string reason;
  std::string request_id;
  std::vector<Change> changes;
  Receipt receipt;
  // If asked for (WatchOptions::roles): every effective role of a user or
  // service account that differs, once, in the order in which the principals,
  // then the resources were added.
  std::vector<RoleChange> roles;
};

}  // namespace acl

#endif  // ACL_HISTORY_WATCHED_CHANGE_H_
