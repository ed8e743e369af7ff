#include "acl/journal/journal_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/journal/journal_cursor.h"

namespace acl {
namespace {

constexpr absl::string_view kPrefix = "journal-";
constexpr size_t kDigits = 20;

// Reads a file that was just opened to its end; false if the end is torn.
absl::StatusOr<bool> ReadFile(JournalCursor* cursor, RecordVisitor visit,
                              absl::FunctionRef<void()> on_frame) {
  while (cursor->left() > 0) {
    const absl::StatusOr<bool> next = cursor->Next(visit);
    if (!next.ok() || !*next) return next;
    on_frame();
  }
  return true;
}

}  // namespace

std::string JournalFileName(uint64_t sequence) {
  return absl::StrFormat("%s%0*d", kPrefix, static_cast<int>(kDigits),
                         sequence);
}

absl::StatusOr<std::vector<JournalFile>> JournalFiles(const std::string& folder,
                                                      FileSystem* files) {
  absl::StatusOr<std::vector<std::string>> names = files->List(folder);
  if (!names.ok()) return names.status();
  std::vector<JournalFile> found;
  for (std::string& name : *names) {
    // Left unfinished when the machine stopped.
    if (!absl::StartsWith(name, kPrefix) || absl::EndsWith(name, kNewEnding)) {
      continue;
    }
    uint64_t first = 0;
    if (!absl::SimpleAtoi(name.substr(kPrefix.size()), &first) ||
        name != JournalFileName(first) || first == 0) {
      return Refuse(v1::JOURNAL_DAMAGED,
                    absl::StrCat(Printable(folder + "/" + name),
                                 ": begins like the name of a journal file, "
                                 "but is none; move it elsewhere"));
    }
    found.push_back({std::move(name), first});
  }
  return found;
}

absl::StatusOr<JournalEnd> ReadJournal(const std::string& folder,
                                       const ReadFrom& from, FileSystem* files,
                                       const ProgressSink& progress,
                                       RecordVisitor visit) {
  const absl::StatusOr<std::vector<JournalFile>> found =
      JournalFiles(folder, files);
  if (!found.ok()) return found.status();
  if (found->empty()) return JournalEnd();
  const absl::StatusOr<size_t> first = FileOf(folder, *found, from.sequence);
  if (!first.ok()) return first.status();
  uint64_t total = 0;
  if (progress) {
    const absl::StatusOr<uint64_t> size = SizeOf(folder, *found, *first, files);
    if (!size.ok()) return size.status();
    total = *size;
  }
  JournalCursor cursor(folder, from, files);
  uint64_t done = 0;  // in previous files
  uint64_t torn = 0;
  for (size_t i = *first; i < found->size(); ++i) {
    if (absl::Status s = cursor.Open((*found)[i]); !s.ok()) return s;
    const bool last = i + 1 == found->size();
    const absl::StatusOr<bool> whole = ReadFile(&cursor, visit, [&] {
      if (progress) progress(done + cursor.end().size, total);
    });
    if (!whole.ok()) return whole.status();
    if (!*whole) {
      if (!last) return cursor.Damaged("is not what was written");
      if (absl::Status s = cursor.CheckTorn(); !s.ok()) return s;
      torn = cursor.left();
    } else if (!last && !cursor.end().sealed) {
      return cursor.Damaged("ends in the middle: its end is missing");
    }
    done += cursor.end().size;
  }
  JournalEnd end = cursor.end();
  end.torn = torn;
  return end;
}

}  // namespace acl
