// The plan of one concurrent history: a small world, and what each thread does
// to it or asks of it. The seed determines the plan, but not how the threads
// interleave.
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

// The names in every world: three users, a service account, its key, and the
// first user's e-mail address; two resources; two groups.
const std::vector<compare::Caller>& Subjects();
const std::vector<ResourceId>& Resources();
const std::vector<std::string>& Groups();
const std::vector<std::string>& Roles();  // the ladder
const WorkspaceSettings& Settings();

// The subject and the resource of a question, as indexes into the lists above.
struct Pair {
  size_t subject;
  size_t resource;
};

enum class StepKind {
  kChange,
  // Questions, at the latest revision or to the held snapshot.
  kRole,
  kRoleByHandle,
  kCheck,
  kCheckMany,
  kRolesByHandle,
  kExplain,
  kListResources,
  kListPrincipals,
  kToken,
  // Snapshots. A thread holds at most one at a time.
  kHold,         // takes a snapshot of the latest revision
  kHoldAtLeast,  // takes one at least as fresh as anything the thread has seen
  kFind,  // finds the pairs' handles in the snapshot, for later questions
};

enum class Pause { kNone, kYield, kSpin };

struct Step {
  StepKind kind = StepKind::kToken;
  Pause pause = Pause::kNone;
  bool of_held = false;       // asks the held snapshot
  std::vector<Pair> pairs;    // what is asked
  size_t role = 0;            // kCheck, kExplain, lists: an index into Roles()
  compare::Call call;         // kChange
  bool expects_seen = false;  // kChange: expects the last revision seen
};

using Script = std::vector<Step>;

// The world at the start of a history.
struct Start {
  std::vector<Change> changes;
  oracle::State state;
};
const std::vector<Start>& Starts();

// How the engine is configured.
enum class EngineKind {
  kQuiet,
  kRestless,  // with an observer that yields in the middle of reads and writes
  kCapped,    // the same, and snapshots are soon pushed out
};
constexpr size_t kEngineKinds = 3;
inline EngineKind EngineKindOf(uint64_t seed) {
  return static_cast<EngineKind>(seed % kEngineKinds);
}

// One or two of them are writers, the others readers.
constexpr size_t kThreads = 4;

struct Plan {
  uint64_t seed = 0;
  const Start* start = nullptr;
  // How many revisions are taken before the history begins, so that the store's
  // clean-up can happen at any point of it.
  size_t head_start = 0;
  std::vector<Script> scripts;  // one for each thread
};

Plan MakePlan(uint64_t seed);

// One step, for people.
std::string ToString(const Step& step);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_PLAN_H_
