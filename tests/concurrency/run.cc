#include "tests/concurrency/run.h"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "tests/concurrency/meeting.h"
#include "tests/concurrency/plan.h"
#include "tests/concurrency/record.h"
#include "tests/concurrency/restless.h"

namespace acl::concurrency {
namespace {

// One history, from its plan to its verdict.
class History {
 public:
  void Prepare(uint64_t seed, Engine* engine, const std::string& id) {
    plan_ = MakePlan(seed);
    records_.assign(kThreads, {});
    workspace_ = *engine->AddWorkspace(Actor::System(), id, Settings());
    if (!workspace_->Apply(Actor::System(), plan_.start->changes).ok()) {
      problem_ = absl::StrCat("the start of ", seed, " is refused");
    }
    for (size_t i = 0; i < plan_.head_start; ++i) {
      const UpdateServiceAccount change{"bot", i % 2 == 0 ? "Bot" : ""};
      static_cast<void>(workspace_->Apply(Actor::System(), {change}));
    }
    known_ = Known::Of(*workspace_);
  }

  // Runs the part of one thread.
  void Run(size_t part, Clock* clock) {
    Recorder recorder(*workspace_, known_, part, clock);
    recorder.Run(plan_.scripts[part], &records_[part]);
  }

  std::string Judge(Counts* counts) const {
    if (!problem_.empty()) return problem_;
    return concurrency::Judge(plan_, known_, records_, *workspace_, counts);
  }

 private:
  Plan plan_;
  std::optional<Workspace> workspace_;
  Known known_;
  std::vector<std::vector<Record>> records_;
  std::string problem_;
};

// In each round, every thread prepares and judges one history of its own, and
// runs a part of every history.
class Runner {
 public:
  Runner(uint64_t first, uint64_t count) : first_(first), count_(count) {
    for (size_t kind = 0; kind < kEngineKinds; ++kind) {
      EngineOptions options;
      // Random incarnations come from Abseil, about which ThreadSanitizer knows
      // too little.
      options.new_incarnation = [this] { return ++incarnations_; };
      if (kind != static_cast<size_t>(EngineKind::kQuiet)) {
        options.observer = &observer_;
      }
      if (kind == static_cast<size_t>(EngineKind::kCapped)) {
        options.max_snapshot_rows = 3;
      }
      engines_[kind] = std::make_unique<Engine>(options);
    }
  }

  RunResult Run() {
    Starts();  // creates them before the threads start
    std::vector<std::thread> threads;
    for (size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([this, i] { Loop(i); });
    }
    for (std::thread& thread : threads) thread.join();
    return std::move(result_);
  }

 private:
  void Loop(size_t self) {
    Counts counts;
    for (uint64_t done = 0; done < count_; done += kThreads) {
      const uint64_t seed = first_ + done + self;
      const std::string id = absl::StrCat("w", self);
      Engine& engine = *engines_[static_cast<size_t>(EngineKindOf(seed))];
      histories_[self].Prepare(seed, &engine, id);
      meeting_.Await();
      // No problem is found between here and the next meeting, so all threads
      // see the same value.
      if (stop_.load()) break;
      for (size_t i = 0; i < kThreads; ++i) {
        histories_[i].Run((self + i) % kThreads, &clock_);
        meeting_.Await();
      }
      std::string problem = histories_[self].Judge(&counts);
      if (!problem.empty()) Stop(std::move(problem));
      static_cast<void>(engine.RemoveWorkspace(Actor::System(), id));
    }
    std::lock_guard<std::mutex> lock(mutex_);
    result_.counts.Add(counts);
  }

  void Stop(std::string problem) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (result_.problem.empty()) result_.problem = std::move(problem);
    stop_.store(true);
  }

  const uint64_t first_;
  const uint64_t count_;
  Restless observer_;
  std::atomic<uint64_t> incarnations_{0};
  std::array<std::unique_ptr<Engine>, kEngineKinds> engines_;
  std::array<History, kThreads> histories_;
  Clock clock_;
  Meeting meeting_{kThreads};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  RunResult result_;
};

}  // namespace

RunResult RunHistories(uint64_t first, uint64_t count) {
  return Runner(first, count).Run();
}

}  // namespace acl::concurrency
