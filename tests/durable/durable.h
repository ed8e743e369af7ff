// An engine in an in-memory folder that contains the studio.
#ifndef TESTS_DURABLE_DURABLE_H_
#define TESTS_DURABLE_DURABLE_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/engine/studio.h"
#include "tests/journal/memory_files.h"

namespace acl {

constexpr char kFolder[] = "/data";
inline const ResourceId kVoice{"voice", "v"};

// File system steps that wait.
class HeldSteps {
 public:
  // Returns a schedule whose syncs wait until Release(). The first one then
  // fails with `error`, unless that is 0. The schedule refers to this object.
  Schedule Syncs(int error) {
    return [this, error](const FileStep& step) -> StepOutcome {
      if (step.call != FileStep::Call::kSync) return {};
      return Wait() && error != 0 ? StepOutcome{false, error, {}}
                                  : StepOutcome{};
    };
  }
  // Waits for Release(). Returns true for the first caller.
  bool Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    const bool first = ++held_ == 1;
    changed_.notify_all();
    changed_.wait(lock, [this] { return released_; });
    return first;
  }
  void AwaitHeld() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return held_ > 0; });
  }
  void Release() {
    const std::lock_guard<std::mutex> lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int held_ = 0;
  bool released_ = false;
};

class DurableTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Engine>> Open() {
    FolderOptions options;
    options.files = files_.get();
    options.durability = durability_;
    options.journal_file_bytes = journal_file_bytes_;
    options.checkpoints = checkpoints_;
    options.keep_history = keep_history_;
    EngineOptions engine_options;
    engine_options.observer = observer_;
    return Engine::Open(kFolder, engine_options, options, &report_);
  }
  // Closes the engine, and opens its folder again.
  void Reopen() {
    engine_ = nullptr;
    absl::StatusOr<std::unique_ptr<Engine>> engine = Open();
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
  }
  // Simulates that the process is killed.
  void Kill() {
    auto killed =
        std::unique_ptr<MemoryFiles>(new MemoryFiles(files_->AfterKill()));
    engine_ = nullptr;
    files_ = std::move(killed);
    Reopen();
  }
  void SetUp() override {
    Reopen();
    studio_ = std::make_unique<Workspace>(
        *engine_->AddWorkspace(Actor::System(), "studio"));
    ASSERT_TRUE(studio_->Apply(Actor::System(), StudioChanges()).ok());
  }
  // Schedules refer to members of the test, and the engine outlives those.
  void TearDown() override { files_->SetSchedule(nullptr); }
  absl::StatusOr<Receipt> Share(const std::string& user,
                                const std::string& role,
                                const ChangeOptions& options = {}) {
    return Of("studio").Share(Actor::System(), kVoice, Target::User(user), role,
                              options);
  }
  // Makes changes and checkpoints. If no history is kept, they remove all files
  // that were there before.
  void GoOn() {
    for (int i = 0; i < 24; ++i, ++gone_on_) {
      ASSERT_TRUE(Share("dan", i % 2 == 0 ? "viewer" : "editor").ok());
      if (i % 12 < 11) continue;
      ASSERT_TRUE(engine_->Checkpoint().ok());
    }
  }
  Workspace Of(const std::string& id) { return *engine_->FindWorkspace(id); }
  std::string Everything() { return engine_->Export().DebugString(); }
  std::string RoleOf(const std::string& user) {
    const Workspace studio = Of("studio");
    return studio.RoleName(
        studio.EffectiveRole(Subject::User(user), kVoice)->role);
  }
  // Makes the n-th call of this kind from now on fail.
  void FailNext(FileStep::Call call, int error, int n = 1, size_t written = 0) {
    auto left = std::make_shared<int>(n);
    files_->SetSchedule([=](const FileStep& step) -> StepOutcome {
      if (step.call != call || --*left != 0) return {};
      return {false, error, written};
    });
  }

  std::unique_ptr<MemoryFiles> files_ = std::make_unique<MemoryFiles>();
  Durability durability_ = Durability::kDisk;
  uint64_t journal_file_bytes_ = 2000;
  bool checkpoints_ = false;  // automatic ones
  bool keep_history_ = true;
  Observer* observer_ = nullptr;
  int gone_on_ = 0;  // changes made by GoOn()
  FolderReport report_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Workspace> studio_;
};

}  // namespace acl

#endif  // TESTS_DURABLE_DURABLE_H_
