// What a change did. Part of the public API; begin reading at acl/engine.h.
#ifndef ACL_SHARE_RECEIPT_H_
#define ACL_SHARE_RECEIPT_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acl/base/reference.h"
#include "acl/base/revision.h"
#include "acl/resolve/source.h"
#include "acl/store/draft.h"

namespace acl {

// The effect of one share or unshare. Roles are names, "none" if there is none.
struct ShareEffect {
  ResourceId resource;
  // As stored: a user, a service account, a group or `default`. A key has been
  // replaced by its service account, an e-mail address by its owner.
  Target target;
  std::string grant_before;
  std::string grant_after;
  // For a group: the maximum over its own grant, its ancestors' grants and the
  // baseline. For `default`: the baseline.
  std::string effective_before;
  std::string effective_after;
  // What else holds the role up: every source, other than the target's own
  // grant, that confers effective_after. In the order of the witness.
  std::vector<Source> held_by;
};

// The effect of one change of a batch.
struct ChangeReceipt {
  // Whether this change alone altered anything.
  bool changed = false;
  // For Share and Unshare, else null. Copies of a receipt share it.
  std::shared_ptr<const ShareEffect> share;
  // For removals: what was removed along with it.
  std::optional<Cascade> removed;
};

// The effect of a call.
struct Receipt {
  // The revision after the call. In a dry run: the revision that it would have
  // led to.
  Revision revision = 0;
  // Whether the state changed. If not, the call produced no revision.
  bool changed = false;
  // Whether the call was a dry run, which changes nothing.
  bool dry_run = false;
  // Whether this repeats the first answer to a request id.
  bool replayed = false;
  // One for each change, in their order.
  std::vector<ChangeReceipt> changes;
};

}  // namespace acl

#endif  // ACL_SHARE_RECEIPT_H_
