// The new enemy: someone who is put out before something is shared with the
// group, or comes to the group after it was unshared, and must never see it.
#ifndef TESTS_CONCURRENCY_NEW_ENEMY_H_
#define TESTS_CONCURRENCY_NEW_ENEMY_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace acl::concurrency {

// How the enemy is in the group.
enum class Way { kAsMember, kThroughAGroup };

struct NewEnemyCounts {
  uint64_t changes = 0;
  uint64_t answers = 0;
  uint64_t beside = 0;  // a change returned between question and answer
  uint64_t shared = 0;  // of revisions at which the group had the resource
  uint64_t let_in = 0;  // the enemy had a role
  uint64_t wrong = 0;   // or anything else was wrong
  std::string first;    // of the one, or else of the other

  std::string ToString() const;
};

// A writer goes round flat out, in both directions:
//
//   take the enemy out of the group; share the resource with the group
//   unshare it from the group; put the enemy into it
//
// Readers ask meanwhile in every way, and a friend, who stays in the group, is
// asked about as well. Ends after `duration`, or once the enemy is in if
// `until_let_in`.
NewEnemyCounts StressNewEnemy(Way way, absl::Duration duration,
                              bool until_let_in);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_NEW_ENEMY_H_
