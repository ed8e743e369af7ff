// A workspace inside: the published versions and the one writer. Internal; the
// front door is acl/engine.h.
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

// What all workspaces of an engine have in common.
struct CoreOptions {
  // Of the engine; never null.
  std::shared_ptr<ObserverGate> observer =
      std::make_shared<ObserverGate>(nullptr);
  size_t request_id_window = 0;
  uint64_t max_snapshot_rows = 0;
  size_t watch_window = 0;
  // Where changes are made durable before they are published. Null: nowhere.
  // Outlives the engine's last change.
  ChangeLog* log = nullptr;
  // Whether changes come by Follow() alone.
  bool follows = false;
};

// The refusal of a change by an engine that follows.
absl::Status ReadOnly();

// With a log, changes are decided on what is pending: decided, but not durable
// yet, and seen by nobody. While one waits for the disk, others are decided and
// gathered behind it. When they are durable they are published in their order;
// when the log has failed they are forgotten.
class WorkspaceCore {
 public:
  WorkspaceCore(const std::shared_ptr<const State>& first,
                const CoreOptions& options);

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

  // Publishes what a change has made that was decided elsewhere, and tells
  // everybody: `replay` gives the state behind the head, on the writer's turn.
  // What is not OK from it comes back. REQUIRES: the record is the one of the
  // change; nobody else changes the workspace.
  absl::Status Follow(const v1::Record& record,
                      absl::FunctionRef<absl::StatusOr<NextState>()> replay);
  // There will be no more of it: who waits for another is told why.
  void EndFollowing(const absl::Status& why);

  // OK once the head is at least at `token`.
  absl::Status Await(const RevisionToken& token, absl::Duration timeout);

  // Returns when no change is accepted any more and those under way are done.
  void Close();
  // Publishes a state in which nothing is left, accepts no change any more, and
  // reports no decision any more. If the log refuses, returns its error, and
  // nothing has changed.
  absl::Status Remove(const Actor& actor);

  // What comes after revision `live` goes to the feed, which was joined.
  // REVISION_NOT_AVAILABLE for a token of another incarnation or of a revision
  // that has not come yet.
  struct Joined {
    std::shared_ptr<Feed> feed;
    Revision live;
  };
  absl::StatusOr<Joined> JoinFeed(const RevisionToken& from, bool roles);

  // The latest version, once what is pending now is settled. Never empty.
  FastHold Hold();

  // By part, now. Waits for a change that is under way.
  MemoryUsage Memory() const;

 private:
  // A call and its caller, who waits.
  struct Call {
    const Actor& actor;
    const std::vector<Change>& changes;
    const ChangeOptions& options;
    absl::Time time;
  };
  // Somebody who sleeps until a change is settled, or until it is their turn to
  // settle what is pending.
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
  // A change that was decided, and is on its way to the disk.
  struct Pending {
    ChangeLog::Ticket ticket;
    const Call* call;
    const Receipt* receipt;
    NextState next;
    Sleeper* caller;
    std::vector<Sleeper*> others = {};  // who wait for it, too
    ChangeLog::Outcome outcome = {};    // once it is settled
  };

  absl::Status CheckOpen() const;
  // The same for who waits for changes.
  absl::Status CheckGoesOn() const;
  // What the next change is decided on.
  const State& Tail() const;
  void TellRefusal(const Call& call, const absl::Status& refusal) const;
  void TellChange(const Call& call, const Receipt& receipt) const;
  // Puts a change that was decided behind what is pending.
  absl::StatusOr<ChangeLog::Ticket> Append(const Call& call, Decided* decided,
                                           Sleeper* caller);
  // Lets go of the lock until the change that `caller` has just put there is
  // settled. One caller at a time waits for the log, and settles all that has
  // come with theirs; the others sleep, and need no lock when they wake.
  absl::Status AwaitOwn(const ChangeLog::Ticket& ticket, Sleeper* caller,
                        std::unique_lock<std::mutex>* lock);
  // Lets go of the lock until what is pending now is settled.
  absl::Status AwaitPending(std::unique_lock<std::mutex>* lock);
  // Publishes what comes first in pending_ under the ticket, or forgets all
  // that is pending; gives it, for those who sleep.
  std::list<Pending> Settle(const ChangeLog::Ticket& ticket,
                            const absl::Status& outcome);
  // Publishes what a call has come to, and tells everybody.
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
  std::shared_ptr<Feed> feed_;    // null until somebody watches
  bool leaving_ = false;          // it is being removed: changes wait
  std::unique_ptr<Reclaimer> reclaimer_;
  RetireList removed_memory_;
  bool closed_ = false;
  bool removed_ = false;
  std::optional<ChangeLog::Outcome> ended_;  // why following did
};

}  // namespace acl

#endif  // ACL_WORKSPACE_CORE_H_
