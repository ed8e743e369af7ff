#include "acl/cli/session.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl::cli {

ExitCode CodeFor(const absl::Status& status) {
  switch (FaultOf(status)) {
    case v1::MALFORMED:
    case v1::TYPE_UNKNOWN:
    case v1::ROLE_UNKNOWN:
    case v1::FILE_MALFORMED:
    case v1::WORKSPACE_NOT_FOUND:
      return kBadInput;
    default:
      return kFailure;
  }
}

ExitCode Fail(const Console& console, const absl::Status& status) {
  for (const absl::string_view line :
       absl::StrSplit(status.message(), '\n', absl::SkipEmpty())) {
    console.err << "acl: " << line << "\n";
  }
  return CodeFor(status);
}

absl::StatusOr<std::unique_ptr<Session>> Session::Open(const Common& common) {
  if (common.world.empty()) {
    return Refuse(v1::MALFORMED,
                  "no world file; name one by --world FILE or ACL_WORLD");
  }
  absl::StatusOr<WorldFile> file = ReadWorldFile(common.world);
  if (!file.ok()) return file.status();
  std::unique_ptr<Session> session(new Session(common));
  std::vector<WorldFault> faults;
  absl::Status imported =
      session->engine_.Import(Actor::System(), file->world, &faults);
  if (!imported.ok()) {
    const Places& places = file->places;
    return Refuse(
        v1::FILE_MALFORMED,
        absl::StrJoin(faults, "\n", [&](std::string* out, const WorldFault& f) {
          absl::StrAppend(out, places.Show(f.path), ": ", f.refusal.message());
        }));
  }
  session->many_ =
      common.workspace.empty() && session->engine_.WorkspaceIds().size() > 1;
  return session;
}

absl::StatusOr<std::vector<Workspace>> Session::Workspaces() {
  std::vector<std::string> ids = engine_.WorkspaceIds();
  if (!common_.workspace.empty()) ids = {common_.workspace};
  std::vector<Workspace> workspaces;
  for (const std::string& id : ids) {
    absl::StatusOr<Workspace> workspace = engine_.FindWorkspace(id);
    if (!workspace.ok()) {
      return Refuse(
          v1::WORKSPACE_NOT_FOUND,
          absl::StrCat(
              workspace.status().message(), "; the world has ",
              absl::StrJoin(engine_.WorkspaceIds(), ", ",
                            [](std::string* out, const std::string& name) {
                              absl::StrAppend(out, Quoted(name));
                            })));
    }
    workspaces.push_back(*std::move(workspace));
  }
  return workspaces;
}

absl::StatusOr<Workspace> Session::OneWorkspace() {
  absl::StatusOr<std::vector<Workspace>> workspaces = Workspaces();
  if (!workspaces.ok()) return workspaces.status();
  if (workspaces->size() != 1) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat("the world has ", workspaces->size(),
                               " workspaces; choose one by --workspace ID"));
  }
  return workspaces->front();
}

absl::Status Session::Save() {
  return WriteWorldFile(common_.world, engine_.Export());
}

}  // namespace acl::cli
