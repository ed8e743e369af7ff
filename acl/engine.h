// acl: who may do what, and why.
//
// Start here. An engine keeps workspaces; a workspace keeps users, service
// accounts, API keys, groups, resources, and grants of roles between them. In
// ten lines:
//
//   acl::Engine engine;
//   acl::Workspace studio =
//       *engine.AddWorkspace(acl::Actor::System(), "studio");
//   studio.Apply(acl::Actor::System(),
//                {acl::AddUser{"ann"}, acl::AddUser{"bob"},
//                 acl::AddResource{{"voice", "narrator"}, "Narrator",
//                                  acl::PrincipalId::User("ann")}}).value();
//   acl::Receipt receipt = *studio.Share(
//       acl::Subject::User("ann"), {"voice", "narrator"},
//       acl::Target::User("bob"), "editor");
//   acl::RoleAnswer answer = *studio.EffectiveRole(
//       acl::Subject::User("bob"), {"voice", "narrator"});
//   studio.RoleName(answer.role);  // "editor"
//   answer.witness.kind;           // SourceKind::kDirect
//
// Reading is in acl/reader.h: roles with witnesses, checks, explanations,
// lists, snapshots. What can be changed is in acl/share/change.h, the result of
// a change in acl/share/receipt.h, how things are named in
// acl/base/reference.h, why a call is refused in acl/base/fault.h, which
// environment variables are read in acl/base/environment.h, how to watch
// changes in acl/watch.h. What a role means: docs/semantics.md.
//
// Every answer comes from memory, and from one revision. An engine from
// Engine::Open() also keeps its changes in a folder; one from Engine::Follow()
// is a read-only replica of such a folder.
#ifndef ACL_ENGINE_H_
#define ACL_ENGINE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "acl/base/fault.h"
#include "acl/base/handle.h"
#include "acl/base/reference.h"
#include "acl/base/revision.h"
#include "acl/engine_options.h"
#include "acl/history/moment.h"
#include "acl/journal/folder_options.h"
#include "acl/observer.h"
#include "acl/reader.h"
#include "acl/share/change.h"
#include "acl/share/receipt.h"
#include "acl/share/request.h"
#include "acl/store/memory_usage.h"
#include "acl/store/settings.h"
#include "acl/watch.h"
#include "acl/world/world_fault.h"
#include "acl/world/world_parts.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

class EngineCore;

// A workspace: answers questions at its latest revision (acl/reader.h), and
// applies changes.
//
// Thread-safety: any number of threads may ask questions while another applies
// a change; writers of one workspace take turns. Copies are cheap and refer to
// the same workspace.
//
// Lifetime: it outlives the engine and the workspace's removal. Once the engine
// is destroyed, it still answers from the last revision and refuses changes
// with ENGINE_CLOSED. Once the workspace is removed, every subject has role
// none on everything, and changes are refused with WORKSPACE_NOT_FOUND.
class Workspace : public Reader {
 public:
  // Applies all of `changes` or none, as one revision; each is decided on the
  // state left by the ones before it. Once it has returned, every later read in
  // the process sees the result. A refusal (docs/errors.md) leaves everything
  // as it was; in a batch of several, it names the change by its index. An
  // empty batch changes nothing.
  absl::StatusOr<Receipt> Apply(const Actor& actor,
                                const std::vector<Change>& changes,
                                const ChangeOptions& options = {});

  // Applies one share: sets the target's grant, whatever it was.
  absl::StatusOr<Receipt> Share(const Actor& actor, const ResourceId& resource,
                                const Target& target, absl::string_view role,
                                const ChangeOptions& options = {});

  // Applies one unshare: removes the target's grant.
  absl::StatusOr<Receipt> Unshare(const Actor& actor,
                                  const ResourceId& resource,
                                  const Target& target,
                                  const ChangeOptions& options = {});

  // A snapshot at least as fresh as `token`. Waits up to `timeout` for it, then
  // fails with REVISION_TIMEOUT. REVISION_NOT_AVAILABLE for a token of another
  // incarnation. Takes a lock only if it has to wait.
  absl::StatusOr<Snapshot> AtLeast(const RevisionToken& token,
                                   absl::Duration timeout) const;

  // How much memory the workspace uses now. Waits for a change in progress.
  acl::MemoryUsage MemoryUsage() const;

 private:
  friend class Engine;
  using Reader::Reader;
};

// Owns workspaces. Thread-safe, except for the destructor.
class Engine {
 public:
  // Creates an engine that keeps everything in memory only.
  explicit Engine(EngineOptions options = {});

