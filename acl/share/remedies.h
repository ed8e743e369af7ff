// The single changes that would allow what is denied. Internal; the front door
// is acl/engine.h.
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
// exists, is below `asked`: in the order of Explanation::remedies. Follows from
// the sources alone; what each would raise is counted in the sets that lead to
// it. Of no use once patience has ended.
//
// O(groups of the subject + groups that have enough), and up to `row_budget`
// rows for all counts together. Counts that it does not suffice for are lower
// bounds.
std::vector<Remedy> FindRemedies(const State& state,
                                 const FoundSubject& subject, uint32_t resource,
                                 Rank asked, uint64_t row_budget,
                                 Patience* patience);

}  // namespace acl

#endif  // ACL_SHARE_REMEDIES_H_
