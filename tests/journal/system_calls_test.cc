// How the system's files handle interrupted, short and failing system calls.
// The functions here replace those of the C library.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/journal/file_system.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"

namespace {

// The behaviour of the next calls of one kind.
struct Trouble {
  int failures = 0;        // how many of them fail
  int error = 0;           // their errno; 0: they return 0 instead
  size_t most = SIZE_MAX;  // the most bytes that one call moves
  int calls = 0;
};

Trouble pwrite_trouble, pread_trouble, fdatasync_trouble, fsync_trouble,
    ftruncate_trouble, open_trouble, flock_trouble, fstat_trouble, stat_trouble,
    readdir_trouble;

// Counts a call. Returns whether it must fail.
bool Fails(Trouble* trouble) {
  ++trouble->calls;
  if (trouble->failures == 0) return false;
  --trouble->failures;
  errno = trouble->error;
  return true;
}

int Failed() { return errno == 0 ? 0 : -1; }

}  // namespace

extern "C" {

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  if (Fails(&pwrite_trouble)) return Failed();
  return syscall(SYS_pwrite64, fd, bytes, std::min(size, pwrite_trouble.most),
                 offset);
}

ssize_t pread(int fd, void* bytes, size_t size, off_t offset) {
  if (Fails(&pread_trouble)) return Failed();
  return syscall(SYS_pread64, fd, bytes, std::min(size, pread_trouble.most),
                 offset);
}

int fdatasync(int fd) {
  if (Fails(&fdatasync_trouble)) return Failed();
  return static_cast<int>(syscall(SYS_fdatasync, fd));
}

int fsync(int fd) {
  if (Fails(&fsync_trouble)) return Failed();
  return static_cast<int>(syscall(SYS_fsync, fd));
}

int ftruncate(int fd, off_t size) noexcept {
  if (Fails(&ftruncate_trouble)) return Failed();
  return static_cast<int>(syscall(SYS_ftruncate, fd, size));
}

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = va_arg(rest, mode_t);
  va_end(rest);
  if (Fails(&open_trouble)) return Failed();
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int fstat(int fd, struct stat* status) noexcept {
  if (Fails(&fstat_trouble)) return Failed();
  return static_cast<int>(
      syscall(SYS_newfstatat, fd, "", status, AT_EMPTY_PATH));
}

int stat(const char* path, struct stat* status) noexcept {
  if (Fails(&stat_trouble)) return Failed();
  return static_cast<int>(syscall(SYS_newfstatat, AT_FDCWD, path, status, 0));
}

dirent* readdir(DIR* folder) {
  if (Fails(&readdir_trouble)) return nullptr;
  static const auto original =
      reinterpret_cast<dirent* (*)(DIR*)>(dlsym(RTLD_NEXT, "readdir"));
  return original(folder);
}

int flock(int fd, int operation) noexcept {
  if (Fails(&flock_trouble)) return Failed();
  return static_cast<int>(syscall(SYS_flock, fd, operation));
}

}  // extern "C"

namespace acl {
namespace {

using Mode = FileSystem::Mode;

class SystemCalls : public testing::Test {
 protected:
  SystemCalls() : folder_(absl::StrCat(std::getenv("TEST_TMPDIR"), "/XXXXXX")) {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/file";
    file_ = SystemFiles()->Open(path_, Mode::kCreate).value();
  }
  ~SystemCalls() override {
    for (Trouble* const trouble :
         {&pwrite_trouble, &pread_trouble, &fdatasync_trouble, &fsync_trouble,
          &ftruncate_trouble, &open_trouble, &flock_trouble, &fstat_trouble,
          &stat_trouble, &readdir_trouble}) {
      *trouble = Trouble();
    }
  }

  testing::AssertionResult NoAccess(const absl::Status& status,
                                    absl::string_view words) {
    return IsRefusal(status, absl::StatusCode::kUnavailable, v1::FILE_ACCESS,
                     absl::StrCat(path_, ": ", words));
  }

