#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/audit/all_items.h"
#include "acl/audit/explanation_text.h"
#include "acl/audit/matrix.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/cli/commands.h"
#include "acl/cli/print.h"
#include "acl/cli/progress.h"

namespace acl::cli {
namespace {

// What one workspace answers.
struct Answer {
  std::string text;  // whole lines
  Json json;
  bool allowed = false;
};
using Ask = std::function<absl::StatusOr<Answer>(const Snapshot& snapshot)>;

// Several workspaces need not have the same ladder and types: one that does not
// know the word has nothing to say, as long as another one does.
bool IsUnknownWord(const absl::Status& status) {
  return FaultOf(status) == v1::TYPE_UNKNOWN ||
         FaultOf(status) == v1::ROLE_UNKNOWN;
}

void PutPrefixed(const std::string& prefix, const std::string& text,
                 std::ostream& out) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin) + 1;
    out << prefix << text.substr(begin, end - begin);
    begin = end;
  }
}

// Asks every workspace and prints the answers: text lines, with the workspace
// in front if there are several and `prefix` says so, or one JSON array.
ExitCode AskAll(const Common& common, const Console& console, bool prefix,
                const Ask& ask) {
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open(common, console);
  if (!session.ok()) return Fail(console, session.status());
  absl::StatusOr<std::vector<Workspace>> workspaces = (*session)->Workspaces();
  if (!workspaces.ok()) return Fail(console, workspaces.status());
  Json list = Json::array();
  bool allowed = false;
  absl::Status unknown;
  size_t answers = 0;
  for (const Workspace& workspace : *workspaces) {
    absl::StatusOr<Snapshot> snapshot = workspace.TakeSnapshot();
    if (!snapshot.ok()) return Fail(console, snapshot.status());
    absl::StatusOr<Answer> answer = ask(*snapshot);
    if (!answer.ok() && (*session)->many() && IsUnknownWord(answer.status())) {
      unknown = answer.status();
      continue;
    }
    if (!answer.ok()) return Fail(console, answer.status());
    ++answers;
    allowed |= answer->allowed;
    if (console.json) {
      Json item = {{"workspace", workspace.id()}};
      item.update(answer->json);
      list.push_back(std::move(item));
    } else {
      PutPrefixed(
          (*session)->many() && prefix ? Printable(workspace.id()) + "\t" : "",
          answer->text, console.out);
    }
  }
  if (answers == 0 && !unknown.ok()) return Fail(console, unknown);
  if (console.json) console.out << Dump(list) << "\n";
  return allowed ? kAllow : kDeny;
}

// Lists all pages; `text` and `json` make of each item a line and an object.
template <class Item, class List, class Print>
absl::StatusOr<Answer> ListAll(const List& list, const Print& print) {
  const absl::StatusOr<Page<Item>> all = AllItems<Item>(list);
  if (!all.ok()) return all.status();
  Answer answer;
  Json items = Json::array();
  for (const Item& item : all->items) print(item, &answer.text, &items);
  answer.json["revision"] = all->revision;
  answer.json["items"] = std::move(items);
  answer.allowed = true;
  return answer;
}

}  // namespace

ExitCode RoleCommand(const Common& common, const std::string& subject_text,
                     const std::string& resource_text, const Console& console) {
  const absl::StatusOr<Subject> subject = Subject::Parse(subject_text);
  if (!subject.ok()) return Fail(console, subject.status());
  const absl::StatusOr<ResourceRef> resource =
      ResourceRef::Parse(resource_text);
  if (!resource.ok()) return Fail(console, resource.status());
  return AskAll(common, console, true,
                [&](const Snapshot& snapshot) -> absl::StatusOr<Answer> {
                  absl::StatusOr<RoleAnswer> role =
                      snapshot.EffectiveRole(*subject, *resource);
                  if (!role.ok()) return role.status();
                  const std::string name = snapshot.RoleName(role->role);
                  const std::string witness =
                      role->role ? "\t" + WitnessText(snapshot, role->witness)
                                 : "";
                  return Answer{absl::StrCat(Printable(name), witness, "\n"),
                                RoleJson(snapshot, *role), true};
                });
}

