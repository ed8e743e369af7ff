// Runs one thread's part of a history, and records its answers with their
// times.
#ifndef TESTS_CONCURRENCY_RECORD_H_
#define TESTS_CONCURRENCY_RECORD_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "acl/engine.h"
#include "tests/concurrency/plan.h"
#include "tests/concurrency/scale.h"

namespace acl::concurrency {

// One logical clock for all threads.
class Clock {
 public:
  uint64_t Tick() { return ticks_.fetch_add(1, kOrder); }

 private:
  // With an ordering clock, ThreadSanitizer would consider the threads
  // synchronised and see no race. (On x86 the instruction is the same.)
  static constexpr std::memory_order kOrder =
      kThreadSanitizer ? std::memory_order_relaxed : std::memory_order_seq_cst;

  std::atomic<uint64_t> ticks_{0};
};

// A refusal without its Status, which threads had better not share.
struct Refused {
  std::string text;  // as compare::TextOf()
  Fault fault = v1::FAULT_UNSPECIFIED;
};

// The handles for the pairs of a kFind; nullopt for NotFound.
using Found = std::vector<
    std::pair<std::optional<SubjectHandle>, std::optional<ResourceHandle>>>;

using Answer =
    std::variant<std::monostate, Refused, Receipt, std::vector<RoleAnswer>,
                 std::vector<bool>, Explanation, std::vector<PrincipalRole>,
                 std::vector<ResourceRole>, Found>;

// One call with its answer, invoked at time `begin` and returned at time `end`.
struct Record {
  const Step* step = nullptr;
  size_t thread = 0;
  uint64_t begin = 0;
  uint64_t end = 0;
  std::optional<Revision> expected;  // kChange: the expected revision
  std::optional<Revision> revision;  // named by the answer, if any
  Answer answer;
};

// What all threads know when the history begins.
struct Known {
  Revision revision = 0;
  std::vector<Role> roles;              // of Roles(), in ascending order
  std::vector<SubjectHandle> subjects;  // default if there is none
  std::vector<ResourceHandle> resources;
  std::vector<GroupHandle> groups;

  static Known Of(const Workspace& workspace);
};

// One thread of one history.
class Recorder {
 public:
  Recorder(Workspace workspace, const Known& known, size_t thread,
           Clock* clock);

  // Appends one record for each step.
  void Run(const Script& script, std::vector<Record>* records);

 private:
  void Perform(const Step& step, Record* record);
  void Change(const Step& step, Record* record);
  void Role(const Step& step, const Reader& reader, Record* record);
  void Check(const Step& step, const Reader& reader, Record* record);
  void CheckMany(const Step& step, const Reader& reader, Record* record);
  void RolesByHandle(const Step& step, const Reader& reader, Record* record);
  void Explain(const Step& step, const Reader& reader, Record* record);
  void ListResources(const Step& step, const Reader& reader, Record* record);
  void ListPrincipals(const Step& step, const Reader& reader, Record* record);
  void Token(const Reader& reader, Record* record);
  void Hold(const Step& step, Record* record);
  void Find(const Step& step, Record* record);

  // Makes the call, and reads the clock before and after it.
  template <class Call>
  auto Timed(Record* record, const Call& call) {
    record->begin = clock_.Tick();
    auto result = call();
    record->end = clock_.Tick();
    return result;
  }

  Workspace workspace_;
  const size_t thread_;
  Clock& clock_;
  std::vector<SubjectHandle> subjects_;  // to ask with; some are stale
  std::vector<ResourceHandle> resources_;
  std::optional<Snapshot> held_;
  RevisionToken seen_;  // the latest revision that any answer named
};

// The record in a line or two, for people.
std::string ToString(const Record& record, const Known& known);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_RECORD_H_
