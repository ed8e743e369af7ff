// The whole matrix of workspaces as text. A public header.
#ifndef ACL_AUDIT_MATRIX_H_
#define ACL_AUDIT_MATRIX_H_

#include <ostream>
#include <vector>

#include "absl/status/status.h"
#include "acl/base/progress.h"
#include "acl/reader.h"

namespace acl {

// Writes every pair of a user or service account and a resource with a role,
// one a line after the header
// `workspace,subject_kind,subject,resource_type,resource,role`: in the order of
// `workspaces`, then by the other columns from the left, bytewise. A field with
// a comma or a quote is quoted as in RFC 4180. Each workspace is of one
// revision. Flushes `out`; Cancelled (CANCELLED_BY_CALLER) unless it took all.
// `progress` gets rows.
absl::Status WriteMatrixCsv(const std::vector<Snapshot>& workspaces,
                            std::ostream& out,
                            const ProgressSink& progress = nullptr);

// The same pairs as one JSON array of objects, keyed by the columns.
absl::Status WriteMatrixJson(const std::vector<Snapshot>& workspaces,
                             std::ostream& out,
                             const ProgressSink& progress = nullptr);

}  // namespace acl

#endif  // ACL_AUDIT_MATRIX_H_
