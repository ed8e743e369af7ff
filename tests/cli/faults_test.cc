// Every system call that writes a file fails in turn, or is the last one before
// the program is killed. The old file stays intact until the new one is
// complete.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/cli_fixture.h"
#include "tests/cli/program.h"

namespace acl::cli {
namespace {

using ::testing::HasSubstr;

class Faults : public Cli, public ::testing::WithParamInterface<bool> {
 protected:
  Faults() {
    Write(folder_ + "/world.yaml", kWorld);
    Write(folder_ + "/t.yaml",
          "world_file: world.yaml\ntests:\n  - name: n\n"
          "    assert_true: [\"voice:narrator#editor@user:bob\"]\n");
    Write(folder_ + "/c.yaml", "changes:\n  - add_user: {id: eve}\n");
  }

  // Makes the command's calls fail, one per run, until a run makes no further
  // call.
  void FailEach(const std::vector<std::string>& arguments,
                const std::string& file);
  void KillAtEach(const std::vector<std::string>& arguments,
                  const std::string& file);

  void Arrange(Program* program, int at) const {
    program->Set("LD_PRELOAD", "tests/cli/libfaulty_system.so")
        .Set("ACL_FAULT_AT", absl::StrCat(at))
        .Set("ACL_FAULT_MARK", mark_);
    if (GetParam()) program->Set("ACL_NO_TMPFILE", "1");
  }

  std::string In(const std::string& name) const { return folder_ + "/" + name; }

  // Commands that write a file, and that file.
  std::vector<std::pair<std::vector<std::string>, std::string>> Commands()
      const {
    return {
        {{"convert", In("world.yaml"), In("out.binpb")}, In("out.binpb")},
        {{"export", "-w", In("world.yaml"), "-o", In("out.json")},
         In("out.json")},
        {{"share", "voice:narrator", "user:bob", "admin", "--as", "system",
          "-w", In("world.yaml")},
         In("world.yaml")},
        {{"apply", In("c.yaml"), "--as", "system", "-w", In("world.yaml")},
         In("world.yaml")},
        {{"test", In("t.yaml"), "--junit", In("j.xml")}, In("j.xml")},
    };
  }

  const std::string folder_ = TestFolder();
  const std::string mark_ = folder_ + ".mark";
};

void Faults::FailEach(const std::vector<std::string>& arguments,
                      const std::string& file) {
  const std::string old = Read(file);
  std::string fresh;
  int failures = 0;
  for (int at = 1;; ++at) {
    SCOPED_TRACE(absl::StrCat(arguments[0], " with call ", at, " failing"));
    ASSERT_LT(at, 1000);
    std::filesystem::remove(mark_);
    Write(file, old);
    const size_t files = FilesIn(folder_);
    Program program(arguments);
    Arrange(&program, at);
    const Ended ended = program.Run();
    const std::string now = Read(file);
    EXPECT_EQ(FilesIn(folder_), files);
    if (ended.code == 0) {
      EXPECT_NE(now, old);
      fresh = now;
      if (!std::filesystem::exists(mark_)) break;
      continue;  // the command recovered in another way
    }
    ++failures;
    EXPECT_EQ(ended.code, kFailure) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(absl::StrCat("acl: ", file, ": ")));
    EXPECT_THAT(ended.err, HasSubstr("No space left on device"));
    if (ended.err.find("is replaced, but") == std::string::npos) {
      EXPECT_EQ(now, old) << ended.err;
    } else {
      EXPECT_NE(now, old);
      fresh = now;
    }
  }
  EXPECT_EQ(Read(file), fresh);
  EXPECT_GE(failures, GetParam() ? 6 : 7);
  Write(file, old);
}

void Faults::KillAtEach(const std::vector<std::string>& arguments,
                        const std::string& file) {
  const std::string old = Read(file);
  std::string fresh;
  size_t left = 0;
  for (int at = 1;; ++at) {
    SCOPED_TRACE(absl::StrCat(arguments[0], " killed at call ", at));
    ASSERT_LT(at, 1000);
    std::filesystem::remove(mark_);
    Write(file, old);
    const size_t files = FilesIn(folder_);
    Program program(arguments);
    Arrange(&program, at);
    const Ended ended = program.Set("ACL_FAULT_KILLS", "1").Run();
    left += FilesIn(folder_) - files;
    if (ended.code == 0) {
      fresh = Read(file);
      break;
    }
    EXPECT_EQ(ended.code, 128 + SIGKILL);
    if (Read(file) != old) fresh = Read(file);
  }
  // The exchange of the two files needs a temporary name for a moment.
  EXPECT_LE(left, GetParam() ? 6u : 1u);
  EXPECT_EQ(Read(file), fresh);
  Write(file, old);
}

TEST_P(Faults, FullDiskAtAnyCallLeavesTheOldFileOrTheNewOne) {
  for (const auto& [arguments, file] : Commands()) {
    if (!std::filesystem::exists(file)) Write(file, "old");
    FailEach(arguments, file);
  }
}

TEST_P(Faults, KillAtAnyCallLeavesTheOldFileOrTheNewOne) {
  for (const auto& [arguments, file] : Commands()) {
    if (!std::filesystem::exists(file)) Write(file, "old");
    KillAtEach(arguments, file);
  }
}

INSTANTIATE_TEST_SUITE_P(FileSystems, Faults, ::testing::Bool(),
                         [](const ::testing::TestParamInfo<bool>& info) {
                           return info.param ? "WithNamesOnly"
                                             : "WithFilesWithoutNames";
                         });

}  // namespace
}  // namespace acl::cli
