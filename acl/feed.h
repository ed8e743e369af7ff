// The latest changes of a workspace, for those who watch. Internal; the front
// door is acl/watch.h.
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

// A change that was published while somebody watched.
struct FedChange {
  Revision revision = 0;
  absl::Time time;
  std::string actor, reason, request_id;
  std::vector<Change> changes;
  Receipt receipt;
  // For those who ask for roles; else null and empty.
  std::shared_ptr<const HeldVersion> before, after;
  std::vector<Touched> touched;
};

// Written by the workspace's writer, read by any number. It keeps a bounded
// number of changes: who is slower than that has to begin again, and nobody
// waits for anybody. Thread-safe.
class Feed {
 public:
  explicit Feed(size_t window) : window_(window) {}

  // Somebody begins or ends to watch. Begins under the writer's lock, so that
  // no change falls between.
  void Join(bool roles);
  void Leave(bool roles);

  // For the writer: whether anybody watches, and anybody asks for roles.
  bool watched() const;
  bool roles() const;
  void Push(std::shared_ptr<const FedChange> change);
  // There will be no more changes; `why` comes behind the last.
  void End(const absl::Status& why);

  // What a look at the feed finds.
  struct Look {
    std::shared_ptr<const FedChange> change;  // null: see the rest
    // The latest that came here; 0: none since somebody watches. What is not
    // later and not here is older than what is kept.
    Revision last = 0;
    std::optional<std::pair<Fault, std::string>> end;
  };
  // The change that leads to `revision`; waits for it up to `timeout`.
  Look Await(Revision revision, absl::Duration timeout);

 private:
  const size_t window_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<const FedChange>> changes_;  // without a gap
  int watchers_ = 0;
  int roles_ = 0;
  std::optional<std::pair<Fault, std::string>> end_;
};

}  // namespace acl

#endif  // ACL_FEED_H_
