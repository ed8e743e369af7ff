#include "acl/workspace_core.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/history/record.h"

namespace acl {

absl::Status ReadOnly() {
  return Refuse(v1::READ_ONLY,
                "the engine follows a folder that another one writes; make the "
                "change there");
}

WorkspaceCore::WorkspaceCore(const std::shared_ptr<const State>& first,
                             const CoreOptions& options)
    : id_(first->workspace),
      request_id_window_(options.request_id_window),
      max_snapshot_rows_(options.max_snapshot_rows),
      watch_window_(options.watch_window),
      log_(options.log),
      follows_(options.follows),
      observer_(options.observer),
      head_(std::make_shared<Version>(first)),
      reclaimer_(std::make_unique<Reclaimer>(first->heap,
                                             options.max_snapshot_rows)) {}

absl::Status WorkspaceCore::CheckOpen() const {
  if (removed_) {
    return Refuse(v1::WORKSPACE_NOT_FOUND,
                  absl::StrCat("workspace ", Quoted(id_), " was removed"));
  }
  if (closed_) {
    return Refuse(v1::ENGINE_CLOSED,
                  absl::StrCat("the engine of workspace ", Quoted(id_),
                               " is closed; it only answers questions"));
  }
  return absl::OkStatus();
}

absl::Status WorkspaceCore::CheckGoesOn() const {
  if (absl::Status s = CheckOpen(); !s.ok()) return s;
  return ended_ ? ended_->status() : absl::OkStatus();
}

// The head can't be replaced or freed while the writer's lock is held.
const State& WorkspaceCore::Tail() const {
  return pending_.empty() ? *latest().state : *pending_.back().next.state;
}

void WorkspaceCore::TellRefusal(const Call& call,
                                const absl::Status& refusal) const {
  if (call.options.dry_run) return;
  observer_->Tell([&](Observer* observer) {
    observer->OnRefusal(id_, call.actor, call.changes, refusal);
  });
}

void WorkspaceCore::TellChange(const Call& call, const Receipt& receipt) const {
  if (call.options.dry_run) return;
  observer_->Tell([&](Observer* observer) {
    observer->OnChange(id_, call.actor, call.changes, call.options, receipt);
  });
}

absl::StatusOr<Receipt> WorkspaceCore::Apply(const Actor& actor,
                                             const std::vector<Change>& changes,
                                             const ChangeOptions& options) {
  const Call call{actor, changes, options, absl::Now()};
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    idle_.wait(lock, [&] { return !leaving_; });
    if (absl::Status s = CheckOpen(); !s.ok()) return s;
    if (follows_ && !options.dry_run) return ReadOnly();
    const State& base = options.dry_run ? *latest().state : Tail();
    absl::StatusOr<Decided> decided =
        Decide(base, actor, changes, options, request_id_window_,
               Draft::Use::kPublish);
    const bool publishes = decided.ok() && decided->next.state != nullptr;
    if (publishes && log_ != nullptr) {
      Sleeper caller;
      const absl::StatusOr<ChangeLog::Ticket> ticket =
          Append(call, &*decided, &caller);
      if (ticket.ok()) {
        absl::Status outcome = AwaitOwn(*ticket, &caller, &lock);
        if (!outcome.ok()) return outcome;
        return std::move(decided->receipt);
      }
      // The pending state it was decided on may have failed: decide again.
      if (!pending_.empty()) {
        static_cast<void>(AwaitPending(&lock));
        continue;
      }
      TellRefusal(call, ticket.status());
      return ticket.status();
    }
    if (!options.dry_run && !pending_.empty()) {
      // The answer depends on changes that are not durable yet, and is valid
      // only if they become so.
      if (!AwaitPending(&lock).ok()) continue;
    }
    if (!decided.ok()) {
      TellRefusal(call, decided.status());
      return decided.status();
    }
    if (publishes) {
      Publish(call, decided->receipt, std::move(decided->next));
    } else {
      TellChange(call, decided->receipt);
    }
    return std::move(decided->receipt);
  }
}

