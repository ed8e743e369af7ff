// How an engine keeps its changes in a folder. Part of the public API; begin
// reading at acl/engine.h. docs/durability.md has the reasons.
#ifndef ACL_JOURNAL_FOLDER_OPTIONS_H_
#define ACL_JOURNAL_FOLDER_OPTIONS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "acl/base/progress.h"

namespace acl {

class FileSystem;

// What it means that a change was accepted.
enum class Durability {
  // It is on the disk: it survives a power cut.
  kDisk,
  // The system has it: it survives the end of the process, however that comes.
  // A power cut can take the last changes (on Linux usually those of some
  // thirty seconds), never one without all that came after it.
  kProcess
};

struct FolderOptions {
  // For an engine that follows: what it shows. With kDisk nothing that the disk
  // does not have, whatever the writer does.
  Durability durability = Durability::kDisk;
  // A journal file that has come to this size, in bytes, is followed by
  // another.
  uint64_t journal_file_bytes = uint64_t{64} << 20;
  // Whether a checkpoint is written, beside all else, when the journal has
  // grown by a file, and by half of what the last checkpoint took.
  bool checkpoints = true;
  // Whether journal files stay for ever. If not, a checkpoint removes those
  // that no checkpoint needs, and with them the history before, or moves them
  // to `archive`.
  bool keep_history = true;
  // A folder on the same file system, which is made if there is none; empty to
  // remove them. What was moved there, put back, gives the history back.
  std::string archive = {};
  // How long an engine that follows waits before it looks for changes again.
  absl::Duration follow_interval = absl::Milliseconds(20);
  // Of opening, in bytes. Not called once that is over.
  ProgressSink progress = nullptr;
  // Where the folder is. Null: on the system's disks. For tests; not owned.
  FileSystem* files = nullptr;
};

// What was found in a folder that was opened.
struct FolderReport {
  uint64_t records = 0;     // in the whole history
  uint64_t checkpoint = 0;  // the record of the checkpoint; 0: there was none
  // Whether the engine before was closed. If not, it may have been stopped in
  // the middle of a change that nobody was told of. Not set by who follows, as
  // the next.
  bool closed = false;
  // How many bytes such a change had left behind; they are gone.
  uint64_t torn_bytes = 0;
  // Why a later checkpoint was passed over: it is damaged, and of no use. Empty
  // if there was none.
  std::string damaged_checkpoint;
};

}  // namespace acl

#endif  // ACL_JOURNAL_FOLDER_OPTIONS_H_
