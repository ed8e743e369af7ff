// The first and last steps of every command: opening the world, choosing
// workspaces, saving.
#ifndef ACL_CLI_SESSION_H_
#define ACL_CLI_SESSION_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/cli/console.h"
#include "acl/encoding/file.h"
#include "acl/engine.h"

namespace acl::cli {

// The values of the options that all commands share.
struct Common {
  std::string world;      // the file, or a journal's folder
  std::string workspace;  // an id; empty: all, or the only one
  std::string at;         // a moment of the folder; empty: now
};

// An engine that holds the world of a file or a folder.
class Session {
 public:
  // Reads the file, or the state of the folder at the moment; writes nothing. A
  // world that is refused is FILE_MALFORMED, with a line for each fault that
  // names file, line and path.
  static absl::StatusOr<std::unique_ptr<Session>> Open(const Common& common,
                                                       const Console& console);

  // The same for a change: unless it is a dry run, a folder is opened for
  // writing (JOURNAL_LOCKED), and for a file `lock` is taken before it is read,
  // so that no other command's change is lost. FILE_ACCESS.
  // REQUIRES: the lock lives until the change is saved.
  static absl::StatusOr<std::unique_ptr<Session>> OpenForChange(
      const Common& common, bool dry_run, const Console& console,
      FileLock* lock);

  // The workspace that was named, or all of them, in bytewise order.
  // WORKSPACE_NOT_FOUND.
  absl::StatusOr<std::vector<Workspace>> Workspaces();

  // The one workspace that a change is for. MALFORMED if the world has several
  // and none was named.
  absl::StatusOr<Workspace> OneWorkspace();

  // For adding and removing workspaces.
  Engine& engine() { return *engine_; }

  // Whether results should name their workspace.
  bool many() const { return many_; }

  // Replaces the file with the current world. In a folder every change is
  // already saved.
  absl::Status Save();

 private:
  Session(Common common, const Console& console)
      : common_(std::move(common)), console_(console) {}

  // Selects among the engine's workspaces.
  void Begin(std::unique_ptr<Engine> engine);

  const Common common_;
  const Console& console_;
  std::unique_ptr<Engine> engine_;
  bool saves_itself_ = false;
  bool many_ = false;
};

}  // namespace acl::cli

#endif  // ACL_CLI_SESSION_H_
