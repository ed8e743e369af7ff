#include "tests/concurrency/judge_reads.h"

#include <set>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/concurrency/judge_changes.h"
#include "tests/oracle/translate.h"

namespace acl::concurrency {
namespace {

// A user's id and e-mail address as subjects have the same handle.
size_t PrincipalOf(size_t place) {
  return Subjects()[place].kind == Kind::kEmail ? 0 : place;
}

std::string TextOf(const Expected& expected) {
  if (expected.level == 0) return "none";
  std::string text = absl::StrCat(Roles()[expected.level - 1], " by ",
                                  SourceWord(expected.witness));
  if (expected.witness == SourceKind::kGroup) {
    absl::StrAppend(&text, " ", Groups()[expected.group]);
  }
  return text;
}

bool IsHold(const Record& record) {
  return record.step->kind == StepKind::kHold ||
         record.step->kind == StepKind::kHoldAtLeast;
}

size_t AnswersIn(const Record& record) {
  const bool many = record.step->kind == StepKind::kCheckMany ||
                    record.step->kind == StepKind::kRolesByHandle;
  return many ? record.step->pairs.size() : 1;
}

// The items of a list in any order; the order is tested elsewhere, without
// threads.
using Lines = std::multiset<std::string>;

std::string Compare(const Lines& listed, const Lines& expected) {
  return listed == expected ? ""
                            : "should be\n" + absl::StrJoin(expected, "\n");
}

}  // namespace

Handles::Handles(const Known& known, const Timeline& timeline) {
  const Lives& lives = timeline.LivesAt(timeline.first());
  for (size_t i = 0; i < lives.subjects.size(); ++i) {
    if (lives.subjects[i]) See(known.subjects[i], i, lives.subjects[i]);
  }
  for (size_t i = 0; i < lives.resources.size(); ++i) {
    if (lives.resources[i]) See(known.resources[i], i, lives.resources[i]);
  }
  for (size_t i = 0; i < lives.groups.size(); ++i) {
    if (lives.groups[i]) See(known.groups[i], i, lives.groups[i]);
  }
}

template <class H>
bool Handles::SeeIn(std::vector<Entry<H>>* seen, Entry<H> entry) {
  for (const Entry<H>& other : *seen) {
    const bool same = other.place == entry.place && other.life == entry.life;
    if (same || other.handle == entry.handle) {
      return same && other.handle == entry.handle;
    }
  }
  seen->push_back(entry);
  return static_cast<bool>(entry.handle);
}

bool Handles::See(SubjectHandle handle, size_t place, int life) {
  return SeeIn(&subjects_, {handle, PrincipalOf(place), life});
}
bool Handles::See(ResourceHandle handle, size_t place, int life) {
  return SeeIn(&resources_, {handle, place, life});
}
bool Handles::See(GroupHandle handle, size_t place, int life) {
  return SeeIn(&groups_, {handle, place, life});
}

ReadJudge::ReadJudge(const Plan& plan, const Known& known, const RealTime& time,
                     Timeline* timeline, Handles* handles)
    : plan_(plan),
      known_(known),
      time_(time),
      timeline_(*timeline),
      handles_(*handles),
      subjects_(timeline_.LivesAt(timeline_.first()).subjects),
      resources_(timeline_.LivesAt(timeline_.first()).resources) {}

std::string ReadJudge::Judge(const Record& record, Counts* counts) {
  ++counts->reads;
  if (std::holds_alternative<Refused>(record.answer)) {
    return JudgeRefused(record, counts);
  }
  counts->answers += AnswersIn(record);
  if (IsHold(record)) {
    held_ = record.revision;
    pushed_out_ = false;
  }
  if (record.step->of_held && pushed_out_) {
    return "a snapshot that was pushed out answers again";
  }
  std::string problem = JudgeRevision(record);
  if (!problem.empty()) return problem;
  if (record.revision) return JudgeAt(*record.revision, record);
  if (record.step->of_held) return JudgeAt(*held_, record);
  // The answer does not name its revision, so it may be from any that real time
  // allows.
  const Revision latest = time_.Latest(record);
  for (Revision r = time_.Earliest(record); r <= latest; ++r) {
    problem = JudgeAt(r, record);
    if (problem.empty()) return "";
  }
  return problem;
}

std::string ReadJudge::JudgeRefused(const Record& record, Counts* counts) {
  const auto& refused = std::get<Refused>(record.answer);
  if (refused.fault != v1::REVISION_NOT_AVAILABLE ||
      EngineKindOf(plan_.seed) != EngineKind::kCapped ||
      (!record.step->of_held && !IsHold(record))) {
    return "should be answered";
  }
  ++counts->pushed_out;
  pushed_out_ = true;
  return "";
}

std::string ReadJudge::JudgeRevision(const Record& record) {
  if (!record.revision) return "";
  if (!record.step->of_held) {
    return JudgeTime(record, *record.revision, time_);
  }
  if (*record.revision == *held_) return "";
  return absl::StrCat("should be of revision ", *held_);
}

std::string ReadJudge::JudgeAt(Revision revision, const Record& record) {
  if (const auto* roles =
          std::get_if<std::vector<RoleAnswer>>(&record.answer)) {
    return JudgeRoles(revision, record, *roles);
  }
  if (const auto* allowed = std::get_if<std::vector<bool>>(&record.answer)) {
    return JudgeChecks(revision, record, *allowed);
  }
  if (const auto* explanation = std::get_if<Explanation>(&record.answer)) {
    return JudgeExplanation(revision, record, *explanation);
  }
  if (const auto* items =
          std::get_if<std::vector<ResourceRole>>(&record.answer)) {
    return JudgeList(revision, record, *items);
  }
  if (const auto* items =
          std::get_if<std::vector<PrincipalRole>>(&record.answer)) {
    return JudgeList(revision, record, *items);
  }
  if (const auto* found = std::get_if<Found>(&record.answer)) {
    return JudgeFound(revision, record, *found);
  }
  return "";
}

Expected ReadJudge::ByHandle(Revision revision, const Pair& pair) {
  const Lives& lives = timeline_.LivesAt(revision);
  const int subject = subjects_[pair.subject];
  const int resource = resources_[pair.resource];
  if (subject == 0 || subject != lives.subjects[pair.subject]) return {};
  if (resource == 0 || resource != lives.resources[pair.resource]) return {};
  return timeline_.RoleAt(revision, pair);
}

std::string ReadJudge::JudgeRoles(Revision revision, const Record& record,
                                  const std::vector<RoleAnswer>& answers) {
  for (size_t i = 0; i < answers.size(); ++i) {
    const Pair& pair = record.step->pairs[i];
    const Expected expected = record.step->kind == StepKind::kRole
                                  ? timeline_.RoleAt(revision, pair)
                                  : ByHandle(revision, pair);
    const RoleAnswer& answer = answers[i];
    if (answer.revision != revision) {
      return absl::StrCat("answer ", i, " is of revision ", answer.revision);
    }
    const Role role =
        expected.level == 0 ? Role() : known_.roles[expected.level - 1];
    if (answer.role != role || answer.witness.kind != expected.witness) {
      return absl::StrCat("answer ", i, " should be ", TextOf(expected));
    }
    const bool by_group = expected.witness == SourceKind::kGroup;
    const bool group_is_right =
        by_group
            ? handles_.See(answer.witness.group, expected.group,
                           timeline_.LivesAt(revision).groups[expected.group])
            : !answer.witness.group;
    if (!group_is_right) {
      return absl::StrCat("answer ", i, " has another group than ",
                          TextOf(expected));
    }
  }
  return "";
}

std::string ReadJudge::JudgeChecks(Revision revision, const Record& record,
                                   const std::vector<bool>& allowed) {
  for (size_t i = 0; i < allowed.size(); ++i) {
    const Expected& expected =
        timeline_.RoleAt(revision, record.step->pairs[i]);
    if (allowed[i] != (expected.level > record.step->role)) {
      return absl::StrCat("answer ", i, " is wrong, the role is ",
                          TextOf(expected));
    }
  }
  return "";
}

std::string ReadJudge::JudgeExplanation(Revision revision, const Record& record,
                                        const Explanation& explanation) {
  const Pair& pair = record.step->pairs[0];
  const std::string& role = Roles()[record.step->role];
  const auto model = timeline_.At(revision).Explain(
      compare::ToOracle(Subjects()[pair.subject].ToSubject()),
      compare::ToOracle(Resources()[pair.resource]), role, false);
  const bool allowed =
      timeline_.RoleAt(revision, pair).level > record.step->role;
  const std::string expected =
      compare::TextOf(std::get<oracle::Explanation>(model), role, allowed);
  return compare::TextOf(explanation) == expected ? ""
                                                  : "should be\n" + expected;
}

std::string ReadJudge::NameOf(Role role) const {
  for (size_t i = 0; i < known_.roles.size(); ++i) {
    if (known_.roles[i] == role) return Roles()[i];
  }
  return "no role of the ladder";
}

std::string ReadJudge::JudgeList(Revision revision, const Record& record,
                                 const std::vector<ResourceRole>& items) {
  const auto& subject = Subjects()[record.step->pairs[0].subject];
  const auto model = timeline_.At(revision).ListResources(
      compare::ToOracle(subject.ToSubject()), Roles()[record.step->role]);
  Lines expected;
  for (const auto& item : std::get<std::vector<oracle::ResourceRole>>(model)) {
    expected.insert(absl::StrCat(item.resource.type, ":", item.resource.id, " ",
                                 item.role));
  }
  Lines listed;
  for (const ResourceRole& item : items) {
    listed.insert(
        absl::StrCat(item.resource.ToString(), " ", NameOf(item.role)));
  }
  return Compare(listed, expected);
}

std::string ReadJudge::JudgeList(Revision revision, const Record& record,
                                 const std::vector<PrincipalRole>& items) {
  const ResourceId& resource = Resources()[record.step->pairs[0].resource];
  const auto model = timeline_.At(revision).ListPrincipals(
      compare::ToOracle(resource), Roles()[record.step->role]);
  Lines expected;
  for (const auto& item : std::get<std::vector<oracle::PrincipalRole>>(model)) {
    expected.insert(
        absl::StrCat(compare::TextOf(item.principal), " ", item.role));
  }
  Lines listed;
  for (const PrincipalRole& item : items) {
    listed.insert(
        absl::StrCat(item.principal.ToString(), " ", NameOf(item.role)));
  }
  return Compare(listed, expected);
}

std::string ReadJudge::JudgeFound(Revision revision, const Record& record,
                                  const Found& found) {
  const Lives& lives = timeline_.LivesAt(revision);
  for (size_t i = 0; i < found.size(); ++i) {
    const Pair& pair = record.step->pairs[i];
    const int subject = lives.subjects[pair.subject];
    const int resource = lives.resources[pair.resource];
    if (found[i].first.has_value() != (subject != 0) ||
        found[i].second.has_value() != (resource != 0)) {
      return absl::StrCat("handles ", i, ": what is there, and what is found");
    }
    if ((subject && !handles_.See(*found[i].first, pair.subject, subject)) ||
        (resource &&
         !handles_.See(*found[i].second, pair.resource, resource))) {
      return absl::StrCat("handles ", i, " stand for something else as well");
    }
    subjects_[pair.subject] = subject;
    resources_[pair.resource] = resource;
  }
  return "";
}

}  // namespace acl::concurrency
