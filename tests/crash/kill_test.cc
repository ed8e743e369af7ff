// A process that writes without pause is killed a thousand times. Every change
// that it was told is accepted is there, and every change is there completely.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

constexpr int kThreads = 4;

// Many more with ACL_EXHAUSTIVE.
int Kills() { return std::getenv("ACL_EXHAUSTIVE") == nullptr ? 1000 : 10'000; }

FolderOptions Options() {
  FolderOptions options;
  // Small, so that kills also hit new files and checkpoints.
  options.journal_file_bytes = 16 << 10;
  options.keep_history = false;
  return options;
}

// What a thread of the child was told: its changes up to this one are accepted.
struct Told {
  uint32_t thread;
  uint32_t change;
};

// Each change adds a user and puts it into a group: both must be there or
// neither.
void WriteForEver(Workspace workspace, uint32_t thread, uint32_t from,
                  int out) {
  for (uint32_t change = from;; ++change) {
    const std::string id = absl::StrCat(thread, "-", change);
    const absl::StatusOr<Receipt> receipt = workspace.Apply(
        Actor::System(), {AddUser{id}, AddMember{"all", Member::User(id)}});
    if (!receipt.ok()) _exit(3);
    const Told told{thread, change};
    // Smaller than a pipe's buffer, so it is written completely or not at all.
    if (write(out, &told, sizeof told) != sizeof told) _exit(4);
  }
}

[[noreturn]] void Child(const std::string& folder, int out) {
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Open(folder, {}, Options());
  if (!engine.ok()) {
    std::fprintf(stderr, "%s\n", engine.status().ToString().c_str());
    _exit(1);
  }
  absl::StatusOr<Workspace> workspace = (*engine)->FindWorkspace("w");
  if (!workspace.ok()) {
    workspace = (*engine)->AddWorkspace(Actor::System(), "w");
    if (!workspace.ok()) _exit(2);
    if (!workspace->Apply(Actor::System(), {AddGroup{"all"}}).ok()) _exit(2);
  }
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < kThreads; ++t) {
    uint32_t from = 0;
    while (workspace->FindSubject(Subject::User(absl::StrCat(t, "-", from)))
               .ok()) {
      ++from;
    }
    threads.emplace_back(WriteForEver, *workspace, t, from, out);
  }
  for (std::thread& thread : threads) thread.join();
  _exit(0);
}

// Runs a child for some time, kills it, and records what it was told.
void RunAndKill(const std::string& folder, useconds_t lives,
                std::vector<int64_t>* told) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(pipe_ends[0]);
    Child(folder, pipe_ends[1]);
  }
  close(pipe_ends[1]);
  // Until its first write, the child is still opening the folder.
  Told one;
  bool more = read(pipe_ends[0], &one, sizeof one) == sizeof one;
  if (more) usleep(lives);
  ASSERT_EQ(kill(child, SIGKILL), 0);
  for (; more; more = read(pipe_ends[0], &one, sizeof one) == sizeof one) {
    (*told)[one.thread] = one.change;
  }
  close(pipe_ends[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << status;
}

// Checks the changes in the folder.
void Check(const std::string& folder, const std::vector<int64_t>& told,
           uint64_t* changes) {
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::OpenAt(folder, {}, {}, Options());
  ASSERT_TRUE(engine.ok()) << engine.status();
  const absl::StatusOr<v1::Workspace> world =
      (*engine)->FindWorkspace("w")->Export();
  ASSERT_TRUE(world.ok());
  ASSERT_EQ(world->users_size(), world->groups(0).members_size());
  *changes = static_cast<uint64_t>(world->users_size());
  const Workspace workspace = *(*engine)->FindWorkspace("w");
  for (uint32_t t = 0; t < kThreads; ++t) {
    for (int64_t change = std::max<int64_t>(0, told[t] - 100);
         change <= told[t]; ++change) {
      ASSERT_TRUE(
          workspace.FindSubject(Subject::User(absl::StrCat(t, "-", change)))
              .ok())
          << t << "-" << change << " was accepted";
    }
  }
}

TEST(KillTest, WhenAProcessIsKilledThenWhatWasAcceptedIsThere) {
  const std::string base = absl::StrCat(testing::TempDir(), "/kill-");
  std::mt19937 random(1);
  uint64_t changes = 0;
  int folders = 0;
  // Uses a new folder now and then, so that worlds stay small.
  for (int kills = 0; kills < Kills(); ++folders) {
    const std::string folder = absl::StrCat(base, folders);
    std::vector<int64_t> told(kThreads, -1);
    uint64_t here = 0;
    for (int i = 0; i < 25 && kills < Kills(); ++i, ++kills) {
      ASSERT_NO_FATAL_FAILURE(RunAndKill(folder, random() % 6000, &told));
      if (i % 5 == 4) {
        ASSERT_NO_FATAL_FAILURE(Check(folder, told, &here));
      }
    }
    changes += here;
    ASSERT_EQ(std::system(absl::StrCat("rm -r '", folder, "'").c_str()), 0);
  }
  std::printf("%d kills, %llu changes\n", Kills(),
              static_cast<unsigned long long>(changes));
}

}  // namespace
}  // namespace acl
