// A held snapshot answers everything as of its revision, however long a writer
// makes changes without pause.
//
// ACL_STRESS_SECONDS=N in the environment runs it for N seconds instead of 2.
#include <cstdint>
#include <fstream>
#include <iostream>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/concurrency/cycle.h"
#include "tests/concurrency/plan.h"
#include "tests/concurrency/scale.h"
#include "tests/oracle/ask.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/model.h"
#include "tests/oracle/tally.h"

namespace acl::concurrency {
namespace {

// The resident memory of this process.
int64_t MebibytesInMemory() {
  std::ifstream file("/proc/self/statm");
  int64_t all = 0;
  int64_t resident = 0;
  file >> all >> resident;
  return resident * 4096 / (1024 * 1024);
}

struct Held {
  Snapshot snapshot;
  oracle::Model model;
};

// Takes one snapshot in each phase.
std::vector<Held> HoldARound(Workspace workspace, const Cycle& cycle) {
  std::vector<Held> held;
  for (size_t phase = 0; phase < cycle.size(); ++phase) {
    const Snapshot snapshot = *workspace.TakeSnapshot();
    held.push_back({snapshot, cycle.ModelAt(snapshot.Token()->revision)});
    EXPECT_TRUE(workspace.Apply(Actor::System(), {cycle.ChangeOf(phase)}).ok());
  }
  return held;
}

// Asks the snapshots everything, repeatedly, until the time is over and each
// has been asked.
compare::Tally AskAll(const std::vector<Held>& held, uint64_t seed,
                      absl::Time end) {
  const compare::Names names = {Subjects(), Resources()};
  compare::Random random(seed);
  compare::Tally tally;
  do {
    for (const Held& one : held) {
      compare::AskEverything(one.snapshot, one.model, names, {}, &random,
                             &tally);
      if (tally.difference()) return tally;
    }
  } while (absl::Now() < end);
  return tally;
}

TEST(HeldSnapshots, AnswerEverythingAsAtTheirRevisionsWhileAWriterGoesOn) {
  Engine engine;
  const Cycle& cycle = LongCycle();
  const Workspace workspace = cycle.Start(&engine);
  const std::vector<Held> held = HoldARound(workspace, cycle);
  CycleWriter writer(workspace, cycle);
  writer.AwaitChanges(100);
  const int64_t memory = MebibytesInMemory();
  const absl::Time end = absl::Now() + absl::Seconds(StressSeconds());
  std::vector<compare::Tally> tallies(2);
  std::vector<std::thread> readers;
  for (size_t i = 0; i < tallies.size(); ++i) {
    readers.emplace_back([&, i] { tallies[i] = AskAll(held, i, end); });
  }
  for (std::thread& reader : readers) reader.join();
  writer.Stop();
  const int64_t growth = MebibytesInMemory() - memory;
  EXPECT_TRUE(writer.fine());
  for (const compare::Tally& tally : tallies) {
    EXPECT_GT(tally.total(), 0);
    if (tally.difference()) ADD_FAILURE() << ToString(*tally.difference());
  }
  const MemoryUsage usage = workspace.MemoryUsage();
  const uint64_t in_use = usage.total() - usage.unused - usage.old_versions;
  std::cout << tallies[0].total() + tallies[1].total() << " answers of "
            << held.size() << " snapshots while " << writer.changes()
            << " changes were made; memory grew by " << growth
            << " MiB; old versions " << usage.old_versions / 1024
            << " KiB, the present one " << in_use / 1024 << " KiB\n";
  EXPECT_GE(writer.changes(), 10 * cycle.size());
  // At most one old copy of everything for each snapshot, plus what waits for
  // the next round of reclamation.
  EXPECT_LE(usage.old_versions, held.size() * in_use + 400 * 1024u);
  // Held snapshots keep only what they need, not every revision since, which
  // would take far more memory. (A reader that waits for a core in the middle
  // of a question keeps some megabytes for a moment.)
  if (!kThreadSanitizer && !kAddressSanitizer) {
    EXPECT_LE(growth, 256);
  }
}

}  // namespace
}  // namespace acl::concurrency
