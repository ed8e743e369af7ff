// Checkpoints of an engine's folder: what they save, what happens to the files
// they replace, and that nothing depends on them.
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/journal_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/durable/durable.h"

namespace acl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(DurableTest, WhenThereIsACheckpointThenOpeningGoesOnFromIt) {
  ASSERT_TRUE(Share("dan", "viewer").ok());
  ASSERT_TRUE(engine_->Checkpoint().ok());
  ASSERT_TRUE(Share("dan", "editor").ok());
  const std::string before = Everything();
  Kill();
  EXPECT_EQ(Everything(), before);
  EXPECT_EQ(report_.checkpoint, 3u);
  EXPECT_EQ(report_.records, 4u);
}

TEST_F(DurableTest, WhenACheckpointHasRequestsThenTheyAreKnownAfterwards) {
  ChangeOptions once;
  once.request_id = "q";
  ASSERT_TRUE(Share("dan", "viewer", once).ok());
  ASSERT_TRUE(engine_->Checkpoint().ok());
  Kill();
  EXPECT_TRUE(Share("dan", "viewer", once)->replayed);
}

// Like a snapshot, a checkpoint keeps one old copy of what changes in the
// meantime, whether or not snapshots are pushed out.
TEST(CheckpointMemoryTest, WhenManyChangesComeMeanwhileThenMemoryIsBounded) {
  for (const uint64_t cap : {0, 10}) {
    MemoryFiles files;
    EngineOptions options;
    options.max_snapshot_rows = cap;
    FolderOptions folder;
    folder.files = &files;
    folder.checkpoints = false;
    const auto engine = *Engine::Open(kFolder, options, folder);
    Workspace w = *engine->AddWorkspace(Actor::System(), "w");
    // More than the buffer of the checkpoint's file holds.
    std::vector<Change> changes = {AddUser{"bob"}};
    for (int i = 0; i < 6000; ++i) {
      changes.emplace_back(
          AddResource{{"voice", absl::StrCat(i)}, std::string(250, 'n')});
    }
    ASSERT_TRUE(w.Apply(Actor::System(), changes).ok());
    // A workspace that is written after the changes have been made.
    Workspace z = *engine->AddWorkspace(Actor::System(), "z");
    changes.erase(changes.begin() + 10, changes.end());
    ASSERT_TRUE(z.Apply(Actor::System(), changes).ok());
    uint64_t kept = 0;
    int made = 0;
    files.SetSchedule([&](const FileStep& step) -> StepOutcome {
      if (made > 0 || !absl::StrContains(step.path, "checkpoint") ||
          step.call != FileStep::Call::kWrite) {
        return {};
      }
      for (; made < 2000; ++made) {
        for (Workspace* one : {&w, &z}) {
          EXPECT_TRUE(one->Share(Actor::System(), {"voice", "7"},
                                 Target::User("bob"),
                                 made % 2 == 0 ? "viewer" : "editor")
                          .ok());
        }
        if (made == 200) kept = w.MemoryUsage().old_versions;
      }
      EXPECT_LE(w.MemoryUsage().old_versions, 2 * kept + 100'000) << cap;
      return {};
    });
    ASSERT_TRUE(engine->Checkpoint().ok());
    files.SetSchedule(nullptr);
    ASSERT_EQ(made, 2000);
    const std::string before = engine->Export().SerializeAsString();
    EXPECT_EQ((*Engine::OpenAt(kFolder, {}, {}, folder))
                  ->Export()
                  .SerializeAsString(),
              before);
  }
}

TEST_F(DurableTest, WhenCheckpointsAreManyThenTwoAreKept) {
  for (const char* role : {"viewer", "commenter", "editor", "admin"}) {
    ASSERT_TRUE(Share("dan", role).ok());
    ASSERT_TRUE(engine_->Checkpoint().ok());
    ASSERT_TRUE(engine_->Checkpoint().ok());
  }
  EXPECT_EQ(*Checkpoints(kFolder, files_.get()), (std::vector<uint64_t>{5, 6}));
}

TEST_F(DurableTest, WhenTheLastCheckpointIsDamagedThenTheOneBeforeServes) {
  ASSERT_TRUE(engine_->Checkpoint().ok());
  ASSERT_TRUE(Share("dan", "viewer").ok());
  ASSERT_TRUE(engine_->Checkpoint().ok());
  const std::string before = Everything();
  files_->MutableBytes(absl::StrCat(kFolder, "/", CheckpointName(3)))
      ->at(100) ^= 1;
  Kill();
  EXPECT_EQ(Everything(), before);
  EXPECT_EQ(report_.checkpoint, 2u);
  EXPECT_THAT(report_.damaged_checkpoint,
              ::testing::HasSubstr(CheckpointName(3)));
  // The next checkpoint removes it.
  ASSERT_TRUE(Share("dan", "editor").ok());
  ASSERT_TRUE(engine_->Checkpoint().ok());
  EXPECT_EQ(*Checkpoints(kFolder, files_.get()), (std::vector<uint64_t>{2, 4}));
}

TEST_F(DurableTest, WhenHistoryIsNotKeptThenFilesThatNobodyNeedsGo) {
  keep_history_ = false;
  Reopen();
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(Share("dan", i % 2 == 0 ? "viewer" : "editor").ok());
    if (i % 10 == 9) {
      ASSERT_TRUE(engine_->Checkpoint().ok());
    }
  }
  const auto files = JournalFiles(kFolder, files_.get());
  ASSERT_TRUE(files.ok());
  EXPECT_GT(files->front().first, 20u);
  const std::string before = Everything();
  Kill();
  EXPECT_EQ(Everything(), before);
}

