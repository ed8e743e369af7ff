// What the oracle says was true at each revision of a history.
#ifndef TESTS_CONCURRENCY_TIMELINE_H_
#define TESTS_CONCURRENCY_TIMELINE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "acl/base/revision.h"
#include "acl/resolve/source.h"
#include "tests/concurrency/plan.h"
#include "tests/oracle/model.h"

namespace acl::concurrency {

// An answer in places of the lists of plan.h.
struct Expected {
  size_t level = 0;  // 0 for none, else a place in Roles() plus 1
  SourceKind witness = SourceKind::kNone;
  size_t group = 0;  // of a group's witness: a place in Groups()
};

// Which things there are: 0 for one that is not, else the number of its life.
// One that is removed and added again is in another life, and a handle belongs
// to one life.
struct Lives {
  std::vector<int> subjects;
  std::vector<int> resources;
  std::vector<int> groups;
};

class Timeline {
 public:
  // Begins with what the model holds.
  explicit Timeline(oracle::Model first);

  Revision first() const { return models_.front().revision(); }
  Revision last() const { return models_.back().revision(); }

  // What the model answers to a call at a revision that is there. Nothing is
  // changed; `dry_run` of the call and its request id don't matter.
  std::variant<oracle::Receipt, oracle::Fault> Try(
      Revision revision, const compare::Call& call,
      const std::optional<Revision>& expected);

  // Adds the revision that an accepted call leads to. False if the model
  // refuses it, or thinks that it changes nothing.
  bool Add(const compare::Call& call, oracle::Receipt* receipt);

  const oracle::Model& At(Revision revision) const {
    return models_[revision - first()];
  }
  const Lives& LivesAt(Revision revision) const {
    return lives_[revision - first()];
  }
  const Expected& RoleAt(Revision revision, const Pair& pair);

 private:
  // After a call that led to the last of the models.
  Lives NextLives(const compare::Call& call);

  std::vector<oracle::Model> models_;
  std::vector<Lives> lives_;
  Lives lived_;  // the last life of each
  std::vector<std::vector<std::optional<Expected>>> roles_;  // asked so far
};

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_TIMELINE_H_
