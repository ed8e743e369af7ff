#include "acl/cli/print.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "acl/audit/explanation_text.h"
#include "acl/base/text.h"
#include "acl/cli/sums.h"
#include "fmt/format.h"

namespace acl::cli {
namespace {

std::string ShareText(const ShareEffect& effect) {
  std::string text = fmt::format(
      "{} on {}\n  grant      {} -> {}\n  effective  {} -> {}\n",
      Printable(effect.target.ToString()),
      Printable(effect.resource.ToString()), Printable(effect.grant_before),
      Printable(effect.grant_after), Printable(effect.effective_before),
      Printable(effect.effective_after));
  for (const Source& source : effect.held_by) {
    text += fmt::format("  {} {} gives {}\n", SourceText(source),
                        effect.grant_after == source.role ? "also" : "still",
                        Printable(source.role));
  }
  return text;
}

// What was removed along with it, if anything.
std::string RemovedText(const Cascade& removed) {
  std::vector<std::string> parts;
  const auto add = [&](size_t count, const char* what) {
    if (count > 0) parts.push_back(Some(count, what));
  };
  add(removed.grants, "grant");
  add(removed.memberships, "membership");
  add(removed.keys, "key");
  std::string text;
  if (!parts.empty()) {
    text = fmt::format("  with it: {}\n", absl::StrJoin(parts, ", "));
  }
  if (removed.creators > 0) {
    text += fmt::format("  {} without a creator now\n",
                        Some(removed.creators, "resource"));
  }
  return text;
}

// The fields that ToString() leaves out, one per line.
std::string DetailsText(const Change& change) {
  std::string text;
  const Json call = CallJson(change);
  for (const auto& [field, value] : call.begin().value().items()) {
    if (field == "email" || field == "name" || field == "locked" ||
        field == "workspace_admin" || field == "disabled" ||
        field == "creator") {
      text += fmt::format(
          "  {}: {}\n", field,
          value.is_string() ? Quoted(value.get<std::string>()) : value.dump());
    }
  }
  return text;
}

}  // namespace

std::string ShareReceiptText(const Receipt& receipt) {
  return ShareText(*receipt.changes.front().share) + "  " +
         RevisionText(receipt);
}

std::string ChangesText(const std::vector<Change>& changes,
                        const Receipt& receipt, bool details) {
  std::string text;
  for (size_t i = 0; i < changes.size(); ++i) {
    const ChangeReceipt& one = receipt.changes[i];
    if (one.share) {
      text += ShareText(*one.share);
      continue;
    }
    text += fmt::format("{}{}\n", Printable(ToString(changes[i])),
                        one.changed ? "" : ": nothing changed");
    if (details) text += DetailsText(changes[i]);
    if (one.removed) text += RemovedText(*one.removed);
  }
  return text;
}

namespace {

// A short description of the changes of a call.
std::string CallsText(const std::vector<Change>& changes) {
  return Some(changes.size(), "change") + "\n" + KindsText(KindsOf(changes));
}

}  // namespace

std::string RevisionText(const Receipt& receipt) {
  if (receipt.dry_run && receipt.changed) {
    return fmt::format(
        "dry run: it would be revision {}; nothing was written\n",
        receipt.revision);
  }
  if (receipt.dry_run) return "dry run: it would change nothing\n";
  if (receipt.replayed) {
    return fmt::format(
        "answered before, under this request id; it was revision {}\n",
        receipt.revision);
  }
  return fmt::format(receipt.changed ? "revision {}\n"
                                     : "nothing changed, still revision {}\n",
                     receipt.revision);
}

std::string RoleChangesText(const DifferenceList& roles) {
  if (roles.size() == 0) return "no effective role changed\n";
  return fmt::format("{} changed:\n", Some(roles.size(), "effective role")) +
         roles.Text();
}

std::string AppliedText(const std::vector<Change>& changes,
                        const Receipt& receipt, bool summary) {
  return summary ? CallsText(changes) : ChangesText(changes, receipt, false);
}

Json AppliedJson(const std::vector<Change>& changes, const Receipt& receipt,
                 bool summary) {
  Json json = {{"changed", receipt.changed},
               {"dry_run", receipt.dry_run},
               {"replayed", receipt.replayed},
               {"revision", receipt.revision}};
  if (summary) {
    json["kinds"] = KindsOf(changes);
  } else {
    json["receipts"] = ChangesJson(changes, receipt);
  }
  return json;
}

namespace {

constexpr absl::string_view kSeconds = "%Y-%m-%dT%H:%M:%SZ";
constexpr absl::string_view kMicroseconds = "%Y-%m-%dT%H:%M:%E6SZ";

std::string TimeText(absl::string_view format, absl::Time time) {
  return absl::FormatTime(format, time, absl::UTCTimeZone());
}

absl::string_view KindWordOf(const HistoryEntry& entry) {
  switch (entry.kind) {
    case HistoryEntry::Kind::kChange:
      return "change";
    case HistoryEntry::Kind::kAddWorkspace:
      return "add_workspace";
    case HistoryEntry::Kind::kRemoveWorkspace:
      return "remove_workspace";
    case HistoryEntry::Kind::kImport:
      return "import";
  }
  return "";
}

// What was done, in one or more lines.
std::string DeedText(const HistoryEntry& entry, bool summary) {
  const std::string ids = absl::StrJoin(
      entry.workspaces, ", ", [](std::string* out, const std::string& id) {
        absl::StrAppend(out, Quoted(id));
      });
  switch (entry.kind) {
    case HistoryEntry::Kind::kAddWorkspace:
      return absl::StrCat("added workspace ", ids, "\n");
    case HistoryEntry::Kind::kRemoveWorkspace:
      return absl::StrCat("removed workspace ", ids, "\n");
    case HistoryEntry::Kind::kImport:
      return absl::StrCat("imported workspace",
                          entry.workspaces.size() == 1 ? " " : "s ", ids, "\n");
    case HistoryEntry::Kind::kChange:
      break;
  }
  std::string text = summary && entry.changes.size() > 1
                         ? CallsText(entry.changes)
                         : ChangesText(entry.changes, entry.receipt, true);
  if (entry.others > 0) {
    text += fmt::format("and {} of the same batch\n",
                        Some(entry.others, "other change"));
  }
  return text + (entry.receipt.changed ? "" : "nothing changed\n");
}

}  // namespace

std::string EntryText(const HistoryEntry& entry, bool summary) {
  std::string text =
      fmt::format("record {}  {}  {}", entry.record,
                  TimeText(kSeconds, entry.time), Printable(entry.actor));
  if (entry.kind == HistoryEntry::Kind::kChange) {
    text += fmt::format("  {} revision {}", Printable(entry.workspaces.front()),
                        entry.receipt.revision);
  }
  text += "\n";
  if (!entry.reason.empty()) {
    text += "  reason: " + Printable(entry.reason) + "\n";
  }
  if (!entry.request_id.empty()) {
    text += "  request: " + Printable(entry.request_id) + "\n";
  }
  const std::string deed = DeedText(entry, summary);
  for (const absl::string_view line :
       absl::StrSplit(deed, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&text, "  ", line, "\n");
  }
  return text;
}

Json EntryJson(const HistoryEntry& entry, bool summary) {
  Json json = {{"record", entry.record},
               {"time", TimeText(kMicroseconds, entry.time)},
               {"actor", entry.actor},
               {"kind", std::string(KindWordOf(entry))},
               {"workspaces", entry.workspaces}};
  if (entry.kind != HistoryEntry::Kind::kChange) return json;
  json["revision"] = entry.receipt.revision;
  json["changed"] = entry.receipt.changed;
  json["reason"] = entry.reason;
  json["request_id"] = entry.request_id;
  json["others"] = entry.others;
  if (summary) {
    json["kinds"] = KindsOf(entry.changes);
    return json;
  }
  Json calls = Json::array();
  for (const Change& change : entry.changes) calls.push_back(CallJson(change));
  json["changes"] = std::move(calls);
  json["receipts"] = ChangesJson(entry.changes, entry.receipt);
  return json;
}

std::string WitnessText(const Reader& reader, const Witness& witness) {
  Source source{witness.kind, "", {}};
  if (witness.group) source.path = {reader.GroupId(witness.group)};
  return SourceText(source);
}

std::string Some(size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace acl::cli
