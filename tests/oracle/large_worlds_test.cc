// The engine and the oracle agree on worlds of a more realistic size, for a
// sample of all questions.

#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include "acl/encoding/yaml.h"
#include "acl/engine.h"
#include "tests/oracle/ask.h"
#include "tests/oracle/large_world.h"
#include "tests/oracle/model.h"
#include "tests/oracle/tally.h"
#include "tests/oracle/translate.h"

namespace acl::compare {
namespace {

constexpr size_t kWorlds = 200;
constexpr size_t kCallsOfWorld = 12;

class Running {
 public:
  Running(uint64_t seed, size_t users, Tally* tally)
      : random_(seed),
        world_(users, &random_),
        every_pair_(users <= 20),
        workspace_(*engine_.AddWorkspace(Actor::System(), "w",
                                         {{}, {"doc", "note"}, 0})),
        tally_(*tally) {}

  void Run() {
    Make();
    Ask();
    for (size_t i = 0; i < kCallsOfWorld && !tally_.difference(); ++i) Step();
    Ask();
    if (tally_.difference()) {
      tally_.difference()->world = WriteYaml(engine_.Export());
    }
  }

 private:
  void Make() {
    const std::vector<Change> changes = world_.Changes();
    const auto engine = workspace_.Apply(Actor::System(), changes);
    oracle::State state;
    state.types = {"doc", "note"};
    state.limit = 0;
    oracle::Receipt receipt;
    // Decides directly on a state, because the model copies its state for every
    // change.
    for (const Change& change : changes) {
      const auto decided =
          oracle::Decide(&state, oracle::Actor::System(), ToOracle(change));
      receipt.changes.push_back(std::get<oracle::ChangeReceipt>(decided));
      oracle::ChangeReceipt& one = receipt.changes.back();
      one.changed =
          !one.share || one.share->grant_before != one.share->grant_after;
    }
    receipt.changed = true;
    receipt.revision = 1;
    model_ = oracle::Model(state, 0, 1);
    tally_.SameText(Answer::kChange, "the world",
                    engine.ok() ? TextOf(*engine) : TextOf(engine.status()),
                    TextOf(receipt, changes, false));
    tally_.Count(Answer::kReceiptField, changes.size());
  }

  void Step() {
    const Call call = world_.AnyCall();
    std::vector<oracle::Change> changes;
    for (const Change& change : call.changes) {
      changes.push_back(ToOracle(change));
    }
    const auto engine = workspace_.Apply(call.actor.ToActor(), call.changes);
    const auto oracle = model_.Apply(ToOracle(call.actor.ToActor()), changes);
    const auto* fault = std::get_if<oracle::Fault>(&oracle);
    tally_.SameText(Answer::kChange, ToString(call),
                    engine.ok() ? TextOf(*engine) : TextOf(engine.status()),
                    fault != nullptr ? TextOf(*fault, changes.size())
                                     : TextOf(std::get<oracle::Receipt>(oracle),
                                              call.changes, false));
  }

  void Ask() {
    const Names names = world_.Sample(6, 4);
    AskEverything(workspace_, model_, names, {1, every_pair_}, &random_,
                  &tally_);
  }

  Random random_;
  LargeWorld world_;
  const bool every_pair_;
  Engine engine_;
  Workspace workspace_;
  oracle::Model model_;
  Tally& tally_;
};

TEST(LargeWorlds, AreAnsweredAsByTheOracle) {
  Tally tally;
  for (size_t seed = 1; seed <= kWorlds; ++seed) {
    // Includes small worlds, in which every pair can be checked.
    const size_t users = seed % 4 == 0 ? 20 : 20 + seed * 180 / kWorlds;
    Running(seed, users, &tally).Run();
    if (!tally.difference()) continue;
    FAIL() << "seed " << seed << "\n" << ToString(*tally.difference());
  }
  std::cout << kWorlds << " worlds, " << tally.total()
            << " answers compared, no difference\n";
}

}  // namespace
}  // namespace acl::compare
