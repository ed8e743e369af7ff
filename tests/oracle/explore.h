// Runs every history of a given length. Each step is run once for all histories
// that begin with it.
#ifndef TESTS_ORACLE_EXPLORE_H_
#define TESTS_ORACLE_EXPLORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "acl/reader.h"
#include "acl/store/state.h"
#include "tests/oracle/model.h"
#include "tests/oracle/tally.h"
#include "tests/oracle/vocabulary.h"

namespace acl::compare {

struct ExploreOptions {
  size_t depth = 2;  // at least 2
  // Histories are grouped by their first two calls. Runs one in `slice` of
  // these groups, and of those the ones that belong to this part.
  size_t slice = 1;
  size_t part = 0;
  size_t parts = 1;
  // After each call, compares everything that can be asked, not only roles.
  bool ask_everything = false;
  // Skips the continuations of a call that left nothing behind: they are the
  // same as those of the shorter history without it.
  bool skip_idle = false;
};

class Explorer {
 public:
  Explorer(const Vocabulary& vocabulary, const ExploreOptions& options,
           Tally* tally);

  // Runs up to the first difference.
  void Run();

  // How many histories were run, were skipped, and are in this part.
  uint64_t histories() const { return histories_; }
  uint64_t skipped() const { return skipped_; }
  uint64_t expected() const;
  // How many calls were made, and how many of them changed something.
  uint64_t steps() const { return steps_; }
  uint64_t changes() const { return changes_; }

 private:
  // A call, as the engine and as the oracle take it.
  struct Word {
    const Call* call;
    oracle::Actor actor;
    std::vector<oracle::Change> changes;
    oracle::Options options;
  };
  // The state that a history has reached.
  struct Point {
    std::shared_ptr<const State> engine;
    oracle::Model oracle;
  };

  Point Beginning() const;
  bool IsMine(size_t group) const;
  // The number of histories in this part whose first `depth` calls have this
  // number.
  uint64_t CountFrom(size_t number, size_t depth) const;
  void From(const Point& at, size_t depth, size_t number);
  // Makes one call on both, and compares the results.
  Point Step(const Point& at, const Word& word);
  void Ask(const Point& at, size_t seed);
  void Describe(const Point& before, Difference* difference) const;

  const Vocabulary& vocabulary_;
  const ExploreOptions options_;
  Tally& tally_;
  std::vector<Word> words_;
  std::vector<const Word*> path_;
  uint64_t histories_ = 0;
  uint64_t skipped_ = 0;
  uint64_t steps_ = 0;
  uint64_t changes_ = 0;
};

}  // namespace acl::compare

#endif  // TESTS_ORACLE_EXPLORE_H_
