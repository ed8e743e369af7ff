// Files are replaced completely or not at all.

#include "acl/encoding/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "acl/base/fault.h"

namespace acl {
namespace {

using ::testing::HasSubstr;

std::string Folder() {
  const std::string folder =
      std::string(std::getenv("TEST_TMPDIR")) + "/" +
      ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::filesystem::create_directories(folder);
  return folder;
}

size_t FilesIn(const std::string& folder) {
  const auto files = std::filesystem::directory_iterator(folder);
  return static_cast<size_t>(std::distance(begin(files), end(files)));
}

TEST(File, ReplacingKeepsPermissionsAndLinksAndLeavesNothingBehind) {
  const std::string folder = Folder();
  std::ofstream(folder + "/real") << "old";
  chmod((folder + "/real").c_str(), 0600);
  ASSERT_EQ(symlink("real", (folder + "/link").c_str()), 0);
  ASSERT_TRUE(WriteFile(folder + "/link", "new").ok());
  EXPECT_EQ(*ReadFile(folder + "/real"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder + "/link"));
  struct stat file;
  ASSERT_EQ(stat((folder + "/real").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 07777, 0600u);
  EXPECT_EQ(FilesIn(folder), 2u);
}

TEST(File, WithoutCommitTheOldFileStays) {
  const std::string folder = Folder();
  std::ofstream(folder + "/f") << "old";
  {
    auto file = ReplacedFile::Open(folder + "/f");
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->Write(std::string(3 << 20, 'x')).ok());
    EXPECT_EQ(*ReadFile(folder + "/f"), "old");
  }
  EXPECT_EQ(*ReadFile(folder + "/f"), "old");
  EXPECT_EQ(FilesIn(folder), 1u);
}

TEST(File, WriteThatFailsLeavesTheOldFileAndNothingElse) {
  const std::string folder = Folder();
  std::ofstream(folder + "/f") << "old";
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {2 << 20, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status =
      WriteFile(folder + "/f", std::string(5 << 20, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(FaultOf(status), v1::FILE_ACCESS);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("/f: can't write: File"));
  EXPECT_EQ(*ReadFile(folder + "/f"), "old");
  EXPECT_EQ(FilesIn(folder), 1u);
}

TEST(File, WhatIsNoOrdinaryFileIsWrittenToDirectly) {
  ASSERT_TRUE(WriteFile("/dev/null", "gone").ok());
  struct stat file;
  ASSERT_EQ(stat("/dev/null", &file), 0);
  EXPECT_TRUE(S_ISCHR(file.st_mode));
  const absl::Status full = WriteFile("/dev/full", "x");
  EXPECT_THAT(std::string(full.message()),
              HasSubstr("/dev/full: can't write: No space left"));
}

TEST(File, MissingFolderAndFolderAreRefused) {
  const std::string folder = Folder();
  EXPECT_THAT(std::string(WriteFile(folder + "/none/f", "x").message()),
              HasSubstr("/none/f: can't write beside it: No such file"));
  EXPECT_THAT(std::string(WriteFile(folder, "x").message()),
              HasSubstr("can't open for writing: Is a directory"));
  EXPECT_THAT(std::string(ReadFile(folder).status().message()),
              HasSubstr("can't read: Is a directory"));
  EXPECT_THAT(std::string(ReadFile(folder + "/none").status().message()),
              HasSubstr("can't open: No such file"));
}

TEST(File, NewFileHasThePermissionsThatTheMaskLeaves) {
  const std::string path = Folder() + "/f";
  const mode_t before = umask(027);
  ASSERT_TRUE(WriteFile(path, "x").ok());
  umask(before);
  struct stat file;
  ASSERT_EQ(stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 07777, 0640u);
}

}  // namespace
}  // namespace acl
