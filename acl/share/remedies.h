// The single changes that would allow what is denied. Internal; the public
// interface is acl/engine.h.
#ifndef ACL_SHARE_REMEDIES_H_
#define ACL_SHARE_REMEDIES_H_

#include <cstdint>
#include <vector>

#include "acl/base/ladder.h"
#include "acl/resolve/subject.h"
#include "acl/share/explanation.h"
#include "acl/share/patience.h"
#include "acl/store/state.h"

namespace acl {

// Every remedy for a subject that exists and whose role on the resource, which
// exists, is below `asked`, in the order of Explanation::remedies. The remedies
// are derived from the sources; how many roles each would raise is counted in
// the sets that lead to them. The result is meaningless once the caller has
// cancelled.
//
// O(groups of the subject + groups that have enough), and up to `row_budget`
// rows for all counts together. Counts that exceed the budget are lower bounds.
std::vector<Remedy> FindRemedies(const State& state,
                                 const FoundSubject& subject, uint32_t resource,
                                 Rank asked, uint64_t row_budget,
                                 Patience* patience);

}  // namespace acl

#endif  // ACL_SHARE_REMEDIES_H_
