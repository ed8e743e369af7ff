#include "acl/cli/session.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/cli/progress.h"
#include "acl/world/world_file.h"

namespace acl::cli {

absl::StatusOr<std::unique_ptr<Session>> Session::Open(const Common& common,
                                                       const Console& console) {
  if (common.world.empty()) {
    return Refuse(v1::MALFORMED,
                  "no world file; name one by --world FILE or ACL_WORLD");
  }
  std::unique_ptr<Session> session(new Session(common, console));
  Progress progress(console, "reading " + Printable(common.world));
  if (absl::Status s =
          ImportWorldFile(common.world, &session->engine_, progress.Sink());
      !s.ok()) {
    return s;
  }
  session->many_ =
      common.workspace.empty() && session->engine_.WorkspaceIds().size() > 1;
  return session;
}

absl::StatusOr<std::unique_ptr<Session>> Session::OpenForChange(
    const Common& common, bool dry_run, const Console& console,
    FileLock* lock) {
  if (!dry_run && !common.world.empty()) {
    if (absl::Status s = lock->Take(common.world); !s.ok()) return s;
  }
  return Open(common, console);
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
  const Progress progress(console_, "writing " + Printable(common_.world));
  return WriteWorldFile(common_.world, [this](const WorldSink& sink) {
    return engine_.Export(sink);
  });
}

}  // namespace acl::cli
