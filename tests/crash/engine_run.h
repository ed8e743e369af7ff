// A run of an engine in a folder, what its callers were told at every moment,
// and whether an engine that opens what a crash leaves keeps to it.
#ifndef TESTS_CRASH_ENGINE_RUN_H_
#define TESTS_CRASH_ENGINE_RUN_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "acl/engine.h"
#include "tests/crash/crash_count.h"
#include "tests/journal/memory_files.h"

namespace acl {

// A call that was made under a request id.
struct MadeRequest {
  std::string id;
  std::vector<Change> changes;
  size_t state = 0;  // the one that it led to
  Revision revision = 0;
};

// What a run has gone through, as an engine in memory alone has it that does
// the same.
struct EngineHistory {
  std::vector<std::string> states = {""};  // in words; the first is nothing
  std::vector<MadeRequest> requests;
};

// Which of the states may be there.
struct AllowedStates {
  size_t first = 0;
  size_t last = 0;
};

struct EngineRunOptions {
  uint64_t seed = 1;
  Durability durability = Durability::kDisk;
  bool keep_history = true;
};

// Opens a folder, shares, unshares and changes memberships by chance, with
// repeated and refused requests among it, a checkpoint, another opening, an
// import, checkpoints that remove what is of no more use, and the end.
class EngineRun {
 public:
  EngineRun(const EngineRunOptions& options, MemoryFiles* files);

  void Run();

  const EngineHistory& history() const { return history_; }
  // Words for a call that answered otherwise than in memory; empty: none.
  const std::string& broken() const { return broken_; }

  // What is allowed if the machine ends now, for a schedule to ask.
  AllowedStates AfterPowerCut() const;
  AllowedStates AfterKill() const;

 private:
  using Call = std::function<absl::Status(Engine*)>;

  bool Open();
  // Makes the call in memory, then in the folder.
  void Do(const Call& call);
  void Apply(const Actor& actor, std::vector<Change> changes,
             const std::string& request_id = "");
  void Request(const std::string& id, std::vector<Change> changes);
  void Checkpoint();
  void DoSome(int count);
  void Import();

  const EngineRunOptions options_;
  MemoryFiles& files_;
  std::mt19937_64 random_;
  Engine memory_;
  std::unique_ptr<Engine> engine_;
  EngineHistory history_;
  uint64_t incarnations_ = 0;
  uint64_t memory_incarnations_ = 0;
  size_t told_ = 0;     // the last state that a caller was told of
  size_t durable_ = 0;  // the last one that no power cut takes
  int users_ = 0;
  std::string broken_;
};

struct EngineCrashOptions {
  EngineRunOptions run;
  ImageOptions images;
  // One image in so many is opened with the power going at each step of that.
  uint64_t again_one_in = 64;
  // One write in flight in so many bytes is cut when the process is killed.
  size_t kill_stride = 97;
};

// Every power cut and every kill of such a run.
CrashCount CrashEngineEverywhere(const EngineCrashOptions& options);

}  // namespace acl

#endif  // TESTS_CRASH_ENGINE_RUN_H_
