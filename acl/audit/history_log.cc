#include "acl/audit/history_log.h"

#include <algorithm>
#include <map>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "acl/audit/history_actors.h"
#include "acl/base/fault.h"
#include "acl/history/beside_writer.h"
#include "acl/history/record.h"
#include "acl/journal/file_system.h"
#include "acl/journal/journal_reader.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {
namespace {

// The things that a change names: references of principals, keys and groups,
// and a resource.
struct Names {
  std::vector<std::string> targets;
  std::string resource;
};

struct NamesOf {
  Names operator()(const Share& c) const {
    return {{c.target.ToString()}, c.resource.ToString()};
  }
  Names operator()(const Unshare& c) const {
    return {{c.target.ToString()}, c.resource.ToString()};
  }
  Names operator()(const AddMember& c) const {
    return {{"group:" + c.group, c.member.ToString()}, ""};
  }
  Names operator()(const RemoveMember& c) const {
    return {{"group:" + c.group, c.member.ToString()}, ""};
  }
  Names operator()(const AddKey& c) const {
    return {{"key:" + c.id, c.owner.ToString()}, ""};
  }
  Names operator()(const AddResource& c) const {
    Names names{{}, c.resource.ToString()};
    if (c.creator) names.targets.push_back(c.creator->ToString());
    return names;
  }
  Names operator()(const UpdateResource& c) const {
    return {{}, c.resource.ToString()};
  }
  Names operator()(const RemoveResource& c) const {
    return {{}, c.resource.ToString()};
  }
  Names operator()(const SetLimit&) const { return {}; }
  Names operator()(const SetLadder&) const { return {}; }
  Names operator()(const SetResourceTypes&) const { return {}; }
  template <class Other>
  Names operator()(const Other& c) const {
    return {{absl::StrCat(KindOf<Other>(), ":", c.id)}, ""};
  }

 private:
  template <class T, class... Kinds>
  static constexpr bool kIsOneOf = (std::is_same_v<T, Kinds> || ...);

  template <class T>
  static absl::string_view KindOf() {
    if (kIsOneOf<T, AddUser, UpdateUser, RemoveUser>) {
      return KindWord(Kind::kUser);
    }
    if (kIsOneOf<T, AddGroup, UpdateGroup, RemoveGroup>) {
      return KindWord(Kind::kGroup);
    }
    if (kIsOneOf<T, UpdateKey, RemoveKey>) return KindWord(Kind::kKey);
    static_assert(
        kIsOneOf<T, AddUser, UpdateUser, RemoveUser, AddGroup, UpdateGroup,
                 RemoveGroup, UpdateKey, RemoveKey, AddServiceAccount,
                 UpdateServiceAccount, RemoveServiceAccount>);
    return KindWord(Kind::kServiceAccount);
  }
};

// Converts records to entries.
class Entries {
 public:
  // The entry that the record completes; not set within an import.
  absl::StatusOr<std::optional<HistoryEntry>> Add(const JournalRecord& record) {
    if (!message_.ParseFromArray(record.bytes.data(),
                                 static_cast<int>(record.bytes.size()))) {
      return Damaged(record, "is not well-formed");
    }
    HistoryEntry entry;
    entry.record = record.sequence;
    entry.time = absl::FromUnixMicros(message_.time_us());
    entry.actor = message_.actor();
    entry.workspaces = {message_.workspace()};
    switch (message_.what_case()) {
      case v1::Record::kChange:
        if (absl::Status s = AddChange(&entry); !s.ok()) {
          return Damaged(record, s.message());
        }
        return entry;
      case v1::Record::kAddWorkspace:
        entry.kind = HistoryEntry::Kind::kAddWorkspace;
        return entry;
      case v1::Record::kRemoveWorkspace:
        entry.kind = HistoryEntry::Kind::kRemoveWorkspace;
        return entry;
      case v1::Record::kImport:
        return AddImport(std::move(entry));
      case v1::Record::WHAT_NOT_SET:
        break;
    }
    return Damaged(record, "is of a kind that this version does not know");
  }

  // The record last added.
  const v1::Record& message() const { return message_; }

 private:
  static absl::Status Damaged(const JournalRecord& record,
                              absl::string_view what) {
    return Refuse(v1::JOURNAL_DAMAGED,
                  absl::StrCat("record ", record.sequence, ": ", what));
  }

  absl::Status AddChange(HistoryEntry* entry) const {
    absl::StatusOr<RecordedChange> change = ReadChange(message_);
    if (!change.ok()) return change.status();
    entry->changes = std::move(change->changes);
    entry->receipt = std::move(change->receipt);
    entry->reason = std::move(change->options.reason);
    entry->request_id = std::move(change->options.request_id);
    return absl::OkStatus();
  }

  std::optional<HistoryEntry> AddImport(HistoryEntry entry) {
    const v1::ImportRecord& record = message_.import();
    std::vector<std::string>& ids = imports_[record.import()];
    if (record.has_chunk() &&
        (ids.empty() || ids.back() != message_.workspace())) {
      ids.push_back(message_.workspace());
    }
    if (!record.last()) return std::nullopt;
    entry.kind = HistoryEntry::Kind::kImport;
    entry.workspaces = std::move(ids);
    imports_.erase(record.import());
    return entry;
  }

