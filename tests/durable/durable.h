// An engine in a folder in memory, with the studio in it.
#ifndef TESTS_DURABLE_DURABLE_H_
#define TESTS_DURABLE_DURABLE_H_

#include <memory>
#include <string>

#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/engine/studio.h"
#include "tests/journal/memory_files.h"

namespace acl {

constexpr char kFolder[] = "/data";
inline const ResourceId kVoice{"voice", "v"};

class DurableTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Engine>> Open() {
    FolderOptions options;
    options.files = files_.get();
    options.durability = durability_;
    options.journal_file_bytes = 2000;
    options.checkpoints = checkpoints_;
    options.keep_history = keep_history_;
    EngineOptions engine_options;
    engine_options.observer = observer_;
    return Engine::Open(kFolder, engine_options, options, &report_);
  }
  // Ends the engine, and opens its folder again.
  void Reopen() {
    engine_ = nullptr;
    absl::StatusOr<std::unique_ptr<Engine>> engine = Open();
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
  }
  // The process is killed.
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
  // Schedules know the test's own things, and the engine ends after them.
  void TearDown() override { files_->SetSchedule(nullptr); }
  absl::StatusOr<Receipt> Share(const std::string& user,
                                const std::string& role,
                                const ChangeOptions& options = {}) {
    return Of("studio").Share(Actor::System(), kVoice, Target::User(user), role,
                              options);
  }
  Workspace Of(const std::string& id) { return *engine_->FindWorkspace(id); }
  std::string Everything() { return engine_->Export().DebugString(); }
  std::string RoleOf(const std::string& user) {
    const Workspace studio = Of("studio");
    return studio.RoleName(
        studio.EffectiveRole(Subject::User(user), kVoice)->role);
  }
  // The n-th call of this kind from now on fails.
  void FailNext(FileStep::Call call, int error, int n = 1, size_t written = 0) {
    auto left = std::make_shared<int>(n);
    files_->SetSchedule([=](const FileStep& step) -> StepOutcome {
      if (step.call != call || --*left != 0) return {};
      return {false, error, written};
    });
  }

  std::unique_ptr<MemoryFiles> files_ = std::make_unique<MemoryFiles>();
  Durability durability_ = Durability::kDisk;
  bool checkpoints_ = false;  // by themselves
  bool keep_history_ = true;
  Observer* observer_ = nullptr;
  FolderReport report_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Workspace> studio_;
};

}  // namespace acl

#endif  // TESTS_DURABLE_DURABLE_H_
