// The implementation of a workspace: the published versions and the one writer.
// Internal; the public interface is acl/engine.h.
#ifndef ACL_WORKSPACE_CORE_H_
#define ACL_WORKSPACE_CORE_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "acl/base/revision.h"
#include "acl/feed.h"
#include "acl/journal/change_log.h"
#include "acl/observer_gate.h"
#include "acl/share/request.h"
#include "acl/store/draft.h"
#include "acl/store/epoch.h"
#include "acl/store/memory_usage.h"
#include "acl/store/reclaimer.h"
#include "acl/store/state.h"
#include "acl/store/version.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

// Options that all workspaces of an engine share.
struct CoreOptions {
  // The engine's observer gate; never null.
  std::shared_ptr<ObserverGate> observer =
      std::make_shared<ObserverGate>(nullptr);
  size_t request_id_window = 0;
  uint64_t max_snapshot_rows = 0;
  size_t watch_window = 0;
  // Makes changes durable before they are published. Null: they are not. Must
  // stay alive until the engine's last change is done.
  ChangeLog* log = nullptr;
  // Whether changes come from Follow() only.
  bool follows = false;
};

// The refusal of a change by a replica.
absl::Status ReadOnly();

// With a log, a change is decided on the pending state: the changes that have
// been decided but are not durable yet, which no reader sees. While one change
// waits for the disk, others are decided and queued after it. Once durable,
// they are published in order; if the log fails, they are discarded.
class WorkspaceCore {
 public:
  WorkspaceCore(const std::shared_ptr<const State>& first,
                const CoreOptions& options);

  // For readers: the latest version with its state. REQUIRES: the calling
  // thread is pinned.
  struct Latest {
    Version* version;
    const State* state;
  };
  Latest latest() const {
    // A version that was just replaced may be evicted before its state is
    // loaded; its successor is there already.
    for (;;) {
      Version* const version = head_.Get();
      if (const State* state = version->state()) return {version, state};
    }
  }
  const std::string& id() const { return id_; }
  // Whether an observer is called for decisions. Wait-free.
  bool observed() const {
    return observed_.load(std::memory_order_relaxed) && observer_->open();
  }
  // REQUIRES: the calling thread is not pinned.
  void TellDecision(Revision revision, bool allowed) const {
    if (!observed()) return;
    observer_->Tell([&](Observer* observer) {
      observer->OnDecision(id_, revision, allowed);
    });
  }

  absl::StatusOr<Receipt> Apply(const Actor& actor,
                                const std::vector<Change>& changes,
                                const ChangeOptions& options);

  // Publishes a change that was decided elsewhere, and notifies observer,
  // watchers and waiting readers. `replay`, called on the writer's turn,
  // returns the state after the head; an error from it is returned. REQUIRES:
  // `record` is the record of the change; nothing else changes the workspace.
  absl::Status Follow(const v1::Record& record,
                      absl::FunctionRef<absl::StatusOr<NextState>()> replay);
  // No more records will arrive; waiters fail with `why`.
  void EndFollowing(const absl::Status& why);

  // Returns OK once the head has reached `token`.
  absl::Status Await(const RevisionToken& token, absl::Duration timeout);

  // Returns when no further change is accepted and those in progress are done.
  void Close();
  // Publishes an empty state, and from then on accepts no changes and reports
  // no decisions. If the log refuses, returns its error, and nothing has
  // changed.
  absl::Status Remove(const Actor& actor);

  // Joins the feed, which receives every change after revision `live`.
  // REVISION_NOT_AVAILABLE for a token of another incarnation or of a revision
  // that has not been reached.
  struct Joined {
    std::shared_ptr<Feed> feed;
    Revision live;
  };
  absl::StatusOr<Joined> JoinFeed(const RevisionToken& from, bool roles);

  // Holds the latest version once what is pending now is settled. Never empty.
  FastHold Hold();

  // Memory by purpose, now. Waits for a change in progress.
  MemoryUsage Memory() const;

 private:
  // A call whose caller waits for it.
  struct Call {
    const Actor& actor;
    const std::vector<Change>& changes;
    const ChangeOptions& options;
    absl::Time time;
  };
  // A caller that sleeps until its change is settled, or until it is its turn
  // to settle the pending changes.
  class Sleeper {
   public:
    enum class State { kSleeping, kLeads, kSettled };
    void Wake(State state, const ChangeLog::Outcome& outcome = {});
    State Sleep();
    absl::Status outcome() const { return outcome_.status(); }

   private:
    std::mutex mutex_;
    std::condition_variable woken_;
    State state_ = State::kSleeping;
    ChangeLog::Outcome outcome_;
  };
  // A change that was decided and is being written to the disk.
  struct Pending {
    ChangeLog::Ticket ticket;
    const Call* call;
    const Receipt* receipt;
    NextState next;
    Sleeper* caller;
    std::vector<Sleeper*> others = {};  // who also wait for it
    ChangeLog::Outcome outcome = {};    // once it is settled
  };

  absl::Status CheckOpen() const;
  // The same for watchers and waiters: also refuses once following has ended.
  absl::Status CheckGoesOn() const;
  // The state on which the next change is decided.
  const State& Tail() const;
  void TellRefusal(const Call& call, const absl::Status& refusal) const;
  void TellChange(const Call& call, const Receipt& receipt) const;
  // Queues a change that was decided, after those pending.
  absl::StatusOr<ChangeLog::Ticket> Append(const Call& call, Decided* decided,
                                           Sleeper* caller);
  // Releases the lock until the change that `caller` has just queued is
  // settled. One caller at a time waits for the log and settles every change
  // that became durable with its own; the others sleep, and need no lock when
  // they wake.
  absl::Status AwaitOwn(const ChangeLog::Ticket& ticket, Sleeper* caller,
                        std::unique_lock<std::mutex>* lock);
  // Releases the lock until everything pending now is settled.
  absl::Status AwaitPending(std::unique_lock<std::mutex>* lock);
  // Publishes the first entries of pending_ that have this ticket or, after a
  // failure, discards all that is pending. Returns them, so that their sleepers
  // can be woken.
  std::list<Pending> Settle(const ChangeLog::Ticket& ticket,
                            const absl::Status& outcome);
  // Publishes the result of a call, and notifies everyone.
  void Publish(const Call& call, const Receipt& receipt, NextState next);
  void Publish(NextState next);
  void PublishNothing();

  const std::string id_;
  const size_t request_id_window_;
  const uint64_t max_snapshot_rows_;
  const size_t watch_window_;
  ChangeLog* const log_;
  const bool follows_;
  const std::shared_ptr<ObserverGate> observer_;
  std::atomic<bool> observed_{true};  // until it is removed
  Published<Version> head_;

  mutable std::mutex mutex_;  // held by the writer; guards what follows
  std::condition_variable published_;
  std::condition_variable idle_;  // nothing is pending; see leaving_
  std::list<Pending> pending_;    // oldest first
  std::shared_ptr<Feed> feed_;    // null until the first watcher
  bool leaving_ = false;          // it is being removed: changes wait
  std::unique_ptr<Reclaimer> reclaimer_;
  RetireList removed_memory_;
  bool closed_ = false;
  bool removed_ = false;
  std::optional<ChangeLog::Outcome> ended_;  // why following ended
};

}  // namespace acl

#endif  // ACL_WORKSPACE_CORE_H_
