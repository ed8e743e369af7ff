// The latest changes of a workspace, for its watchers. Internal; the public
// interface is acl/watch.h.
#ifndef ACL_FEED_H_
#define ACL_FEED_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "acl/base/fault.h"
#include "acl/base/revision.h"
#include "acl/share/change.h"
#include "acl/share/receipt.h"
#include "acl/store/draft.h"
#include "acl/store/version.h"

namespace acl {

// A change that was published while at least one watcher was present.
struct FedChange {
  Revision revision = 0;
  absl::Time time;
  std::string actor, reason, request_id;
  std::vector<Change> changes;
  Receipt receipt;
  // For watchers that ask for roles; else null and empty.
  std::shared_ptr<const HeldVersion> before, after;
  std::vector<Touched> touched;
};

// Written by the workspace's writer, read by any number of watchers. It keeps a
// bounded number of changes: a watcher that falls further behind has to start
// over, and nobody waits for anybody. Thread-safe.
class Feed {
 public:
  explicit Feed(size_t window) : window_(window) {}

  // Adds or removes a watcher. Join() is called under the writer's lock, so
  // that no change is missed.
  void Join(bool roles);
  void Leave(bool roles);

  // For the writer: whether there are watchers, and whether any asks for roles.
  bool watched() const;
  bool roles() const;
  void Push(std::shared_ptr<const FedChange> change);
  // No more changes will arrive; `why` is reported after the last one.
  void End(const absl::Status& why);

  // The result of looking for a change.
  struct Look {
    std::shared_ptr<const FedChange> change;  // null: see below
    // The latest change in the feed; 0: none since watching began. A change
    // that is neither later than this nor in the feed is older than what is
    // kept.
    Revision last = 0;
    std::optional<std::pair<Fault, std::string>> end;
  };
  // The change that leads to `revision`; waits up to `timeout` for it.
  Look Await(Revision revision, absl::Duration timeout);

 private:
  const size_t window_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<const FedChange>> changes_;  // without gaps
  int watchers_ = 0;
  int roles_ = 0;
  std::optional<std::pair<Fault, std::string>> end_;
};

}  // namespace acl

#endif  // ACL_FEED_H_
