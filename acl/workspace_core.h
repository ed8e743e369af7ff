// A workspace inside: the published versions and the one writer. Internal; the
// front door is acl/engine.h.
#ifndef ACL_WORKSPACE_CORE_H_
#define ACL_WORKSPACE_CORE_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "acl/base/revision.h"
#include "acl/observer.h"
#include "acl/share/request.h"
#include "acl/store/draft.h"
#include "acl/store/epoch.h"
#include "acl/store/memory_usage.h"
#include "acl/store/reclaimer.h"
#include "acl/store/state.h"
#include "acl/store/version.h"

namespace acl {

class WorkspaceCore {
 public:
  WorkspaceCore(std::shared_ptr<const State> first, Observer* observer,
                size_t request_id_window, uint64_t max_snapshot_rows);

  // For readers, pinned: the latest version with its state, and whom to tell of
  // decisions.
  struct Latest {
    Version* version;
    const State* state;
  };
  Latest latest() const {
    // A version that was just replaced may be pushed out before its state is
    // loaded; the next one is there already.
    for (;;) {
      Version* const version = head_.Get();
      if (const State* state = version->state()) return {version, state};
    }
  }
  const std::string& id() const { return id_; }
  Observer* observer() const { return observer_.load(); }

  absl::StatusOr<Receipt> Apply(const Actor& actor,
                                const std::vector<Change>& changes,
                                const ChangeOptions& options);

  // OK once the head is at least at `token`.
  absl::Status Await(const RevisionToken& token, absl::Duration timeout);

  // No change is accepted any more, and the observer is let go: readers that
  // were pinned before may still be calling it.
  void Close();
  // Publishes a state in which nothing is left, and accepts no change any more.
  // The observer is let go as by Close().
  void Remove();

  // By part, now. Waits for a change that is under way.
  MemoryUsage Memory() const;

 private:
  absl::Status CheckOpen() const;
  void Publish(NextState next);

  const std::string id_;
  const size_t request_id_window_;
  const uint64_t max_snapshot_rows_;
  std::atomic<Observer*> observer_;
  Published<Version> head_;

  mutable std::mutex mutex_;  // held by the writer; guards what follows
  std::condition_variable published_;
  std::unique_ptr<Reclaimer> reclaimer_;
  RetireList removed_memory_;
  bool closed_ = false;
  bool removed_ = false;
};

}  // namespace acl

#endif  // ACL_WORKSPACE_CORE_H_
