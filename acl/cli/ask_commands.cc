#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

// The answer of one workspace.
struct Answer {
  std::string text;  // whole lines
  Json json;
  bool allowed = false;
};
using Ask = std::function<absl::StatusOr<Answer>(const Snapshot& snapshot)>;

// Workspaces may have different ladders and types: one that does not know the
// word is skipped, as long as another one does.
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

// The things that a question names; null if it names none.
struct Named {
  const Subject* subject = nullptr;
  const ResourceRef* resource = nullptr;
};

absl::StatusOr<std::vector<Snapshot>> SnapshotsOf(Session* session) {
  absl::StatusOr<std::vector<Workspace>> workspaces = session->Workspaces();
  if (!workspaces.ok()) return workspaces.status();
  std::vector<Snapshot> snapshots;
  for (const Workspace& workspace : *workspaces) {
    absl::StatusOr<Snapshot> snapshot = workspace.TakeSnapshot();
    if (!snapshot.ok()) return snapshot.status();
    snapshots.push_back(*std::move(snapshot));
  }
  return snapshots;
}

// A question about a subject and a resource is about the workspace that has the
// resource, so only that one is kept. If none has it, all are kept; if several
// do, MALFORMED, since the same name in two workspaces means two resources.
absl::Status ChooseByResource(const ResourceRef& resource,
                              std::vector<Snapshot>* snapshots) {
  std::vector<Snapshot> having;
  for (const Snapshot& snapshot : *snapshots) {
    if (snapshot.FindResource(resource).ok()) having.push_back(snapshot);
  }
  if (having.size() > 1) {
    return Refuse(
        v1::MALFORMED,
        absl::StrCat("resource ", Quoted(resource.ToString()),
                     " is in the workspaces ",
                     absl::StrJoin(having, ", ",
                                   [](std::string* out, const Snapshot& one) {
                                     absl::StrAppend(out, Quoted(one.id()));
                                   }),
                     "; choose one by --workspace ID"));
  }
  if (having.size() == 1) *snapshots = std::move(having);
  return absl::OkStatus();
}

// Warns if none of the workspaces has `what`.
template <class Has>
void WarnIfMissing(const std::string& what, const Has& has,
                   const std::vector<Snapshot>& snapshots,
                   const Console& console) {
  if (snapshots.empty() ||
      std::any_of(snapshots.begin(), snapshots.end(), has)) {
    return;
  }
  console.err << "acl: warning: " << Quoted(what) << " is not in "
              << (snapshots.size() == 1
                      ? "workspace " + Quoted(snapshots[0].id())
                      : absl::StrCat("any of the ", snapshots.size(),
                                     " workspaces"))
              << "\n";
}

void WarnIfMissing(const Named& named, const std::vector<Snapshot>& snapshots,
                   const Console& console) {
  if (named.subject != nullptr) {
    WarnIfMissing(
        named.subject->ToString(),
        [&](const Snapshot& one) {
          return one.FindSubject(*named.subject).ok();
        },
        snapshots, console);
  }
  if (named.resource != nullptr) {
    WarnIfMissing(
        named.resource->ToString(),
        [&](const Snapshot& one) {
          return one.FindResource(*named.resource).ok();
        },
        snapshots, console);
  }
}

// Asks the workspaces and prints the answers: lines of text, prefixed with the
// workspace if the world has several and `prefix` is set, or one JSON array.
ExitCode AskAll(const Common& common, const Console& console, bool prefix,
                const Named& named, const Ask& ask) {
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open(common, console);
  if (!session.ok()) return Fail(console, session.status());
  absl::StatusOr<std::vector<Snapshot>> snapshots = SnapshotsOf(session->get());
  if (!snapshots.ok()) return Fail(console, snapshots.status());
  if (named.subject != nullptr && named.resource != nullptr) {
    const absl::Status chosen = ChooseByResource(*named.resource, &*snapshots);
    if (!chosen.ok()) return Fail(console, chosen);
  }
  Json list = Json::array();
  bool allowed = false;
  absl::Status unknown;
  size_t answers = 0;
  for (const Snapshot& snapshot : *snapshots) {
    absl::StatusOr<Answer> answer = ask(snapshot);
    if (!answer.ok() && snapshots->size() > 1 &&
        IsUnknownWord(answer.status())) {
      unknown = answer.status();
      continue;
    }
    if (!answer.ok()) return Fail(console, answer.status());
    ++answers;
    allowed |= answer->allowed;
    if (console.json) {
      Json item = {{"workspace", snapshot.id()}};
      item.update(answer->json);
      list.push_back(std::move(item));
    } else {
      PutPrefixed(
          (*session)->many() && prefix ? Printable(snapshot.id()) + "\t" : "",
          answer->text, console.out);
    }
  }
  if (answers == 0 && !unknown.ok()) return Fail(console, unknown);
  if (console.json) console.out << Dump(list) << "\n";
  WarnIfMissing(named, *snapshots, console);
  return allowed ? kAllow : kDeny;
}

// Lists all pages; `print` turns each item into a line and an object.
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
  return AskAll(common, console, true, {&*subject, &*resource},
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
      common, console, true, {&*subject, &*resource},
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
      common, console, false, {&*subject, &*resource},
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
  return AskAll(
      common, console, true, {nullptr, &*resource},
      [&](const Snapshot& snapshot) {
        return ListAll<PrincipalRole>(
            [&](const PageOptions& options) {
              return snapshot.ListPrincipals(*resource, min_role, options);
            },
            [&](const PrincipalRole& item, std::string* text, Json* items) {
              const std::string role = snapshot.RoleName(item.role);
              const std::string who = item.principal.ToString();
              absl::StrAppend(text, Printable(who), "\t", Printable(role),
                              "\n");
              items->push_back({{"principal", who}, {"role", role}});
            });
      });
}

ExitCode WhatCommand(const Common& common, const std::string& subject_text,
                     const std::string& min_role, const std::string& type,
                     const Console& console) {
  const absl::StatusOr<Subject> subject = Subject::Parse(subject_text);
  if (!subject.ok()) return Fail(console, subject.status());
  return AskAll(
      common, console, true, {&*subject, nullptr},
      [&](const Snapshot& snapshot) {
        return ListAll<ResourceRole>(
            [&](const PageOptions& options) {
              return snapshot.ListResources(*subject, min_role, type, options);
            },
            [&](const ResourceRole& item, std::string* text, Json* items) {
              const std::string role = snapshot.RoleName(item.role);
              const std::string what = item.resource.ToString();
              absl::StrAppend(text, Printable(what), "\t", Printable(role),
                              "\n");
              items->push_back({{"resource", what}, {"role", role}});
            });
      });
}

ExitCode MatrixCommand(const Common& common, const Console& console) {
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open(common, console);
  if (!session.ok()) return Fail(console, session.status());
  const absl::StatusOr<std::vector<Snapshot>> snapshots =
      SnapshotsOf(session->get());
  if (!snapshots.ok()) return Fail(console, snapshots.status());
  // On a terminal the rows themselves show the progress.
  Console beside = console;
  beside.err_terminal = console.err_terminal && !console.out_terminal;
  Progress progress(beside, "matrix, rows:");
  const absl::Status written =
      console.json ? WriteMatrixJson(*snapshots, console.out, progress.Sink())
                   : WriteMatrixCsv(*snapshots, console.out, progress.Sink());
  if (written.ok()) return kAllow;
  // If the stream failed, its owner reports why.
  return console.out.good() ? Fail(console, written) : kFailure;
}

}  // namespace acl::cli
