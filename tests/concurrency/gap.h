// A point in a changed copy of a source of the engine at which a test lets time
// pass. The engine itself has no such points: see the BUILD file.
#ifndef TESTS_CONCURRENCY_GAP_H_
#define TESTS_CONCURRENCY_GAP_H_

#include <functional>

namespace acl {

// Called by the copies. Does what the test wants it to; nothing by default.
void Gap();

namespace concurrency {

// Not while a copy may be in it. REQUIRES: `gap` can be called by many
// threads at once.
void SetGap(std::function<void()> gap);

}  // namespace concurrency
}  // namespace acl

#endif  // TESTS_CONCURRENCY_GAP_H_
