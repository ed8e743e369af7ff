#include "acl/cli/session.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/cli/print.h"
#include "acl/cli/progress.h"
#include "acl/world/world_file.h"

namespace acl::cli {

namespace {

std::string QuotedList(const std::vector<std::string>& ids) {
  return absl::StrJoin(ids, ", ", [](std::string* out, const std::string& id) {
    absl::StrAppend(out, Quoted(id));
  });
}

// Warns about what had to be repaired when a folder was opened for writing.
void Warn(const std::string& folder, const FolderReport& report,
          const Console& console) {
  if (report.torn_bytes > 0) {
    console.err << "acl: warning: " << Printable(folder) << ": "
                << Some(report.torn_bytes, "byte")
                << " of a change that nobody was told of were cut off\n";
  }
  if (!report.damaged_checkpoint.empty()) {
    console.err << "acl: warning: " << report.damaged_checkpoint
                << "; an earlier one and the journal led to the same\n";
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> Session::Open(const Common& common,
                                                       const Console& console) {
  if (common.world.empty()) {
    return Refuse(v1::MALFORMED,
                  "no world; name a world file or a journal folder by --world "
                  "PATH or ACL_WORLD");
  }
  std::unique_ptr<Session> session(new Session(common, console));
  Progress progress(console, "reading " + Printable(common.world));
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenWorld(common.world, common.at, common.workspace, progress.Sink());
  if (!engine.ok()) return engine.status();
  session->Begin(*std::move(engine));
  return session;
}

absl::StatusOr<std::unique_ptr<Session>> Session::OpenForChange(
    const Common& common, bool dry_run, const Console& console,
    FileLock* lock) {
  if (dry_run || common.world.empty()) return Open(common, console);
  if (!ReadWorldPlace(common.world).at.empty()) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat(Printable(common.world),
                               ": is the past, which can't be changed; try the "
                               "change with --dry-run, or name the folder"));
  }
  if (!IsFolder(common.world)) {
    if (absl::Status s = lock->Take(common.world); !s.ok()) return s;
    return Open(common, console);
  }
  if (absl::Status s = CheckJournalFolder(common.world); !s.ok()) return s;
  std::unique_ptr<Session> session(new Session(common, console));
  Progress progress(console, "reading " + Printable(common.world));
  FolderOptions options;
  options.progress = progress.Sink();
  FolderReport report;
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Open(common.world, {}, options, &report);
  if (!engine.ok()) return engine.status();
  Warn(common.world, report, console);
  session->saves_itself_ = true;
  session->Begin(*std::move(engine));
  return session;
}

void Session::Begin(std::unique_ptr<Engine> engine) {
  engine_ = std::move(engine);
  many_ = common_.workspace.empty() && engine_->WorkspaceIds().size() > 1;
}

absl::StatusOr<std::vector<Workspace>> Session::Workspaces() {
  std::vector<std::string> ids = engine_->WorkspaceIds();
  if (!common_.workspace.empty()) ids = {common_.workspace};
  std::vector<Workspace> workspaces;
  for (const std::string& id : ids) {
    absl::StatusOr<Workspace> workspace = engine_->FindWorkspace(id);
    if (!workspace.ok()) {
      return Refuse(
          v1::WORKSPACE_NOT_FOUND,
          absl::StrCat(workspace.status().message(), "; the world has ",
                       engine_->WorkspaceIds().empty()
                           ? "none"
                           : QuotedList(engine_->WorkspaceIds())));
    }
    workspaces.push_back(*std::move(workspace));
  }
  return workspaces;
}

absl::StatusOr<Workspace> Session::OneWorkspace() {
  absl::StatusOr<std::vector<Workspace>> workspaces = Workspaces();
  if (!workspaces.ok()) return workspaces.status();
  if (workspaces->size() != 1) {
    return Refuse(
        v1::MALFORMED,
        workspaces->empty()
            ? std::string("the world has no workspace")
            : absl::StrCat("the world has ", workspaces->size(),
                           " workspaces, ", QuotedList(engine_->WorkspaceIds()),
                           "; choose one by --workspace ID"));
  }
  return workspaces->front();
}

absl::Status Session::Save() {
  if (saves_itself_) return absl::OkStatus();
  const Progress progress(console_, "writing " + Printable(common_.world));
  return WriteWorldFile(common_.world, [this](const WorldSink& sink) {
    return engine_->Export(sink);
  });
}

}  // namespace acl::cli
