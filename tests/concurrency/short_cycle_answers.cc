#include "tests/concurrency/short_cycle_answers.h"

#include <algorithm>
#include <string>
#include <variant>

#include "absl/types/span.h"
#include "tests/concurrency/plan.h"
#include "tests/oracle/model.h"
#include "tests/oracle/translate.h"

namespace acl::concurrency {
namespace {

constexpr size_t kUsers = 2;

Subject SubjectOf(size_t pair) { return Subjects()[pair % kUsers].ToSubject(); }
const ResourceId& ResourceOf(size_t pair) { return Resources()[pair / kUsers]; }

}  // namespace

ShortCycleAnswers::ShortCycleAnswers(const Workspace& workspace) {
  for (size_t phase = 0; phase < ShortCycle().size(); ++phase) {
    std::array<Expected, kPairs>& expected = phases_.emplace_back();
    for (size_t pair = 0; pair < kPairs; ++pair) {
      const auto model =
          ShortCycle().ModelOf(phase).Role(compare::ToOracle(SubjectOf(pair)),
                                           compare::ToOracle(ResourceOf(pair)));
      const auto& answer = std::get<oracle::RoleAnswer>(model);
      const auto found = std::find(Roles().begin(), Roles().end(), answer.role);
      const bool none = found == Roles().end();
      expected[pair] = {
          none ? Role() : *workspace.FindRole(answer.role),
          compare::KindOf(answer.witness),
          none ? 0 : static_cast<size_t>(found - Roles().begin()) + 1};
    }
  }
  for (size_t pair = 0; pair < kPairs; ++pair) {
    handles_[pair] = {*workspace.FindSubject(SubjectOf(pair)),
                      *workspace.FindResource(ResourceOf(pair))};
  }
}

const ShortCycleAnswers::Expected& ShortCycleAnswers::At(Revision revision,
                                                         size_t pair) const {
  return phases_[ShortCycle().PhaseAt(revision)][pair];
}

bool ShortCycleAnswers::Same(const RoleAnswer& answer, size_t pair) const {
  const Expected& expected = At(answer.revision, pair);
  return answer.role == expected.role &&
         answer.witness.kind == expected.witness;
}

bool ShortCycleAnswers::Ask(const Reader& reader, size_t turn) const {
  Revision unused = 0;
  return Ask(reader, static_cast<Way>(turn % kWays), turn / kWays, &unused);
}

bool ShortCycleAnswers::Ask(const Reader& reader, Way way, size_t turn,
                            Revision* revision) const {
  const size_t pair = turn % kPairs;
  switch (way) {
    case kByString:
      return AskByString(reader, pair, revision);
    case kByHandle:
      return AskByHandle(reader, pair, revision);
    case kBatch:
      return AskBatch(reader, revision);
    case kChecks:
      return AskChecks(reader, revision);
    case kExplanation:
      return AskExplanation(reader, pair, revision);
    default:
      return AskSnapshot(reader, pair, revision);
  }
}

bool ShortCycleAnswers::AskByString(const Reader& reader, size_t pair,
                                    Revision* revision) const {
  const auto answer = reader.EffectiveRole(SubjectOf(pair), ResourceOf(pair));
  if (!answer.ok()) return false;
  *revision = answer->revision;
  return Same(*answer, pair);
}

bool ShortCycleAnswers::AskByHandle(const Reader& reader, size_t pair,
                                    Revision* revision) const {
  const auto answer =
      reader.EffectiveRole(handles_[pair].subject, handles_[pair].resource);
  if (!answer.ok()) return false;
  *revision = answer->revision;
  return Same(*answer, pair);
}

bool ShortCycleAnswers::AskBatch(const Reader& reader,
                                 Revision* revision) const {
  std::array<RoleAnswer, kPairs> answers;
  if (!reader.EffectiveRoles(handles_, absl::MakeSpan(answers)).ok()) {
    return false;
  }
  *revision = answers[0].revision;
  for (size_t pair = 0; pair < kPairs; ++pair) {
    if (answers[pair].revision != *revision || !Same(answers[pair], pair)) {
      return false;
    }
  }
  return true;
}

bool ShortCycleAnswers::AskChecks(const Reader& reader,
                                  Revision* revision) const {
  std::vector<Question> questions;
  for (size_t pair = 0; pair < kPairs; ++pair) {
    questions.push_back({SubjectOf(pair), "commenter", ResourceOf(pair)});
  }
  const auto answer = reader.CheckMany(questions);
  if (!answer.ok()) return false;
  *revision = answer->revision;
  for (size_t pair = 0; pair < kPairs; ++pair) {
    if (answer->allowed[pair] != (At(*revision, pair).level >= 2)) return false;
  }
  return true;
}

bool ShortCycleAnswers::AskExplanation(const Reader& reader, size_t pair,
                                       Revision* revision) const {
  const auto answer =
      reader.Explain(SubjectOf(pair), ResourceOf(pair), "commenter");
  if (!answer.ok()) return false;
  *revision = answer->revision;
  const size_t level = At(*revision, pair).level;
  return answer->role == (level == 0 ? "none" : Roles()[level - 1]) &&
         answer->allowed == (level >= 2);
}

bool ShortCycleAnswers::AskSnapshot(const Reader& reader, size_t pair,
                                    Revision* revision) const {
  const auto snapshot = reader.TakeSnapshot();
  if (!snapshot.ok()) return false;
  const auto token = snapshot->Token();
  if (!token.ok()) return false;
  *revision = token->revision;
  for (const Way way : {kByString, kByHandle, kBatch, kChecks, kExplanation}) {
    Revision of_answer = 0;
    if (!Ask(*snapshot, way, pair, &of_answer) || of_answer != *revision) {
      return false;
    }
  }
  return true;
}

}  // namespace acl::concurrency