  std::string folder_;
  std::string path_;
  std::unique_ptr<File> file_;
};

TEST_F(SystemCalls, InterruptedCallsAreMadeAgain) {
  for (Trouble* const trouble :
       {&pwrite_trouble, &pread_trouble, &fdatasync_trouble, &fsync_trouble,
        &ftruncate_trouble, &open_trouble, &flock_trouble}) {
    *trouble = Trouble();
    trouble->failures = 3;
    trouble->error = EINTR;
  }
  EXPECT_EQ(*file_->Write(0, "bytes"), 5u);
  EXPECT_EQ(pwrite_trouble.calls, 4);
  EXPECT_EQ(file_->Truncate(4), absl::OkStatus());
  EXPECT_EQ(ftruncate_trouble.calls, 4);
  EXPECT_EQ(file_->Sync(), absl::OkStatus());
  EXPECT_EQ(fdatasync_trouble.calls, 4);
  EXPECT_EQ(*ReadUpTo(file_.get(), 0, 10), "byte");
  EXPECT_EQ(pread_trouble.calls, 4);
  EXPECT_EQ(SystemFiles()->SyncFolder(folder_), absl::OkStatus());
  EXPECT_EQ(open_trouble.calls, 4);
  EXPECT_EQ(fsync_trouble.calls, 4);
  const auto lock = SystemFiles()->TakeLock(path_);
  ASSERT_TRUE(lock.ok()) << lock.status();
  EXPECT_NE(*lock, nullptr);
  EXPECT_EQ(flock_trouble.calls, 4);
}

TEST_F(SystemCalls, ShortWritesAndReadsGoOn) {
  pwrite_trouble.most = 3;
  EXPECT_EQ(*file_->Write(0, "0123456789"), 3u);
  EXPECT_EQ(WriteAll(file_.get(), 0, "abcdefghij"), absl::OkStatus());
  EXPECT_EQ(pwrite_trouble.calls, 1 + 4);
  pread_trouble.most = 4;
  EXPECT_EQ(*ReadUpTo(file_.get(), 1, 100), "bcdefghij");
  char bytes[8];
  EXPECT_EQ(*file_->Read(0, bytes, 8), 8u);
  EXPECT_EQ(std::string(bytes, 8), "abcdefgh");
}

TEST_F(SystemCalls, AWriteWithoutRoomSaysSo) {
  for (const int error : {ENOSPC, EDQUOT}) {
    pwrite_trouble.failures = 1;
    pwrite_trouble.error = error;
    EXPECT_TRUE(
        IsRefusal(file_->Write(0, "x"), absl::StatusCode::kResourceExhausted,
                  v1::DISK_FULL,
                  absl::StrCat(path_, ": can't write: ", strerror(error),
                               "; make room and try again")));
  }
  EXPECT_EQ(*file_->Write(0, "x"), 1u);
  open_trouble.failures = 1;
  open_trouble.error = ENOSPC;
  EXPECT_TRUE(IsRefusal(SystemFiles()->Open(folder_ + "/b", Mode::kCreate),
                        absl::StatusCode::kResourceExhausted, v1::DISK_FULL,
                        "/b: can't create: No space left on device; make"));
}

TEST_F(SystemCalls, AFullDiskIsToldApart) {
  // The real device, if there is one.
  const auto full = SystemFiles()->Open("/dev/full", Mode::kWrite);
  if (!full.ok()) GTEST_SKIP() << full.status();
  EXPECT_TRUE(IsRefusal((*full)->Write(0, "x"),
                        absl::StatusCode::kResourceExhausted, v1::DISK_FULL,
                        "/dev/full: can't write: No space left on device"));
}

TEST_F(SystemCalls, AWriteOfNothingIsNoProgress) {
  pwrite_trouble.failures = 1;
  pwrite_trouble.error = 0;
  EXPECT_TRUE(NoAccess(WriteAll(file_.get(), 0, "x"),
                       "can't write: Input/output error"));
  EXPECT_EQ(pwrite_trouble.calls, 1);
}

TEST_F(SystemCalls, NothingCanBeWritten) {
  EXPECT_EQ(*file_->Write(0, ""), 0u);
  EXPECT_EQ(*file_->Size(), 0u);
}

TEST_F(SystemCalls, AFailedSyncIsFinal) {
  for (const int error : {EIO, ENOSPC, EDQUOT}) {
    fdatasync_trouble = Trouble();
    fdatasync_trouble.failures = 1;
    fdatasync_trouble.error = error;
    EXPECT_TRUE(
        NoAccess(file_->Sync(), absl::StrCat("can't sync: ", strerror(error))));
    EXPECT_EQ(fdatasync_trouble.calls, 1);
  }
  fsync_trouble = Trouble();
  fsync_trouble.failures = 1;
  fsync_trouble.error = EIO;
  EXPECT_TRUE(IsRefusal(SystemFiles()->SyncFolder(folder_),
                        absl::StatusCode::kUnavailable, v1::FILE_ACCESS,
                        absl::StrCat(folder_, ": can't sync: Input/output")));
  EXPECT_EQ(fsync_trouble.calls, 1);
}

TEST_F(SystemCalls, OtherFailuresComeBackWithTheirReason) {
  pread_trouble.failures = 1;
  pread_trouble.error = EIO;
  char byte;
  EXPECT_TRUE(NoAccess(file_->Read(0, &byte, 1).status(),
                       "can't read: Input/output error"));
  ftruncate_trouble.failures = 1;
  ftruncate_trouble.error = EFBIG;
  EXPECT_TRUE(NoAccess(file_->Truncate(1), "can't truncate: File too large"));
  flock_trouble.failures = 1;
  flock_trouble.error = ENOLCK;
  EXPECT_TRUE(NoAccess(SystemFiles()->TakeLock(path_).status(),
                       "can't lock: No locks available"));
}

TEST_F(SystemCalls, FailuresOfCallsThatOnlyLookComeBackWithTheirReason) {
  fstat_trouble.failures = 1;
  fstat_trouble.error = EIO;
  EXPECT_TRUE(NoAccess(file_->Size().status(),
                       "can't tell its size: Input/output error"));
  // A folder is listed completely or not at all.
  readdir_trouble.failures = 1;
  readdir_trouble.error = EIO;
  EXPECT_TRUE(
      IsRefusal(SystemFiles()->List(folder_), absl::StatusCode::kUnavailable,
                v1::FILE_ACCESS,
                absl::StrCat(folder_, ": can't list: Input/output error")));
  EXPECT_EQ(SystemFiles()->List(folder_)->size(), 1u);
  // It cannot be determined whether the entry is a folder.
  stat_trouble.failures = 1;
  stat_trouble.error = EACCES;
  EXPECT_TRUE(
      IsRefusal(SystemFiles()->MakeFolder(folder_),
                absl::StatusCode::kUnavailable, v1::FILE_ACCESS,
                absl::StrCat(folder_, ": can't make the folder: File exists")));
  EXPECT_EQ(SystemFiles()->MakeFolder(folder_), absl::OkStatus());
}

TEST_F(SystemCalls, MessagesShowNoControlCharacters) {
  EXPECT_TRUE(IsRefusal(SystemFiles()->Open("/no\n\x1b/a", Mode::kRead),
                        absl::StatusCode::kUnavailable, v1::FILE_ACCESS,
                        "/no\\u{a}\\u{1b}/a: can't open: No such file"));
}

}  // namespace
}  // namespace acl
