#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "acl/audit/assertions.h"
#include "acl/audit/library_door.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/cli/commands.h"
#include "acl/cli/print.h"
#include "acl/cli/progress.h"
#include "acl/encoding/encoding.h"
#include "acl/encoding/file.h"

namespace acl::cli {
namespace {

// The files for an argument: the file itself, or every file in a folder that
// has a known extension, in bytewise order.
absl::StatusOr<std::vector<std::string>> FilesOf(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    return std::vector<std::string>{path};
  }
  std::vector<std::string> files;
  std::filesystem::recursive_directory_iterator at(path, error);
  for (; !error && at != std::filesystem::recursive_directory_iterator();
       at.increment(error)) {
    const std::string file = at->path().string();
    if (at->is_regular_file() && EncodingOf(file).ok()) files.push_back(file);
  }
  if (error) {
    return Refuse(
        v1::FILE_ACCESS,
        absl::StrCat(Printable(path), ": can't read: ", error.message()));
  }
  if (files.empty()) {
    return Refuse(
        v1::FILE_MALFORMED,
        absl::StrCat(Printable(path), ": no assertion file in the folder"));
  }
  std::sort(files.begin(), files.end());
  return files;
}

void PrintIndented(const std::string& text, std::ostream& out) {
  for (const absl::string_view line :
       absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    out << "    " << line << "\n";
  }
}

void PrintFile(const FileOutcome& outcome, const Console& console) {
  if (!outcome.error.ok()) {
    Fail(console, outcome.error);
    return;
  }
  const bool good = outcome.failed() == 0;
  console.out << Styled(console.out_colour, good ? Look::kGood : Look::kBad,
                        good ? "ok    " : "failed")
              << " " << Printable(outcome.file) << ": "
              << (outcome.name.empty() ? "" : Printable(outcome.name) + ", ")
              << Some(outcome.assertions(), "assertion") << "\n";
  for (const TestOutcome& test : outcome.tests) {
    for (const FailedAssertion& failed : test.failed) {
      console.out << "  " << failed.place << ": " << Printable(test.name)
                  << ": " << failed.what << "\n";
      PrintIndented(failed.comment, console.out);
    }
  }
}

Json FileJson(const FileOutcome& outcome) {
  Json tests = Json::array();
  for (const TestOutcome& test : outcome.tests) {
    Json failed = Json::array();
    for (const FailedAssertion& one : test.failed) {
      failed.push_back(
          {{"place", one.place}, {"what", one.what}, {"comment", one.comment}});
    }
    tests.push_back({{"name", test.name},
                     {"assertions", test.assertions},
                     {"failed", std::move(failed)}});
  }
  Json json = {{"file", outcome.file}, {"name", outcome.name}};
  if (!outcome.error.ok()) {
    json["error"] = std::string(outcome.error.message());
  }
  json["tests"] = std::move(tests);
  return json;
}

struct Totals {
  size_t files = 0;
  size_t tests = 0;
  size_t assertions = 0;
  size_t failed = 0;
  size_t errors = 0;
  ExitCode worst_error = kAllow;

  void Add(const FileOutcome& outcome) {
    ++files;
    tests += outcome.tests.size();
    assertions += outcome.assertions();
    failed += outcome.failed();
    if (outcome.error.ok()) return;
    ++errors;
    worst_error = std::max(worst_error, CodeFor(outcome.error));
  }
  ExitCode code() const {
    return std::max(failed == 0 ? kAllow : kFailure, worst_error);
  }
};

void PrintTotals(const Totals& totals, const Console& console) {
  console.out << Some(totals.files, "file") << ", "
              << Some(totals.tests, "test") << ", "
              << Some(totals.assertions, "assertion") << ": "
              << (totals.code() == kAllow
                      ? Styled(console.out_colour, Look::kGood, "all hold")
                      : Styled(console.out_colour, Look::kBad,
                               absl::StrCat(totals.failed, " failed")));
  if (totals.errors > 0) {
    console.out << ", " << Some(totals.errors, "file") << " could not be run";
  }
  console.out << "\n";
}

}  // namespace

ExitCode TestCommand(const TestArguments& arguments, const Console& console) {
  std::vector<std::string> files;
  for (const std::string& path : arguments.files) {
    absl::StatusOr<std::vector<std::string>> below = FilesOf(path);
    if (!below.ok()) return Fail(console, below.status());
    files.insert(files.end(), below->begin(), below->end());
  }
  std::vector<FileOutcome> outcomes;
  Totals totals;
  {
    Progress progress(console, "testing");
    const ProgressSink sink = progress.Sink();
    for (const std::string& file : files) {
      if (sink) sink(outcomes.size(), files.size());
      LibraryDoor door;
      outcomes.push_back(RunAssertionFile(file, &door));
      totals.Add(outcomes.back());
    }
  }
  Json list = Json::array();
  for (const FileOutcome& outcome : outcomes) {
    if (console.json) {
      list.push_back(FileJson(outcome));
    } else {
      PrintFile(outcome, console);
    }
  }
  if (console.json) {
    console.out << Dump({{"files", std::move(list)},
                         {"assertions", totals.assertions},
                         {"failed", totals.failed},
                         {"errors", totals.errors}})
                << "\n";
  } else {
    PrintTotals(totals, console);
  }
  if (!arguments.junit.empty()) {
    const absl::Status written = WriteFile(arguments.junit, JUnitXml(outcomes));
    if (!written.ok()) return std::max(totals.code(), Fail(console, written));
  }
  return totals.code();
}

}  // namespace acl::cli
