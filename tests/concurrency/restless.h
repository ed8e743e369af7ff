// Lets other threads go on in the middle of a read or a write.
#ifndef TESTS_CONCURRENCY_RESTLESS_H_
#define TESTS_CONCURRENCY_RESTLESS_H_

#include <cstdint>
#include <thread>
#include <vector>

#include "acl/engine.h"

namespace acl::concurrency {

// Yields one time in so many. Threads share nothing here.
inline void YieldSometimes(uint32_t one_in) {
  thread_local uint32_t random = 2463534242;
  random ^= random << 13;
  random ^= random >> 17;
  random ^= random << 5;
  if (random % one_in == 0) std::this_thread::yield();
}

// A question is stopped when it is decided and before it is answered, also
// between those of a batch; a change when it is published and has not returned.
class Restless : public Observer {
 public:
  void OnDecision(absl::string_view, Revision, bool) override {
    YieldSometimes(8);
  }
  void OnChange(absl::string_view, const Actor&, const std::vector<Change>&,
                const ChangeOptions&, const Receipt&) override {
    YieldSometimes(2);
  }
  void OnRefusal(absl::string_view, const Actor&, const std::vector<Change>&,
                 const absl::Status&) override {
    YieldSometimes(4);
  }
};

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_RESTLESS_H_
