// Whether two states of one workspace say the same. Internal; the front door is
// acl/engine.h.
#ifndef ACL_STORE_SAME_H_
#define ACL_STORE_SAME_H_

#include <vector>

#include "acl/store/state.h"

namespace acl {

// True if nobody can tell `a` and `b` apart but by handles, revisions and
// request ids, given that they differ at most in their settings and in the rows
// that `touched` names. What is named by id is compared by id. O(size of the
// rows that are not shared).
bool SameMeaning(const State& a, const State& b,
                 const std::vector<NameRef>& touched);

}  // namespace acl

#endif  // ACL_STORE_SAME_H_
