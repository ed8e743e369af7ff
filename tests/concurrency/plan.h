// What happens in one concurrent history: a small world, and what each thread
// does to it or asks of it. The same for the same seed; how the threads
// interleave is not in it.
#ifndef TESTS_CONCURRENCY_PLAN_H_
#define TESTS_CONCURRENCY_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "acl/base/reference.h"
#include "acl/share/change.h"
#include "acl/store/settings.h"
#include "tests/oracle/history.h"
#include "tests/oracle/model.h"

namespace acl::concurrency {

// The names of every world. Three users, a service account, its key, and the
// first user by e-mail; two resources; two groups.
const std::vector<compare::Caller>& Subjects();
const std::vector<ResourceId>& Resources();
const std::vector<std::string>& Groups();
const std::vector<std::string>& Roles();  // the ladder
const WorkspaceSettings& Settings();

// A question's subject and resource, as places in the lists above.
struct Pair {
  size_t subject;
  size_t resource;
};

enum class StepKind {
  kChange,
  // Questions of the latest revision or of the held snapshot.
  kRole,
  kRoleByHandle,
  kCheck,
  kCheckMany,
  kRolesByHandle,
  kExplain,
  kListResources,
  kListPrincipals,
  kToken,
  // Snapshots. The thread holds one at a time.
  kHold,         // of the latest revision
  kHoldAtLeast,  // at least as fresh as anything that the thread has seen
  kFind,         // the pairs' handles in the held snapshot, to ask with later
};

enum class Pause { kNone, kYield, kSpin };

struct Step {
  StepKind kind = StepKind::kToken;
  Pause pause = Pause::kNone;
  bool of_held = false;       // asks the held snapshot
  std::vector<Pair> pairs;    // what is asked
  size_t role = 0;            // kCheck, kExplain, lists: a place in Roles()
  compare::Call call;         // kChange
  bool expects_seen = false;  // kChange: the revision that the thread saw last
};

using Script = std::vector<Step>;

// A world that a history begins with.
struct Start {
  std::vector<Change> changes;
  oracle::State state;
};
const std::vector<Start>& Starts();

// How the engine is set up.
enum class EngineKind {
  kQuiet,
  kRestless,  // an observer that yields in the middle of reads and writes
  kCapped,    // the same, and snapshots are soon pushed out
};
constexpr size_t kEngineKinds = 3;
inline EngineKind EngineKindOf(uint64_t seed) {
  return static_cast<EngineKind>(seed % kEngineKinds);
}

// One or two writers, the others are readers.
constexpr size_t kThreads = 4;

struct Plan {
  uint64_t seed = 0;
  const Start* start = nullptr;
  // Revisions that are taken before it begins, so that the store comes to tidy
  // up at any point of a history.
  size_t head_start = 0;
  std::vector<Script> scripts;  // one for each thread
};

Plan MakePlan(uint64_t seed);

// For people: one step.
std::string ToString(const Step& step);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_PLAN_H_