// A power cut loses the last changes, and nothing else.
TEST_F(DurableTest,
       WhenTheProcessAloneCountsThenACheckpointIsOfWhatTheDiskHas) {
  durability_ = Durability::kProcess;
  journal_file_bytes_ = uint64_t{1} << 20;  // the next file would sync this one
  Reopen();
  ASSERT_TRUE(Share("dan", "viewer").ok());
  ASSERT_TRUE(engine_->Checkpoint().ok());
  ASSERT_TRUE(Share("dan", "editor").ok());
  ImageOptions images;
  images.exact_limit = 64;
  images.samples = 64;
  int opened = 0;
  files_->ForEachImage(images, [&](MemoryFiles* image) {
    FolderOptions options;
    options.files = image;
    const auto engine = Engine::Open(kFolder, {}, options);
    EXPECT_TRUE(engine.ok()) << engine.status();
    if (!engine.ok()) return false;
    ++opened;
    const Workspace studio = *(*engine)->FindWorkspace("studio");
    const std::string role = studio.RoleName(
        studio.EffectiveRole(Subject::User("dan"), kVoice)->role);
    EXPECT_TRUE(role == "viewer" || role == "editor") << role;
    return true;
  });
  EXPECT_GT(opened, 2);
}

TEST_F(DurableTest, WhenNamesAreOfOthersThenTheirFilesStay) {
  const auto make = [&](const std::string& name) {
    const std::string path = absl::StrCat(kFolder, "/", name);
    ASSERT_TRUE(files_->Open(path, FileSystem::Mode::kCreate).ok());
  };
  make("notes.new");
  make("journal-notes.new");
  make(JournalFileName(7) + ".new");
  make(CheckpointName(7) + ".new");
  Kill();
  const auto names = files_->List(kFolder);
  EXPECT_THAT(*names,
              ::testing::IsSupersetOf({"notes.new", "journal-notes.new"}));
  EXPECT_THAT(*names,
              ::testing::Not(::testing::Contains(JournalFileName(7) + ".new")));
  EXPECT_THAT(*names,
              ::testing::Not(::testing::Contains(CheckpointName(7) + ".new")));
}

