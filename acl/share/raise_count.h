// How many effective roles a change would raise. Internal; the public interface
// is acl/engine.h.
#ifndef ACL_SHARE_RAISE_COUNT_H_
#define ACL_SHARE_RAISE_COUNT_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "acl/base/ladder.h"
#include "acl/resolve/effective.h"
#include "acl/share/patience.h"
#include "acl/store/state.h"

namespace acl {

// A number of effective roles, or a lower bound of it.
struct RaiseCount {
  uint64_t raises = 1;
  bool at_least = false;
};

// A set of marked numbers. Clearing takes time proportional to the marks.
class NumberMarks {
 public:
  explicit NumberMarks(uint32_t end) : bits_((uint64_t{end} + 63) / 64) {}
  bool Has(uint32_t number) const {
    return (bits_[number / 64] >> (number % 64) & 1) != 0;
  }
  // False if it was marked before.
  bool Mark(uint32_t number) {
    if (Has(number)) return false;
    bits_[number / 64] |= uint64_t{1} << (number % 64);
    marked_.push_back(number);
    return true;
  }
  // In the order in which they were marked.
  const std::vector<uint32_t>& marked() const { return marked_; }
  void Clear();

 private:
  std::vector<uint64_t> bits_;
  std::vector<uint32_t> marked_;
};

// Counts how many roles the remedies of one denial would raise, in one state.
// All counts share a budget of rows; each is at least 1, for the denied subject
// itself.
class RaiseCounter {
 public:
  // `sources` are those of the subject, a principal that exists and whose role
  // on the resource is below `asked`. All arguments must outlive this.
  RaiseCounter(const State& state, const Resolver& sources, TargetKey self,
               uint32_t resource, Rank asked, uint64_t row_budget,
               Patience* patience);

  // Grants the asked role to a group, or to everyone: counts the principals
  // whose role on the resource would rise.
  RaiseCount GrantToGroup(uint32_t group);
  RaiseCount GrantToAll();
  // Adds the subject to a group: counts the resources on which its role would
  // rise. REQUIRES: the subject is not in it.
  RaiseCount JoinGroup(uint32_t group);
  // Makes the subject's sources count again: counts the resources on which it
  // has a source.
  RaiseCount Revive();

 private:
  // False once the budget is used up or the caller has cancelled.
  bool Row();
  bool FindEnough();
  bool FindOldRanks();
  RaiseCount CountMembersBelow(uint32_t group);
  void CountGrantsOf(uint32_t group, uint64_t* raises);
  Rank OldRank(uint32_t resource) const;

  const State& state_;
  const Resolver& sources_;
  const TargetKey self_;
  const uint32_t resource_;
  const Rank asked_;
  uint64_t rows_left_;
  Patience& patience_;

  NumberMarks groups_, numbers_;  // for one count
  // Principals that already have the asked role; not set if there are too many.
  bool looked_for_enough_ = false;
  std::optional<NumberMarks> enough_;
  // Resources to which the subject's own sources, other than the baseline,
  // lead; not set if there are too many.
  bool looked_for_old_ranks_ = false;
  std::optional<absl::flat_hash_map<uint32_t, Rank>> old_ranks_;
  // Groups that have been counted.
  absl::flat_hash_map<uint32_t, RaiseCount> of_groups_;
};

}  // namespace acl

#endif  // ACL_SHARE_RAISE_COUNT_H_
