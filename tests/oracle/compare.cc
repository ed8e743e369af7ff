#include "tests/oracle/compare.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/encoding/yaml.h"
#include "acl/engine.h"
#include "tests/oracle/ask.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/model.h"
#include "tests/oracle/translate.h"

namespace acl::compare {
namespace {

// Tracks which handles are still valid, using only the changes.
class Handles {
 public:
  // Call after a call that changed something; `before` is the state before it.
  void Forget(const std::vector<Change>& changes, const oracle::State& before) {
    for (const Change& change : changes) {
      if (const auto* user = std::get_if<RemoveUser>(&change)) {
        ForgetOwner(Kind::kUser, user->id, before);
      } else if (const auto* account =
                     std::get_if<RemoveServiceAccount>(&change)) {
        ForgetOwner(Kind::kServiceAccount, account->id, before);
      } else if (const auto* key = std::get_if<RemoveKey>(&change)) {
        Move({Kind::kKey, key->id}, &subjects_, &stale_subjects_);
      } else if (const auto* group = std::get_if<RemoveGroup>(&change)) {
        Move(group->id, &groups_, &stale_groups_);
      } else if (const auto* resource = std::get_if<RemoveResource>(&change)) {
        Move(resource->resource, &resources_, &stale_resources_);
      }
    }
  }

  // Finds the handles of everything that exists. A thing that was found before
  // must have the same handle; a thing that was removed and added again must
  // have a new one.
  void Find(const Reader& reader, const oracle::Model& model, Tally* tally) {
    for (const Caller& caller : PoolNames().subjects) {
      const auto found = reader.FindSubject(caller.ToSubject());
      const oracle::Subject subject =
          oracle::Canonical(ToOracle(caller.ToSubject())).value();
      const bool known = Resolve(model.state(), subject).state !=
                         oracle::SubjectState::kUnknown;
      tally->Same(Answer::kHandle, found.ok() == known, [&] {
        return Differs("handle of " + caller.ToSubject().ToString());
      });
      if (!found.ok() || caller.kind == Kind::kEmail) continue;
      Keep({caller.kind, caller.id}, *found, stale_subjects_, &subjects_,
           tally);
    }
    for (const std::string& id : GroupPool()) {
      const auto found = reader.FindGroup(id);
      tally->Same(Answer::kHandle,
                  found.ok() == (model.state().groups.count(id) != 0),
                  [&] { return Differs("handle of group:" + id); });
      if (found.ok()) Keep(id, *found, stale_groups_, &groups_, tally);
    }
    for (const ResourceId& id : ResourcePool()) {
      const auto found = reader.FindResource(id);
      tally->Same(
          Answer::kHandle,
          found.ok() == (model.state().resources.count(ToOracle(id)) != 0),
          [&] { return Differs("handle of " + id.ToString()); });
      if (found.ok()) Keep(id, *found, stale_resources_, &resources_, tally);
    }
  }

  // A removed subject has no role, and nobody has a role on a removed resource.
  void AskStale(const Reader& reader, Tally* tally) const {
    for (const SubjectHandle subject : stale_subjects_) {
      for (const auto& [id, resource] : resources_) {
        HasNone(reader, subject, resource, tally);
      }
    }
    for (const ResourceHandle resource : stale_resources_) {
      for (const auto& [id, subject] : subjects_) {
        HasNone(reader, subject, resource, tally);
      }
    }
    for (const GroupHandle group : stale_groups_) {
      tally->Same(Answer::kStaleHandle, reader.GroupId(group).empty(),
                  [&] { return Differs("id of a group that is gone"); });
    }
  }

  // In a workspace that the handles do not belong to, all of them are stale.
  void AskForeign(const Reader& foreign, Tally* tally) const {
    for (const auto& [name, subject] : subjects_) {
      for (const auto& [id, resource] : resources_) {
        HasNone(foreign, subject, resource, tally);
      }
    }
  }

 private:
  static Difference Differs(const std::string& question) {
    return {0, question, "the other", "see the question", ""};
  }

  static void HasNone(const Reader& reader, SubjectHandle subject,
                      ResourceHandle resource, Tally* tally) {
    const auto answer = reader.EffectiveRole(subject, resource);
    tally->Same(Answer::kStaleHandle,
                answer.ok() && !answer->role &&
                    answer->witness.kind == SourceKind::kNone,
                [&] { return Differs("a stale handle has role none"); });
  }

  template <class Name, class Handle>
  static void Keep(const Name& name, Handle found,
                   const std::vector<Handle>& stale,
                   std::map<Name, Handle>* live, Tally* tally) {
    const bool again = live->emplace(name, found).first->second == found;
    const bool fresh =
        std::find(stale.begin(), stale.end(), found) == stale.end();
    tally->Same(Answer::kHandle, again && fresh,
                [&] { return Differs("a handle stays with its thing"); });
  }

  template <class Name, class Handle>
  static void Move(const Name& name, std::map<Name, Handle>* live,
                   std::vector<Handle>* stale) {
    const auto found = live->find(name);
    if (found == live->end()) return;
    stale->push_back(found->second);
    live->erase(found);
  }

  // The keys of a removed principal are removed with it.
  void ForgetOwner(Kind kind, const std::string& id,
                   const oracle::State& before) {
    Move({kind, id}, &subjects_, &stale_subjects_);
    const oracle::Principal owner{kind == Kind::kUser
                                      ? oracle::PrincipalKind::kUser
                                      : oracle::PrincipalKind::kServiceAccount,
                                  id};
    for (const auto& [key, row] : before.keys) {
      if (row.owner == owner) {
        Move({Kind::kKey, key}, &subjects_, &stale_subjects_);
      }
    }
  }

