// A replica of an engine that writes without pause, first in this process, then
// in another one that is repeatedly killed and restarted. At every revision the
// replica answers as the writer did.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/journal/memory_files.h"

namespace acl {
namespace {

constexpr uint64_t kUsers = 8;
constexpr absl::Duration kLong = absl::Seconds(60);
const ResourceId kVoice{"voice", "v"};
const char* const kRoles[] = {"viewer", "commenter", "editor", "admin"};

std::string UserOf(uint64_t user) { return absl::StrCat("u", user); }

// Revision 1 adds the users; every later one gives one of them a different
// role.
std::vector<Change> ChangesTo(Revision revision) {
  std::vector<Change> changes;
  if (revision == 1) {
    changes.emplace_back(AddResource{kVoice});
    for (uint64_t user = 0; user < kUsers; ++user) {
      changes.emplace_back(AddUser{UserOf(user)});
    }
  } else {
    changes.emplace_back(Share{kVoice, Target::User(UserOf(revision % kUsers)),
                               kRoles[revision / kUsers % 4]});
  }
  return changes;
}

// The role of a user at a revision.
std::string RoleAt(Revision revision, uint64_t user) {
  const Revision ago = (revision + kUsers - user) % kUsers;
  const Revision last = revision < ago ? 0 : revision - ago;
  return last < 2 ? "none" : kRoles[last / kUsers % 4];
}

// Whether everyone has the role that belongs to the revision.
testing::AssertionResult IsAt(const Reader& reader, Revision revision) {
  for (uint64_t user = 0; user < kUsers; ++user) {
    const std::string id = UserOf(user);
    const absl::StatusOr<RoleAnswer> answer =
        reader.EffectiveRole(Subject::User(id), kVoice);
    if (!answer.ok()) return testing::AssertionFailure() << answer.status();
    const std::string role = reader.RoleName(answer->role);
    if (role != RoleAt(revision, user)) {
      return testing::AssertionFailure()
             << id << " is " << role << " at revision " << revision << ", not "
             << RoleAt(revision, user);
    }
  }
  return testing::AssertionSuccess();
}

// Makes the next changes, up to a revision.
absl::Status WriteUpTo(Workspace workspace, Revision last) {
  Revision next = workspace.Token()->revision + 1;
  for (; next <= last; ++next) {
    const absl::Status status =
        workspace.Apply(Actor::System(), ChangesTo(next)).status();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Asks the replica at every revision, while that is the latest.
class Checker : public Observer {
 public:
  void OnChange(absl::string_view, const Actor&, const std::vector<Change>&,
                const ChangeOptions&, const Receipt& receipt) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (engine_ == nullptr) return;
    ++checked_;
    EXPECT_EQ(receipt.revision, last_ + 1);
    last_ = receipt.revision;
    const absl::StatusOr<Workspace> workspace = engine_->FindWorkspace("w");
    ASSERT_TRUE(workspace.ok());
    EXPECT_EQ(workspace->Token()->revision, receipt.revision);
    EXPECT_TRUE(IsAt(*workspace, receipt.revision));
  }
  void OnFollowing(const absl::Status& status) override {
    ADD_FAILURE() << status;
  }

  // Checks from now on.
  void Begin(const Engine& engine) {
    const std::lock_guard<std::mutex> lock(mutex_);
    engine_ = &engine;
    const absl::StatusOr<Workspace> workspace = engine.FindWorkspace("w");
    last_ = workspace.ok() ? workspace->Token()->revision : 0;
  }
  uint64_t checked() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return checked_;
  }

 private:
  std::mutex mutex_;
  const Engine* engine_ = nullptr;
  Revision last_ = 0;
  uint64_t checked_ = 0;
};

std::unique_ptr<Engine> Follow(const std::string& folder,
                               const FolderOptions& options, Checker* checker) {
  EngineOptions engine_options;
  engine_options.observer = checker;
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Follow(folder, engine_options, options);
  EXPECT_TRUE(engine.ok()) << engine.status();
  return engine.ok() ? *std::move(engine) : nullptr;
}

TEST(FollowFlatOutTest, WhenOneWritesBesideItThenEveryRevisionIsTheWriters) {
  constexpr Revision kLast = 4000;
  MemoryFiles files;
  // The replica must not change any files.
  std::atomic<int> steps_of_others{0};
  static thread_local bool writes = false;
  writes = true;
  files.SetSchedule([&](const FileStep& step) -> StepOutcome {
    if (!writes && step.call != FileStep::Call::kSync) ++steps_of_others;
    return {};
  });
  FolderOptions options;
  options.files = &files;
  options.journal_file_bytes = 8 << 10;
  options.checkpoints = false;
  options.follow_interval = absl::Microseconds(200);
  auto writer = Engine::Open("/data", {}, options);
  ASSERT_TRUE(writer.ok()) << writer.status();
  Workspace written = *(*writer)->AddWorkspace(Actor::System(), "w");
  ASSERT_TRUE(WriteUpTo(written, 1).ok());
  Checker checker;
  const std::unique_ptr<Engine> engine = Follow("/data", options, &checker);
  ASSERT_NE(engine, nullptr);
  checker.Begin(*engine);
  std::thread thread([&] {
    writes = true;
    EXPECT_TRUE(WriteUpTo(written, kLast).ok());
  });
  // The writer's tokens are valid here, whatever happens.
  const Workspace there = *engine->FindWorkspace("w");
  for (Revision seen = 0; seen < kLast;) {
    const RevisionToken token = *written.Token();
    const absl::StatusOr<Snapshot> snapshot = there.AtLeast(token, kLong);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    seen = snapshot->Token()->revision;
    ASSERT_GE(seen, token.revision);
    ASSERT_TRUE(IsAt(*snapshot, seen));
  }
  thread.join();
  EXPECT_EQ(checker.checked(), kLast - 1);
  EXPECT_EQ(there.Export()->DebugString(), written.Export()->DebugString());
  EXPECT_EQ(steps_of_others, 0);
}

FolderOptions OnDisk() {
  FolderOptions options;
  options.journal_file_bytes = 16 << 10;
  options.follow_interval = absl::Milliseconds(1);
  return options;
}

// The other process: continues from the folder's state until it is killed.
int WriteForEver(const std::string& folder, bool syncs) {
  FolderOptions options = OnDisk();
  options.durability = syncs ? Durability::kDisk : Durability::kProcess;
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Open(folder, {}, options);
  if (!engine.ok()) {
    std::fprintf(stderr, "%s\n", engine.status().ToString().c_str());
    return 1;
  }
  absl::StatusOr<Workspace> workspace = (*engine)->FindWorkspace("w");
  if (!workspace.ok()) {
    workspace = (*engine)->AddWorkspace(Actor::System(), "w");
  }
  return workspace.ok() && WriteUpTo(*workspace, 1'000'000'000).ok() ? 0 : 2;
}

pid_t Spawn(const std::string& folder, bool syncs) {
  const char* const arguments[] = {"writer", syncs ? "--write" : "--write-fast",
                                   folder.c_str(), nullptr};
  pid_t child = -1;
  EXPECT_EQ(posix_spawn(&child, "/proc/self/exe", nullptr, nullptr,
                        const_cast<char* const*>(arguments), environ),
            0);
  return child;
}

void Kill(pid_t child) {
  ASSERT_EQ(kill(child, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << status;
}

TEST(FollowFlatOutTest, WhenAnotherProcessIsKilledThenItGoesOnWithTheNext) {
  const std::string folder = testing::TempDir() + "/followed";
  std::filesystem::create_directory(folder);
  Checker checker;
  const std::unique_ptr<Engine> engine = Follow(folder, OnDisk(), &checker);
  ASSERT_NE(engine, nullptr);
  checker.Begin(*engine);
  constexpr int kKills = 60;
  std::mt19937 random(1);
  for (int kills = 0; kills < kKills; ++kills) {
    const uint64_t before = checker.checked();
    // A writer that does not sync is more often killed in the middle of a
    // write.
    const pid_t child = Spawn(folder, kills % 2 == 0);
    ASSERT_GT(child, 0);
    // Until its first write, the child is still opening the folder.
    while (checker.checked() == before) absl::SleepFor(absl::Milliseconds(1));
    absl::SleepFor(absl::Milliseconds(random() % 60));
    ASSERT_NO_FATAL_FAILURE(Kill(child));
  }
  const auto written = Engine::OpenAt(folder, {});
  ASSERT_TRUE(written.ok()) << written.status();
  const RevisionToken token = *(*written)->FindWorkspace("w")->Token();
  const Workspace there = *engine->FindWorkspace("w");
  const absl::StatusOr<Snapshot> snapshot = there.AtLeast(token, kLong);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_EQ(*snapshot->Token(), token);
  EXPECT_EQ(snapshot->Export()->DebugString(),
            (*written)->FindWorkspace("w")->Export()->DebugString());
  EXPECT_EQ(checker.checked(), token.revision);
  std::printf("%d kills, %llu revisions\n", kKills,
              static_cast<unsigned long long>(token.revision));
}

}  // namespace
}  // namespace acl

int main(int argc, char** argv) {
  if (argc == 3 && std::strncmp(argv[1], "--write", 7) == 0) {
    return acl::WriteForEver(argv[2], std::strcmp(argv[1], "--write") == 0);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
