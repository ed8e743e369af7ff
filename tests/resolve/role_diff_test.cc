// The roles that a change has changed, found from what it touched, must be
// those found by comparing every role.
#include "acl/resolve/role_diff.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/resolve/effective.h"
#include "acl/resolve/subject.h"
#include "acl/share/request.h"
#include "gtest/gtest.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/history.h"
#include "tests/oracle/large_world.h"

namespace acl {
namespace {

// The ids in the order of their numbers, including removed ones.
std::vector<std::string> Subjects(const State& before, const State& after) {
  std::vector<std::string> ids;
  for (uint32_t p = 0; p < after.directory.next_principal; ++p) {
    const State& has = after.directory.HasPrincipal(p) ? after : before;
    if (!has.directory.HasPrincipal(p)) continue;
    const TargetKey key = PrincipalKey(p);
    ids.push_back(absl::StrCat(KindWord(has.directory.KindOfTarget(key)), ":",
                               has.directory.IdOfTarget(key)));
  }
  return ids;
}
std::vector<std::string> Resources(const State& before, const State& after) {
  std::vector<std::string> ids;
  for (uint32_t r = 0; r < after.next_resource; ++r) {
    const State& has = after.HasResource(r) ? after : before;
    if (has.HasResource(r)) ids.push_back(has.ResourceAt(r).ToString());
  }
  return ids;
}

std::string RoleIn(const State& state, const std::string& subject,
                   const std::string& resource) {
  const FoundSubject found = *FindSubject(state, *Subject::Parse(subject));
  const uint32_t number = state.FindResource(*ResourceRef::Parse(resource));
  if (!found.known() || number == State::kNone) return "none";
  const Resolver resolver(state, found);
  return state.ladder().NameAt(static_cast<Rank>(resolver.On(number).rank));
}

// Compares every pair.
std::vector<RoleChange> CompareAll(const State& before, const State& after) {
  std::vector<RoleChange> changes;
  std::set<std::pair<std::string, std::string>> seen;
  for (const std::string& subject : Subjects(before, after)) {
    for (const std::string& resource : Resources(before, after)) {
      if (!seen.emplace(subject, resource).second) continue;
      const std::string was = RoleIn(before, subject, resource);
      const std::string is = RoleIn(after, subject, resource);
      if (was != is) changes.push_back({subject, resource, was, is});
    }
  }
  return changes;
}

// In a normalised order, because a thing that was removed and added again under
// its id has two numbers.
std::string Words(std::vector<RoleChange> changes) {
  std::sort(changes.begin(), changes.end(),
            [](const RoleChange& a, const RoleChange& b) {
              return std::tie(a.subject, a.resource) <
                     std::tie(b.subject, b.resource);
            });
  std::string words;
  for (const RoleChange& one : changes) {
    absl::StrAppend(&words, one.subject, " on ", one.resource, ": ", one.before,
                    " -> ", one.after, "\n");
  }
  return words;
}

std::shared_ptr<const State> EmptyState(const WorkspaceSettings& settings) {
  auto state = std::make_shared<State>();
  state->workspace = "w";
  state->scope = 1;
  state->heap = std::make_shared<Heap>();
  state->edit = NewEditTag();
  state->settings = *Settings::Make(settings);
  return state;
}

// Makes changes one after the other, and compares after each.
class Comparison {
 public:
  explicit Comparison(const WorkspaceSettings& settings)
      : state_(EmptyState(settings)) {}

  void Make(const compare::Call& call) {
    ChangeOptions options = call.options;
    options.dry_run = false;
    absl::StatusOr<Decided> decided =
        Decide(*state_, call.actor.ToActor(), call.changes, options, 8,
               Draft::Use::kPublish);
    if (!decided.ok() || decided->next.state == nullptr) return;
    NextState next = std::move(decided->next);
    const std::vector<RoleChange> expected = CompareAll(*state_, *next.state);
    const std::vector<RoleChange> found =
        RoleDiff(*state_, *next.state, next.touched);
    ASSERT_EQ(Words(found), Words(expected)) << ToString(call);
    ++changes_;
    differences_ += found.size();
    ForgetEarlier(&next);
    state_ = next.state;
  }

  uint64_t changes() const { return changes_; }
  uint64_t differences() const { return differences_; }

 private:
  std::shared_ptr<const State> state_;
  uint64_t changes_ = 0;
  uint64_t differences_ = 0;
};

TEST(RoleDiffTest, WhenSmallWorldsChangeThenItIsWhatComparingAllFinds) {
  uint64_t changes = 0;
  uint64_t differences = 0;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    const compare::History history = compare::Generate(seed);
    Comparison comparison(history.settings);
    for (const compare::Call& call : history.calls) {
      ASSERT_NO_FATAL_FAILURE(comparison.Make(call)) << "seed " << seed;
    }
    changes += comparison.changes();
    differences += comparison.differences();
  }
  std::printf("%llu changes, %llu roles\n",
              static_cast<unsigned long long>(changes),
              static_cast<unsigned long long>(differences));
  EXPECT_GT(differences, changes / 2);
}

TEST(RoleDiffTest, WhenALargerWorldChangesThenItIsWhatComparingAllFinds) {
  compare::Random random(7);
  compare::LargeWorld world(60, &random);
  WorkspaceSettings settings;
  settings.resource_types = {"doc", "note"};
  Comparison comparison(settings);
  compare::Call all;
  all.changes = world.Changes();
  ASSERT_NO_FATAL_FAILURE(comparison.Make(all));
  for (int i = 0; i < 3000; ++i) {
    ASSERT_NO_FATAL_FAILURE(comparison.Make(world.AnyCall())) << i;
  }
  EXPECT_GT(comparison.changes(), 100u);
}

// A ladder with a new top role, which creators and admins then have.
TEST(RoleDiffTest, WhenTheLadderGetsATopThenCreatorsAndAdminsRise) {
  Comparison comparison({});
  compare::Call call;
  call.changes = {AddUser{"ann"}, AddUser{"boss", "", "", false, true},
                  AddResource{{"voice", "v"}, "", PrincipalId::User("ann")}};
  ASSERT_NO_FATAL_FAILURE(comparison.Make(call));
  const uint64_t before = comparison.differences();
  call.changes = {
      SetLadder{{"viewer", "commenter", "editor", "admin", "owner"}}};
  ASSERT_NO_FATAL_FAILURE(comparison.Make(call));
  EXPECT_EQ(comparison.differences(), before + 2);
  // A new role in the middle changes nobody's role.
  call.changes = {SetLadder{
      {"viewer", "reviewer", "commenter", "editor", "admin", "owner"}}};
  ASSERT_NO_FATAL_FAILURE(comparison.Make(call));
  EXPECT_EQ(comparison.differences(), before + 2);
}

}  // namespace
}  // namespace acl
