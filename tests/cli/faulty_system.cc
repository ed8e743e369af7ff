// Loaded into the program before the C library (LD_PRELOAD). Of the calls that
// write files, number ACL_FAULT_AT fails with "no space left", or kills the
// program if ACL_FAULT_KILLS is set; then the file ACL_FAULT_MARK is created.
// With ACL_NO_TMPFILE, unnamed files are refused, as on some file systems.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>

namespace {

template <class Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int (*RealOpen())(const char*, int, ...) {
  return Real<int(const char*, int, ...)>("open");
}

// Counts a call. Returns true if it is the one that must fail.
bool Fails() {
  static int calls = 0;
  const char* const at = getenv("ACL_FAULT_AT");
  if (at == nullptr || ++calls != atoi(at)) return false;
  if (const char* const mark = getenv("ACL_FAULT_MARK"); mark != nullptr) {
    close(RealOpen()(mark, O_CREAT | O_WRONLY, 0600));
  }
  if (getenv("ACL_FAULT_KILLS") != nullptr) raise(SIGKILL);
  errno = ENOSPC;
  return true;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = va_arg(rest, mode_t);
  va_end(rest);
  if ((flags & O_TMPFILE) == O_TMPFILE && getenv("ACL_NO_TMPFILE") != nullptr) {
    errno = EOPNOTSUPP;
    return -1;
  }
  if ((flags & O_ACCMODE) != O_RDONLY && Fails()) return -1;
  return RealOpen()(path, flags, mode);
}

int mkostemp(char* path, int flags) {
  if (Fails()) return -1;
  return Real<int(char*, int)>("mkostemp")(path, flags);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (fd > STDERR_FILENO && Fails()) return -1;
  return Real<ssize_t(int, const void*, size_t)>("write")(fd, bytes, size);
}

int fsync(int fd) { return Fails() ? -1 : Real<int(int)>("fsync")(fd); }

int fchmod(int fd, mode_t mode) {
  return Fails() ? -1 : Real<int(int, mode_t)>("fchmod")(fd, mode);
}

int linkat(int from_fd, const char* from, int to_fd, const char* to,
           int flags) {
  if (Fails()) return -1;
  return Real<int(int, const char*, int, const char*, int)>("linkat")(
      from_fd, from, to_fd, to, flags);
}

int rename(const char* from, const char* to) {
  return Fails() ? -1 : Real<int(const char*, const char*)>("rename")(from, to);
}

}  // extern "C"
