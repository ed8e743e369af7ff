// The core: the maximum over all sources, and its witness. Pure functions of
// one state. Internal; the public interface is acl/engine.h.
#ifndef ACL_RESOLVE_EFFECTIVE_H_
#define ACL_RESOLVE_EFFECTIVE_H_

#include <cstdint>
#include <vector>

#include "acl/base/ladder.h"
#include "acl/directory/closure.h"
#include "acl/resolve/source.h"
#include "acl/resolve/subject.h"
#include "acl/store/grant_line.h"
#include "acl/store/state.h"

namespace acl {

// A role and its source.
struct Effective {
  uint32_t rank = 0;   // a Rank; a full word is faster to pass on than a byte
  uint32_t group = 0;  // its number, if the witness is a group
  SourceKind witness = SourceKind::kNone;
};

// A subject, or a group as the target of a share, with its groups resolved, to
// be asked about many resources. Valid as long as the state.
class Resolver {
 public:
  // REQUIRES: the subject is known.
  Resolver(const State& state, const FoundSubject& subject);
  // A principal or group as a target. A group's role is the maximum over its
  // own grant (reported as `direct`), its ancestors' grants and the baseline.
  Resolver(const State& state, TargetKey target);

  // The effective role on a resource that exists: none unless the subject's
  // standing is active. O(groups of the subject * log(grants of the resource)).
  Effective On(uint32_t resource) const {
    return On(*state_.grants.Get(resource));
  }
  Effective On(const GrantLine& grants) const;

  // Every source and its rank, whatever the standing: the highest role first,
  // and sources of one role in the order of the witness.
  std::vector<Effective> AllOn(uint32_t resource) const;

  // AllOn() as text, with paths: the sources that confer at least a given role.
  std::vector<Source> SourcesOn(uint32_t resource, Rank at_least = 1) const;

  const GroupClosure& groups() const { return groups_; }

 private:
  bool GroupBefore(const Reached& a, const Reached& b) const;

  template <class Visit>
  void VisitSources(const GrantLine& grants, const Visit& visit) const;

  const State& state_;
  const Standing standing_;
  const TargetKey self_;
  const bool workspace_admin_;
  const SourceKind own_kind_;
  const GroupClosure groups_;
};

}  // namespace acl

#endif  // ACL_RESOLVE_EFFECTIVE_H_
