// Which resources a subject can access, and who can access a resource:
// complete, in the order of their numbers, starting at any number. Pure
// functions of one state. Internal; the public interface is acl/engine.h.
#ifndef ACL_RESOLVE_LIST_H_
#define ACL_RESOLVE_LIST_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "acl/base/ladder.h"
#include "acl/resolve/subject.h"
#include "acl/store/state.h"

namespace acl {

// Called with the number and role of each item, in order; false stops the walk.
using RankVisitor = absl::FunctionRef<bool(uint32_t, Rank)>;

// Called for every row visited, listed or not; false stops the walk.
using Heartbeat = absl::FunctionRef<bool()>;

// Visits every resource, starting at number `from`, on which the subject's
// effective role is at least `at_least` (above 0), of `type` (empty: of all
// types). Returns false if a callback stopped it. Looks only at resources to
// which a source of the subject leads, each once.
bool VisitResources(const State& state, const FoundSubject& subject,
                    Rank at_least, absl::string_view type, uint32_t from,
                    Heartbeat heartbeat, RankVisitor visit);

// Visits every user and service account, starting at number `from`, whose
// effective role on the resource is at least `at_least` (above 0). Returns
// false if a callback stopped it. Looks only at principals to which a source
// leads, each once; if the baseline is high enough, at all principals.
bool VisitPrincipals(const State& state, uint32_t resource, Rank at_least,
                     uint32_t from, Heartbeat heartbeat, RankVisitor visit);

}  // namespace acl

#endif  // ACL_RESOLVE_LIST_H_
