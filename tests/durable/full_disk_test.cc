// A disk that is really full: a small in-memory file system that only this
// process can see, filled to the last block.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"

namespace acl {
namespace {

constexpr int kThreads = 4;
constexpr size_t kBallast = size_t{256} << 10;
const ResourceId kVoice{"voice", "v"};

// Enters namespaces in which this process may mount. Returns the reason if that
// is not possible.
std::string TakeNamespaces() {
  if (unshare(CLONE_NEWNS) == 0) return "";
  const std::string user = absl::StrCat(getuid(), " ", getuid(), " 1");
  const std::string group = absl::StrCat(getgid(), " ", getgid(), " 1");
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
    return absl::StrCat("no namespaces: ", strerror(errno));
  }
  // The user who creates files must exist in the new namespace.
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << user;
  std::ofstream("/proc/self/gid_map") << group;
  return "";
}

// Mounts a disk of one MiB, which exists as long as this process and its
// children. Returns the reason if that is not possible.
std::string MountDisk(const std::string& path) {
  const std::string refused = TakeNamespaces();
  if (!refused.empty()) return refused;
  mkdir(path.c_str(), 0700);
  // Nobody else must see it; a sandbox may have ensured that already.
  mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  if (mount("tmpfs", path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV,
            "size=1m,mode=0700") != 0) {
    return absl::StrCat("no tmpfs: ", strerror(errno));
  }
  return "";
}

// The id of the user that a thread's change adds.
std::string Name(int thread, int change) {
  return absl::StrCat("a-name-that-takes-some-room-", thread, "-", change);
}

absl::Status Change(Workspace workspace, const std::string& user) {
  return workspace
      .Apply(Actor::System(),
             {AddUser{user}, Share{kVoice, Target::User(user), "editor"}})
      .status();
}

class FullDiskTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    disk() = testing::TempDir() + "/disk";
    refused() = MountDisk(disk());
  }
  void SetUp() override {
    if (!refused().empty()) GTEST_SKIP() << "can't mount: " << refused();
    Write(ballast_, kBallast);
    ASSERT_NO_FATAL_FAILURE(Open());
    WorkspaceSettings settings;
    settings.max_principals_per_resource = 0;
    absl::StatusOr<Workspace> added =
        engine_->AddWorkspace(Actor::System(), "w", settings);
    ASSERT_TRUE(added.ok()) << added.status();
    ASSERT_TRUE(added->Apply(Actor::System(), {AddResource{kVoice}}).ok());
  }
  void TearDown() override {
    engine_ = nullptr;
    std::filesystem::remove_all(folder_);
    std::filesystem::remove(ballast_);
  }

  static FolderOptions Options() {
    FolderOptions options;
    // Small files, so that room also runs out while a new file is created.
    options.journal_file_bytes = 32 << 10;
    options.checkpoints = false;
    return options;
  }
  void Open() {
    engine_ = nullptr;
    absl::StatusOr<std::unique_ptr<Engine>> engine =
        Engine::Open(folder_, {}, Options());
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
  }
  Workspace workspace() const { return *engine_->FindWorkspace("w"); }
  std::string Everything() const { return engine_->Export().DebugString(); }
  static void Write(const std::string& path, size_t bytes) {
    std::ofstream(path) << std::string(bytes, 'x');
  }

  // Makes changes in several threads until each of them was refused a few
  // times.
  void FillUp() {
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([this, t] { FillUp(t); });
    }
    for (std::thread& thread : threads) thread.join();
  }
  void FillUp(int thread) {
    for (int refusals = 0; refusals < 20; ++next_[thread]) {
      const std::string user = Name(thread, next_[thread]);
      const absl::Status status = Change(workspace(), user);
      if (status.ok()) {
        accepted_[thread].insert(user);
        continue;
      }
      ++refusals;
      refused_[thread].insert(user);
      ASSERT_TRUE(IsRefusal(status, absl::StatusCode::kResourceExhausted,
                            v1::DISK_FULL, "make room"));
    }
  }
  // Everything that was accepted is there, and nothing that was refused.
  void CheckAll() const {
    size_t users = 0;
    for (int t = 0; t < kThreads; ++t) {
      users += accepted_[t].size();
      for (const std::string& user : accepted_[t]) {
        const absl::StatusOr<bool> editor =
            workspace().Check(Subject::User(user), "editor", kVoice);
        ASSERT_TRUE(editor.ok() && *editor) << user;
      }
      for (const std::string& user : refused_[t]) {
        ASSERT_FALSE(workspace().FindSubject(Subject::User(user)).ok()) << user;
      }
    }
    const v1::Workspace all = *workspace().Export();
    ASSERT_EQ(static_cast<size_t>(all.users_size()), users);
    ASSERT_EQ(static_cast<size_t>(all.resources(0).grants_size()), users);
    // One revision for each, and one for the resource.
    ASSERT_EQ(all.revision(), users + 1);
  }
  size_t accepted() const {
    size_t count = 0;
    for (const auto& users : accepted_) count += users.size();
    return count;
  }

  static std::string& disk() {
    static std::string path;
    return path;
  }
  static std::string& refused() {
    static std::string why;
    return why;
  }

  const std::string folder_ = disk() + "/data";
  const std::string ballast_ = disk() + "/ballast";
  std::unique_ptr<Engine> engine_;
  int next_[kThreads] = {};
  std::set<std::string> accepted_[kThreads];
  std::set<std::string> refused_[kThreads];
};

