#include "tests/concurrency/judge.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/concurrency/judge_changes.h"
#include "tests/concurrency/judge_reads.h"
#include "tests/concurrency/real_time.h"
#include "tests/concurrency/timeline.h"
#include "tests/oracle/translate.h"

namespace acl::concurrency {
namespace {

using Records = std::vector<std::vector<Record>>;

// The accepted changes that took a revision, in the order of their revisions.
std::vector<const Record*> ChangesOf(const Records& records) {
  std::vector<const Record*> changes;
  for (const std::vector<Record>& thread : records) {
    for (const Record& record : thread) {
      if (TookRevision(record)) changes.push_back(&record);
    }
  }
  std::sort(changes.begin(), changes.end(),
            [](const Record* a, const Record* b) {
              return *a->revision < *b->revision;
            });
  return changes;
}

// Adds every call to `time`. Returns a revision that no change took, or 0.
Revision TellTimes(const Records& records, const Timeline& timeline,
                   RealTime* time) {
  for (const std::vector<Record>& thread : records) {
    for (const Record& record : thread) {
      const std::optional<Revision> revision = RevisionSeen(record);
      if (!revision) continue;
      if (*revision < timeline.first() || *revision > timeline.last()) {
        return *revision;
      }
      if (TookRevision(record)) {
        time->Took(record, *revision);
      } else if (!record.step->of_held) {
        time->Saw(record, *revision);
      }
    }
  }
  time->Sort();
  return 0;
}

void CountOverlap(const Record& read, const std::vector<const Record*>& changes,
                  Counts* counts) {
  bool overlaps = false;
  bool saw = false;
  for (const Record* change : changes) {
    if (change->begin > read.end || read.begin > change->end) continue;
    overlaps = true;
    saw = saw || (read.revision && *read.revision >= *change->revision);
  }
  if (!overlaps) return;
  ++counts->overlaps;
  if (read.revision) ++(saw ? counts->saw_after : counts->saw_before);
}

// The final state of the workspace must be the oracle's.
std::string JudgeEnd(const Plan& plan, const Timeline& timeline,
                     const Workspace& workspace) {
  const auto token = workspace.Token();
  if (!token.ok() || token->revision != timeline.last()) {
    return "in the end the workspace is at another revision";
  }
  // An export takes as long as the rest of a history.
  if (plan.seed % 16 != 0) return "";
  const auto exported = workspace.Export();
  const v1::Workspace expected =
      compare::ExportOf(timeline.At(timeline.last()), workspace.id());
  if (exported.ok() &&
      exported->SerializeAsString() == expected.SerializeAsString()) {
    return "";
  }
  return absl::StrCat(
      "in the end the workspace is\n",
      exported.ok() ? exported->DebugString() : exported.status().ToString(),
      "and should be\n", expected.DebugString());
}

std::string JudgeAll(const Plan& plan, const Known& known,
                     const Records& records, const Workspace& workspace,
                     Counts* counts) {
  Timeline timeline(oracle::Model(plan.start->state, 4096, known.revision));
  const std::vector<const Record*> changes = ChangesOf(records);
  std::string problem = Replay(changes, &timeline);
  if (!problem.empty()) return problem;
  RealTime time(timeline.first());
  if (const Revision unknown = TellTimes(records, timeline, &time)) {
    return absl::StrCat("revision ", unknown, " was taken by nobody");
  }
  Handles handles(known, timeline);
  for (const std::vector<Record>& thread : records) {
    ReadJudge reads(plan, known, time, &timeline, &handles);
    for (const Record& record : thread) {
      const bool change = record.step->kind == StepKind::kChange;
      problem = change ? JudgeChange(record, time, &timeline, counts)
                       : reads.Judge(record, counts);
      if (!problem.empty()) {
        return absl::StrCat(ToString(record, known), "\n", problem);
      }
      if (!change && !record.step->of_held) {
        CountOverlap(record, changes, counts);
      }
    }
  }
  problem = JudgeRequests(records);
  return problem.empty() ? JudgeEnd(plan, timeline, workspace) : problem;
}

std::string Report(const Plan& plan, const Known& known, const Records& records,
                   const std::string& problem) {
  std::string text =
      absl::StrCat(problem, "\n\nThe history, seed ", plan.seed,
                   ", begins at revision ", known.revision, " with\n");
  for (const Change& change : plan.start->changes) {
    absl::StrAppend(&text, "  ", acl::ToString(change), "\n");
  }
  std::vector<const Record*> all;
  for (const std::vector<Record>& thread : records) {
    for (const Record& record : thread) all.push_back(&record);
  }
  std::sort(all.begin(), all.end(), [](const Record* a, const Record* b) {
    return a->begin < b->begin;
  });
  for (const Record* record : all) {
    absl::StrAppend(&text, ToString(*record, known), "\n");
  }
  return text;
}

}  // namespace

void Counts::Add(const Counts& other) {
  histories += other.histories;
  changes += other.changes;
  idle += other.idle;
  refusals += other.refusals;
  replays += other.replays;
  reads += other.reads;
  answers += other.answers;
  overlaps += other.overlaps;
  saw_before += other.saw_before;
  saw_after += other.saw_after;
  pushed_out += other.pushed_out;
}

std::string Counts::ToString() const {
  return absl::StrCat(
      histories, " histories: ", changes, " changes, ", idle,
      " that changed nothing, ", refusals, " refused, ", replays,
      " repeated requests; ", reads, " reads, ", answers, " answers, ",
      pushed_out, " questions to snapshots that were pushed out; ", overlaps,
      " reads beside a change, of which ", saw_before, " came before it and ",
      saw_after, " saw it before it had returned");
}

std::string Judge(const Plan& plan, const Known& known,
                  const std::vector<std::vector<Record>>& records,
                  const Workspace& workspace, Counts* counts) {
  ++counts->histories;
  const std::string problem = JudgeAll(plan, known, records, workspace, counts);
  return problem.empty() ? "" : Report(plan, known, records, problem);
}

}  // namespace acl::concurrency