absl::StatusOr<ChangeLog::Ticket> WorkspaceCore::Append(const Call& call,
                                                        Decided* decided,
                                                        Sleeper* caller) {
  const State& state = *decided->next.state;
  absl::StatusOr<ChangeLog::Ticket> ticket =
      log_->Append(ChangeRecordOf(state, call.actor, call.changes, call.options,
                                  decided->receipt, call.time),
                   pending_.empty() ? nullptr : pending_.back().ticket);
  if (ticket.ok()) {
    pending_.push_back(
        {*ticket, &call, &decided->receipt, std::move(decided->next), caller});
  } else {
    Discard(decided->next);
  }
  return ticket;
}

void WorkspaceCore::Sleeper::Wake(State state,
                                  const ChangeLog::Outcome& outcome) {
  // Once the lock is released the sleeper may be gone.
  const std::lock_guard<std::mutex> lock(mutex_);
  state_ = state;
  outcome_ = outcome;
  woken_.notify_one();
}

WorkspaceCore::Sleeper::State WorkspaceCore::Sleeper::Sleep() {
  std::unique_lock<std::mutex> lock(mutex_);
  woken_.wait(lock, [&] { return state_ != State::kSleeping; });
  return state_;
}

absl::Status WorkspaceCore::AwaitOwn(const ChangeLog::Ticket& ticket,
                                     Sleeper* caller,
                                     std::unique_lock<std::mutex>* lock) {
  const bool first = pending_.size() == 1;
  lock->unlock();
  if (!first && caller->Sleep() == Sleeper::State::kSettled) {
    return caller->outcome();
  }
  // Nothing pending comes before the ticket.
  absl::Status outcome = log_->Await(ticket);
  lock->lock();
  const std::list<Pending> settled = Settle(ticket, outcome);
  lock->unlock();
  // From here on the engine may be gone.
  for (const Pending& one : settled) {
    for (Sleeper* other : one.others) {
      other->Wake(Sleeper::State::kSettled, one.outcome);
    }
    if (one.caller != caller) {
      one.caller->Wake(Sleeper::State::kSettled, one.outcome);
    }
  }
  return outcome;
}

std::list<WorkspaceCore::Pending> WorkspaceCore::Settle(
    const ChangeLog::Ticket& ticket, const absl::Status& outcome) {
  std::list<Pending> settled;
  if (!outcome.ok()) {
    // All changes that were decided on top of it fail with it.
    settled.swap(pending_);
    for (auto last = settled.rbegin(); last != settled.rend(); ++last) {
      Discard(last->next);
    }
    for (Pending& one : settled) {
      const absl::Status refusal = log_->Await(one.ticket);
      one.outcome = ChangeLog::Outcome(refusal);
      TellRefusal(*one.call, refusal);
    }
  } else {
    const auto end =
        std::find_if(pending_.begin(), pending_.end(),
                     [&](const Pending& one) { return one.ticket != ticket; });
    settled.splice(settled.end(), pending_, pending_.begin(), end);
    // The disk keeps writing while these are published.
    if (!pending_.empty()) {
      pending_.front().caller->Wake(Sleeper::State::kLeads);
    }
    for (Pending& one : settled) {
      Publish(*one.call, *one.receipt, std::move(one.next));
    }
  }
  if (pending_.empty()) idle_.notify_all();
  return settled;
}

absl::Status WorkspaceCore::AwaitPending(std::unique_lock<std::mutex>* lock) {
  if (pending_.empty()) return absl::OkStatus();
  Sleeper sleeper;
  pending_.back().others.push_back(&sleeper);
  lock->unlock();
  sleeper.Sleep();
  lock->lock();
  return sleeper.outcome();
}