// On the system's disks: files are moved from one folder to another.
TEST(ArchiveTest, WhenFilesAreArchivedThenPutBackTheyGiveTheHistoryBack) {
  namespace fs = std::filesystem;
  const fs::path root = fs::path(testing::TempDir()) / "archive_test";
  fs::remove_all(root);
  fs::create_directories(root);
  const std::string folder = root / "data";
  FolderOptions options;
  options.journal_file_bytes = 1000;
  options.checkpoints = false;
  options.keep_history = false;
  options.archive = root / "archive";
  auto engine = *Engine::Open(folder, {}, options);
  Workspace studio = *engine->AddWorkspace(Actor::System(), "studio");
  for (int i = 0; i < 60; ++i) {
    const AddUser user{absl::StrCat("u", i)};
    ASSERT_TRUE(studio.Apply(Actor::System(), {user}).ok());
    if (i % 20 == 19) {
      ASSERT_TRUE(engine->Checkpoint().ok());
    }
  }
  engine = nullptr;
  Moment first;
  first.record = 1;
  EXPECT_TRUE(IsRefusal(Engine::OpenAt(folder, first),
                        absl::StatusCode::kOutOfRange,
                        v1::REVISION_NOT_AVAILABLE, "record 1 is gone"));
  int moved = 0;
  for (const auto& file : fs::directory_iterator(root / "archive")) {
    fs::rename(file.path(), fs::path(folder) / file.path().filename());
    ++moved;
  }
  EXPECT_GT(moved, 2);
  const auto then = Engine::OpenAt(folder, first);
  ASSERT_TRUE(then.ok()) << then.status();
  EXPECT_EQ((*then)->WorkspaceIds().size(), 1u);
  EXPECT_FALSE((*then)->FindWorkspace("studio")->GetUser("u0").ok());
  fs::remove_all(root);
}

TEST_F(DurableTest, WhenAllButTheCheckpointIsGoneThenItIsDamaged) {
  ASSERT_TRUE(engine_->Checkpoint().ok());
  engine_ = nullptr;
  const auto files = JournalFiles(kFolder, files_.get());
  for (const JournalFile& file : *files) {
    ASSERT_TRUE(files_->Remove(absl::StrCat(kFolder, "/", file.name)).ok());
  }
  EXPECT_TRUE(IsRefusal(Open(), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, "files of it are missing"));
}

TEST_F(DurableTest, WhenTheCheckpointIsOfAnotherHistoryThenItIsDamaged) {
  ASSERT_TRUE(engine_->Checkpoint().ok());
  engine_ = nullptr;
  const std::string path = absl::StrCat(kFolder, "/", CheckpointName(2));
  const std::string foreign = *files_->MutableBytes(path);
  files_ = std::make_unique<MemoryFiles>();
  SetUp();
  ASSERT_TRUE(engine_->Checkpoint().ok());
  engine_ = nullptr;
  *files_->MutableBytes(path) = foreign;
  EXPECT_TRUE(IsRefusal(Open(), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, "is not the one that was there"));
}

TEST_F(DurableTest, WhenThereIsNoRoomForACheckpointThenItHarmsNothing) {
  FailNext(FileStep::Call::kWrite, ENOSPC);
  EXPECT_EQ(FaultOf(engine_->Checkpoint()), v1::DISK_FULL);
  ASSERT_TRUE(Share("dan", "viewer").ok());
  const std::string before = Everything();
  Kill();
  EXPECT_EQ(Everything(), before);
  EXPECT_EQ(report_.checkpoint, 0u);
}

// Records what the engine reports about the checkpoints that it writes by
// itself.
class Told : public Observer {
 public:
  void OnCheckpoint(const absl::Status& status) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    faults_.push_back(FaultOf(status));
    changed_.notify_all();
  }
  size_t count() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return faults_.size();
  }
  // The faults of the first `count` checkpoints, once there are that many.
  std::vector<Fault> Await(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return faults_.size() >= count; });
    return {faults_.begin(), faults_.begin() + static_cast<ptrdiff_t>(count)};
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Fault> faults_;
};

