// Every call of the file system fails in turn, and so does every allocation
// while a folder is opened. What was accepted is there, what was refused is
// not, and the engine can go on.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/base/heap.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/engine/studio.h"
#include "tests/journal/memory_files.h"

namespace {

// How many allocations are left until one fails; 0: none will.
thread_local int g_until_failure = 0;
// How many blocks are allocated now.
thread_local int64_t g_live = 0;

void* Counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  ++g_live;
  return memory;
}

void FailIfItsTurn() {
  if (g_until_failure > 0 && --g_until_failure == 0) throw std::bad_alloc();
}

void Free(void* memory) {
  if (memory != nullptr) --g_live;
  std::free(memory);
}

}  // namespace

// The array and nothrow forms call these.
void* operator new(size_t bytes) {
  FailIfItsTurn();
  return Counted(std::malloc(bytes != 0 ? bytes : 1));
}
void* operator new(size_t bytes, std::align_val_t alignment) {
  FailIfItsTurn();
  const auto line = static_cast<size_t>(alignment);
  return Counted(std::aligned_alloc(line, (bytes + line - 1) / line * line));
}
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete(void* memory, size_t) noexcept { Free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  Free(memory);
}

namespace acl {
namespace {

constexpr char kFolder[] = "/data";

absl::StatusOr<std::unique_ptr<Engine>> OpenIn(MemoryFiles* files) {
  FolderOptions options;
  options.files = files;
  options.journal_file_bytes = 1500;
  options.checkpoints = false;
  return Engine::Open(kFolder, {}, options);
}

std::string Everything(const Engine& engine) {
  return engine.Export().DebugString();
}

// Makes some calls of each kind. A refused one must leave the state as it was.
// accepted() is the state after the last call. If unknown(), some call had an
// unknown outcome, so that another state may be there once the folder is opened
// again.
class Story {
 public:
  explicit Story(MemoryFiles* files) : files_(*files) {}

  void Tell() {
    absl::StatusOr<std::unique_ptr<Engine>> opened = OpenIn(&files_);
    if (!opened.ok()) return;
    engine_ = *std::move(opened);
    Do([&] {
      return engine_->AddWorkspace(Actor::System(), "studio").status();
    });
    Do([&] { return Apply(StudioChanges()); });
    for (int i = 0; i < 6; ++i) {
      Do([&] { return Apply({AddUser{absl::StrCat("user-", i)}}); });
      Do([&] {
        return Apply({Share{{"voice", "v"},
                            Target::User("dan"),
                            i % 2 == 0 ? "viewer" : "editor"}});
      });
      if (i == 3) Do([&] { return engine_->Checkpoint(); });
    }
    Do([&] {
      v1::World world = engine_->Export();
      if (world.workspaces_size() == 0) return absl::OkStatus();
      world.mutable_workspaces(0)->set_id("copy");
      return engine_->Import(Actor::System(), world);
    });
    Do([&] { return engine_->RemoveWorkspace(Actor::System(), "studio"); });
    engine_ = nullptr;
  }

  const std::string& accepted() const { return accepted_; }
  bool unknown() const { return unknown_; }

 private:
  absl::Status Apply(const std::vector<Change>& changes) {
    absl::StatusOr<Workspace> studio = engine_->FindWorkspace("studio");
    if (!studio.ok()) return studio.status();
    return studio->Apply(Actor::System(), changes).status();
  }
  template <class Thing>
  void Do(const Thing& thing) {
    const std::string before = Everything(*engine_);
    const absl::Status status = thing();
    unknown_ |= FaultOf(status) == v1::OUTCOME_UNKNOWN;
    if (!status.ok()) {
      EXPECT_EQ(Everything(*engine_), before) << status;
    }
    accepted_ = Everything(*engine_);
  }

