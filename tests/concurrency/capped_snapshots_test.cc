// With a cap on snapshots, a held snapshot answers correctly until a continuous
// writer has pushed it out. From then on it refuses and says so.
//
// ACL_STRESS_SECONDS=N in the environment runs it for N seconds instead of 2.
#include <cstdint>
#include <iostream>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/concurrency/cycle.h"
#include "tests/concurrency/plan.h"
#include "tests/concurrency/scale.h"
#include "tests/oracle/model.h"
#include "tests/oracle/translate.h"

namespace acl::concurrency {
namespace {

// The outcome of a question to a snapshot that may have been pushed out.
enum class Outcome { kRight, kPushedOut, kWrong };

Outcome OutcomeOf(const absl::Status& status, bool right) {
  if (status.ok()) return right ? Outcome::kRight : Outcome::kWrong;
  const bool out = status.code() == absl::StatusCode::kOutOfRange &&
                   FaultOf(status) == v1::REVISION_NOT_AVAILABLE;
  return out ? Outcome::kPushedOut : Outcome::kWrong;
}

// The answers of a phase, from the oracle.
class Answers {
 public:
  Answers(const Workspace& workspace, const oracle::Model& model)
      : model_(model), ladder_(1) {
    for (const std::string& role : Roles()) {
      ladder_.push_back(*workspace.FindRole(role));
    }
  }

  // Asks a question; the kind of question cycles with `turn`.
  Outcome Ask(const Snapshot& snapshot, size_t turn) const {
    const Pair pair = {turn / 5 % Subjects().size(),
                       turn / 5 / Subjects().size() % Resources().size()};
    switch (turn % 5) {
      case 0:
        return AskRole(snapshot, pair);
      case 1:
        return AskChecks(snapshot, pair);
      case 2:
        return AskExplanation(snapshot, pair);
      case 3:
        return AskList(snapshot, pair);
      default:
        return AskExport(snapshot);
    }
  }
  static constexpr size_t kTurns = 60;  // until every question was asked

 private:
  static oracle::Subject SubjectOf(const Pair& pair) {
    return compare::ToOracle(Subjects()[pair.subject].ToSubject());
  }
  static oracle::ResourceId ResourceOf(const Pair& pair) {
    return compare::ToOracle(Resources()[pair.resource]);
  }
  oracle::RoleAnswer Expected(const Pair& pair) const {
    return std::get<oracle::RoleAnswer>(
        model_.Role(SubjectOf(pair), ResourceOf(pair)));
  }
  // Finds a role's name without the snapshot, which may have been pushed out.
  std::string NameOf(Role role) const {
    for (size_t i = 1; i < ladder_.size(); ++i) {
      if (ladder_[i] == role) return Roles()[i - 1];
    }
    return role ? "?" : "none";
  }

  Outcome AskRole(const Snapshot& snapshot, const Pair& pair) const {
    const auto answer = snapshot.EffectiveRole(
        Subjects()[pair.subject].ToSubject(), Resources()[pair.resource]);
    const oracle::RoleAnswer expected = Expected(pair);
    return OutcomeOf(
        answer.status(),
        answer.ok() && NameOf(answer->role) == expected.role &&
            answer->witness.kind == compare::KindOf(expected.witness) &&
            answer->revision == model_.revision());
  }

  Outcome AskChecks(const Snapshot& snapshot, const Pair& pair) const {
    std::vector<Question> questions;
    std::vector<bool> expected;
    for (const std::string& role : Roles()) {
      questions.push_back({Subjects()[pair.subject].ToSubject(), role,
                           Resources()[pair.resource]});
      expected.push_back(std::get<bool>(
          model_.Check(SubjectOf(pair), role, ResourceOf(pair))));
    }
    const auto answer = snapshot.CheckMany(questions);
    return OutcomeOf(answer.status(),
                     answer.ok() && answer->allowed == expected &&
                         answer->revision == model_.revision());
  }