class ToldOfCheckpointsTest : public DurableTest {
 protected:
  // The engine must end before the schedule that it may be calling.
  void TearDown() override {
    engine_ = nullptr;
    DurableTest::TearDown();
  }
  // From here on, the engine writes checkpoints in the background.
  void Begin(Schedule schedule) {
    engine_ = nullptr;
    files_->SetSchedule(std::move(schedule));
    checkpoints_ = true;
    observer_ = &told_;
    Reopen();
  }
  // Makes changes until the journal has grown by several files.
  void Grow() {
    for (int i = 0; i < 40; ++i) {
      ASSERT_TRUE(Share("dan", i % 2 == 0 ? "viewer" : "editor").ok());
    }
  }
  static bool IsCheckpoint(const FileStep& step) {
    return absl::StrContains(step.path, "/checkpoint-");
  }

  Told told_;
};

TEST_F(ToldOfCheckpointsTest, WhenNobodyCameToItBeforeThenOpeningDoes) {
  Grow();
  Begin(nullptr);
  EXPECT_THAT(told_.Await(1), ElementsAre(v1::FAULT_UNSPECIFIED));
}

TEST_F(ToldOfCheckpointsTest, WhenOneWasWrittenThenTheObserverIsTold) {
  Begin(nullptr);
  Grow();
  EXPECT_THAT(told_.Await(1), ElementsAre(v1::FAULT_UNSPECIFIED));
  EXPECT_THAT(*Checkpoints(kFolder, files_.get()), ::testing::Not(IsEmpty()));
}

TEST_F(ToldOfCheckpointsTest,
       WhenOneFailsThenTheObserverIsToldAndTheNextTried) {
  auto full = std::make_shared<std::atomic<bool>>(true);
  Begin([full](const FileStep& step) -> StepOutcome {
    const bool fails = *full && step.call == FileStep::Call::kWrite;
    return {false, fails && IsCheckpoint(step) ? ENOSPC : 0, {}};
  });
  Grow();
  EXPECT_THAT(told_.Await(1), ElementsAre(v1::DISK_FULL));
  EXPECT_THAT(*Checkpoints(kFolder, files_.get()), IsEmpty());
  *full = false;
  for (int i = 0; Checkpoints(kFolder, files_.get())->empty(); ++i) {
    ASSERT_LT(i, 1000);
    Grow();
  }
}

TEST_F(ToldOfCheckpointsTest, WhenOneIsAskedForThenOnlyTheCallerIsTold) {
  observer_ = &told_;
  Reopen();
  ASSERT_TRUE(engine_->Checkpoint().ok());
  engine_ = nullptr;
  EXPECT_EQ(told_.count(), 0u);
}

// While checkpoints are written, both automatically and on demand, four threads
// change three workspaces, one of which is removed and added again.
TEST_F(DurableTest, WhenChangesGoOnBesideCheckpointsThenAllIsThereAgain) {
  checkpoints_ = true;
  keep_history_ = false;
  Reopen();
  for (int w = 0; w < 3; ++w) {
    ASSERT_TRUE(
        engine_->AddWorkspace(Actor::System(), absl::StrCat("w", w)).ok());
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      Workspace workspace = Of(absl::StrCat("w", t % 2));
      for (int i = 0; i < 150; ++i) {
        ChangeOptions options;
        if (i % 3 == 0) options.request_id = absl::StrCat(t, "-", i);
        ASSERT_TRUE(workspace
                        .Apply(Actor::System(),
                               {AddUser{absl::StrCat(t, "-", i)}}, options)
                        .ok());
      }
    });
  }
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(engine_->RemoveWorkspace(Actor::System(), "w2").ok());
    ASSERT_TRUE(engine_->Checkpoint().ok());
    ASSERT_TRUE(engine_->AddWorkspace(Actor::System(), "w2").ok());
  }
  for (std::thread& thread : threads) thread.join();
  const std::string before = Everything();
  Kill();
  EXPECT_EQ(Everything(), before);
  EXPECT_GT(report_.checkpoint, 0u);
  ChangeOptions again;
  again.request_id = "1-147";
  EXPECT_TRUE(
      Of("w1").Apply(Actor::System(), {AddUser{"1-147"}}, again)->replayed);
}

}  // namespace
}  // namespace acl
