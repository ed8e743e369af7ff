#include "tests/concurrency/judge_changes.h"

#include <map>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/oracle/translate.h"

namespace acl::concurrency {
namespace {

const Receipt* ReceiptOf(const Record& record) {
  return std::get_if<Receipt>(&record.answer);
}

const std::vector<Change>& ChangesOf(const Record& record) {
  return record.step->call.changes;
}

// Judges a change that altered nothing, or a dry run, at the revision in its
// receipt.
std::string JudgeIdle(const Record& record, const Receipt& receipt,
                      const RealTime& time, Timeline* timeline) {
  const Revision revision = *RevisionSeen(record);
  std::string problem = JudgeTime(record, revision, time);
  if (!problem.empty()) return problem;
  const auto outcome =
      timeline->Try(revision, record.step->call, record.expected);
  if (const auto* fault = std::get_if<oracle::Fault>(&outcome)) {
    return "should be refused: " +
           compare::TextOf(*fault, ChangesOf(record).size());
  }
  const auto& expected = std::get<oracle::Receipt>(outcome);
  if (compare::SameReceipt(receipt, expected, ChangesOf(record),
                           receipt.dry_run)) {
    return "";
  }
  return "the receipt should be\n" +
         compare::TextOf(expected, ChangesOf(record), receipt.dry_run);
}

// A refusal does not name its revision, so it must be right at some revision
// that real time allows.
std::string JudgeRefusal(const Record& record, const Refused& refused,
                         const RealTime& time, Timeline* timeline) {
  std::string others;
  const Revision latest = time.Latest(record);
  for (Revision r = time.Earliest(record); r <= latest; ++r) {
    const auto outcome = timeline->Try(r, record.step->call, record.expected);
    const auto* fault = std::get_if<oracle::Fault>(&outcome);
    const std::string text =
        fault == nullptr ? "accepted"
                         : compare::TextOf(*fault, ChangesOf(record).size());
    if (text == refused.text) return "";
    absl::StrAppend(&others, "\n  at ", r, ": ", text);
  }
  return "should be, depending on when it was decided," + others;
}

bool IsRequest(const Record& record) {
  return record.step->kind == StepKind::kChange &&
         !record.step->call.options.request_id.empty();
}

// Compares a call under a request id with the one that was carried out.
std::string JudgeRequest(const Record& record, const Record* first) {
  const Receipt* const receipt = ReceiptOf(record);
  const bool replayed = receipt != nullptr && receipt->replayed;
  if (!replayed) {
    const bool late = first != nullptr && first->end < record.begin;
    return late ? "a request that was answered is carried out again" : "";
  }
  if (first == nullptr || first->begin > record.end) {
    return "an answer is repeated that was never given";
  }
  Receipt again = *ReceiptOf(*first);
  again.replayed = true;
  return compare::TextOf(again) == compare::TextOf(*receipt)
             ? ""
             : "a repeated request is answered otherwise";
}

}  // namespace

bool TookRevision(const Record& record) {
  const Receipt* const receipt = ReceiptOf(record);
  return receipt != nullptr && receipt->changed && !receipt->dry_run &&
         !receipt->replayed;
}

std::optional<Revision> RevisionSeen(const Record& record) {
  const Receipt* const receipt = ReceiptOf(record);
  if (receipt != nullptr && receipt->dry_run) {
    // It names the revision that the change would have led to.
    return receipt->revision - (receipt->changed ? 1 : 0);
  }
  return record.revision;
}

std::string JudgeTime(const Record& record, Revision revision,
                      const RealTime& time) {
  const Revision earliest = time.Earliest(record);
  if (revision < earliest) {
    return absl::StrCat("is of revision ", revision, ", and ", earliest,
                        " was there before it was asked");
  }
  const Revision latest = time.Latest(record);
  if (revision <= latest) return "";
  return absl::StrCat("is of revision ", revision,
                      ", whose change was made after the answer");
}

std::string Replay(const std::vector<const Record*>& changes,
                   Timeline* timeline) {
  for (const Record* record : changes) {
    const compare::Call& call = record->step->call;
    const auto at = [&] {
      return absl::StrCat("at ", *record->revision, ", ",
                          compare::ToString(call), "\n");
    };
    if (*record->revision != timeline->last() + 1) {
      return absl::StrCat(at(), "comes after revision ", timeline->last());
    }
    // If the change expected a revision, its place in the order must meet that.
    if (record->expected && *record->expected != timeline->last()) {
      return absl::StrCat(at(), "expected revision ", *record->expected);
    }
    oracle::Receipt expected;
    if (!timeline->Add(call, &expected)) {
      return at() + "should be refused, or change nothing";
    }
    if (!compare::SameReceipt(*ReceiptOf(*record), expected, call.changes,
                              false)) {
      return absl::StrCat(
          at(), "has the receipt\n", compare::TextOf(*ReceiptOf(*record)),
          "and should have\n", compare::TextOf(expected, call.changes, false));
    }
  }
  return "";
}

std::string JudgeChange(const Record& record, const RealTime& time,
                        Timeline* timeline, Counts* counts) {
  if (const auto* refused = std::get_if<Refused>(&record.answer)) {
    ++counts->refusals;
    return JudgeRefusal(record, *refused, time, timeline);
  }
  const Receipt& receipt = *ReceiptOf(record);
  if (receipt.replayed) {
    ++counts->replays;
    return "";
  }
  if (!TookRevision(record)) {
    ++counts->idle;
    return JudgeIdle(record, receipt, time, timeline);
  }
  ++counts->changes;
  const Revision earliest = time.Earliest(record);
  if (*record.revision > earliest) return "";
  return absl::StrCat("took a revision, and ", earliest,
                      " was there before it was made");
}

std::string JudgeRequests(const std::vector<std::vector<Record>>& records) {
  std::map<std::string, const Record*> first;
  for (const std::vector<Record>& thread : records) {
    for (const Record& record : thread) {
      const Receipt* const receipt = ReceiptOf(record);
      if (!IsRequest(record) || receipt == nullptr || receipt->replayed) {
        continue;
      }
      const std::string& id = record.step->call.options.request_id;
      if (!first.emplace(id, &record).second) return id + " was done twice";
    }
  }
  for (const std::vector<Record>& thread : records) {
    for (const Record& record : thread) {
      if (!IsRequest(record)) continue;
      const std::string& id = record.step->call.options.request_id;
      const auto found = first.find(id);
      std::string problem =
          JudgeRequest(record, found == first.end() ? nullptr : found->second);
      if (!problem.empty()) return absl::StrCat(id, ": ", problem);
    }
  }
  return "";
}

}  // namespace acl::concurrency
