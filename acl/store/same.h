// Whether two states have the same meaning. Internal.
#ifndef ACL_STORE_SAME_H_
#define ACL_STORE_SAME_H_

#include <vector>

#include "acl/store/draft.h"
#include "acl/store/state.h"

namespace acl {

// Whether `b`, a later state, means the same as `a`. REQUIRES: everything that
// may differ is in `touched`. Something that was removed and added again is the
// same thing.
bool SameMeaning(const State& a, const State& b,
                 const std::vector<Touched>& touched);

}  // namespace acl

#endif  // ACL_STORE_SAME_H_
