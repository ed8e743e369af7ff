#include "tests/oracle/compare.h"

#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "acl/world/yaml.h"
#include "tests/oracle/translate.h"

namespace acl::compare {
namespace {

// Everyone who can be asked about.
const std::vector<Caller>& Askers() {
  static const auto& all = *[] {
    auto* callers = new std::vector<Caller>;
    const auto add = [&](Kind kind, const std::vector<std::string>& ids) {
      for (const std::string& id : ids) callers->push_back({false, kind, id});
    };
    add(Kind::kUser, UserPool());
    add(Kind::kServiceAccount, ServiceAccountPool());
    add(Kind::kKey, KeyPool());
    add(Kind::kEmail, EmailPool());
    return callers;
  }();
  return all;
}

// Asks one reader and the model of its revision.
class Asking {
 public:
  Asking(const Reader& reader, const oracle::Model& model, Random* random,
         Tally* tally)
      : reader_(reader), model_(model), random_(*random), tally_(*tally) {
    for (const std::string& role : reader.Roles()) {
      handles_[role] = *reader.FindRole(role);
    }
  }

  void Pair(const Caller& caller, const ResourceId& resource) {
    const acl::Subject subject = caller.ToSubject();
    const oracle::Subject oracle_subject = ToOracle(subject);
    const oracle::ResourceId oracle_resource = ToOracle(resource);
    const auto engine = reader_.EffectiveRole(subject, resource);
    const auto model = model_.Role(oracle_subject, oracle_resource);
    const std::string pair = subject.ToString() + " on " + resource.ToString();
    if (const auto* fault = std::get_if<oracle::Fault>(&model)) {
      tally_.SameText(Answer::kRefusedQuestion, "role of " + pair,
                      engine.ok() ? "answered" : TextOf(engine.status()),
                      TextOf(*fault));
      return;
    }
    const auto& expected = std::get<oracle::RoleAnswer>(model);
    SameRole(Answer::kRole, pair, engine, expected);
    const auto subject_handle = reader_.FindSubject(subject);
    const auto resource_handle = reader_.FindResource(resource);
    const SubjectHandle s = subject_handle.value_or(SubjectHandle());
    const ResourceHandle r = resource_handle.value_or(ResourceHandle());
    SameRole(Answer::kRoleByHandle, pair, reader_.EffectiveRole(s, r),
             expected);
    Checks(pair, subject, s, resource, r);
    if (random_.OneIn(8)) Explains(pair, subject, resource);
  }

  void Lists(const Caller& caller) {
    const acl::Subject subject = caller.ToSubject();
    const std::string& role = random_.Of(model_.state().ladder);
    const std::string type =
        random_.OneIn(2) ? "" : random_.Of(ResourcePool()).type;
    const auto expected = model_.ListResources(ToOracle(subject), role, type);
    std::string oracle_text;
    if (const auto* fault = std::get_if<oracle::Fault>(&expected)) {
      oracle_text = TextOf(*fault);
    } else {
      for (const auto& item :
           std::get<std::vector<oracle::ResourceRole>>(expected)) {
        absl::StrAppend(&oracle_text, item.resource.type, ":", item.resource.id,
                        " ", item.role, "\n");
        tally_.Count(Answer::kListedResource, 1);
      }
    }
    const std::string engine_text =
        AllPages<ResourceRole>([&](const PageOptions& options) {
          return reader_.ListResources(subject, role, type, options);
        });
    tally_.SameText(
        Answer::kListedResource,
        absl::StrCat("list ", subject.ToString(), " ", role, " ", type),
        engine_text, oracle_text);
  }

  void Lists(const ResourceId& resource) {
    const std::string& role = random_.Of(model_.state().ladder);
    const auto expected = model_.ListPrincipals(ToOracle(resource), role);
    std::string oracle_text;
    if (const auto* fault = std::get_if<oracle::Fault>(&expected)) {
      oracle_text = TextOf(*fault);
    } else {
      for (const auto& item :
           std::get<std::vector<oracle::PrincipalRole>>(expected)) {
        absl::StrAppend(&oracle_text, TextOf(item.principal), " ", item.role,
                        "\n");
        tally_.Count(Answer::kListedPrincipal, 1);
      }
    }
    const std::string engine_text =
        AllPages<PrincipalRole>([&](const PageOptions& options) {
          return reader_.ListPrincipals(resource, role, options);
        });
    tally_.SameText(
        Answer::kListedPrincipal,
        absl::StrCat("list principals ", resource.ToString(), " ", role),
        engine_text, oracle_text);
  }

