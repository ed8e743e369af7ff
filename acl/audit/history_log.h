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

// One accepted call.
struct HistoryEntry {
  enum class Kind { kChange, kAddWorkspace, kRemoveWorkspace, kImport };

  Kind kind = Kind::kChange;
  uint64_t record = 0;  // its number; for an import the last of several
  absl::Time time;      // the clock at the time: does not determine the order
  std::string actor;    // a subject, or `system`
  // One; for an import all that it added.
  std::vector<std::string> workspaces;
  // For a change: the call, and its receipt.
  std::vector<Change> changes = {};
  Receipt receipt = {};
  // How many changes of the batch were omitted from both because they don't
  // match.
  size_t others = 0;
  std::string reason = {};
  std::string request_id = {};
};

// Selects entries: those that match all fields that are set. Of a batch, the
// changes that name both the target and the resource are selected.
struct HistoryFilter {
  // `user:ID`, ...: includes what a user or service account did with a key or
  // under an e-mail address that it had at the time. A key matches only itself.
  std::string actor = {};
  std::string workspace = {};  // an id
  // Both have to be named by the same change: a target as it was named or
  // stored, or a principal, key or group that the change is about (including a
  // member of a group); and a resource. What is removed along with something
  // else is not named.
  std::string target = {};
  std::string resource = {};
  // Both inclusive.
  std::optional<absl::Time> since = {};
  std::optional<absl::Time> until = {};
};

// The part of the history that was available.
struct HistorySpan {
  uint64_t first = 0;  // records; 0 and 0: there is none
  uint64_t last = 0;
};

// Calls `visit` for matching entries, in the order of the journal; an error
// from it ends the call and is returned. Read-only, also while an engine
// writes. Keeps one entry at a time in memory; if the filter names an actor,
// also the workspaces as they were. Unfinished imports are omitted.
// JOURNAL_DAMAGED, after everything before the damage has been visited;
// FILE_ACCESS, also if a writer that keeps no history removes files before they
// are read. `files`: null for the system's.
absl::StatusOr<HistorySpan> VisitHistory(
    const std::string& folder, const HistoryFilter& filter, FileSystem* files,
    const ProgressSink& progress,
    const std::function<absl::Status(const HistoryEntry& entry)>& visit);

}  // namespace acl

#endif  // ACL_AUDIT_HISTORY_LOG_H_
