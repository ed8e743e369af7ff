// Checkpoint files: the state to which a journal's records had led at one of
// them, in opaque blocks. Internal; docs/journal_format.md describes the
// format.
#ifndef ACL_JOURNAL_CHECKPOINT_FILE_H_
#define ACL_JOURNAL_CHECKPOINT_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/base/progress.h"
#include "acl/journal/file_system.h"
#include "acl/journal/frame.h"

namespace acl {

// Identifies the journal, and the record of the checkpoint.
struct CheckpointHeader {
  JournalId id = {};
  JournalHead head;
  // A checkpoint is written while records are added, so it may contain effects
  // of records up to this one. Known once the file has been read.
  uint64_t until = 0;
};

// The records for which the folder has checkpoints, oldest first. FILE_ACCESS;
// JOURNAL_DAMAGED for a name that begins like a checkpoint's but is not one.
absl::StatusOr<std::vector<uint64_t>> Checkpoints(const std::string& folder,
                                                  FileSystem* files);
std::string CheckpointName(uint64_t sequence);

// Receives a block of at most 1 GiB. An error ends the work and is returned.
using BlockSink = absl::FunctionRef<absl::Status(absl::string_view block)>;

// Passes the blocks to `sink`, and returns the last record whose effects may be
// in them.
using BlockProducer =
    absl::FunctionRef<absl::StatusOr<uint64_t>(BlockSink sink)>;

// Writes a checkpoint; `until` of the header is ignored. The file is read back
// before it gets its name, and is on the disk when this returns. After a
// failure the folder is unchanged, except for a file that ends with `.new`.
// REQUIRES: the checkpoint is of an existing record.
absl::Status WriteCheckpoint(const std::string& folder,
                             const CheckpointHeader& header, FileSystem* files,
                             BlockProducer produce);

// Reads a checkpoint, and passes on each block once its checksum has been
// verified. The blocks must be discarded unless this returns OK, since the
// SHA-256 over all of them is verified last. JOURNAL_DAMAGED, FILE_MALFORMED
// for an unknown version, FILE_ACCESS. Memory: the largest block.
absl::StatusOr<CheckpointHeader> ReadCheckpoint(const std::string& folder,
                                                uint64_t sequence,
                                                FileSystem* files,
                                                const ProgressSink& progress,
                                                BlockSink visit);

// Removes all but the latest `keep`. FILE_ACCESS.
absl::Status RemoveCheckpoints(const std::string& folder, size_t keep,
                               FileSystem* files);

}  // namespace acl

#endif  // ACL_JOURNAL_CHECKPOINT_FILE_H_
