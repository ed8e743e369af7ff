// Whether the outcomes of changes in a concurrent history are right.
#ifndef TESTS_CONCURRENCY_JUDGE_CHANGES_H_
#define TESTS_CONCURRENCY_JUDGE_CHANGES_H_

#include <optional>
#include <string>
#include <vector>

#include "acl/base/revision.h"
#include "tests/concurrency/judge.h"
#include "tests/concurrency/real_time.h"
#include "tests/concurrency/record.h"
#include "tests/concurrency/timeline.h"

namespace acl::concurrency {

// Whether the call is a change that was accepted and took a revision.
bool TookRevision(const Record& record);

// The revision that a call took, or that its whole answer is from; nullopt if
// the call does not name one.
std::optional<Revision> RevisionSeen(const Record& record);

// The functions below return a description of the problem, or an empty string.

// Applies to the timeline the changes that took a revision, in their order.
// Checks that no revision is missing or taken twice, and that each receipt is
// right.
std::string Replay(const std::vector<const Record*>& changes,
                   Timeline* timeline);

// Checks that a change, accepted or refused, agrees with real time, and that
// the model has the same outcome where it must.
std::string JudgeChange(const Record& record, const RealTime& time,
                        Timeline* timeline, Counts* counts);

// Checks that each request id was used once, and that every later call under it
// got the first answer again.
std::string JudgeRequests(const std::vector<std::vector<Record>>& records);

// Checks that the call can have seen the revision that it names.
std::string JudgeTime(const Record& record, Revision revision,
                      const RealTime& time);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_JUDGE_CHANGES_H_
