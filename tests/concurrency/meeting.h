// A reusable barrier, where threads wait for one another.
#ifndef TESTS_CONCURRENCY_MEETING_H_
#define TESTS_CONCURRENCY_MEETING_H_

#include <atomic>
#include <cstdint>
#include <thread>

namespace acl::concurrency {

class Meeting {
 public:
  explicit Meeting(int size) : size_(size) {}

  // Returns once all threads have arrived. They leave within a few microseconds
  // of each other, as far as there are cores, because none of them sleeps.
  void Await() {
    const uint64_t meeting = meetings_.load();
    if (here_.fetch_add(1) + 1 == size_) {
      here_.store(0);
      meetings_.fetch_add(1);
      return;
    }
    while (meetings_.load() == meeting) std::this_thread::yield();
  }

 private:
  const int size_;
  std::atomic<int> here_{0};
  std::atomic<uint64_t> meetings_{0};
};

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_MEETING_H_
