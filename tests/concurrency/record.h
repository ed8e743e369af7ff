// Carries out the part of one thread in a history, and records what it was
// answered and when.
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

// One time for all threads.
class Clock {
 public:
  uint64_t Tick() { return ticks_.fetch_add(1, kOrder); }

 private:
  // ThreadSanitizer would take an ordering clock for one that keeps the threads
  // apart, and see no race. (On x86 the instruction is the same.)
  static constexpr std::memory_order kOrder =
      kThreadSanitizer ? std::memory_order_relaxed : std::memory_order_seq_cst;

  std::atomic<uint64_t> ticks_{0};
};

// A refusal without its Status, which threads should not share.
struct Refused {
  std::string text;  // as compare::TextOf()
  Fault fault = v1::FAULT_UNSPECIFIED;
};

// The handles of the pairs of a kFind, nullopt for NotFound.
using Found = std::vector<
    std::pair<std::optional<SubjectHandle>, std::optional<ResourceHandle>>>;

using Answer =
    std::variant<std::monostate, Refused, Receipt, std::vector<RoleAnswer>,
                 std::vector<bool>, Explanation, std::vector<PrincipalRole>,
                 std::vector<ResourceRole>, Found>;

// One call with its answer. It was invoked at `begin` and returned at `end`.
struct Record {
  const Step* step = nullptr;
  size_t thread = 0;
  uint64_t begin = 0;
  uint64_t end = 0;
  std::optional<Revision> expected;  // kChange: the revision it was to be at
  std::optional<Revision> revision;  // that the answer names, if any
  Answer answer;
};

// What all threads know before the history begins.
struct Known {
  Revision revision = 0;
  std::vector<Role> roles;              // of Roles(), in rising order
  std::vector<SubjectHandle> subjects;  // the default handle for nobody
  std::vector<ResourceHandle> resources;
  std::vector<GroupHandle> groups;

  static Known Of(const Workspace& workspace);
};

// One thread in one history.
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

  // Calls, with the clock read before and after.
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
  std::vector<SubjectHandle> subjects_;  // to ask with; some of them stale
  std::vector<ResourceHandle> resources_;
  std::optional<Snapshot> held_;
  RevisionToken seen_;  // the latest revision that any answer named
};

// For people: the record in a line or two.
std::string ToString(const Record& record, const Known& known);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_RECORD_H_
