// What happens to a workspace, change by change. Part of the public API; begin
// reading at acl/engine.h (Engine::Watch).
//
//   auto watch = *engine->Watch("studio", *studio.Token());
//   for (;;) {
//     absl::StatusOr<acl::WatchedChange> change =
//         watch->Next(absl::InfiniteDuration());
//     if (!change.ok()) break;
//     ...
//   }
//
// To keep something in step with a workspace: take a snapshot, read from it
// what is wanted, and watch from the snapshot's token on. To go on another day,
// watch from the token of the last change that was seen.
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
  // Whether to find out which effective roles each change has changed. Costs
  // the one who watches, not the one who changes; see acl/resolve/role_diff.h
  // for how much.
  bool roles = false;
};

// One who watches. Not thread-safe. May outlive the engine.
class Watch {
 public:
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // The next change: every one in the order of revisions, each once. Waits for
  // it up to `timeout`, then REVISION_TIMEOUT, after which it may be called
  // again. REVISION_NOT_AVAILABLE: it fell so far behind that the change is not
  // kept any more; begin again from a snapshot. WORKSPACE_NOT_FOUND once a
  // workspace that was removed has no more changes, ENGINE_CLOSED likewise. Of
  // an engine in a folder also JOURNAL_DAMAGED and FILE_ACCESS.
  absl::StatusOr<WatchedChange> Next(absl::Duration timeout);

  // Of the last change that was given, or where it began.
  RevisionToken position() const { return position_; }

 private:
  friend class Engine;
  friend class EngineCore;

  // Opens what is older than what the feed has.
  using OpenPast = std::function<absl::StatusOr<std::unique_ptr<PastChanges>>(
      const RevisionToken& from)>;

  // `feed` has been joined; it has what comes after revision `live`.
  Watch(std::shared_ptr<Feed> feed, RevisionToken from, Revision live,
        WatchOptions options, OpenPast open_past);

  absl::StatusOr<std::optional<WatchedChange>> FromPast();
  absl::StatusOr<WatchedChange> Deliver(const FedChange& fed);

  const std::shared_ptr<Feed> feed_;
  const WatchOptions options_;
  const OpenPast open_past_;  // null: there is no past
  const Revision live_;
  RevisionToken position_;
  std::unique_ptr<PastChanges> past_;
};

}  // namespace acl

#endif  // ACL_WATCH_H_
