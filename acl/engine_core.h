// An engine inside: its workspaces and, if it has one, its folder. Internal;
// the front door is acl/engine.h.
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

// The table of workspaces is published like a workspace's states are: readers
// never wait for who adds or removes one.
//
// Thread-safe, except for Open(), Follow(), OpenAt() and Close(). Errors are
// those of the functions of Engine that have the names of these.
class EngineCore {
 public:
  using WorkspaceTable =
      OrderedMap<std::string, std::shared_ptr<WorkspaceCore>>;

  explicit EngineCore(EngineOptions options);
  ~EngineCore();

  // Goes on from a folder. Called at most once, before anything else.
  absl::Status Open(const std::string& path, const FolderOptions& options,
                    FolderReport* report);
  // Becomes what a folder was; called instead of Open().
  absl::Status OpenAt(const std::string& path, const Moment& moment,
                      const FolderOptions& options, FolderReport* report);
  // Goes on as a folder does that another engine writes to. As Open().
  absl::Status Follow(const std::string& path, const FolderOptions& options,
                      FolderReport* report);
  absl::Status Following() const;
  // Of this engine's folder, as another engine.
  absl::StatusOr<std::shared_ptr<EngineCore>> At(const Moment& moment) const;

  // Pinned: the workspaces by id.
  const WorkspaceTable& table() const { return *table_.Get(); }
  absl::StatusOr<std::shared_ptr<WorkspaceCore>> Find(
      absl::string_view id) const;

  // Of a workspace that begins now.
  absl::StatusOr<State> NewState() const;
  // Adds all of them, or none if one exists.
  absl::Status Add(const Actor& actor, WorkspaceEvent event,
                   std::vector<State> states);
  absl::Status Remove(const Actor& actor, absl::string_view id);

  // For the follower; actors are as records have them. REQUIRES: the engine has
  // none of the workspaces that are added.
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
  // Returns when changes and hooks under way are done; from then on no hook is
  // called. Must be the last call. Returns the journal's close status; a second
  // call does nothing. REQUIRES: !InHook().
  absl::Status Close();

 private:
  // Where it has its history.
  struct Home {
    std::string path;
    FolderOptions options;
    FileSystem* files;
  };

  void SetHome(const std::string& path, const FolderOptions& options);
  void AddCore(const std::shared_ptr<const State>& state, WorkspaceTable* table,
               EditTag edit) const;
  // Adds them to those that there are.
  void AddCores(const std::vector<std::shared_ptr<const State>>& states);
  // With the lock.
  absl::Status RemoveCore(const Actor& actor, absl::string_view id);
  // Makes it durable that workspaces were added.
  absl::Status Record(const Actor& actor, WorkspaceEvent event,
                      const std::vector<State>& states) const;
  void Publish(std::shared_ptr<WorkspaceTable> next);
  void Tell(absl::string_view id, const Actor& actor,
            WorkspaceEvent event) const;
  void CheckpointIfDue();

  const EngineOptions options_;
  const std::shared_ptr<ObserverGate> observer_;
  std::optional<Home> home_;        // not set for one in memory alone
  std::unique_ptr<Folder> folder_;  // null unless it writes to one
  Published<WorkspaceTable> table_{std::make_shared<WorkspaceTable>()};
  std::mutex mutex_;  // held by whoever adds or removes
  RetireList retired_;
  std::mutex checkpoint_mutex_;  // held by whoever writes a checkpoint
  Background checkpointer_;
  bool closed_ = false;
  std::unique_ptr<Follower> follower_;  // null unless it follows
};

}  // namespace acl

#endif  // ACL_ENGINE_CORE_H_
