// A run of a journal with checkpoints, what it has promised at every moment,
// and whether a disk keeps the promises.
#ifndef TESTS_CRASH_JOURNAL_RUN_H_
#define TESTS_CRASH_JOURNAL_RUN_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "acl/journal/journal.h"
#include "tests/crash/crash_count.h"
#include "tests/journal/memory_files.h"

namespace acl {

// What callers know.
struct Promises {
  // Told that they are accepted, in their order.
  std::vector<std::string> accepted;
  // Taken and not settled, or said to be of unknown outcome; batch by batch.
  std::vector<std::vector<std::string>> open;
};

// Words for the promise that a disk breaks, or empty: opens the journal that
// `files` holds, as the next process would, and reads all of it. Goes on with a
// further record, which has to be there as well.
std::string BrokenPromise(const Promises& promises, MemoryFiles* files);

struct RunOptions {
  uint64_t seed = 1;
  int steps = 12;  // things to do
};

// Does by chance: batches of records, checkpoints, removing what is of no more
// use, closing and opening again. Steps of the file system pass `schedule`,
// which may look at promises(): what holds if the machine ends there.
class JournalRun {
 public:
  JournalRun(const RunOptions& options, MemoryFiles* files)
      : options_(options), files_(*files) {}

  void Run();
  const Promises& promises() const { return promises_; }

 private:
  bool Open();
  void PutBatch(int count);
  void Checkpoint();

  const RunOptions options_;
  MemoryFiles& files_;
  std::unique_ptr<Journal> journal_;
  Promises promises_;
  int next_ = 1;
};

struct CrashOptions {
  RunOptions run;
  ImageOptions images;
  // Besides: which step of the run fails, and how. 0: none.
  uint64_t failing_step = 0;
  int error = 0;
  size_t written = 0;
  // One image in so many is opened with the power going again at each step.
  uint64_t again_one_in = 64;
};
// Every crash of such a run, and of opening what it leaves: visits what the
// disk may hold.
CrashCount CrashEverywhere(const CrashOptions& options);
// How many steps a run has, when nothing fails.
uint64_t StepsOf(const RunOptions& run);

}  // namespace acl

#endif  // TESTS_CRASH_JOURNAL_RUN_H_
