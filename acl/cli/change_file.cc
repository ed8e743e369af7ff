#include "acl/cli/change_file.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/encoding/encoding.h"
#include "acl/encoding/file.h"
#include "acl/world/change_message.h"
#include "proto/acl/v1/change.pb.h"

namespace acl::cli {
namespace {

absl::Status FileFault(const Places& places, absl::string_view path,
                       absl::string_view what) {
  return Refuse(v1::FILE_MALFORMED,
                absl::StrCat(places.Show(path), ": ", what));
}

// Reads whether the file adds or removes a workspace.
absl::Status TakeWorkspace(v1::ChangeFile* message, ChangeFile* file) {
  const bool add = message->has_add_workspace();
  const bool remove = message->remove_workspace();
  if (add + remove + (message->changes_size() > 0) > 1) {
    return FileFault(file->places, add ? "add_workspace" : "remove_workspace",
                     "a file has only one of `changes`, `add_workspace` and "
                     "`remove_workspace`; write a file for each");
  }
  if (remove && file->workspace.empty()) {
    return FileFault(file->places, "remove_workspace",
                     "name the workspace by `workspace`");
  }
  file->remove_workspace = remove;
  if (!add) return absl::OkStatus();
  v1::Workspace& added = *message->mutable_add_workspace();
  if (added.id().empty()) added.set_id(file->workspace);
  if (file->workspace.empty()) file->workspace = added.id();
  if (added.id() != file->workspace) {
    return FileFault(
        file->places, "add_workspace.id",
        absl::StrCat("is ", Quoted(added.id()), ", and `workspace` is ",
                     Quoted(file->workspace), "; leave one out"));
  }
  const absl::Status id = CheckId("workspace id", added.id());
  if (!id.ok()) {
    return FileFault(file->places, "add_workspace.id", id.message());
  }
  if (file->expected_revision) {
    return FileFault(file->places, "expected_revision",
                     "a workspace that is added is at no revision before; "
                     "leave it out");
  }
  file->add_workspace = std::move(added);
  return absl::OkStatus();
}

// Whether the refusal is about the system, not about the contents of a file.
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

}  // namespace

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
    // The file is well-formed, but its changes are not: returns their fault.
    return Refuse(FaultOf(faults.front().refusal),
                  AsRefusal(faults, file.places).message());
  }
  file.workspace = message.workspace();
  if (message.has_expected_revision()) {
    file.expected_revision = message.expected_revision();
  }
  status = TakeWorkspace(&message, &file);
  if (!status.ok()) return status;
  return file;
}

absl::Status Located(const absl::Status& refusal, const ChangeFile& file) {
  const Fault fault = FaultOf(refusal);
  const std::optional<size_t> index = ChangeIndexOf(refusal);
  absl::string_view message = refusal.message();
  if (index) message = message.substr(message.find(": ") + 2);
  const auto at = [&](absl::string_view place) {
    return Refuse(fault, absl::StrCat(place, ": ", message));
  };
  const bool first = index.value_or(0) == 0;
  // A later change may fail because an earlier one removed or locked its actor.
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

}  // namespace acl::cli
