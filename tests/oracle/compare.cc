#include "tests/oracle/compare.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "acl/encoding/yaml.h"
#include "acl/engine.h"
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

  // All roles of one subject in one call.
  void Bulk(const Caller& caller) {
    const acl::Subject subject = caller.ToSubject();
    std::vector<HandleQuestion> questions;
    for (const ResourceId& resource : ResourcePool()) {
      questions.push_back(
          {reader_.FindSubject(subject).value_or(SubjectHandle()),
           reader_.FindResource(resource).value_or(ResourceHandle())});
    }
    std::vector<RoleAnswer> answers(questions.size());
    const absl::Status status =
        reader_.EffectiveRoles(questions, absl::MakeSpan(answers));
    for (size_t i = 0; i < answers.size(); ++i) {
      const ResourceId& resource = ResourcePool()[i];
      const auto expected = model_.Role(ToOracle(subject), ToOracle(resource));
      const auto* role = std::get_if<oracle::RoleAnswer>(&expected);
      if (role == nullptr) continue;
      SameRole(Answer::kRoles, subject.ToString() + " in bulk", answers[i],
               *role);
    }
    tally_.SameText(Answer::kRoles, "roles in bulk",
                    status.ok() ? "ok" : TextOf(status), "ok");
  }

  // A question with a strange word in one or two places: mostly refusals.
  void Strange() {
    Caller caller = random_.Of(Askers());
    ResourceId resource = random_.Of(ResourcePool());
    std::string role = random_.Of(model_.state().ladder);
    for (int i = 0; i < 2; ++i) {
      switch (random_.Below(5)) {
        case 0:
          caller.id = random_.Of(caller.kind == Kind::kEmail ? StrangeEmails()
                                                             : StrangeIds());
          break;
        case 1:
          resource.type = random_.OneIn(4) ? "a:b" : random_.Of(StrangeIds());
          break;
        case 2:
          resource.id = random_.Of(StrangeIds());
          break;
        case 3:
          role = random_.OneIn(3) ? "none" : random_.Of(StrangeIds());
          break;
        default:
          break;
      }
    }
    StrangeChecks(caller.ToSubject(), resource, role);
    StrangeLists(caller.ToSubject(), resource, role);
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

  // `engine` is a StatusOr, `oracle` a variant with a Fault; an answer that is
  // none is compared elsewhere, unless it is a bool.
  template <class Engine, class Oracle>
  void SameOutcome(const std::string& question, const Engine& engine,
                   const Oracle& oracle) {
    const auto* fault = std::get_if<oracle::Fault>(&oracle);
    tally_.SameText(Answer::kRefusedQuestion, question,
                    engine.ok() ? "answered" : TextOf(engine.status()),
                    fault == nullptr ? "answered" : TextOf(*fault));
  }

  void StrangeChecks(const acl::Subject& subject, const ResourceId& resource,
                     const std::string& role) {
    const std::string text = absl::StrCat(subject.ToString(), " on ",
                                          resource.ToString(), " ", role);
    const oracle::Subject who = ToOracle(subject);
    const oracle::ResourceId what = ToOracle(resource);
    SameOutcome("role of " + text, reader_.EffectiveRole(subject, resource),
                model_.Role(who, what));
    const auto check = model_.Check(who, role, what);
    SameOutcome("check " + text, reader_.Check(subject, role, resource), check);
    if (!role.empty()) {
      SameOutcome("explain " + text, reader_.Explain(subject, resource, role),
                  model_.Explain(who, what, role, false));
    }
    const Caller& fine = Askers().front();
    const std::string& lowest = model_.state().ladder.front();
    const ResourceId known = {*model_.state().types.begin(), "1"};
    const Question good{fine.ToSubject(), lowest, known};
    const auto many =
        reader_.CheckMany({{good, Question{subject, role, resource}, good}});
    SameOutcome("check many " + text, many, check);
    tally_.Same(
        Answer::kRefusedQuestion,
        many.ok() || absl::StartsWith(many.status().message(), "question 1: "),
        [&] {
          return Difference{0, "check many " + text,
                            std::string(many.status().message()),
                            "question 1: ...", ""};
        });
  }

  // No role means any role, no type all types.
  void StrangeLists(const acl::Subject& subject, const ResourceId& resource,
                    const std::string& role) {
    const std::string least =
        role.empty() ? model_.state().ladder.front() : role;
    SameOutcome(absl::StrCat("list ", subject.ToString(), " ", resource.type,
                             " ", role),
                reader_.ListResources(subject, role, resource.type),
                model_.ListResources(ToOracle(subject), least, resource.type));
    SameOutcome(
        absl::StrCat("list principals ", resource.ToString(), " ", role),
        reader_.ListPrincipals(resource, role),
        model_.ListPrincipals(ToOracle(resource), least));
  }

  const Reader& reader_;
  const oracle::Model& model_;
  Random& random_;
  Tally& tally_;
  std::map<std::string, Role> handles_;
};

// Knows by the changes alone which handles are still good.
class Handles {
 public:
  // After a call that changed something; `before` is the state before it.
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

  // Finds the handles of all that there is. One that was found before is found
  // again; what went and came back has another.
  void Find(const Reader& reader, const oracle::Model& model, Tally* tally) {
    for (const Caller& caller : Askers()) {
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

  // What was removed has no role, and nobody has one on it.
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

  // To a workspace that the handles are not of, all of them are stale.
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

  // A principal that goes takes its keys along.
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
      handles_.Find(now, model_, &tally_);
      handles_.AskStale(workspace_, &tally_);
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

  // A field of a receipt stands on a line of its own.
  void CountFields(const std::string& receipt, bool refused) {
    if (refused) return;
    tally_.Count(
        Answer::kReceiptField,
        static_cast<size_t>(std::count(receipt.begin(), receipt.end(), '\n')));
  }

  // What is exported and imported elsewhere answers as before.
  void Import(Random* random) {
    Engine other;
    const absl::Status status =
        other.Import(acl::Actor::System(), engine_.Export());
    tally_.SameText(Answer::kImport, "import",
                    status.ok() ? "ok" : std::string(status.message()), "ok");
    if (!status.ok()) return;
    const Snapshot imported = *other.FindWorkspace("w")->TakeSnapshot();
    AskEverything(imported, model_, 6, random, &tally_);
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

const char* WordOf(Answer answer) {
  static const char* const kWords[] = {
      "changes",           "receipt fields", "roles",
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
    asking.Bulk(caller);
    asking.Lists(caller);
    asking.Strange();
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
