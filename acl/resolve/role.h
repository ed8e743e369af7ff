// The hot path: one effective role from two cache lines. Internal; the public
// interface is acl/engine.h.
#ifndef ACL_RESOLVE_ROLE_H_
#define ACL_RESOLVE_ROLE_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "acl/base/handle.h"
#include "acl/base/ladder.h"
#include "acl/directory/target_key.h"
#include "acl/resolve/effective.h"
#include "acl/resolve/subject.h"
#include "acl/store/grant_line.h"
#include "acl/store/key_match.h"
#include "acl/store/state.h"

namespace acl {

// The lines of a state that answer a question. Valid as long as the state.
struct RoleLines {
  const MemberLine* member;  // of the subject; an empty one if it has no role
  const GrantLine* grants;   // on the resource; empty ones if nobody has a role
  bool as_workspace_key;

  // Prefetches the lines.
  void Prefetch() const {
    __builtin_prefetch(member);
    __builtin_prefetch(grants);
  }
};

// The locations of the lines, found without reading them. Here and below,
// results are written in place: filling a struct field by field and copying it
// whole causes store-forwarding stalls.
struct RolePaths {
  decltype(Directory::members)::Path member;
  decltype(State::grants)::Path grants;
  bool as_workspace_key;

  // Prefetches what FindLines() reads.
  void Prefetch() const {
    member.Prefetch();
    grants.Prefetch();
  }
  void FindLines(RoleLines* lines) const {
    lines->member = &member.GetOrNone();
    lines->grants = &grants.GetOrNone();
    lines->as_workspace_key = as_workspace_key;
  }
};

// By number, which may be stale or unknown.
inline void FindPaths(const State& state, uint32_t principal, uint32_t resource,
                      RolePaths* paths) {
  paths->member = state.directory.members.PathTo(principal);
  paths->grants = state.grants.PathTo(resource);
  paths->as_workspace_key = false;
}
// For a subject and a resource that have been looked up, whether found or not.
void FindPaths(const State& state, const FoundSubject& subject,
               uint32_t resource, RolePaths* paths);
// By handle.
inline void FindPaths(const State& state, SubjectHandle subject,
                      ResourceHandle resource, RolePaths* paths) {
  if (resource.scope() != state.scope || subject.scope() != state.scope) {
    FindPaths(state, State::kNone, State::kNone, paths);
  } else if (IsKeyHandle(subject)) {
    FindPaths(state, FindKey(state, subject), resource.number(), paths);
  } else {
    FindPaths(state, subject.number(), resource.number(), paths);
  }
}

// The lines, in one step.
template <class Subject, class Resource>
RoleLines FindLines(const State& state, const Subject& subject,
                    Resource resource) {
  RolePaths paths;
  FindPaths(state, subject, resource, &paths);
  RoleLines lines;
  paths.FindLines(&lines);
  return lines;
}

// Of two grants of the same role, the subject's own comes before those of its
// direct groups, which are ordered by id.
struct BetterWitness {
  const Directory& directory;

  bool operator()(TargetKey a, TargetKey b) const;
};

// Whether something other than the subject's grants and the baseline decides.
// If so, the answer is in `found`, which has to be none before.
bool IsDecidedOtherwise(const State& state, const RoleLines& lines,
                        Effective* found);
inline bool IsDecided(const State& state, const RoleLines& lines,
                      Effective* found) {
  const MemberLine& member = *lines.member;
  const GrantLine& grants = *lines.grants;
  const bool grants_decide = member.is_plain() && grants.present() &&
                             grants.creator() != member.self() &&
                             state.directory.nested == 0;
  return !grants_decide && IsDecidedOtherwise(state, lines, found);
}

// The answer from the highest grant and the baseline, if nothing else decides.
// Branch-free: which of the two it is, is unpredictable.
inline void FromGrants(const RoleLines& lines, const HighestGrant& best,
                       const Ladder& ladder, Effective* found) {
  static constexpr SourceKind kKinds[] = {
      SourceKind::kNone,  SourceKind::kBaseline, SourceKind::kDirect,
      SourceKind::kGroup, SourceKind::kNone,     SourceKind::kBaseline,
      SourceKind::kKey,   SourceKind::kGroup};
  const uint32_t baseline = ladder.RankOfSlot(lines.grants->baseline());
  const auto by_grant = static_cast<uint32_t>(baseline <= best.rank);
  const TargetKey key = best.key & (0 - by_grant);
  const uint32_t rank = std::max(best.rank, baseline);
  const size_t kind = static_cast<size_t>(rank != 0) +
                      static_cast<size_t>(key != 0) + (key & 1) +
                      4 * static_cast<size_t>(lines.as_workspace_key);
  found->rank = rank;
  found->group = NumberOf(key) & (0 - (key & 1));
  found->witness = kKinds[kind];
}

// The same answer as Resolver::On(). O(groups of the subject * log(grants of
// the resource)); if the subject's groups are in other groups, plus the cost of
// following them.
void RoleOn(const State& state, const RoleLines& lines, Effective* found);

// RoleOn() for callers that do not need the witness.
inline Rank RankOn(const State& state, const RoleLines& lines) {
  Effective found;
  RoleOn(state, lines, &found);
  return static_cast<Rank>(found.rank);
}

// How many questions are processed together.
constexpr size_t kRoleBatch = 32;

// RoleOn() for up to kRoleBatch lines: calls give(number, Effective) for each,
// in no particular order. All vector searches run back to back.
template <class Give>
void RolesOn(const State& state, const RoleLines* lines, size_t count,
             const Give& give) {
  // Questions whose grants are inline are stored from the front, others from
  // the back.
  std::array<uint32_t, kRoleBatch> order;
  std::array<KeySearch, kRoleBatch> searches;
  size_t in_line = 0;
  size_t elsewhere = kRoleBatch;
  for (size_t i = 0; i < count; ++i) {
    Effective found;
    if (IsDecided(state, lines[i], &found)) {
      give(i, found);
    } else if (lines[i].grants->all_in_line()) {
      order[in_line] = static_cast<uint32_t>(i);
      lines[i].grants->Search(lines[i].member->keys(), &searches[in_line++]);
    } else {
      order[--elsewhere] = static_cast<uint32_t>(i);
      lines[i].grants->PrefetchTree();
    }
  }
  kKeyMatchMany(searches.data(), in_line);
  const Ladder& ladder = state.ladder();
  const BetterWitness better{state.directory};
  for (size_t k = 0; k < in_line; ++k) {
    const RoleLines& these = lines[order[k]];
    Effective found;
    FromGrants(these,
               these.grants->HighestInLine(searches[k].lanes, ladder, better),
               ladder, &found);
    give(order[k], found);
  }
  for (size_t k = elsewhere; k < kRoleBatch; ++k) {
    Effective found;
    RoleOn(state, lines[order[k]], &found);
    give(order[k], found);
  }
}

}  // namespace acl

#endif  // ACL_RESOLVE_ROLE_H_
