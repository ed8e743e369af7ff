#include "acl/audit/library_door.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/audit/all_items.h"
#include "acl/audit/explanation_text.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/world/change_message.h"

namespace acl {
namespace {}  // namespace

std::string ReasonOfNone(const Explanation& explanation) {
  if (!explanation.resource_exists) return "no_resource";
  switch (explanation.standing) {
    case Standing::kUnknown:
      return "unknown";
    case Standing::kLocked:
      return "locked";
    case Standing::kKeyDisabled:
      return "key_disabled";
    case Standing::kActive:
      break;
  }
  return "no_source";
}

std::string WordsOf(const Remedy& remedy) {
  return absl::StrCat(RemedyWord(remedy.kind), remedy.group.empty() ? "" : ":",
                      remedy.group, " raises ",
                      remedy.at_least ? "at least " : "", remedy.raises);
}

absl::Status LibraryDoor::Load(const v1::World& world,
                               std::vector<WorldFault>* faults) {
  engine_ = std::make_unique<Engine>();
  return engine_->Import(Actor::System(), world, faults);
}

absl::Status LibraryDoor::LoadFile(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Engine>> engine = OpenWorld(path, "", "");
  if (!engine.ok()) return engine.status();
  engine_ = *std::move(engine);
  return absl::OkStatus();
}

absl::StatusOr<Workspace> LibraryDoor::Find(
    const std::string& workspace) const {
  if (!workspace.empty()) return engine_->FindWorkspace(workspace);
  const std::vector<std::string> ids = engine_->WorkspaceIds();
  if (ids.size() == 1) return engine_->FindWorkspace(ids.front());
  return Refuse(v1::MALFORMED, absl::StrCat("the world has ", ids.size(),
                                            " workspaces; name one by "
                                            "`workspace`"));
}

absl::StatusOr<LibraryDoor::Pair> LibraryDoor::FindPair(
    const std::string& workspace, const std::string& subject,
    const std::string& resource) const {
  const absl::StatusOr<Workspace> found = Find(workspace);
  if (!found.ok()) return found.status();
  const absl::StatusOr<Subject> who = Subject::Parse(subject);
  if (!who.ok()) return who.status();
  const absl::StatusOr<ResourceRef> what = ResourceRef::Parse(resource);
  if (!what.ok()) return what.status();
  return Pair{*found, *who, *what};
}

absl::StatusOr<Receipt> LibraryDoor::Apply(const std::string& workspace,
                                           const v1::ApplyAssertion& call) {
  absl::StatusOr<Workspace> found = Find(workspace);
  if (!found.ok()) return found.status();
  const absl::StatusOr<Actor> actor =
      call.as().empty() ? Actor::System() : Actor::Parse(call.as());
  if (!actor.ok()) return actor.status();
  std::vector<WorldFault> faults;
  const std::vector<Change> changes =
      ReadChanges(call.changes(), "changes", &faults);
  if (!faults.empty()) return faults.front().refusal;
  ChangeOptions options;
  options.dry_run = call.dry_run();
  if (call.has_expected_revision()) {
    options.expected_revision = call.expected_revision();
  }
  return found->Apply(*actor, changes, options);
}

absl::StatusOr<bool> LibraryDoor::Check(const std::string& workspace,
                                        const std::string& subject,
                                        const std::string& role,
                                        const std::string& resource) {
  const absl::StatusOr<Pair> pair = FindPair(workspace, subject, resource);
  if (!pair.ok()) return pair.status();
  const auto& [found, who, what] = *pair;
  return found.Check(who, role, what);
}

absl::StatusOr<RoleFacts> LibraryDoor::Role(const std::string& workspace,
                                            const std::string& subject,
                                            const std::string& resource) {
  const absl::StatusOr<Pair> pair = FindPair(workspace, subject, resource);
  if (!pair.ok()) return pair.status();
  const auto& [found, who, what] = *pair;
  // The witness comes from the fast path, its group path from the explanation.
  const absl::StatusOr<RoleAnswer> answer = found.EffectiveRole(who, what);
  if (!answer.ok()) return answer.status();
  const absl::StatusOr<Explanation> explanation = found.Explain(who, what);
  if (!explanation.ok()) return explanation.status();
  RoleFacts facts;
  facts.role = found.RoleName(answer->role);
  if (explanation->deciding == 0) {
    facts.reason = ReasonOfNone(*explanation);
    return facts;
  }
  facts.reason = std::string(SourceWord(answer->witness.kind));
  if (answer->witness.group) {
    absl::StrAppend(&facts.reason, ":", found.GroupId(answer->witness.group));
  }
  facts.path = explanation->sources.front().path;
  return facts;
}

absl::StatusOr<ExplanationFacts> LibraryDoor::Explain(
    const std::string& workspace, const std::string& subject,
    const std::string& resource, const std::string& role) {
  const absl::StatusOr<Pair> pair = FindPair(workspace, subject, resource);
  if (!pair.ok()) return pair.status();
  const auto& [found, who, what] = *pair;
  const absl::StatusOr<Explanation> explanation =
      found.Explain(who, what, role);
  if (!explanation.ok()) return explanation.status();
  ExplanationFacts facts;
  for (const Source& source : explanation->sources) {
    facts.sources.push_back(absl::StrCat(source.role, " ", ReasonOf(source)));
  }
  for (const Remedy& remedy : explanation->remedies) {
    facts.remedies.push_back(WordsOf(remedy));
  }
  return facts;
}

absl::StatusOr<ListFacts> LibraryDoor::ListResources(
    const std::string& workspace, const std::string& subject,
    const std::string& min_role, const std::string& type) {
  const absl::StatusOr<Workspace> found = Find(workspace);
  if (!found.ok()) return found.status();
  const absl::StatusOr<Subject> who = Subject::Parse(subject);
  if (!who.ok()) return who.status();
  const auto all = AllItems<ResourceRole>([&](const PageOptions& options) {
    return found->ListResources(*who, min_role, type, options);
  });
  if (!all.ok()) return all.status();
  ListFacts facts;
  for (const ResourceRole& item : all->items) {
    facts.emplace_back(item.resource.ToString(), found->RoleName(item.role));
  }
  return facts;
}

absl::StatusOr<ListFacts> LibraryDoor::ListPrincipals(
    const std::string& workspace, const std::string& resource,
    const std::string& min_role) {
  const absl::StatusOr<Workspace> found = Find(workspace);
  if (!found.ok()) return found.status();
  const absl::StatusOr<ResourceRef> what = ResourceRef::Parse(resource);
  if (!what.ok()) return what.status();
  const auto all = AllItems<PrincipalRole>([&](const PageOptions& options) {
    return found->ListPrincipals(*what, min_role, options);
  });
  if (!all.ok()) return all.status();
  ListFacts facts;
  for (const PrincipalRole& item : all->items) {
    facts.emplace_back(item.principal.ToString(), found->RoleName(item.role));
  }
  return facts;
}

absl::StatusOr<std::vector<std::string>> LibraryDoor::Roles(
    const std::string& workspace) {
  const absl::StatusOr<Workspace> found = Find(workspace);
  if (!found.ok()) return found.status();
  return found->Roles();
}

std::string LibraryDoor::Comment(const std::string& workspace,
                                 const std::string& subject,
                                 const std::string& resource) {
  const absl::StatusOr<Pair> pair = FindPair(workspace, subject, resource);
  if (!pair.ok()) return "";
  const auto& [found, who, what] = *pair;
  const absl::StatusOr<Explanation> explanation = found.Explain(who, what);
  if (!explanation.ok()) return "";
  constexpr size_t kMostRemedies = 20;
  return ExplanationText(subject, resource, found.id(), *explanation,
                         kMostRemedies);
}

}  // namespace acl
