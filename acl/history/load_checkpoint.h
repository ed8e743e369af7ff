// Loads the workspaces of a checkpoint. Internal.
#ifndef ACL_HISTORY_LOAD_CHECKPOINT_H_
#define ACL_HISTORY_LOAD_CHECKPOINT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "acl/base/progress.h"
#include "acl/history/replay.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/file_system.h"
#include "acl/journal/journal_reader.h"

namespace acl {

// Adds the workspaces to `replay`, which must not be used after an error.
// JOURNAL_DAMAGED, FILE_MALFORMED, FILE_ACCESS.
absl::StatusOr<CheckpointHeader> LoadCheckpoint(
    const std::string& folder, uint64_t sequence, FileSystem* files,
    const ProgressSink& progress, const Replay::NewState& new_state,
    Replay* replay);

// The best place to start replaying a folder's history.
struct LatestCheckpoint {
  std::unique_ptr<Replay> replay;  // with what is in the checkpoint
  std::optional<CheckpointHeader> header;
  // Later checkpoints that are unusable, and what is wrong with one of them.
  std::vector<uint64_t> damaged;
  std::string fault;

  // The first record that is not in it.
  ReadFrom next() const {
    if (!header) return {};
    return {header->head.sequence + 1, header->head.chain};
  }
};
// Loads the latest sound checkpoint; if there is none, the replay is empty.
// JOURNAL_DAMAGED for an invalid checkpoint name, FILE_MALFORMED, FILE_ACCESS.
absl::StatusOr<LatestCheckpoint> LoadLatestCheckpoint(
    const std::string& folder, FileSystem* files, const ProgressSink& progress,
    const Replay::NewState& new_state, size_t request_id_window);

}  // namespace acl

#endif  // ACL_HISTORY_LOAD_CHECKPOINT_H_
