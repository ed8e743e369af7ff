#include "tests/oracle/ask.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "acl/encoding/yaml.h"
#include "tests/oracle/translate.h"

namespace acl::compare {
namespace {

// The lines of a text in bytewise order. The engine lists things in the order
// in which they were added, which the model does not know.
std::string Sorted(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  std::sort(lines.begin(), lines.end());
  return absl::StrJoin(lines, "\n");
}

// Asks one reader, and the model of the same revision.
class Asking {
 public:
  Asking(const Reader& reader, const oracle::Model& model, const Names& names,
         const AskOptions& options, Random* random, Tally* tally)
      : reader_(reader),
        model_(model),
        names_(names),
        options_(options),
        random_(random),
        tally_(*tally) {}

  // Compares the effective role and its witness. Returns false if the question
  // is refused.
  bool Role(const Caller& caller, const ResourceId& resource) {
    const acl::Subject subject = caller.ToSubject();
    const auto engine = reader_.EffectiveRole(subject, resource);
    const auto model = model_.Role(ToOracle(subject), ToOracle(resource));
    const auto* fault = std::get_if<oracle::Fault>(&model);
    if (fault == nullptr) {
      SameRole(Answer::kRole, caller, resource, engine,
               std::get<oracle::RoleAnswer>(model));
      return true;
    }
    tally_.SameText(
        Answer::kRefusedQuestion, "role of " + Pair(caller, resource),
        engine.ok() ? "answered" : TextOf(engine.status()), TextOf(*fault));
    return false;
  }

  void Roles(const Caller& caller, const ResourceId& resource) {
    if (!Role(caller, resource)) return;
    const acl::Subject subject = caller.ToSubject();
    const auto model = model_.Role(ToOracle(subject), ToOracle(resource));
    const auto& expected = std::get<oracle::RoleAnswer>(model);
    const std::string pair = Pair(caller, resource);
    const auto subject_handle = reader_.FindSubject(subject);
    const auto resource_handle = reader_.FindResource(resource);
    const SubjectHandle s = subject_handle.value_or(SubjectHandle());
    const ResourceHandle r = resource_handle.value_or(ResourceHandle());
    SameRole(Answer::kRoleByHandle, caller, resource,
             reader_.EffectiveRole(s, r), expected);
    Checks(pair, subject, s, resource, r);
    if (random_->OneIn(8)) Explains(pair, subject, resource);
  }

  // Compares all roles of one subject in one call.
  void Bulk(const Caller& caller) {
    const acl::Subject subject = caller.ToSubject();
    std::vector<HandleQuestion> questions;
    for (const ResourceId& resource : names_.resources) {
      questions.push_back(
          {reader_.FindSubject(subject).value_or(SubjectHandle()),
           reader_.FindResource(resource).value_or(ResourceHandle())});
    }
    std::vector<RoleAnswer> answers(questions.size());
    const absl::Status status =
        reader_.EffectiveRoles(questions, absl::MakeSpan(answers));
    for (size_t i = 0; i < answers.size(); ++i) {
      const ResourceId& resource = names_.resources[i];
      const auto expected = model_.Role(ToOracle(subject), ToOracle(resource));
      const auto* role = std::get_if<oracle::RoleAnswer>(&expected);
      if (role == nullptr) continue;
      SameRole(Answer::kRoles, caller, resource, answers[i], *role);
    }
    tally_.SameText(Answer::kRoles, "roles in bulk",
                    status.ok() ? "ok" : TextOf(status), "ok");
  }

