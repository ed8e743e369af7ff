#include "tests/oracle/explore.h"

#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "acl/encoding/yaml.h"
#include "acl/share/request.h"
#include "acl/workspace_core.h"
#include "acl/world/state_world.h"
#include "tests/oracle/ask.h"
#include "tests/oracle/translate.h"

namespace acl::compare {
namespace {

constexpr size_t kRequestIdWindow = 1;

// Reads a state that no workspace has published.
class StateReader : public Reader {
 public:
  explicit StateReader(std::shared_ptr<const State> state)
      : Reader(std::make_shared<WorkspaceCore>(std::move(state), Options()),
               nullptr) {}

 private:
  static CoreOptions Options() {
    CoreOptions options;
    options.request_id_window = kRequestIdWindow;
    return options;
  }
};

std::vector<oracle::Change> Translated(const std::vector<Change>& changes) {
  std::vector<oracle::Change> translated;
  translated.reserve(changes.size());
  for (const Change& change : changes) translated.push_back(ToOracle(change));
  return translated;
}

}  // namespace

Explorer::Explorer(const Vocabulary& vocabulary, const ExploreOptions& options,
                   Tally* tally)
    : vocabulary_(vocabulary), options_(options), tally_(*tally) {
  for (const Call& call : vocabulary.calls) {
    words_.push_back({&call, ToOracle(call.actor.ToActor()),
                      Translated(call.changes), ToOracle(call.options)});
  }
}

Explorer::Point Explorer::Beginning() const {
  State state;
  state.workspace = "w";
  state.heap = std::make_shared<Heap>();
  state.incarnation = 1;
  state.scope = 1;
  state.settings = *Settings::Make(vocabulary_.settings);
  auto decided = Decide(state, Actor::System(), vocabulary_.beginning, {},
                        kRequestIdWindow, Draft::Use::kTry);
  Point point{decided->next.state,
              oracle::Model(ToOracle(vocabulary_.settings), kRequestIdWindow)};
  point.oracle.Apply(oracle::Actor::System(),
                     Translated(vocabulary_.beginning));
  return point;
}

void Explorer::Run() {
  const Point beginning = Beginning();
  Ask(beginning, 0);
  From(beginning, 1, 0);
}

bool Explorer::IsMine(size_t group) const {
  return group % options_.slice == 0 &&
         group / options_.slice % options_.parts == options_.part;
}

uint64_t Explorer::CountFrom(size_t number, size_t depth) const {
  uint64_t count = 0;
  if (depth < 2) {
    for (size_t i = 0; i < words_.size(); ++i) {
      count += CountFrom(number * words_.size() + i, depth + 1);
    }
    return count;
  }
  if (depth == 2 && !IsMine(number)) return 0;
  count = 1;
  for (size_t i = depth; i < options_.depth; ++i) count *= words_.size();
  return count;
}

uint64_t Explorer::expected() const { return CountFrom(0, 0); }

void Explorer::From(const Point& at, size_t depth, size_t number) {
  for (size_t i = 0; i < words_.size(); ++i) {
    const size_t next = number * words_.size() + i;
    if (depth == 2 && !IsMine(next)) continue;
    path_.push_back(&words_[i]);
    const Point after = Step(at, words_[i]);
    // An unchanged state has the same answers.
    const bool idle = after.engine == at.engine;
    if (!idle) Ask(after, next);
    if (tally_.difference()) {
      Describe(at, &*tally_.difference());
      return;
    }
    if (depth == options_.depth) {
      ++histories_;
    } else if (idle && options_.skip_idle) {
      skipped_ += CountFrom(next, depth);
    } else {
      From(after, depth + 1, next);
      if (tally_.difference()) return;
    }
    path_.pop_back();
  }
}

Explorer::Point Explorer::Step(const Point& at, const Word& word) {
  ++steps_;
  Point after = at;
  const Call& call = *word.call;
  const auto engine = Decide(*at.engine, call.actor.ToActor(), call.changes,
                             call.options, kRequestIdWindow, Draft::Use::kTry);
  const auto oracle =
      after.oracle.Apply(word.actor, word.changes, word.options);
  const auto* fault = std::get_if<oracle::Fault>(&oracle);
  const auto engine_text = [&] {
    return engine.ok() ? TextOf(engine->receipt) : TextOf(engine.status());
  };
  if (fault != nullptr) {
    tally_.SameText(Answer::kChange, "the call", engine_text(),
                    TextOf(*fault, word.changes.size()));
    return after;
  }
  const auto& receipt = std::get<oracle::Receipt>(oracle);
  tally_.Same(Answer::kChange,
              engine.ok() && SameReceipt(engine->receipt, receipt, call.changes,
                                         call.options.dry_run),
              [&] {
                return Difference{
                    0, "the call", engine_text(),
                    TextOf(receipt, call.changes, call.options.dry_run), ""};
              });
  // A state is published if it differs, or if it has one more request id.
  const bool published = engine.ok() && engine->next.state != nullptr;
  if (published) after.engine = engine->next.state;
  const bool changed = at.oracle.revision() != after.oracle.revision();
  const bool remembered = !word.options.request_id.empty() &&
                          !word.options.dry_run && !receipt.replayed;
  changes_ += changed ? 1 : 0;
  tally_.Same(Answer::kChange, published == (changed || remembered), [&] {
    return Difference{0, "whether a state is published",
                      absl::StrCat(published),
                      absl::StrCat(changed || remembered), ""};
  });
  return after;
}

void Explorer::Ask(const Point& at, size_t seed) {
  const StateReader reader(at.engine);
  if (options_.ask_everything) {
    Random random(seed);
    AskEverything(reader, at.oracle, vocabulary_.names, {}, &random, &tally_);
  } else {
    AskRoles(reader, at.oracle, vocabulary_.names, &tally_);
  }
}

void Explorer::Describe(const Point& before, Difference* difference) const {
  std::string history;
  for (const Word* word : path_) {
    absl::StrAppend(&history, ToString(*word->call), "\n");
  }
  difference->question = absl::StrCat("after\n", history, difference->question);
  v1::World world;
  *world.add_workspaces() = ToWorld(*before.engine);
  difference->world = WriteYaml(world);
}

}  // namespace acl::compare
