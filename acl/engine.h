// acl: who may do what, and why.
//
// This is the front door. An engine keeps workspaces; a workspace keeps users,
// service accounts, API keys, groups, resources, and grants of roles between
// them. In ten lines:
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
// lists, snapshots. What can be changed is in acl/share/change.h, what a change
// answers in acl/share/receipt.h, how things are named in acl/base/reference.h,
// why a call is refused in acl/base/fault.h, which environment variables are
// read in acl/base/environment.h, how to follow what changes in
// acl/watch.h. What a role means: docs/semantics.md.
//
// Every answer comes from memory, and from one revision. An engine that was
// made by Engine::Open() keeps its changes in a folder, too; those that were
// made by Engine::Follow() keep up with it.
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

// A workspace: asks at the latest revision (acl/reader.h), and changes.
//
// Thread-safety: any number of threads may ask while one changes; writers of
// one workspace take turns. Copies are cheap and mean the same workspace.
//
// Lifetime: it outlives the engine and the workspace's removal. Once the engine
// is destroyed it goes on answering from the last revision and refuses changes
// with ENGINE_CLOSED. Once the workspace is removed, every subject has role
// none on everything, and changes are refused with WORKSPACE_NOT_FOUND.
class Workspace : public Reader {
 public:
  // Applies all of `changes` or none, as one revision; each is decided on the
  // state that the ones before it left. After it has returned, every later read
  // in the process sees it. A refusal (docs/errors.md) leaves everything as it
  // was; in a batch of several, it names the change by its index. An empty
  // batch changes nothing.
  absl::StatusOr<Receipt> Apply(const Actor& actor,
                                const std::vector<Change>& changes,
                                const ChangeOptions& options = {});

  // Apply() of one share: sets the target's grant whatever it was.
  absl::StatusOr<Receipt> Share(const Actor& actor, const ResourceId& resource,
                                const Target& target, absl::string_view role,
                                const ChangeOptions& options = {});

  // Apply() of one unshare: takes the target's grant away.
  absl::StatusOr<Receipt> Unshare(const Actor& actor,
                                  const ResourceId& resource,
                                  const Target& target,
                                  const ChangeOptions& options = {});

  // A snapshot at least as fresh as `token`; waits for it up to `timeout`, then
  // REVISION_TIMEOUT. REVISION_NOT_AVAILABLE for another incarnation's token.
  // Takes a lock only if it has to wait.
  absl::StatusOr<Snapshot> AtLeast(const RevisionToken& token,
                                   absl::Duration timeout) const;

  // What the workspace takes in memory now. Waits for a change that is under
  // way.
  acl::MemoryUsage MemoryUsage() const;

 private:
  friend class Engine;
  using Reader::Reader;
};

// Keeps workspaces. Thread-safe, except for the destructor.
class Engine {
 public:
  // Keeps everything in memory alone.
  explicit Engine(EngineOptions options = {});