  // Asks a question with a strange word in one or two places, which is mostly
  // refused.
  void Strange() {
    Caller caller = random_->Of(names_.subjects);
    ResourceId resource = random_->Of(names_.resources);
    std::string role = random_->Of(model_.state().ladder);
    for (int i = 0; i < 2; ++i) {
      switch (random_->Below(5)) {
        case 0:
          caller.id = random_->Of(caller.kind == Kind::kEmail ? StrangeEmails()
                                                              : StrangeIds());
          break;
        case 1:
          resource.type = random_->OneIn(4) ? "a:b" : random_->Of(StrangeIds());
          break;
        case 2:
          resource.id = random_->Of(StrangeIds());
          break;
        case 3:
          role = random_->OneIn(3) ? "none" : random_->Of(StrangeIds());
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
    const std::string& role = random_->Of(model_.state().ladder);
    const std::string type =
        random_->OneIn(2) ? "" : random_->Of(names_.resources).type;
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
        engine_text, Sorted(oracle_text));
  }

  void Lists(const ResourceId& resource) {
    const std::string& role = random_->Of(model_.state().ladder);
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
        engine_text, Sorted(oracle_text));
  }

  void Matrix() {
    std::string engine_text;
    const absl::Status status =
        reader_.VisitMatrix([&](const PrincipalId& principal,
                                const ResourceRef& resource, acl::Role role) {
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
  static std::string Pair(const Caller& caller, const ResourceId& resource) {
    return caller.ToSubject().ToString() + " on " + resource.ToString();
  }

  void SameRole(Answer answer, const Caller& caller, const ResourceId& resource,
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
          0, absl::StrCat(WordOf(answer), " of ", Pair(caller, resource)),
          std::move(text),
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
      const auto by_handle = reader_.Check(s, *reader_.FindRole(role), r);
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
    const std::string& role = random_->Of(model_.state().ladder);
    const bool remedies = random_->OneIn(4) && options_.every_pair;
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
    options.page_size = random_->Of(std::vector<size_t>{1, 2, 3, 1000});
    std::string text;
    do {
      const absl::StatusOr<Page<Item>> page = list(options);
      if (!page.ok()) return Sorted(TextOf(page.status()));
      for (const Item& item : page->items) text += ItemText(item);
      options.token = page->next;
    } while (!options.token.empty());
    return Sorted(text);
  }

  // Compares whether `engine`, a StatusOr, and `oracle`, which may hold a
  // Fault, are refused alike. Answers other than bools are compared elsewhere.
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
    const Caller& fine = names_.subjects.front();
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

  // An empty role means any role, and an empty type all types.
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
  const Names& names_;
  const AskOptions options_;
  Random* random_;
  Tally& tally_;
};

}  // namespace

const Names& PoolNames() {
  static const auto& all = *[] {
    auto* names = new Names;
    const auto add = [&](Kind kind, const std::vector<std::string>& ids) {
      for (const std::string& id : ids) {
        names->subjects.push_back({false, kind, id});
      }
    };
    add(Kind::kUser, UserPool());
    add(Kind::kServiceAccount, ServiceAccountPool());
    add(Kind::kKey, KeyPool());
    add(Kind::kEmail, EmailPool());
    names->resources = ResourcePool();
    return names;
  }();
  return all;
}

void AskEverything(const Reader& reader, const oracle::Model& model,
                   const Names& names, const AskOptions& options,
                   Random* random, Tally* tally) {
  Asking asking(reader, model, names, options, random, tally);
  for (const Caller& caller : names.subjects) {
    if (tally->difference()) return;
    if (!random->OneIn(options.fraction)) continue;
    for (const ResourceId& resource : names.resources) {
      asking.Roles(caller, resource);
    }
    asking.Bulk(caller);
    asking.Lists(caller);
    asking.Strange();
  }
  for (const ResourceId& resource : names.resources) asking.Lists(resource);
  if (options.every_pair) asking.Matrix();
  asking.Export();
}

void AskRoles(const Reader& reader, const oracle::Model& model,
              const Names& names, Tally* tally) {
  Asking asking(reader, model, names, {}, nullptr, tally);
  for (const Caller& caller : names.subjects) {
    for (const ResourceId& resource : names.resources) {
      asking.Role(caller, resource);
    }
  }
}

}  // namespace acl::compare