  MemoryFiles& files_;
  std::unique_ptr<Engine> engine_;
  std::string accepted_;
  bool unknown_ = false;
};

TEST(FailuresTest, WhenAnyCallOfTheFileSystemFailsThenNothingIsLostOrHalf) {
  MemoryFiles quiet;
  Story(&quiet).Tell();
  const uint64_t steps = quiet.steps();
  ASSERT_GT(steps, 60u);
  for (uint64_t step = 1; step <= steps; ++step) {
    for (const int error : {EIO, ENOSPC}) {
      for (const size_t written : {size_t{0}, size_t{50}}) {
        MemoryFiles files;
        files.SetSchedule(FailAt(step, error, written));
        Story story(&files);
        story.Tell();
        files.SetSchedule(nullptr);
        MemoryFiles left = files.AfterKill();
        const absl::StatusOr<std::unique_ptr<Engine>> again = OpenIn(&left);
        ASSERT_TRUE(again.ok()) << "step " << step << again.status();
        // If an outcome is unknown, that change may be there as well.
        if (!story.unknown() && !story.accepted().empty()) {
          ASSERT_EQ(Everything(**again), story.accepted()) << "step " << step;
        }
        ASSERT_TRUE((*again)->AddWorkspace(Actor::System(), "further").ok());
      }
    }
  }
}

// The result of a child that opens a folder.
enum ExitCode { kOpened = 0, kOpenedAllTheSame = 3, kRefused = 4, kOther = 5 };

// Tries to open the folder while an allocation fails. If that is refused, the
// folder can be opened afterwards and is unchanged.
ExitCode TryToOpen(const std::string& folder, int n,
                   const std::string& expected) {
  FolderOptions options;
  options.checkpoints = false;
  g_until_failure = n;
  const auto opened = Engine::Open(folder, {}, options);
  const bool failed = g_until_failure == 0;
  g_until_failure = 0;
  if (opened.ok()) {
    if (Everything(**opened) != expected) return kOther;
    return failed ? kOpenedAllTheSame : kOpened;
  }
  if (FaultOf(opened.status()) != v1::OUT_OF_MEMORY) return kOther;
  const auto again = Engine::Open(folder, {}, options);
  return again.ok() && Everything(**again) == expected ? kRefused : kOther;
}

// Opens the folder in a process of its own, in which the n-th allocation fails.
// Parts of Abseil and Protobuf then abort the process, which is as good as a
// crash.
int OpenWithFailure(const std::string& folder, int n,
                    const std::string& expected) {
  const pid_t child = fork();
  if (child == 0) {
    close(STDERR_FILENO);  // hides the message of std::terminate
    _exit(TryToOpen(folder, n, expected));
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  if (WIFSIGNALED(status)) return -WTERMSIG(status);
  return WEXITSTATUS(status);
}

TEST(FailuresTest, WhenAnyAllocationOfOpeningFailsThenTheFolderIsAsItWas) {
  const std::string folder = absl::StrCat(testing::TempDir(), "/allocations");
  std::string expected;
  {
    const auto engine = *Engine::Open(folder);
    Workspace studio = *engine->AddWorkspace(Actor::System(), "studio");
    ASSERT_TRUE(studio.Apply(Actor::System(), StudioChanges()).ok());
    ASSERT_TRUE(engine->Checkpoint().ok());
    ChangeOptions options;
    options.request_id = "q";
    ASSERT_TRUE(studio.Apply(Actor::System(), {AddUser{"new"}}, options).ok());
    expected = Everything(*engine);
  }
  int refused = 0;
  int ended = 0;
  for (int n = 1;; ++n) {
    const int exit = OpenWithFailure(folder, n, expected);
    ASSERT_NE(exit, kOther) << n;
    ASSERT_TRUE(exit >= 0 || exit == -SIGABRT) << n << ", signal " << -exit;
    refused += exit == kRefused ? 1 : 0;
    ended += exit == -SIGABRT ? 1 : 0;
    const absl::StatusOr<std::unique_ptr<Engine>> again =
        Engine::OpenAt(folder, {});
    ASSERT_TRUE(again.ok()) << n << again.status();
    ASSERT_EQ(Everything(**again), expected) << n;
    if (exit == kOpened) break;
  }
  std::printf("%d refused, %d ended\n", refused, ended);
  EXPECT_GT(refused, ended);
}

// Allocates, frees and keeps blocks of all sizes, as changes do.
void UseHeap(Heap* heap) {
  for (int round = 0; round < 6; ++round) {
    Edit edit(heap, Edit::Scope::kPart);
    for (size_t bytes = 16; bytes <= 40'000; bytes = bytes * 3 / 2) {
      Block* const kept = edit.New<Block>(bytes, MemoryPart::kIds);
      edit.Drop(edit.New<Block>(bytes, MemoryPart::kTexts));
      if (round % 2 == 0) edit.Drop(kept);
    }
    if (round % 3 != 0) static_cast<void>(edit.Keep());
  }
}

TEST(FailuresTest, WhenAnyAllocationOfAHeapFailsThenNothingIsLostOrLeft) {
  bool failed = true;
  int failures = 0;
  for (int n = 1; failed; ++n) {
    const int64_t before = g_live;
    {
      Heap heap;
      g_until_failure = n;
      try {
        UseHeap(&heap);
      } catch (const std::bad_alloc&) {
        ++failures;
      }
      failed = g_until_failure == 0;
      g_until_failure = 0;
    }
    ASSERT_EQ(g_live, before) << n;
  }
  EXPECT_GT(failures, 50);
}

// Nothing is kept, so whichever allocation fails, all blocks are returned.
TEST(FailuresTest, WhenAnyAllocationOfAnEditFailsThenItsBlocksComeBack) {
  bool failed = true;
  for (int n = 1; failed; ++n) {
    Heap heap;
    g_until_failure = n;
    try {
      Edit edit(&heap, Edit::Scope::kPart);
      for (size_t bytes = 16; bytes <= 40'000; bytes = bytes * 3 / 2) {
        edit.New<Block>(bytes, MemoryPart::kIds);
      }
    } catch (const std::bad_alloc&) {
    }
    failed = g_until_failure == 0;
    g_until_failure = 0;
    ASSERT_EQ(heap.taken(), heap.unused()) << n;
  }
}

}  // namespace
}  // namespace acl
