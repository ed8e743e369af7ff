#include "tests/concurrency/cycle.h"

#include <cstdlib>
#include <iostream>
#include <utility>
#include <variant>

#include "tests/concurrency/plan.h"
#include "tests/oracle/translate.h"

namespace acl::concurrency {
namespace {

const ResourceId kA{"voice", "a"};
const ResourceId kB{"voice", "b"};
const PrincipalId kBot = PrincipalId::ServiceAccount("bot");

void Require(bool condition, const Change& change) {
  if (condition) return;
  std::cerr << "not a cycle: " << ToString(change) << "\n";
  std::abort();
}

bool Changes(const Change& change, oracle::Model* model) {
  const auto outcome =
      model->Apply(oracle::Actor::System(), {compare::ToOracle(change)});
  const auto* receipt = std::get_if<oracle::Receipt>(&outcome);
  return receipt != nullptr && receipt->changed;
}

}  // namespace

Cycle::Cycle(std::vector<Change> setup, std::vector<Change> round)
    : setup_(std::move(setup)), round_(std::move(round)) {
  oracle::Model model(compare::ToOracle(Settings()));
  for (const Change& change : setup_) Require(Changes(change, &model), change);
  model = oracle::Model(model.state(), 0, kFirst);
  for (const Change& change : round_) {
    models_.push_back(model);
    Require(Changes(change, &model), change);
  }
  Require(model.state() == models_.front().state(), round_.back());
}

Workspace Cycle::Start(Engine* engine) const {
  Workspace workspace =
      *engine->AddWorkspace(Actor::System(), "studio", Settings());
  const auto receipt = workspace.Apply(Actor::System(), setup_);
  if (!receipt.ok() || receipt->revision != kFirst) std::abort();
  return workspace;
}

oracle::Model Cycle::ModelAt(Revision revision) const {
  return oracle::Model(ModelOf(PhaseAt(revision)).state(), 0, revision);
}

const Cycle& LongCycle() {
  static const Cycle& cycle = *new Cycle(
      {AddUser{"ann", "ann@example.com"}, AddUser{"bob"}, AddUser{"cem"},
       AddServiceAccount{"bot"}, AddKey{"key", kBot}, AddGroup{"dev"},
       AddGroup{"ops"}, AddMember{"dev", Member::User("bob")},
       AddMember{"ops", Member::User("ann")},
       AddMember{"ops", Member::Group("dev")},
       AddResource{kA, "", PrincipalId::User("ann")}, AddResource{kB},
       Share{kB, Target::Group("dev"), "viewer"},
       Share{kB, Target::Key("key"), "commenter"}},
      {Share{kB, Target::Group("ops"), "editor"},
       RemoveMember{"ops", Member::Group("dev")},
       AddMember{"dev", Member::User("cem")},
       UpdateUser{"bob", {}, {}, true},
       Share{kA, Target::Default(), "viewer"},
       UpdateUser{"cem", {}, {}, {}, true},
       RemoveKey{"key"},
       UpdateUser{"bob", {}, {}, false},
       RemoveGroup{"dev"},
       AddGroup{"dev"},
       AddMember{"dev", Member::User("bob")},
       UpdateUser{"cem", {}, {}, {}, false},
       Share{kB, Target::Group("dev"), "viewer"},
       AddKey{"key", kBot},
       RemoveUser{"cem"},
       AddUser{"cem"},
       Share{kA, Target::User("cem"), "commenter"},
       RemoveResource{kA},
       AddResource{kA, "", PrincipalId::User("ann")},
       AddMember{"ops", Member::Group("dev")},
       RemoveResource{kB},
       AddResource{kB},
       Share{kB, Target::Group("dev"), "viewer"},
       Share{kB, Target::ServiceAccount("bot"), "commenter"}});
  return cycle;
}

const Cycle& ShortCycle() {
  static const Cycle& cycle = *new Cycle(
      {AddUser{"ann"}, AddUser{"bob"}, AddGroup{"dev"}, AddGroup{"ops"},
       AddMember{"dev", Member::User("bob")}, AddResource{kA}, AddResource{kB}},
      {Share{kA, Target::User("ann"), "viewer"},
       AddMember{"dev", Member::User("ann")},
       Share{kB, Target::Group("dev"), "editor"},
       Share{kA, Target::User("ann"), "admin"}, UpdateUser{"bob", {}, {}, true},
       RemoveMember{"dev", Member::User("ann")},
       Share{kB, Target::Default(), "commenter"},
       UpdateUser{"bob", {}, {}, false}, Unshare{kA, Target::User("ann")},
       Unshare{kB, Target::Group("dev")}, Unshare{kB, Target::Default()}});
  return cycle;
}

CycleWriter::CycleWriter(Workspace workspace, const Cycle& cycle)
    : thread_([this, workspace, revision = workspace.Token()->revision,
               &cycle] { Run(workspace, revision, cycle); }) {}

void CycleWriter::Run(Workspace workspace, Revision revision,
                      const Cycle& cycle) {
  while (!stop_.load() && fine_.load()) {
    const Change& change = cycle.ChangeOf(cycle.PhaseAt(revision));
    const auto receipt = workspace.Apply(Actor::System(), {change});
    fine_.store(receipt.ok() && receipt->revision == revision + 1);
    ++revision;
    changes_.fetch_add(1);
  }
}

void CycleWriter::Stop() {
  stop_.store(true);
  if (thread_.joinable()) thread_.join();
}

void CycleWriter::AwaitChanges(uint64_t more) const {
  const uint64_t goal = changes_.load() + more;
  while (changes_.load() < goal && fine_.load() && !stop_.load()) {
    std::this_thread::yield();
  }
}

}  // namespace acl::concurrency
