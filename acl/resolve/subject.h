// The subject of a question, looked up in one state. Internal; the public
// interface is acl/engine.h.
#ifndef ACL_RESOLVE_SUBJECT_H_
#define ACL_RESOLVE_SUBJECT_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/base/handle.h"
#include "acl/base/reference.h"
#include "acl/store/state.h"

namespace acl {

// The highest bit of a subject handle's number marks an API key.
constexpr uint32_t kKeyHandleBit = 0x80000000;

// Whether a subject's sources count.
enum class Standing : uint8_t {
  kActive,
  kUnknown,      // not in the workspace: it has no sources
  kLocked,       // the user, or the owner of the personal key, is locked
  kKeyDisabled,  // the key is disabled
};

// A subject in one state.
struct FoundSubject {
  Standing standing = Standing::kUnknown;
  uint32_t principal = State::kNone;  // its number; kNone if unknown
  uint32_t key = State::kNone;        // set if it was given as a key
  // Whether its own grant is reported as `key`: it was given as a key of a
  // service account.
  bool as_workspace_key = false;

  bool known() const { return principal != State::kNone; }
};

// Looks up a subject. MALFORMED is the only error; an unknown one is a result.
absl::StatusOr<FoundSubject> FindSubject(const State& state,
                                         const Subject& subject);

// Whether a handle refers to an API key.
inline bool IsKeyHandle(SubjectHandle handle) {
  return (handle.number() & kKeyHandleBit) != 0;
}

// The subject of a key's handle; unknown if the handle is stale. REQUIRES:
// IsKeyHandle(), and the handle belongs to this workspace.
FoundSubject FindKey(const State& state, SubjectHandle handle);

// A subject for this principal, which exists.
FoundSubject SubjectOf(const State& state, uint32_t principal);

SubjectHandle HandleOf(const State& state, const FoundSubject& subject);

// OK if `subject` is well-formed as far as can be told without a state, else
// MALFORMED.
absl::Status CheckForm(const Subject& subject);

// The number of the resource, or kNone if it does not exist. MALFORMED for a
// malformed type or id; TYPE_UNKNOWN.
absl::StatusOr<uint32_t> FindResource(const State& state,
                                      const ResourceRef& resource);

}  // namespace acl

#endif  // ACL_RESOLVE_SUBJECT_H_