  std::map<uint64_t, std::vector<std::string>> imports_;  // unfinished
  v1::Record message_;                                    // memory is reused
};

bool Fits(const HistoryFilter& filter, const Change& change,
          const ChangeReceipt& receipt) {
  const Names names = std::visit(NamesOf(), change);
  if (!filter.resource.empty() && names.resource != filter.resource) {
    return false;
  }
  return filter.target.empty() ||
         std::count(names.targets.begin(), names.targets.end(), filter.target) >
             0 ||
         (receipt.share && receipt.share->target.ToString() == filter.target);
}

// Everything except the actor.
bool FitsAsAWhole(const HistoryFilter& filter, const HistoryEntry& entry) {
  if (!filter.workspace.empty() &&
      std::count(entry.workspaces.begin(), entry.workspaces.end(),
                 filter.workspace) == 0) {
    return false;
  }
  if (filter.since && entry.time < *filter.since) return false;
  return !filter.until || entry.time <= *filter.until;
}

// Leaves only matching changes; false if there are none.
bool Narrow(const HistoryFilter& filter, HistoryEntry* entry) {
  if (!FitsAsAWhole(filter, *entry)) return false;
  if (filter.target.empty() && filter.resource.empty()) return true;
  std::vector<Change> changes;
  std::vector<ChangeReceipt> receipts;
  for (size_t i = 0; i < entry->changes.size(); ++i) {
    if (!Fits(filter, entry->changes[i], entry->receipt.changes[i])) continue;
    changes.push_back(std::move(entry->changes[i]));
    receipts.push_back(std::move(entry->receipt.changes[i]));
  }
  entry->others = entry->changes.size() - changes.size();
  entry->changes = std::move(changes);
  entry->receipt.changes = std::move(receipts);
  return !entry->changes.empty();
}

// Searches a history for matching entries.
class Search {
 public:
  using Visitor = std::function<absl::Status(const HistoryEntry& entry)>;

  // The history's actors are needed only if the filter names one.
  Search(const HistoryFilter& filter, std::optional<HistoryActors> actors,
         const Visitor& visit)
      : filter_(filter), actors_(std::move(actors)), visit_(visit) {}

  absl::Status Visit(const JournalRecord& record) {
    absl::StatusOr<std::optional<HistoryEntry>> entry = entries_.Add(record);
    if (!entry.ok()) return entry.status();
    if (*entry && Narrow(filter_, &**entry) && IsBy(**entry)) {
      if (absl::Status s = visit_(**entry); !s.ok()) return s;
    }
    return actors_ ? actors_->Pass(record.sequence, entries_.message())
                   : absl::OkStatus();
  }

 private:
  bool IsBy(const HistoryEntry& entry) {
    return filter_.actor.empty() || entry.actor == filter_.actor ||
           actors_->ActedFor(entries_.message(), filter_.actor);
  }

  const HistoryFilter& filter_;
  std::optional<HistoryActors> actors_;
  const Visitor& visit_;
  Entries entries_;
};

absl::StatusOr<HistorySpan> TryVisit(
    const std::string& folder, const HistoryFilter& filter, FileSystem* files,
    const ProgressSink& progress, const Search::Visitor& visit, bool* begun) {
  const absl::StatusOr<std::vector<JournalFile>> found =
      JournalFiles(folder, files);
  if (!found.ok()) return found.status();
  if (found->empty()) return HistorySpan();
  const uint64_t first = found->front().first;
  std::optional<HistoryActors> actors;
  if (!filter.actor.empty()) {
    absl::StatusOr<HistoryActors> opened =
        HistoryActors::Open(folder, first, files);
    if (!opened.ok()) return opened.status();
    actors = *std::move(opened);
  }
  Search search(filter, std::move(actors), visit);
  const absl::StatusOr<JournalEnd> end = ReadJournal(
      folder, {first, {}}, files, progress, [&](const JournalRecord& record) {
        *begun = true;
        return search.Visit(record);
      });
  if (!end.ok()) return end.status();
  if (end->head.sequence < first) return HistorySpan();
  return HistorySpan{first, end->head.sequence};
}

}  // namespace

absl::StatusOr<HistorySpan> VisitHistory(
    const std::string& folder, const HistoryFilter& filter, FileSystem* files,
    const ProgressSink& progress,
    const std::function<absl::Status(const HistoryEntry& entry)>& visit) {
  if (files == nullptr) files = SystemFiles();
  bool begun = false;
  absl::Status broken_off;  // what was visited can't be undone
  const absl::StatusOr<HistorySpan> span =
      ReadBesideWriter(folder, files, [&]() -> absl::StatusOr<HistorySpan> {
        absl::StatusOr<HistorySpan> read =
            TryVisit(folder, filter, files, progress, visit, &begun);
        if (read.ok() || !begun) return read;
        broken_off = read.status();
        return HistorySpan();
      });
  return broken_off.ok() ? span : broken_off;
}

}  // namespace acl
