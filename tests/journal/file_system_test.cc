// The contract of file_system.h, for the system's files and for those in
// memory.
#include "acl/journal/file_system.h"

#include <sys/stat.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "acl/base/fault.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/journal/memory_files.h"

namespace acl {
namespace {

using Mode = FileSystem::Mode;

class OnSystem {
 public:
  OnSystem() : folder_(absl::StrCat(std::getenv("TEST_TMPDIR"), "/XXXXXX")) {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
  }
  ~OnSystem() { std::filesystem::remove_all(folder_); }

  FileSystem* files() { return SystemFiles(); }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

class InMemory {
 public:
  InMemory() { EXPECT_TRUE(files_.MakeFolder("/folder").ok()); }

  FileSystem* files() { return &files_; }
  std::string folder() const { return "/folder"; }

 private:
  MemoryFiles files_;
};

template <class Place>
class FileSystemTest : public testing::Test {
 protected:
  std::string Path(absl::string_view name) const {
    return absl::StrCat(place_.folder(), "/", name);
  }
  FileSystem* files() { return place_.files(); }

  std::unique_ptr<File> Open(absl::string_view name, Mode mode) {
    absl::StatusOr<std::unique_ptr<File>> file =
        files()->Open(Path(name), mode);
    EXPECT_TRUE(file.ok()) << file.status();
    return file.ok() ? *std::move(file) : nullptr;
  }
  void Make(absl::string_view name, absl::string_view contents) {
    const std::unique_ptr<File> file = Open(name, Mode::kCreate);
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(WriteAll(file.get(), 0, contents), absl::OkStatus());
  }
  std::string Contents(absl::string_view name) {
    const std::unique_ptr<File> file = Open(name, Mode::kRead);
    if (file == nullptr) return "not there";
    return ReadUpTo(file.get(), 0, 1 << 20).value();
  }
  std::vector<std::string> Names() {
    return files()->List(place_.folder()).value();
  }

  // The message of a refusal begins with the path and ends with the reason.
  template <class Result>
  testing::AssertionResult Refused(const Result& result, absl::string_view name,
                                   absl::string_view words) {
    return IsRefusal(result, absl::StatusCode::kUnavailable, v1::FILE_ACCESS,
                     absl::StrCat(Path(name), ": ", words));
  }

