// Finds what a change names, or returns the refusal for what is missing.
// Internal; the public interface is acl/engine.h.
#ifndef ACL_SHARE_LOOKUP_H_
#define ACL_SHARE_LOOKUP_H_

#include "absl/status/statusor.h"
#include "acl/base/reference.h"
#include "acl/store/state.h"

namespace acl {

// The number of a user, service account, group or key. If it is missing, the
// fault depends on `kind`: USER_NOT_FOUND, SERVICE_ACCOUNT_NOT_FOUND,
// GROUP_NOT_FOUND or KEY_NOT_FOUND.
absl::StatusOr<uint32_t> RequireNumber(const State& state, Kind kind,
                                       absl::string_view id);

// The refusal that RequireNumber() returns.
absl::Status SubjectNotFound(Kind kind, absl::string_view id);

// The same for a user, service account or group.
absl::StatusOr<TargetKey> RequireTargetKey(const State& state,
                                           const OwnedReference& reference);

// The holder under which grants to a target are stored: for a key its service
// account, for an e-mail its owner, for `default` 0. REQUIRES: CheckForm().
absl::StatusOr<TargetKey> RequireTarget(const State& state,
                                        const Target& target);

// The inverse, without keys and e-mails.
Target TargetOf(const State& state, TargetKey key);

// The number of a resource. TYPE_UNKNOWN, or RESOURCE_NOT_FOUND with the same
// message for missing and invisible resources.
absl::StatusOr<uint32_t> RequireResource(const State& state,
                                         const ResourceRef& resource);
absl::Status ResourceNotVisible(const ResourceRef& resource);

}  // namespace acl

#endif  // ACL_SHARE_LOOKUP_H_
