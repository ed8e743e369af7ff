// A moment in the history of a folder. Part of the public API; begin reading at
// acl/engine.h.
#ifndef ACL_HISTORY_MOMENT_H_
#define ACL_HISTORY_MOMENT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "acl/base/revision.h"

namespace acl {

// A moment in a folder's history: the latest, unless one of these is set.
struct Moment {
  // After this record of the journal.
  std::optional<uint64_t> record = {};
  // The first moment at which `workspace` had this revision.
  std::optional<Revision> revision = {};
  // Before the first record with a later time. A time is what the clock showed
  // when a change was made: it informs, and does not determine the order.
  std::optional<absl::Time> time = {};
  std::string workspace = {};
  // The incarnation of the workspace; if not set, the first one.
  std::optional<uint64_t> incarnation = {};

  // Parses `record:N`, a revision (`17`) of `workspace`, or a time: RFC 3339
  // (`2026-03-01T12:00:00Z`) or a day (`2026-03-01`: its end, in UTC).
  // MALFORMED.
  static absl::StatusOr<Moment> Parse(absl::string_view text,
                                      absl::string_view workspace);
};

}  // namespace acl

#endif  // ACL_HISTORY_MOMENT_H_
