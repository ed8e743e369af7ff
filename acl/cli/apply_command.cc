#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "acl/audit/role_changes.h"
#include "acl/audit/world_diff.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/cli/call.h"
#include "acl/cli/change_file.h"
#include "acl/cli/commands.h"
#include "acl/cli/counts.h"
#include "acl/cli/print.h"
#include "acl/cli/progress.h"
#include "acl/encoding/file.h"

namespace acl::cli {
namespace {

// The keys named by changes: their roles can change even if their owners' do
// not.
std::vector<std::string> KeysIn(const std::vector<Change>& changes) {
  std::vector<std::string> keys;
  for (const Change& change : changes) {
    if (const auto* add = std::get_if<AddKey>(&change)) keys.push_back(add->id);
    if (const auto* update = std::get_if<UpdateKey>(&change)) {
      keys.push_back(update->id);
    }
    if (const auto* remove = std::get_if<RemoveKey>(&change)) {
      keys.push_back(remove->id);
    }
  }
  return keys;
}

DifferenceList NoRoles(const ApplyArguments& arguments,
                       const Console& console) {
  return {
      console.json ? DifferenceList::Form::kJson : DifferenceList::Form::kText,
      arguments.summary, "subject"};
}

struct Applied {
  bool changed = false;
  std::string output;
};

// A dry run is a real run on an engine that is then discarded. What is no
// longer needed is freed before the roles are compared: the changes and
// receipts of a large file take more memory than its world.
absl::StatusOr<Applied> ApplyFile(ChangeFile file,
                                  const ApplyArguments& arguments,
                                  Workspace workspace, const Console& console) {
  const CallArguments& call = arguments.call;
  const absl::StatusOr<Actor> actor = Actor::Parse(call.actor);
  if (!actor.ok()) return actor.status();
  ChangeOptions options = OptionsOf(call);
  options.expected_revision = file.expected_revision;
  const absl::StatusOr<Snapshot> before = workspace.TakeSnapshot();
  if (!before.ok()) return before.status();
  absl::StatusOr<Receipt> receipt =
      workspace.Apply(*actor, file.changes, options);
  if (!receipt.ok()) return Located(receipt.status(), file);
  const absl::StatusOr<Snapshot> after = workspace.TakeSnapshot();
  if (!after.ok()) return after.status();
  receipt->dry_run = call.dry_run;
  std::string text;
  Json json;
  if (console.json) {
    json = AppliedJson(file.changes, *receipt, arguments.summary);
  } else {
    text = AppliedText(file.changes, *receipt, arguments.summary);
  }
  const std::vector<std::string> keys = KeysIn(file.changes);
  file = ChangeFile();
  receipt->changes = {};

  DifferenceList roles = NoRoles(arguments, console);
  const Progress progress(console, "comparing roles");
  absl::Status compared =
      VisitRoleChanges(*before, *after, keys, [&](const RoleChange& change) {
        roles.Add("", change.subject, change.resource, change.before,
                  change.after);
      });
  if (!compared.ok()) return compared;
  if (console.json) {
    json["effective_roles"] = roles.ToJson();
    return Applied{receipt->changed, Dump(json) + "\n"};
  }
  return Applied{receipt->changed,
                 text + RoleChangesText(roles) + RevisionText(*receipt)};
}

// The workspace named by the option or the file; empty if neither names one.
absl::StatusOr<std::string> WorkspaceFor(const std::string& option,
                                         const ChangeFile& file) {
  if (option.empty()) return file.workspace;
  if (file.workspace.empty() || file.workspace == option) return option;
  return Refuse(v1::MALFORMED,
                absl::StrCat(file.places.Show("workspace"),
                             ": the changes are of workspace ",
                             Quoted(file.workspace), ", and `--workspace` is ",
                             Quoted(option), "; leave one out"));
}

// Workspaces are added and removed as the system, and recorded without a reason
// or a request id.
absl::Status CheckWorkspaceCall(const CallArguments& call) {
  if (call.actor != "system") {
    return Refuse(v1::MALFORMED,
                  absl::StrCat("`--as`: a workspace is added and removed by "
                               "`system`, not by ",
                               Quoted(call.actor)));
  }
  if (call.reason.empty() && call.request_id.empty()) return absl::OkStatus();
  return Refuse(
      v1::MALFORMED,
      absl::StrCat(call.request_id.empty() ? "`--reason`" : "`--request-id`",
                   " is kept with changes, not with a workspace that is added "
                   "or removed; leave it out"));
}

absl::Status AddWorkspaceOf(const ChangeFile& file, Engine* engine) {
  v1::World world;
  *world.add_workspaces() = *file.add_workspace;
  std::vector<WorldFault> faults;
  absl::Status status = engine->Import(Actor::System(), world, &faults);
  if (FaultOf(status) == v1::ALREADY_EXISTS && faults.empty()) {
    return Refuse(v1::ALREADY_EXISTS,
                  absl::StrCat(file.places.Show("add_workspace"), ": ",
                               status.message()));
  }
  if (status.ok() || faults.empty()) return status;
  for (WorldFault& fault : faults) {
    constexpr absl::string_view kRoot = "workspaces[0]";
    if (absl::StartsWith(fault.path, kRoot)) {
      fault.path.replace(0, kRoot.size(), "add_workspace");
    }
  }
  return AsRefusal(faults, file.places);
}

absl::Status RemoveWorkspaceOf(const ChangeFile& file, Engine* engine) {
  const absl::StatusOr<Workspace> workspace =
      engine->FindWorkspace(file.workspace);
  if (!workspace.ok()) {
    return Refuse(v1::WORKSPACE_NOT_FOUND,
                  absl::StrCat(file.places.Show("workspace"), ": ",
                               workspace.status().message()));
  }
  const absl::StatusOr<RevisionToken> token = workspace->Token();
  if (!token.ok()) return token.status();
  // It can't change meanwhile: the file is locked, and a folder has one writer.
  if (file.expected_revision && *file.expected_revision != token->revision) {
    return Refuse(
        v1::REVISION_MISMATCH,
        absl::StrCat(file.places.Show("expected_revision"),
                     ": the workspace is at revision ", token->revision,
                     ", not ", *file.expected_revision,
                     "; look at it again before you remove it"));
  }
  return engine->RemoveWorkspace(Actor::System(), file.workspace);
}

// The result for a workspace that was added or removed.
struct AppliedWorkspace {
  Counts counts;  // of what is in it, or was
  DifferenceList roles;
};

absl::StatusOr<AppliedWorkspace> AddOrRemove(const ChangeFile& file,
                                             const ApplyArguments& arguments,
                                             const Console& console,
                                             Engine* engine) {
  const absl::StatusOr<Snapshot> before =
      SnapshotOrEmpty(*engine, file.workspace);
  if (!before.ok()) return before.status();
  absl::Status done = file.remove_workspace ? RemoveWorkspaceOf(file, engine)
                                            : AddWorkspaceOf(file, engine);
  if (!done.ok()) return done;
  const absl::StatusOr<Snapshot> after =
      SnapshotOrEmpty(*engine, file.workspace);
  if (!after.ok()) return after.status();
  AppliedWorkspace applied{{}, NoRoles(arguments, console)};
  std::vector<std::string> keys;
  const absl::Status read =
      (file.remove_workspace ? *before : *after)
          .Export([&](const v1::Workspace& part) {
            applied.counts.Add(part);
            for (const v1::ApiKey& key : part.api_keys()) {
              keys.push_back(key.id());
            }
            return absl::OkStatus();
          });
  if (!read.ok()) return read;
  const Progress progress(console, "comparing roles");
  const absl::Status compared =
      VisitRoleChanges(*before, *after, keys, [&](const RoleChange& change) {
        applied.roles.Add("", change.subject, change.resource, change.before,
                          change.after);
      });
  if (!compared.ok()) return compared;
  return applied;
}

void PrintWorkspace(const ChangeFile& file, const AppliedWorkspace& applied,
                    const ApplyArguments& arguments, const Console& console) {
  const char* const kind =
      file.remove_workspace ? "remove_workspace" : "add_workspace";
  if (console.json) {
    Json json = {{"changed", true},
                 {"dry_run", arguments.call.dry_run},
                 {"kind", kind},
                 {"workspace", file.workspace},
                 {file.remove_workspace ? "removed" : "added",
                  CountsJson(applied.counts)},
                 {"effective_roles", applied.roles.ToJson()}};
    console.out << Dump(json) << "\n";
    return;
  }
  console.out << (file.remove_workspace ? "remove" : "add") << " workspace "
              << Printable(file.workspace)
              << "\n  with it: " << CountsText(applied.counts) << "\n"
              << RoleChangesText(applied.roles)
              << (arguments.call.dry_run ? "dry run: nothing was written\n"
                                         : "");
}

ExitCode ApplyWorkspace(const Common& common, const ApplyArguments& arguments,
                        const ChangeFile& file, const Console& console) {
  if (absl::Status s = CheckWorkspaceCall(arguments.call); !s.ok()) {
    return Fail(console, s);
  }
  FileLock lock;
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::OpenForChange(common, arguments.call.dry_run, console, &lock);
  if (!session.ok()) return Fail(console, session.status());
  const absl::StatusOr<AppliedWorkspace> applied =
      AddOrRemove(file, arguments, console, &(*session)->engine());
  if (!applied.ok()) return Fail(console, applied.status());
  if (!arguments.call.dry_run) {
    if (absl::Status s = (*session)->Save(); !s.ok()) return Fail(console, s);
  }
  PrintWorkspace(file, *applied, arguments, console);
  return kAllow;
}

}  // namespace

ExitCode ApplyCommand(const Common& common, const ApplyArguments& arguments,
                      const Console& console) {
  absl::StatusOr<ChangeFile> file = ReadChangeFile(arguments.changes);
  if (!file.ok()) return Fail(console, file.status());
  // Before anything is opened.
  if (absl::Status s = CheckOptions(common, arguments.call); !s.ok()) {
    return Fail(console, s);
  }
  const absl::StatusOr<std::string> wanted =
      WorkspaceFor(common.workspace, *file);
  if (!wanted.ok()) return Fail(console, wanted.status());
  Common chosen = common;
  chosen.workspace = *wanted;
  if (file->add_workspace || file->remove_workspace) {
    return ApplyWorkspace(chosen, arguments, *file, console);
  }
  FileLock lock;
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::OpenForChange(chosen, arguments.call.dry_run, console, &lock);
  if (!session.ok()) return Fail(console, session.status());
  const absl::StatusOr<Workspace> workspace = (*session)->OneWorkspace();
  if (!workspace.ok()) return Fail(console, workspace.status());
  const absl::StatusOr<Applied> applied =
      ApplyFile(*std::move(file), arguments, *workspace, console);
  if (!applied.ok()) return Fail(console, applied.status());
  if (applied->changed && !arguments.call.dry_run) {
    if (absl::Status s = (*session)->Save(); !s.ok()) return Fail(console, s);
  }
  console.out << applied->output;
  return kAllow;
}

}  // namespace acl::cli
