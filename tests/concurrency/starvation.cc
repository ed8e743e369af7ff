#include "tests/concurrency/starvation.h"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "acl/engine.h"
#include "tests/concurrency/cycle.h"
#include "tests/concurrency/gap.h"
#include "tests/concurrency/short_cycle_answers.h"

namespace acl::concurrency {
namespace {

// When others run, caches are cold and memory is shared, so a few times as long
// would be fine. A starving thread takes far longer, or never finishes.
constexpr double kFactor = 25;
constexpr absl::Duration kSlack = absl::Milliseconds(200);
constexpr absl::Duration kLongest = absl::Seconds(1);
constexpr absl::Duration kLimit = absl::Seconds(10);

absl::Duration CpuTime() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return absl::DurationFromTimespec(now);
}

constexpr uint64_t kOthers = 100;

// Calls `call` at least `times` times and until `enough`, unless that takes too
// long. `call` returns whether its answer was right.
template <class Call, class Enough>
Cost CostOf(size_t times, const Call& call, const Enough& enough) {
  Cost cost;
  const absl::Time begin = absl::Now();
  const absl::Duration begin_cpu = CpuTime();
  absl::Duration last = begin_cpu;
  while ((cost.done < times || !enough()) && absl::Now() - begin < kLimit) {
    cost.wrong += !call(cost.done++);
    const absl::Duration now = CpuTime();
    cost.longest = std::max(cost.longest, now - last);
    last = now;
  }
  cost.cpu = last - begin_cpu;
  cost.wall = absl::Now() - begin;
  return cost;
}

template <class Call>
Cost CostOf(size_t times, const Call& call) {
  return CostOf(times, call, [] { return true; });
}

// Makes the changes of the rounds, one per call.
class Rounds {
 public:
  explicit Rounds(Workspace workspace) : workspace_(std::move(workspace)) {}

  bool Next() {
    const Change& change = ShortCycle().ChangeOf(made_++ % ShortCycle().size());
    const auto receipt = workspace_.Apply(Actor::System(), {change});
    return receipt.ok() && receipt->revision == Cycle::kFirst + made_;
  }

 private:
  Workspace workspace_;
  size_t made_ = 0;
};

}  // namespace

std::string Comparison::Problem() const {
  if (alone.wrong + beside.wrong != 0) return "answers are wrong";
  if (beside.done < wanted) {
    return absl::StrCat("only ", beside.done, " of ", wanted, " were done");
  }
  if (beside.longest > kLongest) return "one call took too long";
  const double more = static_cast<double>(beside.done) / wanted;
  if (beside.cpu > more * (kFactor * alone.cpu + kSlack)) {
    return "it took too long";
  }
  if (others < kOthers) return "the others did nothing";
  return "";
}

std::string Comparison::ToString() const {
  return absl::StrCat(
      beside.done, " of ", wanted, ": CPU time ",
      absl::FormatDuration(alone.cpu), " alone, ",
      absl::FormatDuration(beside.cpu), " beside others, who did ", others,
      "; ", absl::FormatDuration(beside.wall), " by the clock; the longest ",
      absl::FormatDuration(beside.longest));
}

Comparison CompareReader(size_t questions, uint64_t max_snapshot_rows) {
  using Way = ShortCycleAnswers::Way;
  EngineOptions options;
  options.max_snapshot_rows = max_snapshot_rows;
  Engine engine(options);
  const Workspace workspace = ShortCycle().Start(&engine);
  const ShortCycleAnswers answers(workspace);
  const size_t ways = max_snapshot_rows == 0 ? Way::kWays : Way::kSnapshot;
  const auto ask = [&](size_t i) {
    Revision unused = 0;
    return answers.Ask(workspace, static_cast<Way>(i % ways), i / ways,
                       &unused);
  };
  Comparison comparison;
  comparison.wanted = questions;
  CostOf(questions / 10, ask);  // warms up
  comparison.alone = CostOf(questions, ask);
  CycleWriter writer(workspace, ShortCycle());
  writer.AwaitChanges(100);
  // For a copy of the engine with a planted bug.
  SetGap([&writer] { writer.AwaitChanges(1); });
  const uint64_t before = writer.changes();
  comparison.beside = CostOf(
      questions, ask, [&] { return writer.changes() - before >= kOthers; });
  comparison.others = writer.changes() - before;
  writer.Stop();
  SetGap([] {});
  if (!writer.fine()) ++comparison.beside.wrong;
  return comparison;
}

Comparison CompareWriter(size_t changes) {
  Engine engine;
  const Workspace workspace = ShortCycle().Start(&engine);
  const ShortCycleAnswers answers(workspace);
  Rounds rounds(workspace);
  const auto change = [&](size_t) { return rounds.Next(); };
  Comparison comparison;
  comparison.wanted = changes;
  CostOf(changes / 10, change);  // warms up
  comparison.alone = CostOf(changes, change);
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> asked{0};
  std::atomic<size_t> wrong{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      for (size_t turn = 0; !stop.load(); ++turn) {
        if (!answers.Ask(workspace, turn)) wrong.fetch_add(1);
        asked.fetch_add(1);
      }
    });
  }
  while (asked.load() < kOthers) std::this_thread::yield();
  const uint64_t before = asked.load();
  comparison.beside =
      CostOf(changes, change, [&] { return asked.load() - before >= kOthers; });
  comparison.others = asked.load() - before;
  stop.store(true);
  for (std::thread& reader : readers) reader.join();
  comparison.beside.wrong += wrong.load();
  return comparison;
}

}  // namespace acl::concurrency