  using SubjectName = std::pair<Kind, std::string>;
  std::map<SubjectName, SubjectHandle> subjects_;
  std::map<ResourceId, ResourceHandle> resources_;
  std::map<std::string, GroupHandle> groups_;
  std::vector<SubjectHandle> stale_subjects_;
  std::vector<ResourceHandle> stale_resources_;
  std::vector<GroupHandle> stale_groups_;
};

// A held snapshot, with the model at that time.
struct Held {
  Snapshot snapshot;
  oracle::Model model;
};

// One run of a history.
class Running {
 public:
  Running(const History& history, Tally* tally)
      : history_(history),
        engine_(OptionsOf(history)),
        workspace_(
            *engine_.AddWorkspace(acl::Actor::System(), "w", history.settings)),
        model_(ToOracle(history.settings), history.request_id_window),
        tally_(*tally) {}

  void Run() {
    for (size_t i = 0; i < history_.calls.size(); ++i) {
      const v1::World before = engine_.Export();
      Step(history_.calls[i]);
      if (!tally_.difference()) continue;
      tally_.difference()->call = i;
      tally_.difference()->world = WriteYaml(before);
      return;
    }
  }

 private:
  static EngineOptions OptionsOf(const History& history) {
    EngineOptions options;
    options.request_id_window = history.request_id_window;
    return options;
  }

  void Step(const Call& call) {
    Apply(call);
    Random random(call.asks_with);
    if (call.ask) {
      const Snapshot now = *workspace_.TakeSnapshot();
      AskEverything(now, model_, PoolNames(), {1}, &random, &tally_);
      handles_.Find(now, model_, &tally_);
      handles_.AskStale(workspace_, &tally_);
      for (const Held& held : held_) {
        AskEverything(held.snapshot, held.model, PoolNames(), {6}, &random,
                      &tally_);
      }
    }
    if (call.ask && call.import) Import(&random);
    if (call.hold) held_.push_back({*workspace_.TakeSnapshot(), model_});
    if (held_.size() > 3) held_.erase(held_.begin());
  }

  void Apply(const Call& call) {
    std::vector<oracle::Change> changes;
    for (const Change& change : call.changes) {
      changes.push_back(ToOracle(change));
    }
    const oracle::State before = model_.state();
    const auto engine =
        workspace_.Apply(call.actor.ToActor(), call.changes, call.options);
    const auto model = model_.Apply(ToOracle(call.actor.ToActor()), changes,
                                    ToOracle(call.options));
    const auto* fault = std::get_if<oracle::Fault>(&model);
    if (model_.state() != before) handles_.Forget(call.changes, before);
    const std::string expected =
        fault != nullptr ? TextOf(*fault, changes.size())
                         : TextOf(std::get<oracle::Receipt>(model),
                                  call.changes, call.options.dry_run);
    tally_.SameText(Answer::kChange, "the call",
                    engine.ok() ? TextOf(*engine) : TextOf(engine.status()),
                    expected);
    CountFields(expected, fault != nullptr);
    tally_.Same(Answer::kReceiptField,
                workspace_.Token()->revision == model_.revision(), [&] {
                  return Difference{0, "revision after the call",
                                    absl::StrCat(workspace_.Token()->revision),
                                    absl::StrCat(model_.revision()), ""};
                });
  }

  // Each field of a receipt is on a line of its own.
  void CountFields(const std::string& receipt, bool refused) {
    if (refused) return;
    tally_.Count(
        Answer::kReceiptField,
        static_cast<size_t>(std::count(receipt.begin(), receipt.end(), '\n')));
  }

  // A workspace that is exported and imported elsewhere answers as before.
  void Import(Random* random) {
    Engine other;
    const absl::Status status =
        other.Import(acl::Actor::System(), engine_.Export());
    tally_.SameText(Answer::kImport, "import",
                    status.ok() ? "ok" : std::string(status.message()), "ok");
    if (!status.ok()) return;
    const Snapshot imported = *other.FindWorkspace("w")->TakeSnapshot();
    AskEverything(imported, model_, PoolNames(), {6}, random, &tally_);
    handles_.AskForeign(imported, &tally_);
  }

  const History& history_;
  Engine engine_;
  Workspace workspace_;
  oracle::Model model_;
  std::vector<Held> held_;
  Handles handles_;
  Tally& tally_;
};

bool Differs(const History& history) {
  Tally tally;
  Run(history, &tally);
  return tally.difference().has_value();
}

}  // namespace

void Run(const History& history, Tally* tally) {
  Running(history, tally).Run();
}

History Shrink(History history) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (size_t i = history.calls.size(); i-- > 0;) {
      History without = history;
      without.calls.erase(without.calls.begin() + static_cast<long>(i));
      if (Differs(without)) {
        history = std::move(without);
        smaller = true;
      }
    }
    for (size_t i = 0; i < history.calls.size(); ++i) {
      for (size_t j = history.calls[i].changes.size(); j-- > 0;) {
        History without = history;
        auto& changes = without.calls[i].changes;
        changes.erase(changes.begin() + static_cast<long>(j));
        if (changes.empty() || !Differs(without)) continue;
        history = std::move(without);
        smaller = true;
      }
    }
  }
  return history;
}

std::string Report(const History& history, const Difference& difference) {
  return absl::StrCat("seed ", history.seed, "\n", ToString(history),
                      "\nbefore and after call ", difference.call, ": ",
                      ToString(difference));
}

}  // namespace acl::compare
