#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/audit/role_changes.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/cli/commands.h"
#include "acl/cli/print.h"
#include "acl/cli/progress.h"
#include "acl/encoding/encoding.h"
#include "acl/encoding/file.h"
#include "acl/world/change_message.h"

namespace acl::cli {
namespace {

// All but the dry run.
ChangeOptions OptionsOf(const CallArguments& call) {
  ChangeOptions options;
  options.reason = call.reason;
  options.request_id = call.request_id;
  return options;
}

absl::StatusOr<Receipt> ApplyShare(const ShareArguments& arguments,
                                   Session* session) {
  const absl::StatusOr<Actor> actor = Actor::Parse(arguments.call.actor);
  if (!actor.ok()) return actor.status();
  absl::StatusOr<ResourceId> resource = ResourceId::Parse(arguments.resource);
  if (!resource.ok()) return resource.status();
  absl::StatusOr<Target> target = Target::Parse(arguments.target);
  if (!target.ok()) return target.status();
  absl::StatusOr<Workspace> workspace = session->OneWorkspace();
  if (!workspace.ok()) return workspace.status();
  ChangeOptions options = OptionsOf(arguments.call);
  options.dry_run = arguments.call.dry_run;
  return arguments.role.empty()
             ? workspace->Unshare(*actor, *resource, *target, options)
             : workspace->Share(*actor, *resource, *target, arguments.role,
                                options);
}

}  // namespace

ExitCode ShareCommand(const Common& common, const ShareArguments& arguments,
                      const Console& console) {
  FileLock lock;
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::OpenForChange(common, arguments.call.dry_run, console, &lock);
  if (!session.ok()) return Fail(console, session.status());
  const absl::StatusOr<Receipt> receipt = ApplyShare(arguments, session->get());
  if (!receipt.ok()) return Fail(console, receipt.status());
  if (receipt->changed && !receipt->dry_run) {
    if (absl::Status s = (*session)->Save(); !s.ok()) return Fail(console, s);
  }
  console.out << (console.json ? Dump(ShareReceiptJson(*receipt)) + "\n"
                               : ShareReceiptText(*receipt));
  return kAllow;
}

namespace {

// A change file, read.
struct ChangeFile {
  std::string workspace;
  std::vector<Change> changes;
  std::optional<Revision> expected_revision;
  Places places;
};

absl::StatusOr<ChangeFile> ReadChangeFile(const std::string& path) {
  const absl::StatusOr<Encoding> encoding = EncodingOf(path);
  if (!encoding.ok()) return encoding.status();
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  ChangeFile file;
  file.places = Places(Printable(path));
  v1::ChangeFile message;
  absl::Status status = ReadMessage(*encoding, *bytes, &message, &file.places);
  if (!status.ok()) return status;
  std::vector<WorldFault> faults;
  file.changes = ReadChanges(message.changes(), "changes", &faults);
  if (!faults.empty()) {
    // The file is well-formed, its changes are not: their own fault is told.
    return Refuse(FaultOf(faults.front().refusal),
                  AsRefusal(faults, file.places).message());
  }
  file.workspace = message.workspace();
  if (message.has_expected_revision()) {
    file.expected_revision = message.expected_revision();
  }
  return file;
}

// A refusal with the place of the change that it is about.
absl::Status Located(const absl::Status& refusal, const ChangeFile& file) {
  const std::optional<size_t> index = ChangeIndexOf(refusal);
  if (!index && file.changes.size() != 1) return refusal;
  const std::string path = absl::StrCat("changes[", index.value_or(0), "]");
  absl::string_view message = refusal.message();
  if (index) message = message.substr(message.find(": ") + 2);
  return Refuse(FaultOf(refusal),
                absl::StrCat(file.places.Show(path), ": ", message));
}

// The keys that changes name: their roles change by more than their owners'.
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

struct Applied {
  Receipt receipt;
  std::vector<RoleChange> roles;
};

// A dry run is a real run on an engine that is then thrown away.
absl::StatusOr<Applied> ApplyFile(const ChangeFile& file,
                                  const CallArguments& call,
                                  Workspace workspace, const Console& console) {
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
  Applied applied{*std::move(receipt), {}};
  applied.receipt.dry_run = call.dry_run;
  const Progress progress(console, "comparing roles");
  absl::Status compared = VisitRoleChanges(
      *before, *after, KeysIn(file.changes),
      [&](const RoleChange& change) { applied.roles.push_back(change); });
  if (!compared.ok()) return compared;
  return applied;
}

}  // namespace

ExitCode ApplyCommand(const Common& common, const ApplyArguments& arguments,
                      const Console& console) {
  const absl::StatusOr<ChangeFile> file = ReadChangeFile(arguments.changes);
  if (!file.ok()) return Fail(console, file.status());
  // Before anything is opened.
  if (absl::Status s = Actor::Parse(arguments.call.actor).status(); !s.ok()) {
    return Fail(console, s);
  }
  Common chosen = common;
  if (chosen.workspace.empty()) chosen.workspace = file->workspace;
  FileLock lock;
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::OpenForChange(chosen, arguments.call.dry_run, console, &lock);
  if (!session.ok()) return Fail(console, session.status());
  const absl::StatusOr<Workspace> workspace = (*session)->OneWorkspace();
  if (!workspace.ok()) return Fail(console, workspace.status());
  const absl::StatusOr<Applied> applied =
      ApplyFile(*file, arguments.call, *workspace, console);
  if (!applied.ok()) return Fail(console, applied.status());
  if (applied->receipt.changed && !arguments.call.dry_run) {
    if (absl::Status s = (*session)->Save(); !s.ok()) return Fail(console, s);
  }
  console.out << (console.json
                      ? Dump(AppliedJson(file->changes, applied->receipt,
                                         applied->roles, arguments.summary)) +
                            "\n"
                      : AppliedText(file->changes, applied->receipt,
                                    applied->roles, arguments.summary));
  return kAllow;
}

}  // namespace acl::cli
