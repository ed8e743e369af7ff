// An engine's folder that another engine writes, followed record by record.
// Internal.
#ifndef ACL_HISTORY_FOLLOWED_FOLDER_H_
#define ACL_HISTORY_FOLLOWED_FOLDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/history/load_checkpoint.h"
#include "acl/history/replay.h"
#include "acl/journal/folder_options.h"
#include "acl/journal/journal_tail.h"
#include "acl/store/state.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

// Read-only. Not thread-safe.
class FollowedFolder {
 public:
  // The contents of the folder.
  struct Found {
    std::vector<std::shared_ptr<const State>> states;  // by id
    FolderReport report;
  };

  // Reads what is there when the call begins. The options used are
  // `durability`, `progress` and `files`. Errors are those of Read().
  static absl::StatusOr<std::unique_ptr<FollowedFolder>> Open(
      const std::string& path, const FolderOptions& options,
      const Replay::NewState& new_state, size_t request_id_window,
      Found* found);

  // Visits the records that have been added since, like JournalTail::Read() and
  // with the same errors. `visit` has to apply each record to replay() if
  // reading is to continue after it.
  absl::StatusOr<bool> Read(size_t bytes,
                            absl::FunctionRef<absl::Status(
                                uint64_t sequence, const v1::Record& record)>
                                visit);

  // The workspaces as of the last record that was applied.
  Replay& replay() { return *replay_; }

 private:
  FollowedFolder(const std::string& path, const FolderOptions& options,
                 LatestCheckpoint checkpoint, FileSystem* files)
      : replay_(std::move(checkpoint.replay)),
        tail_(path, checkpoint.next(), options.durability, files) {}

  static absl::StatusOr<std::unique_ptr<FollowedFolder>> TryOpen(
      const std::string& path, const FolderOptions& options,
      const Replay::NewState& new_state, size_t request_id_window,
      Found* found);
  absl::Status CatchUp(const ProgressSink& progress);

  const std::unique_ptr<Replay> replay_;
  JournalTail tail_;
};

}  // namespace acl

#endif  // ACL_HISTORY_FOLLOWED_FOLDER_H_
