// The new enemy: someone who is removed from a group before something is shared
// with it, or added after it was unshared, and so must never have access.
#ifndef TESTS_CONCURRENCY_NEW_ENEMY_H_
#define TESTS_CONCURRENCY_NEW_ENEMY_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace acl::concurrency {

// How the enemy belongs to the group.
enum class Way { kAsMember, kThroughAGroup };

struct NewEnemyCounts {
  uint64_t changes = 0;
  uint64_t answers = 0;
  uint64_t beside = 0;  // a change returned while it was asked
  uint64_t shared = 0;  // from revisions at which the group had the resource
  uint64_t let_in = 0;  // gave the enemy a role
  uint64_t wrong = 0;   // anything else that was wrong
  std::string first;    // the first let in, or else the first wrong

  std::string ToString() const;
};

// A writer repeats this, forwards and backwards, without pause:
//
//   take the enemy out of the group; share the resource with the group
//   unshare it from the group; put the enemy into it
//
// Meanwhile, readers ask in every way about the enemy and about a friend, who
// stays in the group. Ends after `duration`; if `until_let_in`, also once the
// enemy is let in.
NewEnemyCounts StressNewEnemy(Way way, absl::Duration duration,
                              bool until_let_in);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_NEW_ENEMY_H_
