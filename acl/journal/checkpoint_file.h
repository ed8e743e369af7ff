// Checkpoint files: all that a journal's records had come to at one of them, in
// blocks whose meaning is not known here. Internal; docs/journal_format.md has
// the format.
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

// Of which journal, and of which record of it.
struct CheckpointHeader {
  JournalId id = {};
  JournalHead head;
  // Since it was written while records came, there may be something in it of
  // records up to this one. Known once the file has been read.
  uint64_t until = 0;
};

// The records that the folder has checkpoints of, oldest first. FILE_ACCESS;
// JOURNAL_DAMAGED for a name that only begins like a checkpoint's.
absl::StatusOr<std::vector<uint64_t>> Checkpoints(const std::string& folder,
                                                  FileSystem* files);
std::string CheckpointName(uint64_t sequence);

// Takes a block, at most 1 GiB. What is not OK ends the work and comes back.
using BlockSink = absl::FunctionRef<absl::Status(absl::string_view block)>;

// Gives the blocks to its argument, and says until which record there may be
// something in them.
using BlockProducer =
    absl::FunctionRef<absl::StatusOr<uint64_t>(BlockSink sink)>;

// Writes a checkpoint; `until` of the header is not looked at. It is read back
// before it gets its name, and is on the disk when this returns. If it fails
// the folder is as before, but for a file that ends with `.new`.
// REQUIRES: there is a record that it is of.
absl::Status WriteCheckpoint(const std::string& folder,
                             const CheckpointHeader& header, FileSystem* files,
                             BlockProducer produce);

// Reads one, and gives each block on when its checksum was right. What was
// given counts only if this returns OK: the SHA-256 of all comes last.
// JOURNAL_DAMAGED, FILE_MALFORMED for a version that is not known, FILE_ACCESS.
// Memory: the largest block.
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
