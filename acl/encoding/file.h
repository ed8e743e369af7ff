// Whole files: reading, atomic replacement, and locking.
#ifndef ACL_ENCODING_FILE_H_
#define ACL_ENCODING_FILE_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace acl {

// The refusal for the system call that has just failed: FILE_ACCESS, with the
// system's reason from errno.
absl::Status SystemFault(const std::string& path, absl::string_view doing);

// Reads a whole file. FILE_ACCESS.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Replaces a file atomically. Until Commit() nobody sees any of it; without a
// Commit(), even because the process was killed, the old file is unchanged and
// nothing else is left. (SIGKILL within Commit(), or a file system without
// unnamed files, can leave a file `PATH.XXXXXX`.) Keeps the permissions of an
// existing file; follows symbolic links. If the path is not a regular file (a
// pipe, a terminal), it is written to directly. Not thread-safe.
class ReplacedFile {
 public:
  // FILE_ACCESS.
  static absl::StatusOr<std::unique_ptr<ReplacedFile>> Open(
      const std::string& path);
  ~ReplacedFile();
  ReplacedFile(const ReplacedFile&) = delete;
  ReplacedFile& operator=(const ReplacedFile&) = delete;

  // FILE_ACCESS, after which only the destructor may be called.
  absl::Status Write(absl::string_view bytes);

  // Replaces the old file; the new one is on the disk when this returns.
  // FILE_ACCESS: the old file is still there, unless the message says
  // otherwise. Must be the last call, and called at most once.
  absl::Status Commit();

 private:
  ReplacedFile(std::string path, std::string target)
      : path_(std::move(path)), target_(std::move(target)) {}

  absl::Status OpenBeside();
  absl::Status Flush();
  absl::Status Close();
  absl::Status PutInPlace();

  const std::string path_;    // as the caller gave it
  const std::string target_;  // with links followed
  std::string temporary_;     // its name, once it has one
  std::string buffer_;
  int fd_ = -1;
  bool in_place_ = false;  // not a regular file: nothing is replaced
};

// Replaces a file with `bytes`; see ReplacedFile.
absl::Status WriteFile(const std::string& path, absl::string_view bytes);

// From Take() to the end of the scope, excludes other processes that lock the
// same file: for reading a file and replacing it.
class FileLock {
 public:
  FileLock() = default;
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // Waits for the lock. FILE_ACCESS if the file can't be opened.
  // REQUIRES: it has not been taken.
  absl::Status Take(const std::string& path);

 private:
  int fd_ = -1;
};

}  // namespace acl

#endif  // ACL_ENCODING_FILE_H_
