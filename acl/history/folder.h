// An engine's folder: its journal and its checkpoints. Internal.
#ifndef ACL_HISTORY_FOLDER_H_
#define ACL_HISTORY_FOLDER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/history/replay.h"
#include "acl/journal/file_system.h"
#include "acl/journal/folder_options.h"
#include "acl/journal/journal.h"
#include "acl/store/state.h"

namespace acl {

class Folder {
 public:
  // The contents of the folder.
  struct Found {
    std::vector<std::shared_ptr<const State>> states;  // by id
    FolderReport report;
  };

  // Opens a folder for writing, and creates it if it does not exist.
  // `on_new_file` is called when the journal has begun another file, on the
  // thread that writes: it must not block. JOURNAL_LOCKED, JOURNAL_DAMAGED,
  // FILE_ACCESS, DISK_FULL.
  static absl::StatusOr<std::unique_ptr<Folder>> Open(
      const std::string& path, const FolderOptions& options,
      const Replay::NewState& new_state, size_t request_id_window,
      std::function<void()> on_new_file, Found* found);

  Journal& journal() { return *journal_; }
  const std::string& path() const { return path_; }
  FileSystem* files() const { return &files_; }
  const FolderOptions& options() const { return options_; }

  // Whether the journal has grown enough for another checkpoint.
  bool checkpoint_due() const;

  // Writes a checkpoint as of `head`, and then removes what is no longer
  // needed. `states` yields every workspace, at that record or later, in the
  // order of ids. Called by one thread at a time.
  absl::Status Checkpoint(
      const JournalHead& head,
      const std::function<
          absl::Status(absl::FunctionRef<absl::Status(const State&)>)>& states);

 private:
  Folder(std::string path, const FolderOptions& options, FileSystem* files)
      : path_(std::move(path)), options_(options), files_(*files) {}

  // How much the journal has grown since the last checkpoint.
  absl::Status MeasureGrowth();
  absl::Status RemoveOld();

  const std::string path_;
  const FolderOptions options_;
  FileSystem& files_;
  std::unique_ptr<Journal> journal_;
  std::vector<uint64_t> damaged_;  // checkpoints
  uint64_t last_sequence_ = 0;     // of the last checkpoint
  std::atomic<uint64_t> last_bytes_{0};
  std::atomic<uint64_t> files_since_{0};
};

}  // namespace acl

#endif  // ACL_HISTORY_FOLDER_H_
