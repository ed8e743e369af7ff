// The whole matrix of workspaces as text. A public header.
#ifndef ACL_AUDIT_MATRIX_H_
#define ACL_AUDIT_MATRIX_H_

#include <ostream>
#include <vector>

#include "absl/status/status.h"
#include "acl/base/progress.h"
#include "acl/reader.h"

namespace acl {

// Writes every pair of a user or service account and a resource on which it has
// a role, one per line after the header
// `workspace,subject_kind,subject,resource_type,resource,role`: in the order of
// `workspaces`, then by the other columns from the left, bytewise. A field with
// a comma or a quote is quoted as in RFC 4180. All rows of a workspace are from
// one revision. Flushes `out`; Cancelled (CANCELLED_BY_CALLER) if writing to it
// failed. `progress` receives rows.
absl::Status WriteMatrixCsv(const std::vector<Snapshot>& workspaces,
                            std::ostream& out,
                            const ProgressSink& progress = nullptr);

// The same pairs as one JSON array of objects whose keys are the columns.
absl::Status WriteMatrixJson(const std::vector<Snapshot>& workspaces,
                             std::ostream& out,
                             const ProgressSink& progress = nullptr);

}  // namespace acl

#endif  // ACL_AUDIT_MATRIX_H_
