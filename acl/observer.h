// Hooks for the metrics and logs of an embedding service. Part of the public
// API; begin reading at acl/engine.h.
#ifndef ACL_OBSERVER_H_
#define ACL_OBSERVER_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "acl/base/reference.h"
#include "acl/base/revision.h"
#include "acl/share/change.h"
#include "acl/share/receipt.h"
#include "acl/share/request.h"

namespace acl {

// What happened to a workspace as a whole.
enum class WorkspaceEvent { kAdded, kImported, kRemoved };

// Derive, override what you need, and pass it in EngineOptions. Without an
// observer the hooks cost one test of a pointer. Decisions on a workspace that
// was removed are not reported.
//
// Lifetime: it must live until the engine's destructor has returned, and is not
// called after that. Arguments are valid only during the call.
class Observer {
 public:
  virtual ~Observer() = default;

  // A question was answered: a role was looked up (allowed: it is not none) or
  // checked. Called once for each question of CheckMany(). Lists and
  // explanations are not decisions. Called on the asking thread, by many
  // threads at once: keep it short. Like every hook, it must not close or
  // destroy the engine.
  virtual void OnDecision(absl::string_view workspace, Revision revision,
                          bool allowed) {
    static_cast<void>(workspace);
    static_cast<void>(revision);
    static_cast<void>(allowed);
  }

  // A change was published, or a request id was answered again. Called in the
  // order of revisions within one workspace, while the workspace's writers
  // wait: it may ask questions, but must not change the same workspace. Dry
  // runs are not reported.
  virtual void OnChange(absl::string_view workspace, const Actor& actor,
                        const std::vector<Change>& changes,
                        const ChangeOptions& options, const Receipt& receipt) {
    static_cast<void>(workspace);
    static_cast<void>(actor);
    static_cast<void>(changes);
    static_cast<void>(options);
    static_cast<void>(receipt);
  }

  // A change was refused. The rules of OnChange() apply.
  virtual void OnRefusal(absl::string_view workspace, const Actor& actor,
                         const std::vector<Change>& changes,
                         const absl::Status& refusal) {
    static_cast<void>(workspace);
    static_cast<void>(actor);
    static_cast<void>(changes);
    static_cast<void>(refusal);
  }

  // A workspace was added, imported or removed. Called while other additions
  // and removals wait: it must not add or remove workspaces itself.
  virtual void OnWorkspace(absl::string_view workspace, const Actor& actor,
                           WorkspaceEvent event) {
    static_cast<void>(workspace);
    static_cast<void>(actor);
    static_cast<void>(event);
  }

  // The engine has written a checkpoint by itself, or has failed to. A failure
  // does no harm: the journal has everything, and the engine tries again when
  // the journal has grown by a file. Errors are those of Engine::Checkpoint(),
  // whose own calls are not reported. Called on a thread of the engine that
  // does nothing else; it may ask and change, but must not destroy the engine.
  virtual void OnCheckpoint(const absl::Status& status) {
    static_cast<void>(status);
  }

  // The status of Engine::Following() has changed. The rules of OnCheckpoint()
  // apply; called between changes.
  virtual void OnFollowing(const absl::Status& status) {
    static_cast<void>(status);
  }
};

}  // namespace acl

#endif  // ACL_OBSERVER_H_
