#include "acl/watch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/feed.h"
#include "acl/history/past_changes.h"
#include "acl/resolve/role_diff.h"
#include "acl/store/version.h"

namespace acl {
namespace {

absl::Status FellBehind(Revision next) {
  return Refuse(
      v1::REVISION_NOT_AVAILABLE,
      absl::StrCat("the watch fell behind: the change to revision ", next,
                   " is not kept any more; begin again from a snapshot"));
}

}  // namespace

Watch::Watch(std::shared_ptr<Feed> feed, RevisionToken from, Revision live,
             WatchOptions options, OpenPast open_past)
    : feed_(std::move(feed)),
      options_(options),
      open_past_(std::move(open_past)),
      live_(live),
      position_(from) {}

Watch::~Watch() { feed_->Leave(options_.roles); }

absl::StatusOr<WatchedChange> Watch::Next(absl::Duration timeout) {
  const Revision next = position_.revision + 1;
  const bool past = past_ != nullptr || next <= live_;
  const Feed::Look look =
      feed_->Await(next, past ? absl::ZeroDuration() : timeout);
  if (look.change != nullptr && (!options_.roles || look.change->before)) {
    past_ = nullptr;
    return Deliver(*look.change);
  }
  // The journal may be ahead by now: a change that is not published yet could
  // still be undone.
  if (next <= std::max(live_, look.last)) {
    absl::StatusOr<std::optional<WatchedChange>> found = FromPast();
    if (!found.ok()) return found.status();
    if (*found) return *std::move(*found);
    return FellBehind(next);
  }
  if (past) {
    // The past has caught up with the present.
    past_ = nullptr;
    return Next(timeout);
  }
  if (look.end) return Refuse(look.end->first, look.end->second);
  return Refuse(
      v1::REVISION_TIMEOUT,
      absl::StrCat("no change came within ", absl::FormatDuration(timeout),
                   " after revision ", position_.revision));
}

absl::StatusOr<std::optional<WatchedChange>> Watch::FromPast() {
  if (open_past_ == nullptr) return FellBehind(position_.revision + 1);
  if (past_ == nullptr) {
    absl::StatusOr<std::unique_ptr<PastChanges>> past = open_past_(position_);
    if (!past.ok()) return past.status();
    past_ = *std::move(past);
  }
  absl::StatusOr<std::optional<WatchedChange>> found = past_->Next();
  if (found.ok() && *found) position_ = (*found)->token;
  return found;
}

absl::StatusOr<WatchedChange> Watch::Deliver(const FedChange& fed) {
  WatchedChange change;
  if (options_.roles) {
    const FastHold before(*fed.before);
    const FastHold after(*fed.after);
    if (before.state() == nullptr || after.state() == nullptr) {
      return FellBehind(fed.revision);
    }
    change.roles = RoleDiff(*before.state(), *after.state(), fed.touched);
  }
  position_.revision = fed.revision;
  change.token = position_;
  change.time = fed.time;
  change.actor = fed.actor;
  change.reason = fed.reason;
  change.request_id = fed.request_id;
  change.changes = fed.changes;
  change.receipt = fed.receipt;
  return change;
}

}  // namespace acl
