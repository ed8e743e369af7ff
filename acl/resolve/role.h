// The hot path: one effective role from two cache lines. Internal; the front
// door is acl/engine.h.
#ifndef ACL_RESOLVE_ROLE_H_
#define ACL_RESOLVE_ROLE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "acl/base/handle.h"
#include "acl/base/ladder.h"
#include "acl/base/reference.h"
#include "acl/resolve/effective.h"
#include "acl/resolve/subject.h"
#include "acl/store/state.h"

namespace acl {

// Where the answer to a question stands in a state. Valid as long as that is.
struct RoleLines {
  const MemberLine* member;  // null: the answer is none, the rest means nothing
  const GrantLine* grants;
  uint32_t principal;
  uint32_t resource;
  bool as_workspace_key;

  // Begins to load them into the cache.
  void Prefetch() const {
    __builtin_prefetch(member);
    __builtin_prefetch(grants);
  }
};

// The lines of what has been found already, or was not. The answer is none
// unless the subject is active.
RoleLines LinesOf(const State& state, const FoundSubject& subject,
                  uint32_t resource);

// Begins to load the way to them.
inline void PrefetchPaths(const State& state, SubjectHandle subject,
                          ResourceHandle resource) {
  state.directory.members.PrefetchPath(subject.number());
  state.grants.PrefetchPath(resource.number());
}

// Finds them without looking at them. What is stale or unknown gives none.
inline void FindLines(const State& state, uint32_t principal, uint32_t resource,
                      RoleLines* lines) {
  lines->principal = principal;
  lines->resource = resource;
  lines->as_workspace_key = false;
  lines->grants = state.grants.Get(resource);
  lines->member = lines->grants == nullptr
                      ? nullptr
                      : state.directory.members.Get(principal);
}
inline void FindLines(const State& state, SubjectHandle subject,
                      ResourceHandle resource, RoleLines* lines) {
  if (resource.scope() != state.scope || subject.scope() != state.scope) {
    lines->member = nullptr;
    lines->grants = nullptr;
  } else if (IsKeyHandle(subject)) {
    *lines = LinesOf(state, FindSubject(state, subject),
                     FindResource(state, resource));
  } else {
    FindLines(state, subject.number(), resource.number(), lines);
  }
}

// A question by id on its way to an answer, in steps: between them the memory
// that the next one looks at can be loaded for many questions at once.
class NamedQuestion {
 public:
  void Hash(const State& state, Kind kind, absl::string_view id,
            const ResourceRef& resource);
  // The steps until Find(), in this order. What is probably meant is loaded
  // before it is known whether it is.
  void PrefetchIndex(const State& state) const;
  void PrefetchPaths(const State& state);
  void PrefetchRows(const State& state) const;
  // The lines. MALFORMED or TYPE_UNKNOWN.
  absl::StatusOr<RoleLines> Find(const State& state, const Subject& subject,
                                 const ResourceRef& resource) const;

 private:
  uint64_t subject_ = 0;  // hashes
  uint64_t resource_ = 0;
  uint32_t principal_ = 0;  // guesses
  uint32_t number_ = 0;
};

// The same answer as Resolver::On(). O(groups of the subject * log(grants of
// the resource)); a subject whose groups are in groups costs following them.
// Written in place: what is handed back in parts and read as a whole stalls.
void RoleOn(const State& state, const RoleLines& lines, Effective* found);

// The same, where nobody asks for the witness.
inline Rank RankOn(const State& state, const RoleLines& lines) {
  Effective found;
  RoleOn(state, lines, &found);
  return static_cast<Rank>(found.rank);
}

}  // namespace acl

#endif  // ACL_RESOLVE_ROLE_H_