  Outcome AskExplanation(const Snapshot& snapshot, const Pair& pair) const {
    const auto answer = snapshot.Explain(Subjects()[pair.subject].ToSubject(),
                                         Resources()[pair.resource], "editor");
    const auto expected =
        model_.Explain(SubjectOf(pair), ResourceOf(pair), "editor", false);
    const bool allowed = std::get<bool>(
        model_.Check(SubjectOf(pair), "editor", ResourceOf(pair)));
    return OutcomeOf(
        answer.status(),
        answer.ok() &&
            compare::TextOf(*answer) ==
                compare::TextOf(std::get<oracle::Explanation>(expected),
                                "editor", allowed));
  }

  Outcome AskList(const Snapshot& snapshot, const Pair& pair) const {
    const auto page =
        snapshot.ListPrincipals(Resources()[pair.resource], "viewer");
    const auto model = model_.ListPrincipals(ResourceOf(pair), "viewer");
    const auto& expected = std::get<std::vector<oracle::PrincipalRole>>(model);
    if (!page.ok()) return OutcomeOf(page.status(), false);
    // The order of lists is tested elsewhere, without threads.
    std::multiset<std::string> listed;
    for (const PrincipalRole& item : page->items) {
      listed.insert(item.principal.ToString() + " " + NameOf(item.role));
    }
    std::multiset<std::string> wanted;
    for (const oracle::PrincipalRole& item : expected) {
      wanted.insert(compare::TextOf(item.principal) + " " + item.role);
    }
    return OutcomeOf(page.status(),
                     listed == wanted && page->revision == model_.revision());
  }

  Outcome AskExport(const Snapshot& snapshot) const {
    const auto exported = snapshot.Export();
    return OutcomeOf(
        exported.status(),
        exported.ok() &&
            exported->SerializeAsString() ==
                compare::ExportOf(model_, snapshot.id()).SerializeAsString());
  }

  const oracle::Model model_;
  std::vector<Role> ladder_;
};

struct CapCounts {
  uint64_t snapshots = 0;
  uint64_t answers = 0;
  uint64_t wrong = 0;
};

// Takes snapshots and holds each until it is pushed out.
CapCounts HoldUnderTheCap(const Workspace& workspace, const Cycle& cycle,
                          absl::Time end) {
  CapCounts counts;
  Snapshot older = *workspace.TakeSnapshot();
  size_t turn = 0;
  while (absl::Now() < end || counts.snapshots < 20) {
    const Snapshot snapshot = *workspace.TakeSnapshot();
    const auto token = snapshot.Token();
    if (!token.ok()) continue;  // pushed out already
    ++counts.snapshots;
    const Answers answers(workspace, cycle.ModelAt(token->revision));
    Outcome outcome;
    while ((outcome = answers.Ask(snapshot, turn++)) == Outcome::kRight) {
      ++counts.answers;
    }
    counts.wrong += outcome == Outcome::kWrong;
    for (size_t i = 0; i < Answers::kTurns; ++i) {
      counts.wrong += answers.Ask(snapshot, i) != Outcome::kPushedOut;
    }
    // The oldest snapshot is pushed out first.
    counts.wrong += older.Token().ok();
    older = snapshot;
  }
  return counts;
}

TEST(CappedSnapshots, AreRightUntilTheyArePushedOut) {
  EngineOptions options;
  options.max_snapshot_rows = 1000;
  Engine engine(options);
  const Cycle& cycle = LongCycle();
  const Workspace workspace = cycle.Start(&engine);
  CycleWriter writer(workspace, cycle);
  const absl::Time end = absl::Now() + absl::Seconds(StressSeconds());
  CapCounts counts[2];
  std::vector<std::thread> readers;
  for (CapCounts& one : counts) {
    readers.emplace_back([&] { one = HoldUnderTheCap(workspace, cycle, end); });
  }
  for (std::thread& reader : readers) reader.join();
  writer.Stop();
  EXPECT_TRUE(writer.fine());
  std::cout << counts[0].answers + counts[1].answers << " right answers of "
            << counts[0].snapshots + counts[1].snapshots
            << " snapshots until they were pushed out, while "
            << writer.changes() << " changes were made\n";
  for (const CapCounts& one : counts) {
    EXPECT_EQ(one.wrong, 0);
    EXPECT_GE(one.snapshots, 20);
    EXPECT_GE(one.answers, 20);
  }
}

}  // namespace
}  // namespace acl::concurrency
