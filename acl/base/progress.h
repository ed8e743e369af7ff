// How long work tells how far it is. Part of the public API.
#ifndef ACL_BASE_PROGRESS_H_
#define ACL_BASE_PROGRESS_H_

#include <cstdint>
#include <functional>

namespace acl {

// Called now and then, from the thread that works; may be null. Where the total
// is not known it is 0.
using ProgressSink = std::function<void(uint64_t done, uint64_t total)>;

}  // namespace acl

#endif  // ACL_BASE_PROGRESS_H_
