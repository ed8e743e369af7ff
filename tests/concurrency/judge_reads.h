// Whether the answers to the questions in a concurrent history are right.
#ifndef TESTS_CONCURRENCY_JUDGE_READS_H_
#define TESTS_CONCURRENCY_JUDGE_READS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "acl/engine.h"
#include "tests/concurrency/judge.h"
#include "tests/concurrency/plan.h"
#include "tests/concurrency/real_time.h"
#include "tests/concurrency/record.h"
#include "tests/concurrency/timeline.h"

namespace acl::concurrency {

// Records which life of which thing each handle stands for, as far as it was
// seen. Each handle belongs to one life, and each life to one handle.
class Handles {
 public:
  Handles(const Known& known, const Timeline& timeline);

  // Returns false if this contradicts what was seen before. `place` is an index
  // into the lists of plan.h; `life` is not 0.
  bool See(SubjectHandle handle, size_t place, int life);
  bool See(ResourceHandle handle, size_t place, int life);
  bool See(GroupHandle handle, size_t place, int life);

 private:
  template <class H>
  struct Entry {
    H handle;
    size_t place;
    int life;
  };
  template <class H>
  static bool SeeIn(std::vector<Entry<H>>* seen, Entry<H> entry);

  std::vector<Entry<SubjectHandle>> subjects_;
  std::vector<Entry<ResourceHandle>> resources_;
  std::vector<Entry<GroupHandle>> groups_;
};

// Judges the questions of one thread, in order.
class ReadJudge {
 public:
  ReadJudge(const Plan& plan, const Known& known, const RealTime& time,
            Timeline* timeline, Handles* handles);

  // Returns a description of the problem, or an empty string.
  std::string Judge(const Record& record, Counts* counts);

 private:
  std::string JudgeRefused(const Record& record, Counts* counts);
  // Checks that the answer is from a revision that it may be from.
  std::string JudgeRevision(const Record& record);
  // Checks that the answer is right at this revision.
  std::string JudgeAt(Revision revision, const Record& record);
  std::string JudgeRoles(Revision revision, const Record& record,
                         const std::vector<RoleAnswer>& answers);
  std::string JudgeChecks(Revision revision, const Record& record,
                          const std::vector<bool>& allowed);
  std::string JudgeExplanation(Revision revision, const Record& record,
                               const Explanation& explanation);
  std::string JudgeList(Revision revision, const Record& record,
                        const std::vector<ResourceRole>& items);
  std::string JudgeList(Revision revision, const Record& record,
                        const std::vector<PrincipalRole>& items);
  std::string JudgeFound(Revision revision, const Record& record,
                         const Found& found);
  // The expected answer to a question by the handles that the thread has.
  Expected ByHandle(Revision revision, const Pair& pair);
  std::string NameOf(Role role) const;

  const Plan& plan_;
  const Known& known_;
  const RealTime& time_;
  Timeline& timeline_;
  Handles& handles_;
  // The lives that the thread's handles belong to; 0 for the default handle.
  std::vector<int> subjects_;
  std::vector<int> resources_;
  std::optional<Revision> held_;  // the revision of its snapshot
  bool pushed_out_ = false;
};

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_JUDGE_READS_H_
