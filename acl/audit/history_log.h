// Who changed what in a journal's folder, when and why. A public header.
#ifndef ACL_AUDIT_HISTORY_LOG_H_
#define ACL_AUDIT_HISTORY_LOG_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "acl/base/progress.h"
#include "acl/share/change.h"
#include "acl/share/receipt.h"

namespace acl {

class FileSystem;

// One thing that was accepted.
struct HistoryEntry {
  enum class Kind { kChange, kAddWorkspace, kRemoveWorkspace, kImport };

  Kind kind = Kind::kChange;
  uint64_t record = 0;  // its number; of an import the last of several
  absl::Time time;      // by the clock of then: information, not order
  std::string actor;    // a subject, or `system`
  // One; of an import all that it brought.
  std::vector<std::string> workspaces;
  // Of a change: the call, and what it answered.
  std::vector<Change> changes = {};
  Receipt receipt = {};
  // How many changes of the batch are left out of both, since they don't fit.
  size_t others = 0;
  std::string reason = {};
  std::string request_id = {};
};

// Which entries are wanted: those that fit all that is set. Of a batch the
// changes are wanted that name the target and the resource.
struct HistoryFilter {
  // `user:ID`, ...: also what a user or service account did through a key or
  // under an e-mail address that was theirs then. A key is only itself.
  std::string actor = {};
  std::string workspace = {};  // an id
  // What one and the same change names: a target as it was named or is kept, or
  // a principal, key or group that it is about (one of a group's members, too);
  // and a resource. What goes along with a removal is not named.
  std::string target = {};
  std::string resource = {};
  // Both included.
  std::optional<absl::Time> since = {};
  std::optional<absl::Time> until = {};
};

// What of the history was there.
struct HistorySpan {
  uint64_t first = 0;  // records; 0 and 0: there is none
  uint64_t last = 0;
};

// Calls `visit` for what fits, in the order of the journal; what is not OK from
// it ends the reading and comes back. Reads only, also while an engine writes,
// one entry at a time in memory; with an actor, the workspaces as well, as they
// were. An import that was never finished is left out.
// JOURNAL_DAMAGED, once all before the damage was visited; FILE_ACCESS, also
// where a writer that keeps no history removes files before they are read.
// `files`: null for the system's.
absl::StatusOr<HistorySpan> VisitHistory(
    const std::string& folder, const HistoryFilter& filter, FileSystem* files,
    const ProgressSink& progress,
    const std::function<absl::Status(const HistoryEntry& entry)>& visit);

}  // namespace acl

#endif  // ACL_AUDIT_HISTORY_LOG_H_