void WorkspaceCore::Publish(const Call& call, const Receipt& receipt,
                            NextState next) {
  if (!receipt.changed || feed_ == nullptr || !feed_->watched()) {
    Publish(std::move(next));
  } else {
    auto fed = std::make_shared<FedChange>();
    const bool roles = feed_->roles();
    const auto hold = [this] {
      EpochPin pin;
      return std::make_shared<const HeldVersion>(latest().version);
    };
    if (roles) fed->before = hold();
    fed->touched = std::move(next.touched);
    Publish(std::move(next));
    if (roles) fed->after = hold();
    fed->revision = receipt.revision;
    fed->time = call.time;
    fed->actor = call.actor.ToString();
    fed->reason = call.options.reason;
    fed->request_id = call.options.request_id;
    fed->changes = call.changes;
    fed->receipt = receipt;
    feed_->Push(std::move(fed));
  }
  TellChange(call, receipt);
}

void WorkspaceCore::Publish(NextState next) {
  const uint64_t rows_written = next.state->rows_written;
  reclaimer_->Replace(
      head_.Publish(std::make_shared<Version>(std::move(next.state))),
      std::move(next.retired));
  const bool pushed_out = reclaimer_->PushOut(rows_written);
  if (pushed_out || reclaimer_->due()) reclaimer_->Collect();
  published_.notify_all();
}

absl::Status WorkspaceCore::Follow(
    const v1::Record& record,
    absl::FunctionRef<absl::StatusOr<NextState>()> replay) {
  std::unique_lock<std::mutex> lock(mutex_);
  absl::StatusOr<NextState> next = replay();
  if (!next.ok()) return next.status();
  const bool watched = feed_ != nullptr && feed_->watched();
  if (!observer_->open() && !watched) {
    Publish(*std::move(next));
    return absl::OkStatus();
  }
  const absl::StatusOr<RecordedChange> change = ReadChange(record);
  const absl::StatusOr<Actor> actor = Actor::Parse(record.actor());
  if (!change.ok()) return change.status();
  if (!actor.ok()) return actor.status();
  const Call call{*actor, change->changes, change->options, change->time};
  Publish(call, change->receipt, *std::move(next));
  return absl::OkStatus();
}

void WorkspaceCore::EndFollowing(const absl::Status& why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ended_.emplace(why);
  if (feed_ != nullptr) feed_->End(CheckGoesOn());
  published_.notify_all();
}

absl::Status WorkspaceCore::Await(const RevisionToken& token,
                                  absl::Duration timeout) {
  const auto arrived = [&] {
    return latest().state->revision >= token.revision;
  };
  {
    EpochPin pin;
    const State& state = *latest().state;
    if (state.incarnation != token.incarnation) {
      return Refuse(v1::REVISION_NOT_AVAILABLE,
                    absl::StrCat("the token is of another incarnation of "
                                 "workspace ",
                                 Quoted(id_), "; read anew"));
    }
    if (arrived()) return absl::OkStatus();
  }
  std::unique_lock<std::mutex> lock(mutex_);
  const auto done = [&] { return arrived() || closed_ || removed_ || ended_; };
  if (timeout == absl::InfiniteDuration()) {
    published_.wait(lock, done);
  } else {
    // A duration that would overflow the clock is as good as infinite.
    const absl::Duration bounded = std::min(timeout, absl::Hours(24 * 365));
    published_.wait_for(lock, absl::ToChronoNanoseconds(bounded), done);
  }
  if (arrived()) return absl::OkStatus();
  if (absl::Status s = CheckGoesOn(); !s.ok()) return s;
  return Refuse(
      v1::REVISION_TIMEOUT,
      absl::StrCat("revision ", token.revision, " did not come within ",
                   absl::FormatDuration(timeout), "; the workspace is at ",
                   latest().state->revision));
}

void WorkspaceCore::Close() {
  std::unique_lock<std::mutex> lock(mutex_);
  closed_ = true;
  idle_.wait(lock, [&] { return pending_.empty(); });
  if (feed_ != nullptr) feed_->End(CheckOpen());
  published_.notify_all();
}

