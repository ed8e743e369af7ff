// What is true at each revision of a history, according to the oracle.
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

// An answer, in indexes into the lists of plan.h.
struct Expected {
  size_t level = 0;  // 0 for none, else an index into Roles() plus 1
  SourceKind witness = SourceKind::kNone;
  size_t group = 0;  // if the witness is a group: an index into Groups()
};

// The life of each thing: 0 if it does not exist, else the number of its life.
// A thing that is removed and added again has a new life, and a handle belongs
// to one life.
struct Lives {
  std::vector<int> subjects;
  std::vector<int> resources;
  std::vector<int> groups;
};

class Timeline {
 public:
  // Starts with the contents of the model.
  explicit Timeline(oracle::Model first);

  Revision first() const { return models_.front().revision(); }
  Revision last() const { return models_.back().revision(); }

  // The model's answer to a call at an existing revision. Changes nothing;
  // ignores `dry_run` and the request id of the call.
  std::variant<oracle::Receipt, oracle::Fault> Try(
      Revision revision, const compare::Call& call,
      const std::optional<Revision>& expected);

  // Adds the revision that an accepted call leads to. Returns false if the
  // model refuses the call, or thinks that it changes nothing.
  bool Add(const compare::Call& call, oracle::Receipt* receipt);

  const oracle::Model& At(Revision revision) const {
    return models_[revision - first()];
  }
  const Lives& LivesAt(Revision revision) const {
    return lives_[revision - first()];
  }
  const Expected& RoleAt(Revision revision, const Pair& pair);

 private:
  // The lives after a call that led to the last of the models.
  Lives NextLives(const compare::Call& call);

  std::vector<oracle::Model> models_;
  std::vector<Lives> lives_;
  Lives lived_;  // the most recent life of each
  std::vector<std::vector<std::optional<Expected>>> roles_;  // asked so far
};

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_TIMELINE_H_
