// What the journal needs from a file system, call by call, so that tests can
// make each of them fail and cut the power between any two. Internal.
#ifndef ACL_JOURNAL_FILE_SYSTEM_H_
#define ACL_JOURNAL_FILE_SYSTEM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace acl {

// An open file; the destructor closes it. Every error is FILE_ACCESS with the
// path and the system's reason, or DISK_FULL if a write finds no room.
class File {
 public:
  virtual ~File() = default;

  // Reads up to `bytes` bytes at `offset`. Returns how many; fewer only at the
  // end.
  virtual absl::StatusOr<size_t> Read(uint64_t offset, char* to,
                                      size_t bytes) = 0;
  // Writes at `offset`. Returns how many bytes were written, at least one; a
  // failed call may have written some.
  virtual absl::StatusOr<size_t> Write(uint64_t offset,
                                       absl::string_view bytes) = 0;
  // Returns when the contents and the size are on the disk. After an error,
  // nothing is known about what was written since the last sync.
  virtual absl::Status Sync() = 0;
  virtual absl::Status Truncate(uint64_t size) = 0;
  virtual absl::StatusOr<uint64_t> Size() = 0;
};

// Thread-safe. Paths are those of the system. New files and folders are
// accessible only to their owner; existing ones keep their permissions.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  enum class Mode {
    kRead,   // a file that exists
    kWrite,  // to read and write a file that exists
    kCreate  // to read and write a new, empty file; fails if it exists
  };
  virtual absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path,
                                                     Mode mode) = 0;

  // Creates a folder unless it exists; its parent has to exist.
  virtual absl::Status MakeFolder(const std::string& path) = 0;
  // The names in a folder, in bytewise order.
  virtual absl::StatusOr<std::vector<std::string>> List(
      const std::string& folder) = 0;
  // Atomic, also if `to` exists.
  virtual absl::Status Rename(const std::string& from,
                              const std::string& to) = 0;
  virtual absl::Status Remove(const std::string& path) = 0;
  // Returns when names created, changed and removed in the folder are on the
  // disk.
  virtual absl::Status SyncFolder(const std::string& folder) = 0;

  // Held until it is destroyed or the process ends.
  class Lock {
   public:
    virtual ~Lock() = default;
  };
  // Takes the lock of a file, which is created if it does not exist. Does not
  // wait: null if someone has it, in this process or another.
  virtual absl::StatusOr<std::unique_ptr<Lock>> TakeLock(
      const std::string& path) = 0;
};

// The system's own file system.
FileSystem* SystemFiles();

// The ending of a file's name until the file is complete.
constexpr absl::string_view kNewEnding = ".new";

// Writes all of `bytes`.
absl::Status WriteAll(File* file, uint64_t offset, absl::string_view bytes);

// Reads `bytes` bytes, or to the end of the file if that comes first.
absl::StatusOr<std::string> ReadUpTo(File* file, uint64_t offset, size_t bytes);

}  // namespace acl

#endif  // ACL_JOURNAL_FILE_SYSTEM_H_