TEST_F(FullDiskTest, WhenItIsFullThenChangesAreRefusedUntilThereIsRoom) {
  ASSERT_NO_FATAL_FAILURE(FillUp());
  ASSERT_NO_FATAL_FAILURE(CheckAll());
  const size_t before = accepted();
  EXPECT_GT(before, 500u);
  ASSERT_TRUE(std::filesystem::remove(ballast_));
  ASSERT_NO_FATAL_FAILURE(FillUp());
  ASSERT_NO_FATAL_FAILURE(CheckAll());
  EXPECT_GT(accepted(), before + 100);
  std::printf("%zu changes, then %zu more\n", before, accepted() - before);
  const std::string everything = Everything();
  ASSERT_NO_FATAL_FAILURE(Open());
  EXPECT_EQ(Everything(), everything);
}

TEST_F(FullDiskTest, WhenItIsFullThenACheckpointIsRefusedAndLeavesNothing) {
  ASSERT_NO_FATAL_FAILURE(FillUp());
  const auto names = [&] {
    std::set<std::string> found;
    for (const auto& file : std::filesystem::directory_iterator(folder_)) {
      found.insert(file.path().filename());
    }
    return found;
  };
  const std::set<std::string> before = names();
  EXPECT_EQ(FaultOf(engine_->Checkpoint()), v1::DISK_FULL);
  EXPECT_EQ(names(), before);
  ASSERT_TRUE(std::filesystem::remove(ballast_));
  EXPECT_TRUE(engine_->Checkpoint().ok());
  ASSERT_NO_FATAL_FAILURE(Open());
  ASSERT_NO_FATAL_FAILURE(CheckAll());
}

// A partly imported workspace must not exist.
TEST_F(FullDiskTest, WhenAnImportFindsNoRoomThenNothingOfItIsThere) {
  ASSERT_NO_FATAL_FAILURE(FillUp());
  v1::World world = engine_->Export();
  world.mutable_workspaces(0)->set_id("copy");
  EXPECT_EQ(FaultOf(engine_->Import(Actor::System(), world)), v1::DISK_FULL);
  EXPECT_EQ(FaultOf(engine_->FindWorkspace("copy").status()),
            v1::WORKSPACE_NOT_FOUND);
  ASSERT_TRUE(std::filesystem::remove(ballast_));
  EXPECT_TRUE(engine_->Import(Actor::System(), world).ok());
  const std::string everything = Everything();
  ASSERT_NO_FATAL_FAILURE(Open());
  EXPECT_EQ(Everything(), everything);
}

// Fills the disk in a process of its own, reports each accepted change, and
// keeps trying until it is killed.
[[noreturn]] void FillForEver(const std::string& folder,
                              const FolderOptions& options, int out) {
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Open(folder, {}, options);
  if (!engine.ok()) _exit(1);
  for (int change = 0;; ++change) {
    const absl::Status status =
        Change(*(*engine)->FindWorkspace("w"), Name(0, change));
    if (!status.ok() && FaultOf(status) != v1::DISK_FULL) _exit(2);
    const int told = status.ok() ? change : -1;
    if (write(out, &told, sizeof told) != sizeof told) _exit(3);
  }
}

TEST_F(FullDiskTest, WhenItIsKilledThereThenItOpensWithWhatWasAccepted) {
  engine_ = nullptr;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(ends[0]);
    FillForEver(folder_, Options(), ends[1]);
  }
  close(ends[1]);
  int refusals = 0;
  int told = 0;
  while (refusals < 50 && read(ends[0], &told, sizeof told) == sizeof told) {
    if (told < 0) ++refusals;
    if (told >= 0) accepted_[0].insert(Name(0, told));
  }
  ASSERT_EQ(kill(child, SIGKILL), 0);
  // What it has reported in the meantime.
  while (read(ends[0], &told, sizeof told) == sizeof told) {
    if (told >= 0) accepted_[0].insert(Name(0, told));
  }
  close(ends[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << status;
  ASSERT_EQ(refusals, 50);
  // Although there is no room, the folder can be opened.
  ASSERT_NO_FATAL_FAILURE(Open());
  ASSERT_NO_FATAL_FAILURE(CheckAll());
  ASSERT_TRUE(std::filesystem::remove(ballast_));
  next_[0] = 1'000'000;
  ASSERT_NO_FATAL_FAILURE(FillUp());
  ASSERT_NO_FATAL_FAILURE(Open());
  ASSERT_NO_FATAL_FAILURE(CheckAll());
}

}  // namespace
}  // namespace acl
