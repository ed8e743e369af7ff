// Why a role is what it is, and what would make it sufficient. Internal; the
// public interface is acl/engine.h.
#ifndef ACL_SHARE_EXPLAIN_H_
#define ACL_SHARE_EXPLAIN_H_

#include "absl/status/statusor.h"
#include "acl/resolve/subject.h"
#include "acl/share/explanation.h"
#include "acl/store/state.h"

namespace acl {

// Explains `subject` on `resource` (null: there is none). `asked` (above 0) is
// the rank that remedies should reach. CANCELLED_BY_CALLER.
absl::StatusOr<Explanation> Explain(const State& state,
                                    const FoundSubject& subject,
                                    uint32_t resource, Rank asked,
                                    const ExplainOptions& options = {});

}  // namespace acl

#endif  // ACL_SHARE_EXPLAIN_H_