absl::Status WorkspaceCore::Remove(const Actor& actor) {
  std::unique_lock<std::mutex> lock(mutex_);
  leaving_ = true;
  static_cast<void>(AwaitPending(&lock));
  absl::Status status = absl::OkStatus();
  if (log_ != nullptr) {
    // Under the lock, so that no change is logged after the removal.
    const absl::StatusOr<ChangeLog::Ticket> ticket =
        log_->Append(RemovalRecordOf(*latest().state, actor), nullptr);
    status = ticket.ok() ? log_->Await(*ticket) : ticket.status();
  }
  if (status.ok()) PublishNothing();
  leaving_ = false;
  idle_.notify_all();
  return status;
}

absl::StatusOr<WorkspaceCore::Joined> WorkspaceCore::JoinFeed(
    const RevisionToken& from, bool roles) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = CheckGoesOn(); !s.ok()) return s;
  const State& head = *latest().state;
  if (from.incarnation != head.incarnation || from.revision > head.revision) {
    return Refuse(
        v1::REVISION_NOT_AVAILABLE,
        absl::StrCat("workspace ", Quoted(id_), " has not been at ",
                     from.ToString(), "; watch from a token that it gave"));
  }
  if (feed_ == nullptr) feed_ = std::make_shared<Feed>(watch_window_);
  feed_->Join(roles);
  return Joined{feed_, head.revision};
}

FastHold WorkspaceCore::Hold() {
  std::unique_lock<std::mutex> lock(mutex_);
  // Waits only for what is pending now, since new changes may keep arriving.
  static_cast<void>(AwaitPending(&lock));
  EpochPin pin;
  return FastHold(latest().version);
}

void WorkspaceCore::PublishNothing() {
  const State& head = *latest().state;
  auto empty = std::make_shared<State>();
  empty->workspace = id_;
  empty->incarnation = head.incarnation;
  empty->scope = head.scope;
  empty->revision = head.revision + 1;
  empty->rows_written = head.rows_written + 1;
  empty->edit = NewEditTag();
  empty->heap = std::make_shared<Heap>();
  empty->settings = head.settings;
  removed_ = true;
  if (feed_ != nullptr) feed_->End(CheckOpen());
  observed_.store(false);  // from here on there is nothing to decide
  // All memory is freed at once, along with the last state in it.
  auto next = std::make_unique<Reclaimer>(empty->heap, max_snapshot_rows_);
  std::shared_ptr<Reclaimer> old = std::exchange(reclaimer_, std::move(next));
  old->Replace(head_.Publish(std::make_shared<Version>(std::move(empty))), {});
  old->PushOut(latest().state->rows_written);
  removed_memory_.Add(std::move(old));
  removed_memory_.Collect();
  published_.notify_all();
}

MemoryUsage WorkspaceCore::Memory() const {
  std::lock_guard<std::mutex> lock(mutex_);
  const Heap& heap = *latest().state->heap;
  const auto& used = heap.used();
  const auto of = [&](MemoryPart part) {
    return used[static_cast<size_t>(part)];
  };
  MemoryUsage usage;
  usage.grants = of(MemoryPart::kGrants);
  usage.members = of(MemoryPart::kMembers);
  usage.reverse = of(MemoryPart::kReverse);
  usage.ids = of(MemoryPart::kIds);
  usage.index = of(MemoryPart::kIndex);
  usage.texts = of(MemoryPart::kTexts);
  usage.directories = of(MemoryPart::kDirectories);
  usage.old_versions = reclaimer_->kept_bytes();
  usage.unused = heap.unused();
  usage.fixed = sizeof(WorkspaceCore) + sizeof(Version) + sizeof(State) +
                sizeof(Heap) + sizeof(Reclaimer);
  return usage;
}

}  // namespace acl