ExitCode CheckCommand(const Common& common, const std::string& subject_text,
                      const std::string& role, const std::string& resource_text,
                      const Console& console) {
  const absl::StatusOr<Subject> subject = Subject::Parse(subject_text);
  if (!subject.ok()) return Fail(console, subject.status());
  const absl::StatusOr<ResourceRef> resource =
      ResourceRef::Parse(resource_text);
  if (!resource.ok()) return Fail(console, resource.status());
  return AskAll(
      common, console, true,
      [&](const Snapshot& snapshot) -> absl::StatusOr<Answer> {
        absl::StatusOr<bool> allowed =
            snapshot.Check(*subject, role, *resource);
        if (!allowed.ok()) return allowed.status();
        return Answer{
            (*allowed ? Styled(console.out_colour, Look::kGood, "allow")
                      : Styled(console.out_colour, Look::kBad, "deny")) +
                "\n",
            {{"allowed", *allowed}},
            *allowed};
      });
}

ExitCode ExplainCommand(const Common& common, const std::string& subject_text,
                        const std::string& resource_text,
                        const std::string& role,
                        std::optional<size_t> most_remedies,
                        const Console& console) {
  constexpr size_t kMostAsText = 20;
  constexpr size_t kMostAsJson = 100;
  const absl::StatusOr<Subject> subject = Subject::Parse(subject_text);
  if (!subject.ok()) return Fail(console, subject.status());
  const absl::StatusOr<ResourceRef> resource =
      ResourceRef::Parse(resource_text);
  if (!resource.ok()) return Fail(console, resource.status());
  return AskAll(
      common, console, false,
      [&](const Snapshot& snapshot) -> absl::StatusOr<Answer> {
        absl::StatusOr<Explanation> explanation =
            snapshot.Explain(*subject, *resource, role);
        if (!explanation.ok()) return explanation.status();
        return Answer{
            ExplanationText(subject_text, resource_text, snapshot.id(),
                            *explanation, most_remedies.value_or(kMostAsText)),
            ExplanationJson(*explanation, most_remedies.value_or(kMostAsJson)),
            true};
      });
}

ExitCode WhoCommand(const Common& common, const std::string& resource_text,
                    const std::string& min_role, const Console& console) {
  const absl::StatusOr<ResourceRef> resource =
      ResourceRef::Parse(resource_text);
  if (!resource.ok()) return Fail(console, resource.status());
  return AskAll(common, console, true, [&](const Snapshot& snapshot) {
    return ListAll<PrincipalRole>(
        [&](const PageOptions& options) {
          return snapshot.ListPrincipals(*resource, min_role, options);
        },
        [&](const PrincipalRole& item, std::string* text, Json* items) {
          const std::string role = snapshot.RoleName(item.role);
          const std::string who = item.principal.ToString();
          absl::StrAppend(text, Printable(who), "\t", Printable(role), "\n");
          items->push_back({{"principal", who}, {"role", role}});
        });
  });
}

ExitCode WhatCommand(const Common& common, const std::string& subject_text,
                     const std::string& min_role, const std::string& type,
                     const Console& console) {
  const absl::StatusOr<Subject> subject = Subject::Parse(subject_text);
  if (!subject.ok()) return Fail(console, subject.status());
  return AskAll(common, console, true, [&](const Snapshot& snapshot) {
    return ListAll<ResourceRole>(
        [&](const PageOptions& options) {
          return snapshot.ListResources(*subject, min_role, type, options);
        },
        [&](const ResourceRole& item, std::string* text, Json* items) {
          const std::string role = snapshot.RoleName(item.role);
          const std::string what = item.resource.ToString();
          absl::StrAppend(text, Printable(what), "\t", Printable(role), "\n");
          items->push_back({{"resource", what}, {"role", role}});
        });
  });
}

ExitCode MatrixCommand(const Common& common, const Console& console) {
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open(common, console);
  if (!session.ok()) return Fail(console, session.status());
  absl::StatusOr<std::vector<Workspace>> workspaces = (*session)->Workspaces();
  if (!workspaces.ok()) return Fail(console, workspaces.status());
  std::vector<Snapshot> snapshots;
  for (const Workspace& workspace : *workspaces) {
    absl::StatusOr<Snapshot> snapshot = workspace.TakeSnapshot();
    if (!snapshot.ok()) return Fail(console, snapshot.status());
    snapshots.push_back(*std::move(snapshot));
  }
  // On a terminal the rows themselves show how far it is.
  Console beside = console;
  beside.err_terminal = console.err_terminal && !console.out_terminal;
  Progress progress(beside, "matrix, rows:");
  const absl::Status written =
      console.json ? WriteMatrixJson(snapshots, console.out, progress.Sink())
                   : WriteMatrixCsv(snapshots, console.out, progress.Sink());
  if (written.ok()) return kAllow;
  // Whoever owns the stream says why it takes no more.
  return console.out.good() ? Fail(console, written) : kFailure;
}

}  // namespace acl::cli
