#include "acl/journal/journal_tail.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/journal/journal_cursor.h"

namespace acl {

JournalTail::JournalTail(std::string folder, const ReadFrom& from,
                         Durability durability, FileSystem* files)
    : folder_(std::move(folder)),
      from_(from),
      durability_(durability),
      files_(*files) {}

JournalTail::~JournalTail() = default;

absl::StatusOr<bool> JournalTail::Read(size_t bytes, RecordVisitor visit) {
  // Listed before anything is read: if a file is followed by another one in
  // this list, it was already sealed.
  const absl::StatusOr<std::vector<JournalFile>> files =
      JournalFiles(folder_, &files_);
  if (!files.ok()) return files.status();
  const absl::StatusOr<bool> open = OpenFirst(*files);
  if (!open.ok() || !*open) return open;
  for (;;) {
    const uint64_t here = cursor_->end().first;
    const auto next =
        std::upper_bound(files->begin(), files->end(), here,
                         [](uint64_t first, const JournalFile& file) {
                           return first < file.first;
                         });
    const bool last = next == files->end();
    if (absl::Status s = cursor_->Measure(); !s.ok()) return s;
    if (absl::Status s = Gather(bytes, last); !s.ok()) return s;
    if (last && (files->empty() || files->back().first != here)) {
      return cursor_->Damaged("the file is gone, and none follows it");
    }
    const bool full = gathered_bytes_ >= bytes;
    bytes -= std::min(bytes, gathered_bytes_);
    if (absl::Status s = Give(visit); !s.ok()) return s;
    if (full) return true;
    if (last) return false;
    if (absl::Status s = OpenNext(*next); !s.ok()) return s;
  }
}

// False if there is no file yet.
absl::StatusOr<bool> JournalTail::OpenFirst(
    const std::vector<JournalFile>& files) {
  if (cursor_ != nullptr) return true;
  if (files.empty()) return false;
  const absl::StatusOr<size_t> first = FileOf(folder_, files, from_.sequence);
  if (!first.ok()) return first.status();
  auto cursor = std::make_unique<JournalCursor>(folder_, from_, &files_);
  if (absl::Status s = cursor->Open(files[*first]); !s.ok()) return s;
  cursor_ = std::move(cursor);
  head_ = cursor_->end().head;
  return true;
}

absl::Status JournalTail::OpenNext(const JournalFile& next) {
  if (!cursor_->end().sealed) {
    return cursor_->Damaged("ends in the middle: its end is missing");
  }
  if (next.first > cursor_->end().head.sequence + 1) {
    return Refuse(
        v1::REVISION_NOT_AVAILABLE,
        absl::StrCat("the journal in ", Printable(folder_),
                     " goes on at record ", next.first, "; the records from ",
                     cursor_->end().head.sequence + 1,
                     " on were removed before they were read"));
  }
  if (absl::Status s = cursor_->Open(next); !s.ok()) return s;
  records_end_ = 0;
  return absl::OkStatus();
}

// Reads complete frames of the file, up to the measured size.
absl::Status JournalTail::Gather(size_t bytes, bool last) {
  while (cursor_->left() > 0 && gathered_bytes_ < bytes) {
    const size_t before = gathered_.size();
    absl::StatusOr<bool> whole = Next();
    if (whole.ok() && !*whole && last) whole = LookAtTorn();
    if (!whole.ok()) return whole.status();
    if (!*whole) {
      return last ? absl::OkStatus()
                  : cursor_->Damaged("is not what was written");
    }
    if (gathered_.size() > before) records_end_ = cursor_->end().size;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> JournalTail::Next() {
  return cursor_->Next([this](const JournalRecord& record) {
    gathered_.push_back({record.sequence, std::string(record.bytes)});
    gathered_bytes_ += record.bytes.size();
    return absl::OkStatus();
  });
}

// An incomplete frame is still being written, or was when the writer ended, or
// is damage. True if it has become complete.
absl::StatusOr<bool> JournalTail::LookAtTorn() {
  const std::pair<uint64_t, uint64_t> torn = {cursor_->end().size,
                                              cursor_->left()};
  if (torn == torn_) return false;
  const absl::Status damage = cursor_->CheckTorn();
  if (FaultOf(damage) == v1::JOURNAL_DAMAGED) {
    // A later frame shows that this one was on the disk when that was written.
    // The writer may have cut off a torn end in the meantime and continued.
    if (absl::Status s = cursor_->Measure(); !s.ok()) return s;
    const absl::StatusOr<bool> whole = Next();
    if (!whole.ok() || *whole) return whole;
  }
  if (!damage.ok()) return damage;
  torn_ = torn;
  return false;
}

absl::Status JournalTail::Give(RecordVisitor visit) {
  if (durability_ == Durability::kDisk && !gathered_.empty() &&
      records_end_ > cursor_->end().synced) {
    if (absl::Status s = cursor_->Sync(); !s.ok()) {
      return Refuse(v1::OUTCOME_UNKNOWN,
                    absl::StrCat("whether the disk has what was read is not "
                                 "known: ",
                                 s.message()));
    }
  }
  for (const Record& record : gathered_) {
    if (absl::Status s = visit({record.sequence, record.bytes}); !s.ok()) {
      return s;
    }
  }
  gathered_.clear();
  gathered_bytes_ = 0;
  head_ = cursor_->end().head;
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> JournalTail::BytesAhead() const {
  const absl::StatusOr<std::vector<JournalFile>> files =
      JournalFiles(folder_, &files_);
  if (!files.ok()) return files.status();
  if (files->empty()) return 0;
  const absl::StatusOr<size_t> first =
      FileOf(folder_, *files, std::max(from_.sequence, head_.sequence + 1));
  if (!first.ok()) return first.status();
  return SizeOf(folder_, *files, *first, &files_);
}

}  // namespace acl
