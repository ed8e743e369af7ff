// The changes of one workspace, read from its folder. Internal.
#ifndef ACL_HISTORY_PAST_CHANGES_H_
#define ACL_HISTORY_PAST_CHANGES_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/base/revision.h"
#include "acl/history/replay.h"
#include "acl/history/watched_change.h"
#include "acl/history/workspace_replay.h"
#include "acl/journal/file_system.h"
#include "acl/journal/folder_options.h"
#include "acl/journal/journal_tail.h"

namespace acl {

// Where changes are read from.
struct PastSource {
  std::string folder;
  FileSystem* files = nullptr;
  Replay::NewState new_state;
  size_t request_id_window = 0;
};

// Read-only, also while an engine writes. Not thread-safe.
class PastChanges {
 public:
  // The changes after a revision of a workspace. Errors are those of
  // ReadPast().
  static absl::StatusOr<std::unique_ptr<PastChanges>> Open(
      const PastSource& source, const std::string& workspace,
      const RevisionToken& from, bool roles);

  // The next change; not set if there is none yet. Includes what is in the
  // file, whether it is on the disk or not. JOURNAL_DAMAGED, FILE_ACCESS, after
  // which it may be called again. Memory: the workspace, and a few megabytes of
  // records.
  absl::StatusOr<std::optional<WatchedChange>> Next();

 private:
  PastChanges(PastSource source, std::shared_ptr<const State> state,
              uint64_t record, bool roles)
      : source_(std::move(source)),
        tail_(source_.folder, {record + 1, {}}, Durability::kProcess,
              source_.files),
        state_(state),
        replay_(std::move(state)),
        roles_(roles) {}

  absl::Status ReadMore();
  absl::StatusOr<std::optional<WatchedChange>> Make(const std::string& record);

  const PastSource source_;
  JournalTail tail_;
  std::shared_ptr<const State> state_;  // before the next change
  WorkspaceReplay replay_;
  const bool roles_;
  std::deque<std::string> records_;  // read, but not returned yet
};

}  // namespace acl

#endif  // ACL_HISTORY_PAST_CHANGES_H_
