// Refuses impossible contents of a journal or checkpoint. Internal.
#ifndef ACL_HISTORY_DAMAGED_H_
#define ACL_HISTORY_DAMAGED_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"

namespace acl {

// JOURNAL_DAMAGED with this message.
template <class... Words>
absl::Status Damaged(const Words&... words) {
  return Refuse(v1::JOURNAL_DAMAGED, absl::StrCat(words...));
}

// OK, or JOURNAL_DAMAGED with the message of `status` appended to `words`.
template <class... Words>
absl::Status DamagedUnless(const absl::Status& status, const Words&... words) {
  return status.ok() ? status : Damaged(words..., ": ", status.message());
}

}  // namespace acl

#endif  // ACL_HISTORY_DAMAGED_H_
