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

// The form of what every change has, so that a fault in an option is not told
// as one of the change.
absl::Status CheckCall(const CallArguments& call) {
  const absl::StatusOr<Actor> actor = Actor::Parse(call.actor);
  absl::Status status = actor.status();
  if (actor.ok() && !actor->is_system()) {
    // Whoever can act can be a target.
    const absl::StatusOr<Target> same = Target::Parse(call.actor);
    status = same.ok() ? CheckForm(*same) : same.status();
  }
  if (!status.ok()) {
    return Refuse(FaultOf(status), absl::StrCat("`--as`: ", status.message()));
  }
  if (!call.reason.empty()) {
    status = CheckId("`--reason`", call.reason);
    if (!status.ok()) return status;
  }
  if (call.request_id.empty()) return absl::OkStatus();
  return CheckId("`--request-id`", call.request_id);
}

// A world file keeps neither a reason nor a request id: a retry that relies on
// one would be applied again.
absl::Status CheckOptions(const Common& common, const CallArguments& call) {
  if (absl::Status s = CheckCall(call); !s.ok()) return s;
  if (call.reason.empty() && call.request_id.empty()) return absl::OkStatus();
  const std::string path = ReadWorldPlace(common.world).path;
  if (path.empty() || IsFolder(path)) return absl::OkStatus();
  return Refuse(
      v1::MALFORMED,
      absl::StrCat(call.request_id.empty() ? "`--reason`" : "`--request-id`",
                   " is for a journal folder, and ", Printable(path),
                   " is a world file, which does not keep it; leave it out"));
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
  if (absl::Status s = CheckOptions(common, arguments.call); !s.ok()) {
    return Fail(console, s);
  }
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

// Whether the refusal is about the system, not about what a file says.
bool IsOfSystem(Fault fault) {
  switch (fault) {
    case v1::ENGINE_CLOSED:
    case v1::FILE_ACCESS:
    case v1::DISK_FULL:
    case v1::JOURNAL_LOCKED:
    case v1::JOURNAL_DAMAGED:
    case v1::OUTCOME_UNKNOWN:
    case v1::OUT_OF_MEMORY:
    case v1::READ_ONLY:
    case v1::WORKSPACE_NOT_FOUND:
      return true;
    default:
      return false;
  }
}

// A refusal with what it is about: an option, or a place in the file.
absl::Status Located(const absl::Status& refusal, const ChangeFile& file) {
  const Fault fault = FaultOf(refusal);
  const std::optional<size_t> index = ChangeIndexOf(refusal);
  absl::string_view message = refusal.message();
  if (index) message = message.substr(message.find(": ") + 2);
  const auto at = [&](absl::string_view place) {
    return Refuse(fault, absl::StrCat(place, ": ", message));
  };
  const bool first = index.value_or(0) == 0;
  // Later ones may be about an actor that an earlier change removed or locked.
  if (first && (fault == v1::ACTOR_UNKNOWN || fault == v1::ACTOR_LOCKED ||
                fault == v1::ACTOR_KEY_DISABLED)) {
    return at("`--as`");
  }
  if (fault == v1::REQUEST_ID_REUSED) return at("`--request-id`");
  if (fault == v1::REVISION_MISMATCH) {
    return at(file.places.Show("expected_revision"));
  }
  if (IsOfSystem(fault) || (!index && file.changes.size() != 1)) return refusal;
  return at(file.places.Show(absl::StrCat("changes[", index.value_or(0), "]")));
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

// The workspace that the option or the file names; empty if neither does.
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

}  // namespace

ExitCode ApplyCommand(const Common& common, const ApplyArguments& arguments,
                      const Console& console) {
  const absl::StatusOr<ChangeFile> file = ReadChangeFile(arguments.changes);
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
