#include "acl/encoding/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

// Closes a descriptor at the end of the scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

// Blocks Ctrl-C and similar signals until the end of the scope.
class SignalsWait {
 public:
  SignalsWait() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
      sigaddset(&signals, signal);
    }
    pthread_sigmask(SIG_BLOCK, &signals, &before_);
  }
  ~SignalsWait() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsWait(const SignalsWait&) = delete;
  SignalsWait& operator=(const SignalsWait&) = delete;

 private:
  sigset_t before_;
};

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Follows symbolic links, so that a link stays a link.
std::string Resolved(const std::string& path) {
  char* const real = realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string resolved = real;
  free(real);
  return resolved;
}

// A descriptor's file as a path to which link() can give a name.
std::string ProcPath(int fd) { return absl::StrCat("/proc/self/fd/", fd); }

mode_t DefaultMode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

}  // namespace

absl::Status SystemFault(const std::string& path, absl::string_view doing) {
  const int error = errno;
  return Refuse(v1::FILE_ACCESS, absl::StrCat(Printable(path), ": ", doing,
                                              ": ", strerror(error)));
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return SystemFault(path, "can't open");
  std::string bytes;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemFault(path, "can't read");
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(got));
  }
}

absl::StatusOr<std::unique_ptr<ReplacedFile>> ReplacedFile::Open(
    const std::string& path) {
  std::unique_ptr<ReplacedFile> file(new ReplacedFile(path, Resolved(path)));
  struct stat old;
  if (stat(path.c_str(), &old) == 0 && !S_ISREG(old.st_mode)) {
    file->in_place_ = true;
    file->fd_ = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file->fd_ < 0) return SystemFault(path, "can't open for writing");
    return file;
  }
  if (absl::Status s = file->OpenBeside(); !s.ok()) return s;
  const mode_t mode = stat(file->target_.c_str(), &old) == 0
                          ? old.st_mode & 07777
                          : DefaultMode();
  if (fchmod(file->fd_, mode) != 0) {
    return SystemFault(path, "can't set permissions");
  }
  return file;
}

// A file without a name is deleted automatically, even if the process is
// killed. Not every file system supports that.
absl::Status ReplacedFile::OpenBeside() {
  fd_ = open(FolderOf(target_).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  if (fd_ >= 0) {
    if (access(ProcPath(fd_).c_str(), F_OK) == 0) return absl::OkStatus();
    close(fd_);
  }
  temporary_ = target_ + ".XXXXXX";
  fd_ = mkostemp(temporary_.data(), O_CLOEXEC);
  if (fd_ >= 0) return absl::OkStatus();
  temporary_.clear();
  return SystemFault(path_, "can't write beside it");
}

ReplacedFile::~ReplacedFile() {
  if (fd_ >= 0) close(fd_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

absl::Status ReplacedFile::Write(absl::string_view bytes) {
  buffer_.append(bytes.data(), bytes.size());
  return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
}

absl::Status ReplacedFile::Flush() {
  absl::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemFault(path_, "can't write");
    rest.remove_prefix(static_cast<size_t>(written));
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status ReplacedFile::Close() {
  const int fd = std::exchange(fd_, -1);
  // Some file systems report a full disk only now.
  return close(fd) == 0 ? absl::OkStatus() : SystemFault(path_, "can't close");
}

// Gives the file a temporary name first: no system call links over an existing
// file.
absl::Status ReplacedFile::PutInPlace() {
  const SignalsWait wait;
  if (temporary_.empty()) {
    std::string name = target_ + ".XXXXXX";
    const int fd = mkostemp(name.data(), O_CLOEXEC);
    if (fd < 0) return SystemFault(path_, "can't write beside it");
    close(fd);
    // The name was unused, so this removes nobody else's file.
    unlink(name.c_str());
    if (linkat(AT_FDCWD, ProcPath(fd_).c_str(), AT_FDCWD, name.c_str(),
               AT_SYMLINK_FOLLOW) != 0) {
      return SystemFault(path_, "can't name the new file");
    }
    temporary_ = name;
  }
  if (absl::Status s = Close(); !s.ok()) return s;
  if (rename(temporary_.c_str(), target_.c_str()) != 0) {
    return SystemFault(path_, "can't replace");
  }
  temporary_.clear();
  return absl::OkStatus();
}

absl::Status ReplacedFile::Commit() {
  if (absl::Status s = Flush(); !s.ok()) return s;
  if (in_place_) return Close();
  // Sync before naming it, so that two files exist only briefly.
  if (fsync(fd_) != 0) return SystemFault(path_, "can't sync");
  if (absl::Status s = PutInPlace(); !s.ok()) return s;
  // The rename itself has to reach the disk as well.
  const Descriptor folder(
      open(FolderOf(target_).c_str(), O_RDONLY | O_CLOEXEC));
  if (folder.get() < 0 || fsync(folder.get()) != 0) {
    return SystemFault(path_, "is replaced, but can't sync its folder");
  }
  return absl::OkStatus();
}

absl::Status WriteFile(const std::string& path, absl::string_view bytes) {
  absl::StatusOr<std::unique_ptr<ReplacedFile>> file = ReplacedFile::Open(path);
  if (!file.ok()) return file.status();
  if (absl::Status s = (*file)->Write(bytes); !s.ok()) return s;
  return (*file)->Commit();
}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

absl::Status FileLock::Take(const std::string& path) {
  for (;;) {
    fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) return SystemFault(path, "can't open");
    while (flock(fd_, LOCK_EX) != 0) {
      if (errno != EINTR) return SystemFault(path, "can't lock");
    }
    // The previous holder of the lock may have replaced the file.
    struct stat locked;
    struct stat now;
    if (fstat(fd_, &locked) == 0 && stat(path.c_str(), &now) == 0 &&
        locked.st_ino == now.st_ino && locked.st_dev == now.st_dev) {
      return absl::OkStatus();
    }
    close(fd_);
    fd_ = -1;
  }
}

}  // namespace acl
