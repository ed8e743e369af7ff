// The workspaces of a checkpoint. Internal.
#ifndef ACL_HISTORY_LOAD_CHECKPOINT_H_
#define ACL_HISTORY_LOAD_CHECKPOINT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "acl/base/progress.h"
#include "acl/history/replay.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/file_system.h"

namespace acl {

// Adds them to `replay`, which is of no use after a refusal. JOURNAL_DAMAGED,
// FILE_MALFORMED, FILE_ACCESS.
absl::StatusOr<CheckpointHeader> LoadCheckpoint(
    const std::string& folder, uint64_t sequence, FileSystem* files,
    const ProgressSink& progress, const Replay::NewState& new_state,
    Replay* replay);

}  // namespace acl

#endif  // ACL_HISTORY_LOAD_CHECKPOINT_H_
