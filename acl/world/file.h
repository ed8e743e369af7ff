// World files: read and written by their ending, `.yaml` or `.yml` for people,
// `.binpb` for machines. A public header; the engine itself does not need it.
#ifndef ACL_WORLD_FILE_H_
#define ACL_WORLD_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/world/places.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// A world with the places of its parts.
struct WorldFile {
  v1::World world;
  Places places;
};

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

// Reads a whole file. FILE_ACCESS.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Replaces a file as a whole: whatever happens, `path` holds the old bytes or
// the new ones. They are on the disk when it returns. Keeps the permissions of
// a file that is there; follows a symbolic link. FILE_ACCESS, with nothing left
// behind.
absl::Status WriteFile(const std::string& path, absl::string_view bytes);

// Reads a world file. FILE_MALFORMED for an unknown ending and for what can't
// be understood, with a line for each fault; FILE_ACCESS. What the world says
// is not checked here: Engine::Import does that.
absl::StatusOr<WorldFile> ReadWorldFile(const std::string& path);

// Writes a world file by WriteFile(). FILE_MALFORMED for the ending,
// FILE_ACCESS.
absl::Status WriteWorldFile(const std::string& path, const v1::World& world);

// FILE_MALFORMED for an ending that ReadWorldFile() and WriteWorldFile() don't
// know.
absl::Status CheckWorldFileName(const std::string& path);

}  // namespace acl

#endif  // ACL_WORLD_FILE_H_
