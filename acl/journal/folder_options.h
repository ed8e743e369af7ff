// How an engine keeps its changes in a folder. Part of the public API; begin
// reading at acl/engine.h. docs/durability.md explains the choices.
#ifndef ACL_JOURNAL_FOLDER_OPTIONS_H_
#define ACL_JOURNAL_FOLDER_OPTIONS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "acl/base/progress.h"

namespace acl {

class FileSystem;

// The guarantee that an accepted change carries.
enum class Durability {
  // It is on the disk: it survives a power cut.
  kDisk,
  // The operating system has it: it survives the end of the process, however
  // that happens. A power cut can lose the latest changes (on Linux usually
  // those of the last thirty seconds or so), but never one without all that
  // came after it.
  kProcess
};

struct FolderOptions {
  // For a replica: which changes it shows. With kDisk, only those that are on
  // the disk, whatever the writer does.
  Durability durability = Durability::kDisk;
  // Once a journal file has reached this size, in bytes, a new one is begun.
  uint64_t journal_file_bytes = uint64_t{64} << 20;
  // Whether checkpoints are written in the background, whenever the journal has
  // grown by one file and by half the size of the last checkpoint.
  bool checkpoints = true;
  // Whether journal files are kept for ever. If not, writing a checkpoint
  // deletes those that no checkpoint needs, and with them the history before
  // it, or moves them to `archive`.
  bool keep_history = true;
  // A folder on the same file system, created if it does not exist; empty to
  // delete the files. Moving archived files back restores the history.
  std::string archive = {};
  // How long a replica waits before it looks for changes again.
  absl::Duration follow_interval = absl::Milliseconds(20);
  // Progress of opening, in bytes. Not called after that.
  ProgressSink progress = nullptr;
  // The file system that has the folder. Null: the system's. For tests; not
  // owned.
  FileSystem* files = nullptr;
};

// What opening a folder found.
struct FolderReport {
  uint64_t records = 0;     // in the whole history
  uint64_t checkpoint = 0;  // its record; 0: there was none
  // Whether the previous engine was closed. If not, it may have been stopped in
  // the middle of a change that was never acknowledged. Like the next field,
  // not set by a replica.
  bool closed = false;
  // How many bytes of such a change were left; they have been removed.
  uint64_t torn_bytes = 0;
  // Why a later checkpoint was skipped: it is damaged and unusable. Empty if
  // none was.
  std::string damaged_checkpoint;
};

}  // namespace acl

#endif  // ACL_JOURNAL_FOLDER_OPTIONS_H_
