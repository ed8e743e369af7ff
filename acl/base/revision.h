// Revisions of a workspace, and tokens that carry one elsewhere. Part of the
// public API; begin reading at acl/engine.h.
#ifndef ACL_BASE_REVISION_H_
#define ACL_BASE_REVISION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace acl {

// How many changes a workspace has accepted. It rises by one with each; a batch
// is one change. Each workspace counts separately.
using Revision = uint64_t;

// The highest revision. A workspace that has reached it accepts no more
// changes.
constexpr Revision kMaxRevision = (Revision{1} << 63) - 1;

// A revision of one incarnation of a workspace, to hand to another thread,
// process or request: an answer asked for with it is at least as fresh. A
// workspace that was removed and added again has another incarnation.
struct RevisionToken {
  uint64_t incarnation = 0;
  Revision revision = 0;

  // `r1-00c0ffee00c0ffee-42`: a version, the incarnation in 16 hexadecimal
  // digits, the revision. Opaque to callers.
  std::string ToString() const;

  // The inverse. MALFORMED for anything that ToString() does not write.
  static absl::StatusOr<RevisionToken> Parse(absl::string_view text);

  friend bool operator==(const RevisionToken& a, const RevisionToken& b) {
    return a.incarnation == b.incarnation && a.revision == b.revision;
  }
};

}  // namespace acl

#endif  // ACL_BASE_REVISION_H_