  void Matrix() {
    std::string engine_text;
    const absl::Status status =
        reader_.VisitMatrix([&](const PrincipalId& principal,
                                const ResourceRef& resource, Role role) {
          absl::StrAppend(&engine_text, principal.ToString(), " ",
                          resource.ToString(), " ", reader_.RoleName(role),
                          "\n");
          return true;
        });
    std::string oracle_text;
    for (const oracle::MatrixRow& row : model_.Matrix()) {
      absl::StrAppend(&oracle_text, TextOf(row.principal), " ",
                      row.resource.type, ":", row.resource.id, " ", row.role,
                      "\n");
      tally_.Count(Answer::kMatrix, 1);
    }
    tally_.SameText(Answer::kMatrix, "matrix",
                    status.ok() ? engine_text : TextOf(status), oracle_text);
  }

  void Export() {
    const auto exported = reader_.Export();
    const v1::Workspace expected = ExportOf(model_, reader_.id());
    tally_.Same(Answer::kExport,
                exported->SerializeAsString() == expected.SerializeAsString(),
                [&] {
                  return Difference{0, "export", WriteYaml(*exported),
                                    WriteYaml(expected), ""};
                });
  }

 private:
  void SameRole(Answer answer, const std::string& pair,
                const absl::StatusOr<RoleAnswer>& engine,
                const oracle::RoleAnswer& expected) {
    const bool same = engine.ok() &&
                      reader_.RoleName(engine->role) == expected.role &&
                      engine->witness.kind == KindOf(expected.witness) &&
                      engine->revision == expected.revision &&
                      (engine->witness.kind != SourceKind::kGroup ||
                       reader_.GroupId(engine->witness.group) ==
                           expected.witness->path.back());
    tally_.Same(answer, same, [&] {
      std::string text =
          engine.ok() ? absl::StrCat(reader_.RoleName(engine->role), " by ",
                                     SourceWord(engine->witness.kind), " ",
                                     reader_.GroupId(engine->witness.group),
                                     " at ", engine->revision)
                      : TextOf(engine.status());
      return Difference{
          0, "role of " + pair, std::move(text),
          absl::StrCat(expected.role, " at ", expected.revision, " ",
                       expected.witness ? TextOf(*expected.witness) : "-"),
          ""};
    });
  }

  void Checks(const std::string& pair, const acl::Subject& subject,
              SubjectHandle s, const ResourceId& resource, ResourceHandle r) {
    std::vector<Question> questions;
    std::vector<bool> expected;
    for (const std::string& role : model_.state().ladder) {
      const auto model =
          model_.Check(ToOracle(subject), role, ToOracle(resource));
      expected.push_back(std::get<bool>(model));
      const auto by_text = reader_.Check(subject, role, resource);
      const auto by_handle = reader_.Check(s, handles_[role], r);
      const auto describe = [&] {
        return Difference{0, absl::StrCat("check ", pair, " ", role),
                          by_text.ok() ? absl::StrCat(*by_text) : "refused",
                          absl::StrCat(bool{expected.back()}), ""};
      };
      tally_.Same(Answer::kCheck, by_text.ok() && *by_text == expected.back(),
                  describe);
      tally_.Same(Answer::kCheckByHandle,
                  by_handle.ok() && *by_handle == expected.back(), describe);
      questions.push_back({subject, role, resource});
    }
    const auto many = reader_.CheckMany(questions);
    tally_.Count(Answer::kCheckMany, questions.size() - 1);
    tally_.Same(Answer::kCheckMany,
                many.ok() && many->allowed == expected &&
                    many->revision == model_.revision(),
                [&] {
                  return Difference{0, "check many " + pair, "differs", "", ""};
                });
  }

  void Explains(const std::string& pair, const acl::Subject& subject,
                const ResourceId& resource) {
    const std::string& role = random_.Of(model_.state().ladder);
    const bool remedies = random_.OneIn(4);
    const auto engine = reader_.Explain(subject, resource, role);
    const auto model =
        model_.Explain(ToOracle(subject), ToOracle(resource), role, remedies);
    const auto& expected = std::get<oracle::Explanation>(model);
    const bool allowed = std::get<bool>(
        model_.Check(ToOracle(subject), role, ToOracle(resource)));
    tally_.SameText(Answer::kExplanation,
                    absl::StrCat("explain ", pair, " ", role),
                    engine.ok() ? TextOf(*engine) : TextOf(engine.status()),
                    TextOf(expected, role, allowed));
    if (!remedies || !engine.ok()) return;
    tally_.SameText(Answer::kRemedies,
                    absl::StrCat("remedies ", pair, " ", role),
                    TextOf(engine->remedies), TextOf(expected.remedies));
  }

