// Finding what a change names, or the refusal that says it is not there.
// Internal; the front door is acl/engine.h.
#ifndef ACL_SHARE_LOOKUP_H_
#define ACL_SHARE_LOOKUP_H_

#include "absl/status/statusor.h"
#include "acl/base/reference.h"
#include "acl/store/state.h"

namespace acl {

// The number of a user, service account, group or key, after the kind that is
// asked for: USER_NOT_FOUND, SERVICE_ACCOUNT_NOT_FOUND, GROUP_NOT_FOUND or
// KEY_NOT_FOUND.
absl::StatusOr<uint32_t> RequireNumber(const State& state, Kind kind,
                                       absl::string_view id);

// The refusal that it gives.
absl::Status SubjectNotFound(Kind kind, absl::string_view id);

// The same for a user, service account or group.
absl::StatusOr<TargetKey> RequireTargetKey(const State& state,
                                           const OwnedReference& reference);

// Whom grants to a key, an e-mail or `default` are kept for: the key's service
// account, the e-mail's owner, 0. REQUIRES: CheckForm().
absl::StatusOr<TargetKey> RequireTarget(const State& state,
                                        const Target& target);

// The inverse, without keys and e-mails.
Target TargetOf(const State& state, TargetKey key);

// TYPE_UNKNOWN, or RESOURCE_NOT_FOUND with the one message that absent and
// invisible resources share.
absl::StatusOr<uint32_t> RequireResource(const State& state,
                                         const ResourceRef& resource);
absl::Status ResourceNotVisible(const ResourceRef& resource);

}  // namespace acl

#endif  // ACL_SHARE_LOOKUP_H_
