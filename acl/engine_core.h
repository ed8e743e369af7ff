// The implementation of an engine: its workspaces and, if it has one, its
// folder. Internal; the public interface is acl/engine.h.
#ifndef ACL_ENGINE_CORE_H_
#define ACL_ENGINE_CORE_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/background.h"
#include "acl/base/ordered_map.h"
#include "acl/base/reference.h"
#include "acl/base/revision.h"
#include "acl/engine_options.h"
#include "acl/history/folder.h"
#include "acl/history/moment.h"
#include "acl/journal/folder_options.h"
#include "acl/observer_gate.h"
#include "acl/store/epoch.h"
#include "acl/store/state.h"
#include "acl/watch.h"
#include "acl/workspace_core.h"

namespace acl {

class Follower;

// The table of workspaces is published the same way as a workspace's states:
// readers never wait for a thread that adds or removes one.
//
// Thread-safe, except for Open(), Follow(), OpenAt() and Close(). Errors are
// those of the functions of the same names in Engine.
class EngineCore {
 public:
  using WorkspaceTable =
      OrderedMap<std::string, std::shared_ptr<WorkspaceCore>>;

  explicit EngineCore(EngineOptions options);
  ~EngineCore();

  // Continues from a folder. Called at most once, before anything else.
  absl::Status Open(const std::string& path, const FolderOptions& options,
                    FolderReport* report);
  // Loads the past state of a folder; called instead of Open().
  absl::Status OpenAt(const std::string& path, const Moment& moment,
                      const FolderOptions& options, FolderReport* report);
  // Follows a folder that another engine writes; called instead of Open().
  absl::Status Follow(const std::string& path, const FolderOptions& options,
                      FolderReport* report);
  absl::Status Following() const;
  // A new engine with the state of this engine's folder at `moment`.
  absl::StatusOr<std::shared_ptr<EngineCore>> At(const Moment& moment) const;

  // The workspaces by id. REQUIRES: the calling thread is pinned.
  const WorkspaceTable& table() const { return *table_.Get(); }
  absl::StatusOr<std::shared_ptr<WorkspaceCore>> Find(
      absl::string_view id) const;

  // The state of a new workspace.
  absl::StatusOr<State> NewState() const;
  // Adds all of them, or none if one exists.
  absl::Status Add(const Actor& actor, WorkspaceEvent event,
                   std::vector<State> states);
  absl::Status Remove(const Actor& actor, absl::string_view id);

  // For the follower; actors are as in the records. REQUIRES: the engine has
  // none of the added workspaces.
  void AddFollowed(const std::string& actor, WorkspaceEvent event,
                   const std::vector<std::shared_ptr<const State>>& states);
  absl::Status RemoveFollowed(const std::string& actor, absl::string_view id);
  void EndFollowing(const absl::Status& why);

  absl::StatusOr<std::unique_ptr<acl::Watch>> Watch(
      absl::string_view id, const RevisionToken& from,
      const WatchOptions& options) const;
  absl::Status Checkpoint();

  // Whether the calling thread is inside a hook of this engine's observer.
  bool InHook() const { return observer_->CallsOnThisThread(); }
  // Returns when changes and hooks in progress are done; from then on no hook
  // is called. Must be the last call. Returns the journal's close status; a
  // second call does nothing. REQUIRES: !InHook().
  absl::Status Close();

 private:
  // Where the engine's history is.
  struct Home {
    std::string path;
    FolderOptions options;
    FileSystem* files;
  };

  void SetHome(const std::string& path, const FolderOptions& options);
  void AddCore(const std::shared_ptr<const State>& state, WorkspaceTable* table,
               EditTag edit) const;
  // Adds workspaces to the table.
  void AddCores(const std::vector<std::shared_ptr<const State>>& states);
  // REQUIRES: mutex_ is held.
  absl::Status RemoveCore(const Actor& actor, absl::string_view id);
  // Makes the addition of workspaces durable.
  absl::Status Record(const Actor& actor, WorkspaceEvent event,
                      const std::vector<State>& states) const;
  void Publish(std::shared_ptr<WorkspaceTable> next);
  void Tell(absl::string_view id, const Actor& actor,
            WorkspaceEvent event) const;
  void CheckpointIfDue();

  const EngineOptions options_;
  const std::shared_ptr<ObserverGate> observer_;
  std::optional<Home> home_;        // not set for an in-memory engine
  std::unique_ptr<Folder> folder_;  // null unless it writes to one
  Published<WorkspaceTable> table_{std::make_shared<WorkspaceTable>()};
  std::mutex mutex_;  // held by a thread that adds or removes
  RetireList retired_;
  std::mutex checkpoint_mutex_;  // held by a thread that writes a checkpoint
  Background checkpointer_;
  bool closed_ = false;
  std::unique_ptr<Follower> follower_;  // null unless it follows
};

}  // namespace acl

#endif  // ACL_ENGINE_CORE_H_
