// A round of changes that leads back to its start. A writer repeats it without
// pause, and everyone knows the state at every revision.
#ifndef TESTS_CONCURRENCY_CYCLE_H_
#define TESTS_CONCURRENCY_CYCLE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "acl/engine.h"
#include "tests/oracle/model.h"

namespace acl::concurrency {

class Cycle {
 public:
  // `setup` is applied as one change, then the changes of `round` one by one.
  // Each of these must change something, and all of them together nothing.
  // Aborts otherwise.
  Cycle(std::vector<Change> setup, std::vector<Change> round);

  // Adds a workspace to the engine, at the first revision of the first round.
  Workspace Start(Engine* engine) const;
  static constexpr Revision kFirst = 1;

  size_t size() const { return round_.size(); }
  // How many changes of its round have been made at this revision.
  size_t PhaseAt(Revision revision) const {
    return (revision - kFirst) % size();
  }
  // The change that leads from a phase to the next.
  const Change& ChangeOf(size_t phase) const { return round_[phase]; }
  // The workspace in a phase, at the first revision that it can have.
  const oracle::Model& ModelOf(size_t phase) const { return models_[phase]; }
  // The workspace at a revision.
  oracle::Model ModelAt(Revision revision) const;

 private:
  const std::vector<Change> setup_;
  const std::vector<Change> round_;
  std::vector<oracle::Model> models_;  // by phase
};

// Two dozen changes of all kinds, to the names in plan.h.
const Cycle& LongCycle();

// Changes of grants, of a membership and of a lock, all of which leave handles
// valid.
const Cycle& ShortCycle();

// Repeats the rounds of changes on a workspace until it is destroyed.
class CycleWriter {
 public:
  // Starts at the workspace's current revision.
  CycleWriter(Workspace workspace, const Cycle& cycle);
  ~CycleWriter() { Stop(); }
  CycleWriter(const CycleWriter&) = delete;
  CycleWriter& operator=(const CycleWriter&) = delete;

  void Stop();
  // How many changes have returned so far.
  uint64_t changes() const { return changes_.load(); }
  // Waits until this many more changes have returned, or until the writer has
  // ended.
  void AwaitChanges(uint64_t more) const;
  // False once a change was refused or had an unexpected revision. The writer
  // has then ended.
  bool fine() const { return fine_.load(); }

 private:
  void Run(Workspace workspace, Revision revision, const Cycle& cycle);

  std::atomic<bool> stop_{false};
  std::atomic<bool> fine_{true};
  std::atomic<uint64_t> changes_{0};
  std::thread thread_;
};

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_CYCLE_H_
