// Lets other threads run in the middle of a read or a write.
#ifndef TESTS_CONCURRENCY_RESTLESS_H_
#define TESTS_CONCURRENCY_RESTLESS_H_

#include <cstdint>
#include <thread>
#include <vector>

#include "acl/engine.h"

namespace acl::concurrency {

// Yields once in `one_in` calls on average. The threads share nothing here.
inline void YieldSometimes(uint32_t one_in) {
  thread_local uint32_t random = 2463534242;
  random ^= random << 13;
  random ^= random >> 17;
  random ^= random << 5;
  if (random % one_in == 0) std::this_thread::yield();
}

// Interrupts a question after it is decided and before it returns, also between
// the questions of a batch, and a change after it is published and before it
// returns.
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
