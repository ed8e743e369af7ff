// Progress reporting for long operations. Part of the public API.
#ifndef ACL_BASE_PROGRESS_H_
#define ACL_BASE_PROGRESS_H_

#include <cstdint>
#include <functional>

namespace acl {

// Called from time to time, on the thread that does the work; may be null.
// `total` is 0 if it is not known.
using ProgressSink = std::function<void(uint64_t done, uint64_t total)>;

}  // namespace acl

#endif  // ACL_BASE_PROGRESS_H_
