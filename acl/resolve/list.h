// Which resources a subject can access, and who can access a resource:
// complete, in the order of their numbers, from any number on. Pure functions
// of one state. Internal; the front door is acl/engine.h.
#ifndef ACL_RESOLVE_LIST_H_
#define ACL_RESOLVE_LIST_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "acl/base/ladder.h"
#include "acl/resolve/subject.h"
#include "acl/store/state.h"

namespace acl {

// Given the number of each item and its role, in order; false stops the walk.
using RankVisitor = absl::FunctionRef<bool(uint32_t, Rank)>;

// Told of every row that is looked at, listed or not; false stops the walk.
using Heartbeat = absl::FunctionRef<bool()>;

// Visits every resource from number `from` on, on which the subject's effective
// role is at least `at_least` (above 0), of `type` (empty: of all). False if a
// callback stopped it. Looks only at resources that a source of the subject
// leads to, each once.
bool VisitResources(const State& state, const FoundSubject& subject,
                    Rank at_least, absl::string_view type, uint32_t from,
                    Heartbeat heartbeat, RankVisitor visit);

// Visits every user and service account from number `from` on whose effective
// role on the resource is at least `at_least` (above 0). False if a callback
// stopped it. Looks only at principals that a source leads to, each once; with
// a baseline that is high enough, at all.
bool VisitPrincipals(const State& state, uint32_t resource, Rank at_least,
                     uint32_t from, Heartbeat heartbeat, RankVisitor visit);

}  // namespace acl

#endif  // ACL_RESOLVE_LIST_H_
