// The changes of a workspace, one by one. Part of the public API; begin reading
// at acl/engine.h (Engine::Watch).
//
//   auto watch = *engine->Watch("studio", *studio.Token());
//   for (;;) {
//     absl::StatusOr<acl::WatchedChange> change =
//         watch->Next(absl::InfiniteDuration());
//     if (!change.ok()) break;
//     ...
//   }
//
// To keep something in step with a workspace: take a snapshot, read what is
// needed from it, and watch from the snapshot's token. To resume later, watch
// from the token of the last change that was seen.
#ifndef ACL_WATCH_H_
#define ACL_WATCH_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "acl/base/revision.h"
#include "acl/history/watched_change.h"

namespace acl {

class Feed;
class PastChanges;
struct FedChange;

struct WatchOptions {
  // Whether to work out which effective roles each change has changed. The cost
  // falls on the watcher, not on the writer; see acl/resolve/role_diff.h.
  bool roles = false;
};

// One watcher. Not thread-safe. May outlive the engine.
class Watch {
 public:
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Returns every change, in the order of revisions, each once. Waits up to
  // `timeout` for the next, then fails with REVISION_TIMEOUT, after which it
  // may be called again. REVISION_NOT_AVAILABLE: the watcher fell so far behind
  // that the change is no longer kept; start over from a snapshot.
  // WORKSPACE_NOT_FOUND after the last change of a workspace that was removed,
  // likewise ENGINE_CLOSED. For an engine with a folder also JOURNAL_DAMAGED
  // and FILE_ACCESS.
  absl::StatusOr<WatchedChange> Next(absl::Duration timeout);

  // The token of the last change returned, or the one where watching began.
  RevisionToken position() const { return position_; }

 private:
  friend class Engine;
  friend class EngineCore;

  // Opens the changes that are older than the feed.
  using OpenPast = std::function<absl::StatusOr<std::unique_ptr<PastChanges>>(
      const RevisionToken& from)>;

  // REQUIRES: `feed` has been joined; it has the changes after revision `live`.
  Watch(std::shared_ptr<Feed> feed, RevisionToken from, Revision live,
        WatchOptions options, OpenPast open_past);

  absl::StatusOr<std::optional<WatchedChange>> FromPast();
  absl::StatusOr<WatchedChange> Deliver(const FedChange& fed);

  const std::shared_ptr<Feed> feed_;
  const WatchOptions options_;
  const OpenPast open_past_;  // null: no past is kept
  const Revision live_;
  RevisionToken position_;
  std::unique_ptr<PastChanges> past_;
};

}  // namespace acl

#endif  // ACL_WATCH_H_
