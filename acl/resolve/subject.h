// Who a question is about, looked up in one state. Internal; the front door is
// acl/engine.h.
#ifndef ACL_RESOLVE_SUBJECT_H_
#define ACL_RESOLVE_SUBJECT_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/base/handle.h"
#include "acl/base/reference.h"
#include "acl/store/state.h"

namespace acl {

// The highest bit of a subject's number in a handle says that it is a key.
constexpr uint32_t kKeyHandleBit = 0x80000000;

// Whether a subject's sources count.
enum class Standing : uint8_t {
  kActive,
  kUnknown,      // not in the workspace: there are no sources
  kLocked,       // the user, or the owner of the personal key, is locked
  kKeyDisabled,  // the key is disabled
};

// A subject in one state.
struct FoundSubject {
  Standing standing = Standing::kUnknown;
  uint32_t principal = State::kNone;  // its number; kNone if unknown
  uint32_t key = State::kNone;        // set if it was given as a key
  // Whether its own grant is reported as `key`: it was given as a key that
  // stands for a service account.
  bool as_workspace_key = false;

  bool known() const { return principal != State::kNone; }
};

// Looks a subject up. Only what is malformed is an error: MALFORMED.
absl::StatusOr<FoundSubject> FindSubject(const State& state,
                                         const Subject& subject);

// Whether a handle stands for an API key.
inline bool IsKeyHandle(SubjectHandle handle) {
  return (handle.number() & kKeyHandleBit) != 0;
}

// The subject of a key's handle; unknown if it is stale.
// REQUIRES: IsKeyHandle(), and it is of this workspace.
FoundSubject FindKey(const State& state, SubjectHandle handle);

// A subject that is this principal, which exists.
FoundSubject SubjectOf(const State& state, uint32_t principal);

SubjectHandle HandleOf(const State& state, const FoundSubject& subject);

// OK if `subject` is well-formed, else MALFORMED: what needs no state.
absl::Status CheckForm(const Subject& subject);

// The number of the resource, or kNone if there is none: MALFORMED if the type
// or id is, or TYPE_UNKNOWN.
absl::StatusOr<uint32_t> FindResource(const State& state,
                                      const ResourceRef& resource);

}  // namespace acl

#endif  // ACL_RESOLVE_SUBJECT_H_
