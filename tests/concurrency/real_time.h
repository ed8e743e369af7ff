// The revisions that a call may have seen, according to real time.
#ifndef TESTS_CONCURRENCY_REAL_TIME_H_
#define TESTS_CONCURRENCY_REAL_TIME_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "acl/base/revision.h"
#include "tests/concurrency/record.h"

namespace acl::concurrency {

class RealTime {
 public:
  explicit RealTime(Revision first) : first_(first) {}

  // First, add all events: a change took its revision, a call saw one.
  void Took(const Record& record, Revision revision) {
    taken_.push_back({record.begin, revision});
    Saw(record, revision);
  }
  void Saw(const Record& record, Revision revision) {
    seen_.push_back({record.end, revision});
  }
  // Then call this once.
  void Sort() {
    for (std::vector<Event>* events : {&taken_, &seen_}) {
      std::sort(events->begin(), events->end(),
                [](const Event& a, const Event& b) { return a.at < b.at; });
      Revision highest = first_;
      for (Event& event : *events) {
        event.revision = highest = std::max(highest, event.revision);
      }
    }
  }

  // The highest revision that some call had taken or seen and returned before
  // this one was invoked. A read must not be older, and a change must be newer.
  Revision Earliest(const Record& record) const {
    return HighestBefore(record.begin, seen_);
  }
  // The highest revision whose change was invoked before this call returned.
  Revision Latest(const Record& record) const {
    return HighestBefore(record.end, taken_);
  }

 private:
  struct Event {
    uint64_t at;
    Revision revision;  // after Sort(): the highest so far
  };

  Revision HighestBefore(uint64_t at, const std::vector<Event>& events) const {
    const auto next = std::partition_point(
        events.begin(), events.end(),
        [at](const Event& event) { return event.at < at; });
    return next == events.begin() ? first_ : std::prev(next)->revision;
  }

  const Revision first_;
  std::vector<Event> taken_;
  std::vector<Event> seen_;
};

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_REAL_TIME_H_
