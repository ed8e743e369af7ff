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

// Whether it is a change that was accepted and took a revision.
bool TookRevision(const Record& record);

// The revision that a call took, or that all of its answer is of; nullopt if it
// does not tell.
std::optional<Revision> RevisionSeen(const Record& record);

// Here and below: empty, or what is wrong.

// Carries out on the timeline the changes that took a revision, which are in
// order: no revision is missing or taken twice, and each receipt is right.
std::string Replay(const std::vector<const Record*>& changes,
                   Timeline* timeline);

// Whether a change, accepted or refused, keeps to real time, and whether the
// model gives the same outcome where it should.
std::string JudgeChange(const Record& record, const RealTime& time,
                        Timeline* timeline, Counts* counts);

// Whether each request id was used once, and every later call under it had its
// first answer again.
std::string JudgeRequests(const std::vector<std::vector<Record>>& records);

// The revision that a call names is one that it can have seen.
std::string JudgeTime(const Record& record, Revision revision,
                      const RealTime& time);

}  // namespace acl::concurrency

#endif  // TESTS_CONCURRENCY_JUDGE_CHANGES_H_
