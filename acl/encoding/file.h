// Files as a whole: read, replaced without a moment in which they are neither
// old nor new, and locked.
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

// Writes a file anew. Until Commit() nobody sees any of it; if it never comes,
// even because the process was killed, the old file is there as it was and
// nothing is left beside it. (SIGKILL within Commit(), or a file system that
// has no files without names, can leave a file `PATH.XXXXXX`.) Keeps the
// permissions of a file that is there; follows a symbolic link. What is no
// ordinary file (a pipe, a terminal) is written to directly. Not thread-safe.
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

  // Puts the new file in the place of the old one; it is on the disk when it
  // returns. FILE_ACCESS: the old file is still there, unless the message says
  // otherwise. Called at most once, as the last.
  absl::Status Commit();

 private:
  ReplacedFile(std::string path, std::string target)
      : path_(std::move(path)), target_(std::move(target)) {}

  absl::Status OpenBeside();
  absl::Status Flush();
  absl::Status Close();
  absl::Status PutInPlace();

  const std::string path_;    // as the caller knows it
  const std::string target_;  // with links followed
  std::string temporary_;     // its name, once it has one
  std::string buffer_;
  int fd_ = -1;
  bool in_place_ = false;  // no ordinary file: nothing is replaced
};

// ReplacedFile with all bytes at once.
absl::Status WriteFile(const std::string& path, absl::string_view bytes);

// Keeps other processes that take the lock of the same file out, from Take() to
// the end of the scope: for reading a file and replacing it.
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
