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

// What one share or unshare did. Roles are names, "none" where there is none.
struct ShareEffect {
  ResourceId resource;
  // As stored: a user, a service account, a group or `default`. A key has
  // become its service account, an e-mail address its owner.
  Target target;
  std::string grant_before;
  std::string grant_after;
  // For a group: over its own grant, its ancestors' and the baseline. For
  // `default`: the baseline.
  std::string effective_before;
  std::string effective_after;
  // What else holds the role up: every source, other than the target's own
  // grant, that gives effective_after. In the order of the witness.
  std::vector<Source> held_by;
};

// What one change of a batch did.
struct ChangeReceipt {
  // Whether this change, by itself, altered anything.
  bool changed = false;
  // For Share and Unshare, else null. Copies of a receipt have it in common.
  std::shared_ptr<const ShareEffect> share;
  // For removals: what went along.
  std::optional<Cascade> removed;
};

// What a call did.
struct Receipt {
  // The revision after it. In a dry run: the revision that it would have led
  // to.
  Revision revision = 0;
  // Whether the state became another. If not, no revision was taken.
  bool changed = false;
  // Whether nothing was done because it was only asked what would happen.
  bool dry_run = false;
  // Whether this is the first answer again, given to a repeated request id.
  bool replayed = false;
  // One for each change, in their order.
  std::vector<ChangeReceipt> changes;
};

}  // namespace acl

#endif  // ACL_SHARE_RECEIPT_H_
