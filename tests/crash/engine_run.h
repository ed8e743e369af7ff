// Runs an engine in a folder, records what its callers were told at every
// moment, and checks that an engine that opens what a crash left honours it.
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

// A call that was made with a request id.
struct MadeRequest {
  std::string id;
  std::vector<Change> changes;
  size_t state = 0;  // the state that it led to
  Revision revision = 0;
};

// The states of a run, obtained from an in-memory engine that makes the same
// calls.
struct EngineHistory {
  std::vector<std::string> states = {""};  // as text; the first is empty
  std::vector<MadeRequest> requests;
};

// The range of states that may be recovered.
struct AllowedStates {
  size_t first = 0;
  size_t last = 0;
};

struct EngineRunOptions {
  uint64_t seed = 1;
  Durability durability = Durability::kDisk;
  bool keep_history = true;
};

// Opens a folder and makes random shares, unshares and membership changes,
// including repeated and refused requests. In between it writes a checkpoint,
// opens the folder again, imports, and writes checkpoints that remove old
// files; at the end it closes the folder.
class EngineRun {
 public:
  EngineRun(const EngineRunOptions& options, MemoryFiles* files);

  void Run();

  const EngineHistory& history() const { return history_; }
  // Describes a call whose answer differed from the in-memory engine's; empty:
  // none.
  const std::string& broken() const { return broken_; }

  // The states allowed if the power is cut now. May be called by a schedule.
  AllowedStates AfterPowerCut() const;
  AllowedStates AfterKill() const;

 private:
  using Call = std::function<absl::Status(Engine*)>;

  bool Open();
  // Makes the call in memory first, then in the folder.
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
  size_t durable_ = 0;  // the last state that survives a power cut
  int users_ = 0;
  std::string broken_;
};

struct EngineCrashOptions {
  EngineRunOptions run;
  ImageOptions images;
  // Cuts the power again at each step of opening one in this many images.
  uint64_t again_one_in = 64;
  // When the process is killed, a write in flight is cut at every multiple of
  // this many bytes.
  size_t kill_stride = 97;
};

// Checks every power cut and every kill of such a run.
CrashCount CrashEngineEverywhere(const EngineCrashOptions& options);

}  // namespace acl

#endif  // TESTS_CRASH_ENGINE_RUN_H_
