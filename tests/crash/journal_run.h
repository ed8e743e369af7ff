// Runs a journal with checkpoints, records what it has promised at every
// moment, and checks that a disk keeps the promises.
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

// What the journal's callers know.
struct Promises {
  // Records that callers were told are accepted, in order.
  std::vector<std::string> accepted;
  // Records that were taken but not settled, or whose outcome is unknown, batch
  // by batch.
  std::vector<std::vector<std::string>> open;
};

// Opens the journal in `files` as the next process would, and reads all of it.
// Then adds one more record and checks that it is there. Describes the promise
// that the disk breaks; empty: none.
std::string BrokenPromise(const Promises& promises, MemoryFiles* files);

struct RunOptions {
  uint64_t seed = 1;
  int steps = 12;  // actions
};

// Makes random actions: adds batches of records, writes checkpoints, removes
// files that are no longer needed, closes and reopens. File system steps are
// passed to `schedule`, which may call promises(): what must hold if the
// machine crashes there.
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
  // In addition, this step of the run fails, in this way. 0: none.
  uint64_t failing_step = 0;
  int error = 0;
  size_t written = 0;
  // Cuts the power again at each step of opening one in this many images.
  uint64_t again_one_in = 64;
};
// Checks every possible crash of such a run, and of opening what it leaves, on
// all images that the disk may hold.
CrashCount CrashEverywhere(const CrashOptions& options);
// The number of steps of a run in which nothing fails.
uint64_t StepsOf(const RunOptions& run);

}  // namespace acl

#endif  // TESTS_CRASH_JOURNAL_RUN_H_