  // Opens an engine that keeps its changes in `folder`, which is created if it
  // does not exist. When the folder is opened again, every accepted change is
  // there and no refused one is; docs/durability.md says what that depends on.
  //
  // JOURNAL_LOCKED: another engine, in this process or another, has the folder
  // open. JOURNAL_DAMAGED: something that was accepted is missing or altered;
  // nothing in the folder was touched. Also FILE_ACCESS, DISK_FULL,
  // OUT_OF_MEMORY. Takes O(changes) time, and as much memory as the resulting
  // engine.
  //
  // Such an engine refuses changes with DISK_FULL when there is no room for
  // them. Once the disk has failed, the change in progress gets
  // OUTCOME_UNKNOWN, since it may be there when the folder is opened again, and
  // so does every change until then. Questions are always answered.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(
      const std::string& folder, EngineOptions options = {},
      const FolderOptions& folder_options = {}, FolderReport* report = nullptr);

  // Opens a read-only replica of a folder that another engine writes, in this
  // process or another. Every change appears in it, in order, with the same
  // revisions and tokens, so Workspace::AtLeast() accepts tokens of the writing
  // engine. It starts with what the folder has at the time of the call, and
  // looks for more every FolderOptions::follow_interval. Nothing in the folder
  // is written. Changes are refused with READ_ONLY; dry runs, Watch() and At()
  // work. docs/durability.md says which changes become visible when. Errors are
  // those of Open(), and FILE_ACCESS also if there is no folder.
  static absl::StatusOr<std::unique_ptr<Engine>> Follow(
      const std::string& folder, EngineOptions options = {},
      const FolderOptions& folder_options = {}, FolderReport* report = nullptr);

  // The state of a replica: OK as long as it keeps up. FILE_ACCESS: the system
  // refuses to read; the replica keeps trying. Any other error is permanent:
  // the replica stops advancing, keeps serving its last revision, and calls
  // that wait for a later one fail with this error. It is JOURNAL_DAMAGED;
  // FILE_MALFORMED; REVISION_NOT_AVAILABLE if the replica was too slow for a
  // writer that keeps no history; OUTCOME_UNKNOWN if the disk failed; or
  // OUT_OF_MEMORY. MALFORMED for an engine that is not a replica. Changes are
  // reported to Observer::OnFollowing().
  absl::Status Following() const;

  // Creates an in-memory engine with everything that a folder had at `moment`,
  // including tokens and revisions. Nothing in the folder is written, and
  // another engine may have it open. Changes to the new engine are not kept.
  // REVISION_NOT_AVAILABLE: the moment is in the future, or its history was not
  // kept. Other errors are those of Open().
  static absl::StatusOr<std::unique_ptr<Engine>> OpenAt(
      const std::string& folder, const Moment& moment,
      EngineOptions options = {}, const FolderOptions& folder_options = {},
      FolderReport* report = nullptr);

  // OpenAt() of this engine's own folder. MALFORMED for an in-memory engine.
  absl::StatusOr<std::unique_ptr<Engine>> At(const Moment& moment) const;

  // Watches every change of a workspace after a token. In memory, the token has
  // to be the latest one, or one of the few before it that the workspace keeps
  // for other watchers; in a folder, it can be any whose history is kept.
  // WORKSPACE_NOT_FOUND; REVISION_NOT_AVAILABLE for a token that the workspace
  // has not issued.
  absl::StatusOr<std::unique_ptr<acl::Watch>> Watch(
      absl::string_view workspace, const RevisionToken& from,
      const WatchOptions& options = {}) const;

  // Writes a checkpoint, which replaces the changes before it when the folder
  // is opened. Changes and questions proceed meanwhile. The engine also does
  // this by itself when it is worth it (FolderOptions::checkpoints). DISK_FULL,
  // FILE_ACCESS, or JOURNAL_DAMAGED if it reads back differently from what was
  // written; such a failure does no harm. Does nothing for an in-memory engine;
  // READ_ONLY for a replica.
  absl::Status Checkpoint();

  // Closes the engine as the destructor does, and returns whether its folder
  // could be closed: FILE_ACCESS, DISK_FULL or OUTCOME_UNKNOWN. Even then every
  // accepted change is as safe as before; the folder looks as if the process
  // had been killed. A second call does nothing. Only the destructor may be
  // called afterwards. MALFORMED, with no effect, inside a hook of the engine's
  // own observer, where it would wait for itself.
  absl::Status Close();

  // Closes the engine. Blocks until changes and observer hooks in progress are
  // done; no hook is called afterwards. It does not wait for other engines or
  // for questions, so it may be destroyed inside a visit, a sink, a `cancelled`
  // callback or another engine's hook. Workspaces and Snapshots can be used
  // from any thread before, during and after it. REQUIRES: no thread is in a
  // call on the Engine itself, and this thread is not inside a hook of the
  // engine's own observer.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Adds a workspace at revision 0. ALREADY_EXISTS, or MALFORMED or
  // ROLE_UNKNOWN for a bad id or bad settings. `actor` is recorded, not
  // checked.
  absl::StatusOr<Workspace> AddWorkspace(
      const Actor& actor, absl::string_view id,
      const WorkspaceSettings& settings = {});

  // Removes a workspace with everything in it. WORKSPACE_NOT_FOUND.
  absl::Status RemoveWorkspace(const Actor& actor, absl::string_view id);

  // Finds a workspace. O(log n), takes no lock. WORKSPACE_NOT_FOUND.
  absl::StatusOr<Workspace> FindWorkspace(absl::string_view id) const;

  // In bytewise order.
  std::vector<std::string> WorkspaceIds() const;

  // Adds every workspace of a world, or none. The world is validated
  // completely; a refusal lists all faults found (up to kMaxWorldFaults), one
  // per line, always in the same order, each with its path in the world
  // (`workspaces[0].users[3].email`). `faults`, if given, receives them one by
  // one. ALREADY_EXISTS if one of the workspaces exists. World files:
  // acl/world/world_file.h.
  absl::Status Import(const Actor& actor, const v1::World& world,
                      std::vector<WorldFault>* faults = nullptr);
  // The same from parts, without holding the whole world in memory. An error
  // from the source is returned as it is.
  absl::Status Import(const Actor& actor, const WorldSource& parts,
                      std::vector<WorldFault>* faults = nullptr);

  // All workspaces, each at one revision, in canonical order.
  v1::World Export() const;
  // The same in parts.
  absl::Status Export(const WorldSink& sink) const;

 private:
  explicit Engine(std::shared_ptr<EngineCore> core);

  const std::shared_ptr<EngineCore> core_;
};

}  // namespace acl

#endif  // ACL_ENGINE_H_