  Place place_;
};

class PlaceNames {
 public:
  template <class Place>
  static std::string GetName(int) {
    return std::is_same_v<Place, OnSystem> ? "OnSystem" : "InMemory";
  }
};

using Places = testing::Types<OnSystem, InMemory>;
TYPED_TEST_SUITE(FileSystemTest, Places, PlaceNames);

using Names = std::vector<std::string>;

TYPED_TEST(FileSystemTest, CreatesAFileOnlyOnce) {
  const std::unique_ptr<File> file = this->Open("a", Mode::kCreate);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(*file->Size(), 0u);
  EXPECT_TRUE(this->Refused(this->files()->Open(this->Path("a"), Mode::kCreate),
                            "a", "can't create: File exists"));
  EXPECT_EQ(WriteAll(file.get(), 0, "still open"), absl::OkStatus());
  EXPECT_EQ(this->Contents("a"), "still open");
}

TYPED_TEST(FileSystemTest, OpensOnlyWhatIsThere) {
  for (const Mode mode : {Mode::kRead, Mode::kWrite}) {
    EXPECT_TRUE(this->Refused(this->files()->Open(this->Path("a"), mode), "a",
                              "can't open: No such file or directory"));
  }
  EXPECT_TRUE(
      this->Refused(this->files()->Open(this->Path("no/a"), Mode::kCreate),
                    "no/a", "can't create: No such file or directory"));
  this->Make("a", "");
  EXPECT_TRUE(
      this->Refused(this->files()->Open(this->Path("a/b"), Mode::kCreate),
                    "a/b", "can't create: Not a directory"));
}

TYPED_TEST(FileSystemTest, ReadsFewerOnlyAtTheEnd) {
  this->Make("a", "0123456789");
  const std::unique_ptr<File> file = this->Open("a", Mode::kRead);
  ASSERT_NE(file, nullptr);
  char bytes[16];
  EXPECT_EQ(*file->Read(2, bytes, 3), 3u);
  EXPECT_EQ(std::string(bytes, 3), "234");
  EXPECT_EQ(*file->Read(8, bytes, 16), 2u);
  EXPECT_EQ(std::string(bytes, 2), "89");
  EXPECT_EQ(*file->Read(10, bytes, 16), 0u);
  EXPECT_EQ(*file->Read(1 << 20, bytes, 16), 0u);
  EXPECT_EQ(*ReadUpTo(file.get(), 4, 3), "456");
  EXPECT_EQ(*ReadUpTo(file.get(), 4, SIZE_MAX), "456789");
  EXPECT_EQ(*ReadUpTo(file.get(), 1 << 20, SIZE_MAX), "");
}

TYPED_TEST(FileSystemTest, AFileToReadIsNotWritten) {
  this->Make("a", "kept");
  const std::unique_ptr<File> file = this->Open("a", Mode::kRead);
  ASSERT_NE(file, nullptr);
  EXPECT_TRUE(this->Refused(file->Write(0, "x"), "a",
                            "can't write: Bad file descriptor"));
  EXPECT_TRUE(this->Refused(file->Truncate(0), "a",
                            "can't truncate: Invalid argument"));
  EXPECT_EQ(this->Contents("a"), "kept");
}

TYPED_TEST(FileSystemTest, WritesOverAndBehindTheEnd) {
  this->Make("a", "0123456789");
  const std::unique_ptr<File> file = this->Open("a", Mode::kWrite);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(WriteAll(file.get(), 2, "xy"), absl::OkStatus());
  EXPECT_EQ(WriteAll(file.get(), 9, "zzz"), absl::OkStatus());
  EXPECT_EQ(WriteAll(file.get(), 15, "!"), absl::OkStatus());
  EXPECT_EQ(WriteAll(file.get(), 100, ""), absl::OkStatus());
  EXPECT_EQ(*file->Size(), 16u);
  EXPECT_EQ(this->Contents("a"), std::string("01xy45678zzz\0\0\0!", 16));
}

TYPED_TEST(FileSystemTest, TruncatesToLessAndToMore) {
  this->Make("a", std::string(1000, 'a'));
  const std::unique_ptr<File> file = this->Open("a", Mode::kWrite);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->Truncate(3), absl::OkStatus());
  EXPECT_EQ(*file->Size(), 3u);
  EXPECT_EQ(file->Truncate(5), absl::OkStatus());
  EXPECT_EQ(this->Contents("a"), std::string("aaa\0\0", 5));
  EXPECT_EQ(file->Sync(), absl::OkStatus());
  EXPECT_EQ(this->Contents("a"), std::string("aaa\0\0", 5));
}

TYPED_TEST(FileSystemTest, ListsNamesInBytewiseOrder) {
  EXPECT_EQ(this->Names(), Names());
  for (const char* const name : {"b", "a", "\xc3\xa4", "B", "a0"}) {
    this->Make(name, "");
  }
  EXPECT_EQ(this->files()->MakeFolder(this->Path("aa")), absl::OkStatus());
  EXPECT_EQ(this->Names(), Names({"B", "a", "a0", "aa", "b", "\xc3\xa4"}));
  EXPECT_TRUE(this->Refused(this->files()->List(this->Path("no")), "no",
                            "can't list: No such file or directory"));
  EXPECT_TRUE(this->Refused(this->files()->List(this->Path("a")), "a",
                            "can't list: Not a directory"));
}

TYPED_TEST(FileSystemTest, MakesAFolderIfThereIsNone) {
  EXPECT_EQ(this->files()->MakeFolder(this->Path("in")), absl::OkStatus());
  this->Make("in/a", "within");
  EXPECT_EQ(this->files()->MakeFolder(this->Path("in")), absl::OkStatus());
  EXPECT_EQ(this->files()->MakeFolder(this->Path("in/")), absl::OkStatus());
  EXPECT_EQ(this->Contents("in/a"), "within");
  EXPECT_EQ(*this->files()->List(this->Path("in")), Names({"a"}));
  this->Make("a", "");
  EXPECT_TRUE(this->Refused(this->files()->MakeFolder(this->Path("a")), "a",
                            "can't make the folder: File exists"));
  EXPECT_TRUE(
      this->Refused(this->files()->MakeFolder(this->Path("no/in")), "no/in",
                    "can't make the folder: No such file or directory"));
}

TYPED_TEST(FileSystemTest, RenamesOverAFile) {
  this->Make("a", "new");
  this->Make("b", "old");
  const std::unique_ptr<File> old = this->Open("b", Mode::kRead);
  ASSERT_NE(old, nullptr);
  EXPECT_EQ(this->files()->Rename(this->Path("a"), this->Path("b")),
            absl::OkStatus());
  EXPECT_EQ(this->Names(), Names({"b"}));
  EXPECT_EQ(this->Contents("b"), "new");
  EXPECT_EQ(*ReadUpTo(old.get(), 0, 10), "old");
  EXPECT_EQ(this->files()->Rename(this->Path("b"), this->Path("b")),
            absl::OkStatus());
  EXPECT_EQ(this->files()->Rename(this->Path("b"), this->Path("c")),
            absl::OkStatus());
  EXPECT_EQ(this->Names(), Names({"c"}));
  EXPECT_TRUE(
      this->Refused(this->files()->Rename(this->Path("a"), this->Path("c")),
                    "a", "can't rename: No such file or directory"));
  EXPECT_TRUE(
      this->Refused(this->files()->Rename(this->Path("c"), this->Path("no/c")),
                    "c", "can't rename: No such file or directory"));
  EXPECT_EQ(this->Contents("c"), "new");
}

TYPED_TEST(FileSystemTest, RemovesTheNameOfAFile) {
  this->Make("a", "a");
  this->Make("b", "b");
  const std::unique_ptr<File> open = this->Open("a", Mode::kWrite);
  ASSERT_NE(open, nullptr);
  EXPECT_EQ(this->files()->Remove(this->Path("a")), absl::OkStatus());
  EXPECT_EQ(this->Names(), Names({"b"}));
  EXPECT_TRUE(this->Refused(this->files()->Remove(this->Path("a")), "a",
                            "can't remove: No such file or directory"));
  EXPECT_EQ(WriteAll(open.get(), 1, "a"), absl::OkStatus());
  EXPECT_EQ(*ReadUpTo(open.get(), 0, 10), "aa");
  this->Make("a", "another");
  EXPECT_EQ(*ReadUpTo(open.get(), 0, 10), "aa");
  EXPECT_EQ(this->files()->MakeFolder(this->Path("in")), absl::OkStatus());
  EXPECT_TRUE(this->Refused(this->files()->Remove(this->Path("in")), "in",
                            "can't remove: Is a directory"));
}

TYPED_TEST(FileSystemTest, SyncsFilesAndFolders) {
  const std::unique_ptr<File> file = this->Open("a", Mode::kCreate);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->Sync(), absl::OkStatus());
  EXPECT_EQ(WriteAll(file.get(), 0, "synced"), absl::OkStatus());
  EXPECT_EQ(file->Sync(), absl::OkStatus());
  EXPECT_EQ(this->files()->SyncFolder(this->place_.folder()), absl::OkStatus());
  EXPECT_EQ(this->Contents("a"), "synced");
  EXPECT_TRUE(this->Refused(this->files()->SyncFolder(this->Path("no")), "no",
                            "can't open: No such file or directory"));
  EXPECT_TRUE(this->Refused(this->files()->SyncFolder(this->Path("a")), "a",
                            "can't open: Not a directory"));
}

TYPED_TEST(FileSystemTest, OneHasTheLock) {
  auto first = this->files()->TakeLock(this->Path("lock"));
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_NE(*first, nullptr);
  EXPECT_EQ(this->Names(), Names({"lock"}));
  auto second = this->files()->TakeLock(this->Path("lock"));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(*second, nullptr);
  auto other = this->files()->TakeLock(this->Path("other"));
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_NE(*other, nullptr);
  // Destroying the failed attempt does not release the lock.
  second = std::unique_ptr<FileSystem::Lock>();
  EXPECT_EQ(*this->files()->TakeLock(this->Path("lock")), nullptr);
  first = std::unique_ptr<FileSystem::Lock>();
  EXPECT_NE(*this->files()->TakeLock(this->Path("lock")), nullptr);
  EXPECT_TRUE(this->Refused(this->files()->TakeLock(this->Path("no/lock")),
                            "no/lock",
                            "can't open: No such file or directory"));
}

class PermissionsTest : public testing::Test {
 protected:
  PermissionsTest() : umask_(umask(0)) {}
  ~PermissionsTest() override { umask(umask_); }

