// Which resources a subject can access, and who can access a resource:
// complete, in bytewise order, from any position on. Pure functions of one
// state. Internal; the front door is acl/engine.h.
#ifndef ACL_RESOLVE_LIST_H_
#define ACL_RESOLVE_LIST_H_

#include "absl/functional/function_ref.h"
#include "acl/resolve/effective.h"
#include "acl/resolve/subject.h"
#include "acl/store/state.h"

namespace acl {

// Given each item in order; false stops the walk.
using ResourceVisitor =
    absl::FunctionRef<bool(const ResourceRow&, const Effective&)>;
using PrincipalVisitor =
    absl::FunctionRef<bool(const PrincipalRow&, const Effective&)>;

// Told of every row that is looked at, listed or not; false stops the walk.
using Heartbeat = absl::FunctionRef<bool()>;

// Visits every resource after `after` (null: all) on which the subject's
// effective role is at least `at_least` (above 0), of `type` (empty: of all).
// False if a callback stopped it. Looks only at resources that a source of the
// subject leads to: O(those * (log(sources) + one resolution)).
bool VisitResources(const State& state, const FoundSubject& subject,
                    Rank at_least, absl::string_view type, const NameKey* after,
                    Heartbeat heartbeat, ResourceVisitor visit);

// Visits every user and service account after `after` (null: all) whose
// effective role on the resource is at least `at_least` (above 0). False if a
// callback stopped it. Looks only at principals that a source leads to; with a
// baseline that is high enough, at all.
bool VisitPrincipals(const State& state, const ResourceRow& resource,
                     Rank at_least, const NameKey* after, Heartbeat heartbeat,
                     PrincipalVisitor visit);

}  // namespace acl

#endif  // ACL_RESOLVE_LIST_H_
