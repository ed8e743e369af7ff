// Groups nested five levels deep: the cost of a membership change, and its
// effect on concurrent readers.
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "bench/asking.h"
#include "bench/cases.h"
#include "bench/loaded_world.h"
#include "bench/world_source.h"

namespace acl::bench {
namespace {

constexpr int kLevels = 5;
constexpr int kBelow = 5;  // groups in a group
constexpr int kUsersInLeaf = 16;
constexpr int kUsersBelow = 10'000;  // in 5^4 leaves

std::string LevelName(int level, int number) {
  return absl::StrCat("level-", level, "-", number);
}

// One group on level 0, five times as many on each level below, and users in
// the groups of the last level. `above` is outside of these and holds a grant.
Workspace NestedGroups(Engine* engine) {
  Workspace workspace =
      Require(engine->AddWorkspace(Actor::System(), kWorkspace));
  std::vector<Change> changes{AddGroup{"above"}};
  int groups = 1, users = 0;
  for (int level = 0; level < kLevels; ++level, groups *= kBelow) {
    for (int i = 0; i < groups; ++i) {
      const std::string group = LevelName(level, i);
      changes.emplace_back(AddGroup{group});
      if (level > 0) {
        changes.emplace_back(
            AddMember{LevelName(level - 1, i / kBelow), Member::Group(group)});
      }
      if (level < kLevels - 1) continue;
      for (int j = 0; j < kUsersInLeaf; ++j, ++users) {
        changes.emplace_back(AddUser{UserName(users)});
        changes.emplace_back(AddMember{group, Member::User(UserName(users))});
      }
    }
  }
  changes.emplace_back(AddResource{{kResourceType, ResourceName(0)}});
  changes.emplace_back(Share{
      {kResourceType, ResourceName(0)}, Target::Group("above"), "editor"});
  Require(workspace.Apply(Actor::System(), changes));
  return workspace;
}

// Adds and removes a member, in turn, and checks by a role of the first user
// that this takes effect.
void ToggleMember(benchmark::State& state, Workspace workspace,
                  const std::string& group, const Member& member) {
  const std::vector<Change> changes[] = {{AddMember{group, member}},
                                         {RemoveMember{group, member}}};
  const std::string witness = UserName(0);
  const auto change = [&](bool in) {
    return Require(workspace.Apply(Actor::System(), changes[in ? 0 : 1]));
  };
  for (const bool in : {true, false}) {
    change(in);
    const RoleAnswer answer = Require(workspace.EffectiveRole(
        Subject::User(witness), {kResourceType, ResourceName(0)}));
    RequireThat(static_cast<bool>(answer.role) == in,
                "a membership took no effect");
  }
  bool in = false;
  for (auto _ : state) {
    in = !in;
    benchmark::DoNotOptimize(change(in));
  }
  change(false);
}

// The change affects all 10,000 users and five levels of groups.
void NestedMembership(benchmark::State& state) {
  static auto& engine = *new Engine;
  static const Workspace& workspace = *new Workspace(NestedGroups(&engine));
  ToggleMember(state, workspace, "above", Member::Group(LevelName(0, 0)));
}

// The change affects one user in one leaf, five levels below the grant.
void NestedLeaf(benchmark::State& state) {
  static auto& engine = *new Engine;
  static Workspace& workspace = *new Workspace([] {
    Workspace made = NestedGroups(&engine);
    Require(made.Apply(
        Actor::System(),
        {AddMember{"above", Member::Group(LevelName(0, 0))},
         RemoveMember{LevelName(kLevels - 1, 0), Member::User(UserName(0))}}));
    return made;
  }());
  ToggleMember(state, workspace, LevelName(kLevels - 1, 0),
               Member::User(UserName(0)));
}

// Asks for roles of the users by handle. If `beside`, another thread adds and
// removes the top group of the five levels at a steady rate.
void NestedReaders(benchmark::State& state, bool beside) {
  static auto& engine = *new Engine;
  static Workspace& workspace = *new Workspace(NestedGroups(&engine));
  std::vector<SubjectHandle> users;
  for (int i = 0; i < kUsersBelow; ++i) {
    users.push_back(Require(workspace.FindSubject(Subject::User(UserName(i)))));
  }
  const ResourceHandle resource =
      Require(workspace.FindResource({kResourceType, ResourceName(0)}));
  std::atomic<bool> stop{!beside};
  int64_t changes = 0;
  const auto begin = std::chrono::steady_clock::now();
  std::thread writer([&] {
    const Member top = Member::Group(LevelName(0, 0));
    bool in = false;
    changes = KeepChanging(stop, [&] {
      in = !in;
      Require(workspace.Apply(
          Actor::System(),
          in ? std::vector<Change>{AddMember{"above", top}}
             : std::vector<Change>{RemoveMember{"above", top}}));
      return true;
    });
    if (in)
      Require(workspace.Apply(Actor::System(), {RemoveMember{"above", top}}));
  });
  size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(workspace.EffectiveRole(users[at], resource));
    if (++at == users.size()) at = 0;
  }
  const std::chrono::duration<double> passed =
      std::chrono::steady_clock::now() - begin;
  stop = true;
  writer.join();
  state.counters["changes_per_second"] =
      static_cast<double>(changes) / passed.count();
}

}  // namespace

void RegisterNestedCases() {
  benchmark::RegisterBenchmark("nested_membership", &NestedMembership);
  benchmark::RegisterBenchmark("nested_membership/leaf", &NestedLeaf);
  for (const bool beside : {false, true}) {
    benchmark::RegisterBenchmark(
        beside ? "nested_readers/beside_changes" : "nested_readers/quiet",
        [beside](benchmark::State& state) { NestedReaders(state, beside); });
  }
}

}  // namespace acl::bench
