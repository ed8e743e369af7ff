#include <deque>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "acl/audit/history_log.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/cli/commands.h"
#include "acl/cli/print.h"
#include "acl/cli/progress.h"

namespace acl::cli {
namespace {

// Parses a time, or a day, which stands for its first or last instant.
absl::StatusOr<absl::Time> ReadTime(const std::string& text, bool last) {
  absl::Time time;
  absl::CivilDay day;
  std::string fault;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &fault)) return time;
  if (absl::ParseCivilTime(text, &day)) {
    const absl::Time begin = absl::FromCivil(day, absl::UTCTimeZone());
    // Records have a precision of microseconds.
    return last ? absl::FromCivil(day + 1, absl::UTCTimeZone()) -
                      absl::Microseconds(1)
                : begin;
  }
  return Refuse(v1::MALFORMED,
                absl::StrCat(Quoted(text),
                             " is neither a day (`2026-03-01`) nor a time "
                             "(`2026-03-01T12:00:00Z`)"));
}

// Validates references, so that a typing error is reported instead of matching
// nothing.
absl::Status CheckReferences(const LogArguments& arguments) {
  if (!arguments.actor.empty()) {
    const absl::StatusOr<Actor> actor = Actor::Parse(arguments.actor);
    if (!actor.ok()) return actor.status();
  }
  if (!arguments.target.empty()) {
    const absl::StatusOr<Target> target = Target::Parse(arguments.target);
    if (!target.ok()) return target.status();
  }
  if (!arguments.resource.empty()) {
    return ResourceId::Parse(arguments.resource).status();
  }
  return absl::OkStatus();
}

absl::StatusOr<HistoryFilter> FilterOf(const Common& common,
                                       const LogArguments& arguments) {
  if (absl::Status s = CheckReferences(arguments); !s.ok()) return s;
  HistoryFilter filter;
  filter.actor = arguments.actor;
  filter.workspace = common.workspace;
  filter.target = arguments.target;
  filter.resource = arguments.resource;
  if (!arguments.since.empty()) {
    absl::StatusOr<absl::Time> since = ReadTime(arguments.since, false);
    if (!since.ok()) return since.status();
    filter.since = *since;
  }
  if (!arguments.until.empty()) {
    absl::StatusOr<absl::Time> until = ReadTime(arguments.until, true);
    if (!until.ok()) return until.status();
    filter.until = *until;
  }
  if (filter.since && filter.until && *filter.since > *filter.until) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat("`--since` ", Quoted(arguments.since),
                               " is after `--until` ", Quoted(arguments.until),
                               "; no record can be in between"));
  }
  return filter;
}

absl::Status CheckFolder(const Common& common) {
  if (IsFolder(common.world)) return CheckJournalFolder(common.world);
  return Refuse(v1::MALFORMED,
                common.world.empty()
                    ? std::string("no journal folder; name one by --world PATH "
                                  "or ACL_WORLD")
                    : absl::StrCat(Printable(common.world),
                                   ": is no journal folder, and nothing else "
                                   "has a history"));
}

// Prints entries as they come, or keeps the last ones until the end.
class Printer {
 public:
  Printer(const LogArguments& arguments, const Console& console)
      : limit_(arguments.limit),
        summary_(arguments.summary),
        console_(console) {}

  void Add(const HistoryEntry& entry) {
    any_ = true;
    if (limit_ == 0) return Print(entry);
    last_.push_back(entry);
    if (last_.size() > limit_) last_.pop_front();
  }
  void Finish() {
    for (const HistoryEntry& entry : last_) Print(entry);
  }
  // Whether there was an entry.
  bool any() const { return any_; }

 private:
  void Print(const HistoryEntry& entry) {
    if (console_.json) {
      console_.out << Dump(EntryJson(entry, summary_)) << "\n";
      return;
    }
    console_.out << separator_ << EntryText(entry, summary_);
    separator_ = "\n";
  }

  const size_t limit_;
  const bool summary_;
  const Console& console_;
  std::deque<HistoryEntry> last_;
  absl::string_view separator_;
  bool any_ = false;
};

// Warns that nothing was found, since a misspelt name looks the same.
void WarnOfNothing(const Common& common, const LogArguments& arguments,
                   const Console& console) {
  const std::pair<absl::string_view, const std::string&> filters[] = {
      {"--workspace", common.workspace}, {"--actor", arguments.actor},
      {"--target", arguments.target},    {"--resource", arguments.resource},
      {"--since", arguments.since},      {"--until", arguments.until}};
  std::string named;
  for (const auto& [option, value] : filters) {
    if (value.empty()) continue;
    absl::StrAppend(&named, named.empty() ? "" : ", ", option, " ",
                    Quoted(value));
  }
  console.err << "acl: warning: no record of the history "
              << (named.empty() ? "is a change" : "fits " + named) << "\n";
}

}  // namespace

ExitCode LogCommand(const Common& common, const LogArguments& arguments,
                    const Console& console) {
  const absl::StatusOr<HistoryFilter> filter = FilterOf(common, arguments);
  if (!filter.ok()) return Fail(console, filter.status());
  if (absl::Status s = CheckFolder(common); !s.ok()) return Fail(console, s);
  Printer printer(arguments, console);
  const absl::StatusOr<HistorySpan> span = [&] {
    // On a terminal the entries themselves show the progress.
    Console beside = console;
    beside.err_terminal = console.err_terminal && !console.out_terminal;
    Progress progress(beside, "reading " + Printable(common.world));
    return VisitHistory(common.world, *filter, nullptr, progress.Sink(),
                        [&](const HistoryEntry& entry) {
                          printer.Add(entry);
                          return absl::OkStatus();
                        });
  }();
  printer.Finish();
  if (!span.ok()) return Fail(console, span.status());
  if (!printer.any()) WarnOfNothing(common, arguments, console);
  if (span->first > 1) {
    console.err << "acl: warning: the history begins at record " << span->first
                << "; what was before was not kept\n";
  }
  return kAllow;
}

}  // namespace acl::cli