  std::string ItemText(const ResourceRole& item) const {
    return absl::StrCat(item.resource.ToString(), " ",
                        reader_.RoleName(item.role), "\n");
  }
  std::string ItemText(const PrincipalRole& item) const {
    return absl::StrCat(item.principal.ToString(), " ",
                        reader_.RoleName(item.role), "\n");
  }

  template <class Item, class List>
  std::string AllPages(const List& list) {
    PageOptions options;
    options.page_size = random_.Of(std::vector<size_t>{1, 2, 3, 1000});
    std::string text;
    do {
      const absl::StatusOr<Page<Item>> page = list(options);
      if (!page.ok()) return TextOf(page.status());
      for (const Item& item : page->items) text += ItemText(item);
      options.token = page->next;
    } while (!options.token.empty());
    return text;
  }

  const Reader& reader_;
  const oracle::Model& model_;
  Random& random_;
  Tally& tally_;
  std::map<std::string, Role> handles_;
};

// A held snapshot with the model as it was then.
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
      AskEverything(now, model_, 1, &random, &tally_);
      for (const Held& held : held_) {
        AskEverything(held.snapshot, held.model, 6, &random, &tally_);
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
    const auto engine =
        workspace_.Apply(call.actor.ToActor(), call.changes, call.options);
    const auto model = model_.Apply(ToOracle(call.actor.ToActor()), changes,
                                    ToOracle(call.options));
    const auto* fault = std::get_if<oracle::Fault>(&model);
    const std::string expected =
        fault != nullptr ? TextOf(*fault, changes.size())
                         : TextOf(std::get<oracle::Receipt>(model),
                                  call.changes, call.options.dry_run);
    tally_.SameText(Answer::kChange, "the call",
                    engine.ok() ? TextOf(*engine) : TextOf(engine.status()),
                    expected);
    tally_.Same(Answer::kReceiptField,
                workspace_.Token()->revision == model_.revision(), [&] {
                  return Difference{0, "revision after the call",
                                    absl::StrCat(workspace_.Token()->revision),
                                    absl::StrCat(model_.revision()), ""};
                });
  }

  // What is exported and imported elsewhere answers as before.
  void Import(Random* random) {
    Engine other;
    const absl::Status status =
        other.Import(acl::Actor::System(), engine_.Export());
    tally_.SameText(Answer::kImport, "import",
                    status.ok() ? "ok" : std::string(status.message()), "ok");
    if (!status.ok()) return;
    AskEverything(*other.FindWorkspace("w")->TakeSnapshot(), model_, 6, random,
                  &tally_);
  }

  const History& history_;
  Engine engine_;
  Workspace workspace_;
  oracle::Model model_;
  std::vector<Held> held_;
  Tally& tally_;
};

bool Differs(const History& history) {
  Tally tally;
  Run(history, &tally);
  return tally.difference().has_value();
}

}  // namespace

const char* WordOf(Answer answer) {
  static const char* const kWords[] = {
      "changes",           "revisions",      "roles",
      "roles by handle",   "roles in bulk",  "checks",
      "checks by handle",  "checks of many", "refused questions",
      "explanations",      "remedies",       "listed resources",
      "listed principals", "matrix rows",    "handles",
      "stale handles",     "exports",        "imports"};
  return kWords[static_cast<size_t>(answer)];
}

uint64_t Tally::total() const {
  uint64_t total = 0;
  for (const uint64_t count : counts_) total += count;
  return total;
}

void AskEverything(const Reader& reader, const oracle::Model& model,
                   size_t fraction, Random* random, Tally* tally) {
  Asking asking(reader, model, random, tally);
  for (const Caller& caller : Askers()) {
    if (tally->difference()) return;
    if (!random->OneIn(fraction)) continue;
    for (const ResourceId& resource : ResourcePool()) {
      asking.Pair(caller, resource);
    }
    asking.Lists(caller);
  }
  for (const ResourceId& resource : ResourcePool()) asking.Lists(resource);
  asking.Matrix();
  asking.Export();
}

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
                      "\nafter call ", difference.call, ": ",
                      difference.question, "\nengine:\n", difference.engine,
                      "\noracle:\n", difference.oracle,
                      "\nthe world before that call:\n", difference.world);
}

}  // namespace acl::compare