  // In octal digits, like the argument of chmod.
  static std::string ModeOf(const std::string& path) {
    struct stat there;
    if (stat(path.c_str(), &there) != 0) return "not there";
    return absl::StrFormat("%o", there.st_mode & 07777);
  }

  const mode_t umask_;
  OnSystem place_;
  const std::string folder_ = absl::StrCat(place_.folder(), "/in");
};

TEST_F(PermissionsTest, WhatIsMadeIsItsOwnersAlone) {
  ASSERT_EQ(SystemFiles()->MakeFolder(folder_), absl::OkStatus());
  EXPECT_EQ(ModeOf(folder_), "700");
  ASSERT_TRUE(SystemFiles()->Open(folder_ + "/a", Mode::kCreate).ok());
  EXPECT_EQ(ModeOf(folder_ + "/a"), "600");
  ASSERT_TRUE(SystemFiles()->TakeLock(folder_ + "/lock").ok());
  EXPECT_EQ(ModeOf(folder_ + "/lock"), "600");
}

TEST_F(PermissionsTest, WhatIsThereKeepsItsPermissions) {
  ASSERT_EQ(mkdir(folder_.c_str(), 0750), 0);
  ASSERT_TRUE(SystemFiles()->Open(folder_ + "/a", Mode::kCreate).ok());
  ASSERT_EQ(chmod((folder_ + "/a").c_str(), 0640), 0);
  ASSERT_EQ(SystemFiles()->MakeFolder(folder_), absl::OkStatus());
  const auto file = SystemFiles()->Open(folder_ + "/a", Mode::kWrite);
  ASSERT_TRUE(file.ok());
  ASSERT_EQ(WriteAll(file->get(), 0, "x"), absl::OkStatus());
  EXPECT_EQ(ModeOf(folder_), "750");
  EXPECT_EQ(ModeOf(folder_ + "/a"), "640");
}

}  // namespace
}  // namespace acl
