#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/journal/file_system.h"

namespace acl {
namespace {

// The refusal for the system call that has just failed.
absl::Status SystemFault(const std::string& path, absl::string_view doing) {
  const int error = errno;
  const bool full = error == ENOSPC || error == EDQUOT;
  return Refuse(
      full ? v1::DISK_FULL : v1::FILE_ACCESS,
      absl::StrCat(Printable(path), ": ", doing, ": ", strerror(error),
                   full ? "; make room and try again" : ""));
}

// The same for a sync: never DISK_FULL, which would say that nothing was kept.
absl::Status SyncFault(const std::string& path) {
  const int error = errno;
  return Refuse(
      v1::FILE_ACCESS,
      absl::StrCat(Printable(path), ": can't sync: ", strerror(error)));
}

// Repeats the call for as long as a signal interrupts it.
template <class Call>
auto Uninterrupted(Call call) {
  for (;;) {
    const auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

// A journal says who may do what and has e-mail addresses, so new files are
// accessible only to their owner.
constexpr mode_t kFileMode = 0600;
constexpr mode_t kFolderMode = 0700;

int OpenDescriptor(const std::string& path, int flags) {
  return Uninterrupted(
      [&] { return open(path.c_str(), flags | O_CLOEXEC, kFileMode); });
}

// Closes a descriptor at the end of the scope. Whatever has to be on the disk
// was synced before, so the result of closing does not matter.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

class SystemFile : public File {
 public:
  SystemFile(std::string path, Descriptor descriptor)
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}

  absl::StatusOr<size_t> Read(uint64_t offset, char* to,
                              size_t bytes) override {
    size_t done = 0;
    while (done < bytes) {
      const ssize_t got = Uninterrupted([&] {
        return pread(descriptor_.get(), to + done, bytes - done,
                     static_cast<off_t>(offset + done));
      });
      if (got < 0) return SystemFault(path_, "can't read");
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  }

  absl::StatusOr<size_t> Write(uint64_t offset,
                               absl::string_view bytes) override {
    const ssize_t written = Uninterrupted([&] {
      return pwrite(descriptor_.get(), bytes.data(), bytes.size(),
                    static_cast<off_t>(offset));
    });
    // A device that accepts nothing and gives no reason would be retried for
    // ever.
    if (written == 0 && !bytes.empty()) errno = EIO;
    if (written < 0 || (written == 0 && !bytes.empty())) {
      return SystemFault(path_, "can't write");
    }
    return static_cast<size_t>(written);
  }

  absl::Status Sync() override {
    const int synced =
        Uninterrupted([&] { return fdatasync(descriptor_.get()); });
    return synced == 0 ? absl::OkStatus() : SyncFault(path_);
  }

  absl::Status Truncate(uint64_t size) override {
    const int cut = Uninterrupted(
        [&] { return ftruncate(descriptor_.get(), static_cast<off_t>(size)); });
    return cut == 0 ? absl::OkStatus() : SystemFault(path_, "can't truncate");
  }

  absl::StatusOr<uint64_t> Size() override {
    struct stat now;
    if (fstat(descriptor_.get(), &now) != 0) {
      return SystemFault(path_, "can't tell its size");
    }
    return static_cast<uint64_t>(now.st_size);
  }

 private:
  const std::string path_;
  const Descriptor descriptor_;
};

// The system releases the lock when the descriptor is closed.
class SystemLock : public FileSystem::Lock {
 public:
  explicit SystemLock(Descriptor descriptor)
      : descriptor_(std::move(descriptor)) {}

 private:
  const Descriptor descriptor_;
};

int FlagsOf(FileSystem::Mode mode) {
  switch (mode) {
    case FileSystem::Mode::kRead:
      return O_RDONLY;
    case FileSystem::Mode::kWrite:
      return O_RDWR;
    case FileSystem::Mode::kCreate:
      return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

class SystemFileSystem : public FileSystem {
 public:
  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path,
                                             Mode mode) override {
    Descriptor descriptor(OpenDescriptor(path, FlagsOf(mode)));
    if (descriptor.get() < 0) {
      return SystemFault(path,
                         mode == Mode::kCreate ? "can't create" : "can't open");
    }
    return std::make_unique<SystemFile>(path, std::move(descriptor));
  }

  absl::Status MakeFolder(const std::string& path) override {
    if (mkdir(path.c_str(), kFolderMode) == 0) return absl::OkStatus();
    const int error = errno;
    struct stat there;
    if (error == EEXIST && stat(path.c_str(), &there) == 0 &&
        S_ISDIR(there.st_mode)) {
      return absl::OkStatus();
    }
    errno = error;
    return SystemFault(path, "can't make the folder");
  }

  absl::StatusOr<std::vector<std::string>> List(
      const std::string& folder) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> open(opendir(folder.c_str()),
                                                   closedir);
    if (open == nullptr) return SystemFault(folder, "can't list");
    std::vector<std::string> names;
    for (;;) {
      errno = 0;
      const dirent* const entry = readdir(open.get());
      if (entry == nullptr) break;
      const absl::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return SystemFault(folder, "can't list");
    std::sort(names.begin(), names.end());
    return names;
  }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
    return SystemFault(from, "can't rename");
  }

  absl::Status Remove(const std::string& path) override {
    if (unlink(path.c_str()) == 0) return absl::OkStatus();
    return SystemFault(path, "can't remove");
  }

  absl::Status SyncFolder(const std::string& folder) override {
    const Descriptor open(OpenDescriptor(folder, O_RDONLY | O_DIRECTORY));
    if (open.get() < 0) return SystemFault(folder, "can't open");
    const int synced = Uninterrupted([&] { return fsync(open.get()); });
    return synced == 0 ? absl::OkStatus() : SyncFault(folder);
  }

  absl::StatusOr<std::unique_ptr<Lock>> TakeLock(
      const std::string& path) override {
    Descriptor file(OpenDescriptor(path, O_RDWR | O_CREAT));
    if (file.get() < 0) return SystemFault(path, "can't open");
    // The lock belongs to the open file, not to the process, so two openings in
    // one process also exclude each other.
    const int locked =
        Uninterrupted([&] { return flock(file.get(), LOCK_EX | LOCK_NB); });
    if (locked == 0) return std::make_unique<SystemLock>(std::move(file));
    if (errno == EWOULDBLOCK) return std::unique_ptr<Lock>();
    return SystemFault(path, "can't lock");
  }
};

}  // namespace

FileSystem* SystemFiles() {
  static SystemFileSystem* const files = new SystemFileSystem;
  return files;
}

absl::Status WriteAll(File* file, uint64_t offset, absl::string_view bytes) {
  while (!bytes.empty()) {
    const absl::StatusOr<size_t> written = file->Write(offset, bytes);
    if (!written.ok()) return written.status();
    offset += *written;
    bytes.remove_prefix(*written);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadUpTo(File* file, uint64_t offset,
                                     size_t bytes) {
  // The size is read first, so that memory is only taken for what is there.
  const absl::StatusOr<uint64_t> size = file->Size();
  if (!size.ok()) return size.status();
  const uint64_t there = *size > offset ? *size - offset : 0;
  std::string result(static_cast<size_t>(std::min<uint64_t>(bytes, there)),
                     '\0');
  const absl::StatusOr<size_t> got =
      file->Read(offset, result.data(), result.size());
  if (!got.ok()) return got.status();
  result.resize(*got);
  return result;
}

}  // namespace acl