  // An engine that goes on from a folder, which is made if there is none: a
  // change that was accepted is there when the folder is opened again, and one
  // that was refused is not. docs/durability.md tells what that rests on.
  //
  // JOURNAL_LOCKED: another engine, in this process or another, has the folder
  // open. JOURNAL_DAMAGED: something that was accepted is gone or was altered;
  // nothing in the folder was touched. FILE_ACCESS, DISK_FULL, OUT_OF_MEMORY.
  // Reading takes O(changes); memory as the engine that it makes.
  //
  // Changes of such an engine are refused with DISK_FULL where there is no room
  // for them, and with OUTCOME_UNKNOWN once the disk has failed: that one may
  // be there when the folder is opened again, and until then nothing can be
  // changed. Questions are answered all the time.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(
      const std::string& folder, EngineOptions options = {},
      const FolderOptions& folder_options = {}, FolderReport* report = nullptr);

  // An engine that does as a folder does that another engine writes to, in this
  // process or another: every change appears in it, in order, with the same
  // revisions and tokens, so that Workspace::AtLeast() takes a token from
  // there. It begins with what is there when it is called, and looks for more
  // every FolderOptions::follow_interval. Nothing in the folder is written.
  // Changes are refused with READ_ONLY; dry runs, Watch() and At() are not.
  // docs/durability.md tells what it shows when. Refusals as Open();
  // FILE_ACCESS also if there is no folder.
  static absl::StatusOr<std::unique_ptr<Engine>> Follow(
      const std::string& folder, EngineOptions options = {},
      const FolderOptions& folder_options = {}, FolderReport* report = nullptr);

  // Of an engine that follows: OK as long as it keeps up. FILE_ACCESS: the
  // system refuses to read; it goes on trying. Anything else is the end of it:
  // it answers as of the last change that it got, for good, and who waits for
  // another is told so. JOURNAL_DAMAGED, FILE_MALFORMED; REVISION_NOT_AVAILABLE
  // if it was too slow for a writer that keeps no history; OUTCOME_UNKNOWN if
  // the disk failed; OUT_OF_MEMORY. MALFORMED for an engine that does not
  // follow. Observer::OnFollowing() is told when it changes.
  absl::Status Following() const;

  // An engine in memory with everything that a folder had at `moment`, its
  // tokens and revisions included. Nothing in the folder is written, and
  // another engine may have it open. What is changed in the new engine goes
  // nowhere. REVISION_NOT_AVAILABLE: the moment has not come yet, or its
  // history was not kept. Else as Open().
  static absl::StatusOr<std::unique_ptr<Engine>> OpenAt(
      const std::string& folder, const Moment& moment,
      EngineOptions options = {}, const FolderOptions& folder_options = {},
      FolderReport* report = nullptr);

  // OpenAt() of this engine's own folder. MALFORMED for one in memory alone.
  absl::StatusOr<std::unique_ptr<Engine>> At(const Moment& moment) const;

  // Watches a workspace from a token on: every change after it. In memory alone
  // the token has to be the latest one, but for the short past that others who
  // watch have asked for; in a folder it can be any one whose history is kept.
  // WORKSPACE_NOT_FOUND; REVISION_NOT_AVAILABLE for a token that the workspace
  // has not given.
  absl::StatusOr<std::unique_ptr<acl::Watch>> Watch(
      absl::string_view workspace, const RevisionToken& from,
      const WatchOptions& options = {}) const;

  // Writes a checkpoint: opening the folder will read it instead of the changes
  // before. Changes and questions go on meanwhile. It is done anyway when it is
  // worth it (FolderOptions::checkpoints). DISK_FULL, FILE_ACCESS, or
  // JOURNAL_DAMAGED if it was read back and is not what was written; they harm
  // nothing. For an engine in memory alone it does nothing; READ_ONLY for one
  // that follows.
  absl::Status Checkpoint();

  // Closes the engine as the destructor does, and returns whether its folder
  // could be closed: FILE_ACCESS, DISK_FULL or OUTCOME_UNKNOWN. Even then every
  // accepted change is as safe as before; the folder looks as if the process
  // had been killed. A second call does nothing. Only the destructor may be
  // called afterwards. MALFORMED inside a hook of the engine's own observer,
  // where it would wait for itself; nothing has happened then.
  absl::Status Close();

  // Closes the engine. Waits, sleeping, until changes under way and calls of
  // the observer's hooks are done; no hook is called afterwards. It waits for
  // no other engine and for no question: it may be destroyed inside a visit, a
  // sink, a `cancelled` callback or another engine's hook. Workspaces and
  // Snapshots can be used from any thread before, during and after it.
  // REQUIRES: no thread is in a call on the Engine itself, and this thread is
  // not inside a hook of the engine's own observer.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // A new workspace at revision 0. ALREADY_EXISTS, or MALFORMED or ROLE_UNKNOWN
  // for a bad id or bad settings. `actor` is recorded, not checked.
  absl::StatusOr<Workspace> AddWorkspace(
      const Actor& actor, absl::string_view id,
      const WorkspaceSettings& settings = {});

  // Removes a workspace with all that is in it. WORKSPACE_NOT_FOUND.
  absl::Status RemoveWorkspace(const Actor& actor, absl::string_view id);

  // O(log n), without a lock. WORKSPACE_NOT_FOUND.
  absl::StatusOr<Workspace> FindWorkspace(absl::string_view id) const;

  // In bytewise order.
  std::vector<std::string> WorkspaceIds() const;

  // Adds every workspace of a world, or none: trusts nothing, and refuses with
  // all faults that it finds (up to kMaxWorldFaults), one a line, each with its
  // path in the world (`workspaces[0].users[3].email`); `faults`, if given,
  // gets them one by one.
  // The order is always the same. ALREADY_EXISTS if one of the workspaces
  // exists. World files: acl/world/world_file.h.
  absl::Status Import(const Actor& actor, const v1::World& world,
                      std::vector<WorldFault>* faults = nullptr);
  // The same from parts, without the whole in memory. What is not OK from the
  // source comes back as it is.
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
