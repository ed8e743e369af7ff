// Finding what a change names, or the refusal that says it is not there.
// Internal; the front door is acl/engine.h.
#ifndef ACL_SHARE_LOOKUP_H_
#define ACL_SHARE_LOOKUP_H_

#include "absl/status/statusor.h"
#include "acl/base/reference.h"
#include "acl/store/state.h"

namespace acl {

// Each gives USER_NOT_FOUND, SERVICE_ACCOUNT_NOT_FOUND, GROUP_NOT_FOUND or
// KEY_NOT_FOUND, after the kind that was asked for. Never null.
absl::StatusOr<const PrincipalRow*> RequirePrincipal(const State& state,
                                                     Kind kind,
                                                     absl::string_view id);
absl::StatusOr<const GroupRow*> RequireGroup(const State& state,
                                             absl::string_view id);
absl::StatusOr<const KeyRow*> RequireKey(const State& state,
                                         absl::string_view id);

// The refusal that they give.
absl::Status SubjectNotFound(Kind kind, absl::string_view id);

// The name of a user, service account or group.
absl::StatusOr<NameRef> RequireNamed(const State& state,
                                     const OwnedReference& reference);

// The name that a target's grants are kept under: a key's service account, an
// e-mail's owner; null for `default`.
absl::StatusOr<NameRef> RequireTarget(const State& state, const Target& target);

// The inverse, without keys and e-mails.
Target TargetOf(const NameRef& name);

// TYPE_UNKNOWN, or RESOURCE_NOT_FOUND with the one message that absent and
// invisible resources share.
absl::StatusOr<const ResourceRow*> RequireResource(const State& state,
                                                   const ResourceId& resource);
absl::Status ResourceNotVisible(const ResourceRef& resource);

}  // namespace acl

#endif  // ACL_SHARE_LOOKUP_H_
