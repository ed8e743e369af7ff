#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/cli/commands.h"
#include "acl/cli/print.h"
#include "acl/cli/progress.h"
#include "acl/encoding/encoding.h"
#include "acl/history/salvage.h"
#include "acl/history/verify.h"
#include "acl/journal/file_system.h"
#include "acl/world/state_world.h"
#include "acl/world/world_file.h"

namespace acl::cli {
namespace {

constexpr size_t kPartItems = 4096;

Json VerifiedJson(const VerifyArguments& arguments,
                  const VerifyReport& report) {
  Json json = {{"folder", arguments.folder},
               {"first", report.first},
               {"records", report.end.head.sequence},
               {"head", HeadText(report.end.head)},
               {"closed", report.end.sealed},
               {"torn_bytes", report.end.torn},
               {"checkpoints", report.checkpoints},
               {"oldest_checkpoint_unproved", report.oldest_unproved}};
  if (!arguments.head.empty()) json["known_head"] = arguments.head;
  return json;
}

std::string VerifiedText(const VerifyArguments& arguments,
                         const std::optional<JournalHead>& known,
                         const VerifyReport& report) {
  const uint64_t last = report.end.head.sequence;
  std::string text =
      absl::StrCat(Printable(arguments.folder), ": whole, ",
                   last < report.first
                       ? std::string("without records")
                       : absl::StrCat("records ", report.first, " to ", last),
                   "\n");
  if (!report.checkpoints.empty()) {
    absl::StrAppend(&text, "  the same by ",
                    Some(report.checkpoints.size(), "checkpoint"), ": ",
                    absl::StrJoin(report.checkpoints, ", "), "\n");
  }
  if (report.oldest_unproved) {
    absl::StrAppend(&text, "  checkpoint ", report.checkpoints.front(),
                    " is taken as it is: the records before it were not "
                    "kept\n");
  }
  if (!report.end.sealed) {
    absl::StrAppend(&text, "  not closed: somebody writes, or was stopped",
                    report.end.torn > 0
                        ? absl::StrCat("; ", Some(report.end.torn, "byte"),
                                       " are of a change that nobody was told "
                                       "of")
                        : std::string(),
                    "\n");
  }
  if (known) {
    absl::StrAppend(&text, "  up to record ", known->sequence,
                    " it is the history that was known\n");
  }
  return absl::StrCat(text, "  head ", HeadText(report.end.head), "\n");
}

}  // namespace

ExitCode JournalVerifyCommand(const VerifyArguments& arguments,
                              const Console& console) {
  std::optional<JournalHead> known;
  if (!arguments.head.empty()) {
    const absl::StatusOr<JournalHead> head = ParseHead(arguments.head);
    if (!head.ok()) return Fail(console, head.status());
    known = *head;
  }
  if (absl::Status s = CheckJournalFolder(arguments.folder); !s.ok()) {
    return Fail(console, s);
  }
  const absl::StatusOr<VerifyReport> report = [&] {
    Progress progress(console, "verifying " + Printable(arguments.folder));
    return VerifyFolder(arguments.folder, known, SystemFiles(),
                        progress.Sink());
  }();
  if (!report.ok()) return Fail(console, report.status());
  console.out << (console.json ? Dump(VerifiedJson(arguments, *report)) + "\n"
                               : VerifiedText(arguments, known, *report));
  return kAllow;
}

namespace {

// Whether the path of a file is in a folder, or in one below it.
bool IsIn(const std::string& file, const std::string& folder) {
  std::error_code error;
  auto path =
      std::filesystem::weakly_canonical(std::filesystem::absolute(file), error);
  while (path.has_relative_path()) {
    path = path.parent_path();
    if (std::filesystem::equivalent(path, folder, error)) return true;
  }
  return false;
}

std::string BytesText(const LostBytes& lost) {
  return lost.end == 0 ? Printable(lost.file)
                       : absl::StrCat(Printable(lost.file), ", bytes ",
                                      lost.begin, " to ", lost.end - 1);
}

std::string SalvagedText(const SalvageArguments& arguments,
                         const Salvaged& salvaged) {
  std::string text = absl::StrCat(
      Printable(arguments.output), ": ",
      Some(salvaged.states.size(), "workspace"), ", as of record ",
      salvaged.last,
      salvaged.checkpoint == 0
          ? std::string()
          : absl::StrCat(", from checkpoint ", salvaged.checkpoint),
      "\n");
  for (const LostBytes& lost : salvaged.bytes) {
    absl::StrAppend(&text, "  not readable: ", BytesText(lost), ": ", lost.what,
                    "\n");
  }
  for (const LostRecords& lost : salvaged.records) {
    absl::StrAppend(
        &text, "  missing: ",
        lost.first == lost.last
            ? absl::StrCat("record ", lost.first)
            : absl::StrCat("records ", lost.first, " to ", lost.last),
        lost.last <= salvaged.checkpoint ? "; the checkpoint has what they did"
                                         : "",
        "\n");
  }
  for (const std::string& doubt : salvaged.doubts) {
    absl::StrAppend(&text, "  not applied: ", doubt, "\n");
  }
  if (salvaged.doubt_count > salvaged.doubts.size()) {
    absl::StrAppend(&text, "  not applied: ",
                    salvaged.doubt_count - salvaged.doubts.size(), " more\n");
  }
  if (salvaged.torn > 0) {
    absl::StrAppend(&text, "  at the end: ", Some(salvaged.torn, "byte"),
                    " of a change that nobody was told of\n");
  }
  return text + (salvaged.lost() ? "  look at who has access: a role that was "
                                   "taken back in what is lost is there "
                                   "again\n"
                                 : "  nothing was lost\n");
}

Json SalvagedJson(const SalvageArguments& arguments, const Salvaged& salvaged) {
  Json bytes = Json::array();
  for (const LostBytes& lost : salvaged.bytes) {
    Json one = {{"file", lost.file}, {"what", lost.what}};
    if (lost.end != 0) one.update({{"begin", lost.begin}, {"end", lost.end}});
    bytes.push_back(std::move(one));
  }
  Json records = Json::array();
  for (const LostRecords& lost : salvaged.records) {
    records.push_back({{"first", lost.first}, {"last", lost.last}});
  }
  return {{"folder", arguments.folder},
          {"output", arguments.output},
          {"lost", salvaged.lost()},
          {"checkpoint", salvaged.checkpoint},
          {"last_record", salvaged.last},
          {"bytes", std::move(bytes)},
          {"records", std::move(records)},
          {"not_applied", salvaged.doubts},
          {"not_applied_count", salvaged.doubt_count},
          {"torn_bytes", salvaged.torn}};
}

absl::Status CheckSalvage(const SalvageArguments& arguments) {
  if (!IsFolder(arguments.folder)) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat(Printable(arguments.folder), ": is no folder"));
  }
  if (IsIn(arguments.output, arguments.folder)) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat(Printable(arguments.output),
                               ": is in the damaged folder, where nothing is "
                               "written; choose another place"));
  }
  return EncodingOf(arguments.output).status();
}

}  // namespace

ExitCode JournalSalvageCommand(const SalvageArguments& arguments,
                               const Console& console) {
  if (absl::Status s = CheckSalvage(arguments); !s.ok()) {
    return Fail(console, s);
  }
  const absl::StatusOr<Salvaged> salvaged = [&] {
    Progress progress(console, "reading " + Printable(arguments.folder));
    return Salvage(arguments.folder, SystemFiles(), progress.Sink());
  }();
  if (!salvaged.ok()) return Fail(console, salvaged.status());
  const absl::Status written =
      WriteWorldFile(arguments.output, [&](const WorldSink& sink) {
        for (const auto& state : salvaged->states) {
          if (absl::Status s = ToWorld(*state, kPartItems, sink); !s.ok()) {
            return s;
          }
        }
        return absl::OkStatus();
      });
  if (!written.ok()) return Fail(console, written);
  console.out << (console.json ? Dump(SalvagedJson(arguments, *salvaged)) + "\n"
                               : SalvagedText(arguments, *salvaged));
  return salvaged->lost() ? kLost : kAllow;
}

}  // namespace acl::cli
