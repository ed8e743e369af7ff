// A point in a modified copy of an engine source where a test can let time
// pass. The engine itself has no such points; see the BUILD file.
#ifndef TESTS_CONCURRENCY_GAP_H_
#define TESTS_CONCURRENCY_GAP_H_

#include <functional>

namespace acl {

// Called by the copies. Does what the test has set; nothing by default.
void Gap();

namespace concurrency {

// Sets what Gap() does. REQUIRES: no copy can be inside Gap(), and `gap` may be
// called by many threads at once.
void SetGap(std::function<void()> gap);

}  // namespace concurrency
}  // namespace acl

#endif  // TESTS_CONCURRENCY_GAP_H_
