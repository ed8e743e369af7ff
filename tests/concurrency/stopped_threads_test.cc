// A thread that is stopped in the middle of a read or a write blocks nobody
// else, and its own answer is from the revision at which it began.
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/concurrency/cycle.h"
#include "tests/concurrency/short_cycle_answers.h"

namespace acl::concurrency {
namespace {

thread_local bool stops_here = false;

// Stops each registered thread once, in the middle of its next call.
class Stop : public Observer {
 public:
  void OnDecision(absl::string_view, Revision, bool) override { Wait(); }
  void OnChange(absl::string_view, const Actor&, const std::vector<Change>&,
                const ChangeOptions&, const Receipt&) override {
    Wait();
  }

  void AwaitStopped() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return stopped_; });
  }
  void GoOn() {
    const std::lock_guard<std::mutex> lock(mutex_);
    go_on_ = true;
    changed_.notify_all();
  }

 private:
  void Wait() {
    if (!std::exchange(stops_here, false)) return;
    std::unique_lock<std::mutex> lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return go_on_; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  bool go_on_ = false;
};

class StoppedThread : public testing::Test {
 protected:
  explicit StoppedThread(uint64_t max_snapshot_rows = 0)
      : engine_(Options(max_snapshot_rows)),
        workspace_(ShortCycle().Start(&engine_)),
        answers_(workspace_) {}

  // Runs `call` on a thread that is stopped in the middle of it, and meanwhile
  // runs `others` on this thread.
  void While(const std::function<void()>& call,
             const std::function<void()>& others) {
    std::thread stopped([&] {
      stops_here = true;
      call();
    });
    stop_.AwaitStopped();
    others();
    stop_.GoOn();
    stopped.join();
  }

  void ExpectFirst(const Reader& reader, ShortCycleAnswers::Way way) {
    Revision revision = 0;
    EXPECT_TRUE(answers_.Ask(reader, way, 0, &revision));
    EXPECT_EQ(revision, Cycle::kFirst);
  }

  // Makes enough changes to trigger anything that is cleaned up now and then.
  void ChangeMuch() {
    for (size_t i = 0; i < 200 * ShortCycle().size(); ++i) {
      ASSERT_TRUE(workspace_
                      .Apply(Actor::System(),
                             {ShortCycle().ChangeOf(i % ShortCycle().size())})
                      .ok());
    }
  }

  Stop stop_;
  Engine engine_;
  Workspace workspace_;
  const ShortCycleAnswers answers_;

 private:
  EngineOptions Options(uint64_t max_snapshot_rows) {
    EngineOptions options;
    options.observer = &stop_;
    options.max_snapshot_rows = max_snapshot_rows;
    return options;
  }
};

TEST_F(StoppedThread, AWriterInTheMiddleOfAChangeStopsNoReader) {
  While(
      [this] {
        EXPECT_TRUE(
            workspace_.Apply(Actor::System(), {ShortCycle().ChangeOf(0)}).ok());
      },
      [this] {
        for (size_t turn = 0; turn < 1000; ++turn) {
          ASSERT_TRUE(answers_.Ask(workspace_, turn));
        }
        // The change had been published when its thread was stopped.
        EXPECT_EQ(workspace_.Token()->revision, Cycle::kFirst + 1);
        EXPECT_TRUE(workspace_.ListPrincipals({"voice", "a"}, "").ok());
        EXPECT_TRUE(workspace_.Export().ok());
        EXPECT_TRUE(
            workspace_.AtLeast(*workspace_.Token(), absl::ZeroDuration()).ok());
      });
}

TEST_F(StoppedThread, AReaderInTheMiddleOfAQuestionStopsNoWriter) {
  While([this] { ExpectFirst(workspace_, ShortCycleAnswers::kByString); },
        [this] { ChangeMuch(); });
}

TEST_F(StoppedThread, ABatchThatIsStoppedInTheMiddleIsOfOneRevision) {
  While([this] { ExpectFirst(workspace_, ShortCycleAnswers::kBatch); },
        [this] { ChangeMuch(); });
}

class StoppedThreadUnderACap : public StoppedThread {
 protected:
  StoppedThreadUnderACap() : StoppedThread(10) {}
};

TEST_F(StoppedThreadUnderACap, ABatchThatIsOvertakenIsNotWrong) {
  While([this] { ExpectFirst(workspace_, ShortCycleAnswers::kBatch); },
        [this] { ChangeMuch(); });
}

TEST_F(StoppedThreadUnderACap, ABatchOfASnapshotThatIsPushedOutIsNotWrong) {
  const Snapshot snapshot = *workspace_.TakeSnapshot();
  While([&] { ExpectFirst(snapshot, ShortCycleAnswers::kBatch); },
        [this] { ChangeMuch(); });
  // The snapshot was valid when it was asked; the next question is refused.
  EXPECT_EQ(FaultOf(snapshot.Token().status()), v1::REVISION_NOT_AVAILABLE);
}

}  // namespace
}  // namespace acl::concurrency
