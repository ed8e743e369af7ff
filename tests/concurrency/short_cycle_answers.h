// The right answers at every revision of ShortCycle(), and every way to ask for
// them.
#ifndef TESTS_CONCURRENCY_SHORT_CYCLE_ANSWERS_H_
#define TESTS_CONCURRENCY_SHORT_CYCLE_ANSWERS_H_

#include <array>
#include <cstddef>
#include <vector>

#include "acl/engine.h"
#include "tests/concurrency/cycle.h"

namespace acl::concurrency {

class ShortCycleAnswers {
 public:
  enum Way {
    kByString,
    kByHandle,
    kBatch,
    kChecks,
    kExplanation,
    kSnapshot,  // all of these, in a snapshot
    kWays
  };

  explicit ShortCycleAnswers(const Workspace& workspace);

  // Asks about one user and resource, which change with `turn`. Sets
  // `*revision` to the revision that the answer names, and returns false if the
  // answer is wrong there.
  bool Ask(const Reader& reader, Way way, size_t turn,
           Revision* revision) const;
  // The same; the way changes with `turn` too.
  bool Ask(const Reader& reader, size_t turn) const;

 private:
  // Two users with two resources each.
  static constexpr size_t kPairs = 4;
  struct Expected {
    Role role;
    SourceKind witness;
    size_t level;
  };

  const Expected& At(Revision revision, size_t pair) const;
  bool Same(const RoleAnswer& answer, size_t pair) const;
  bool AskByString(const Reader& reader, size_t pair, Revision* revision) const;
  bool AskByHandle(const Reader& reader, size_t pair, Revision* revision) const;
  bool AskBatch(const Reader& reader, Revision* revision) const;
  bool AskChecks(const Reader& reader, Revision* revision) const;
  bool AskExplanation(const Reader& reader, size_t pair,
                      Revision* revision) const;
  bool AskSnapshot(const Reader& reader, size_t pair, Revision* revision) const;

  std::vector<std::array<Expected, kPairs>> phases_;
  std::array<HandleQuestion, kPairs> handles_;
};

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_SHORT_CYCLE_ANSWERS_H_
