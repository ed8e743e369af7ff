#include "acl/journal/journal_cursor.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
namespace {

// The size of a read: frames are often much smaller.
constexpr size_t kReadAhead = size_t{256} << 10;

}  // namespace

absl::StatusOr<size_t> FileOf(const std::string& folder,
                              const std::vector<JournalFile>& files,
                              uint64_t sequence) {
  if (sequence < files.front().first) {
    return Refuse(
        v1::REVISION_NOT_AVAILABLE,
        absl::StrCat("the journal in ", Printable(folder), " begins at record ",
                     files.front().first, "; record ", sequence, " is gone"));
  }
  const auto after =
      std::upper_bound(files.begin(), files.end(), sequence,
                       [](uint64_t wanted, const JournalFile& file) {
                         return wanted < file.first;
                       });
  return static_cast<size_t>(after - files.begin()) - 1;
}

absl::StatusOr<uint64_t> SizeOf(const std::string& folder,
                                const std::vector<JournalFile>& files,
                                size_t from, FileSystem* system) {
  uint64_t total = 0;
  for (; from < files.size(); ++from) {
    absl::StatusOr<std::unique_ptr<File>> file =
        system->Open(folder + "/" + files[from].name, FileSystem::Mode::kRead);
    if (!file.ok()) return file.status();
    absl::StatusOr<uint64_t> size = (*file)->Size();
    if (!size.ok()) return size.status();
    total += *size;
  }
  return total;
}

absl::Status JournalCursor::Damaged(absl::string_view what) const {
  return Refuse(v1::JOURNAL_DAMAGED,
                absl::StrCat(Printable(folder_ + "/" + end_.file), ", at byte ",
                             end_.size, ": ", what));
}

absl::Status JournalCursor::Open(const JournalFile& file) {
  absl::StatusOr<std::unique_ptr<File>> opened =
      files_.Open(folder_ + "/" + file.name, FileSystem::Mode::kRead);
  if (!opened.ok()) return opened.status();
  const absl::StatusOr<uint64_t> size = (*opened)->Size();
  if (!size.ok()) return size.status();
  const absl::StatusOr<std::string> bytes =
      ReadUpTo(opened->get(), 0, kFileHeaderBytes);
  if (!bytes.ok()) return bytes.status();
  // Up to here, a failed system call can be retried.
  const bool first = file_ == nullptr;
  const uint64_t predecessor_size = end_.size;
  end_.file = file.name;
  end_.first = file.first;
  end_.size = 0;
  end_.sealed = false;
  file_ = *std::move(opened);
  size_ = *size;
  buffer_.clear();
  const absl::StatusOr<FileHeader> header = DecodeFileHeader(*bytes);
  if (!header.ok()) {
    return Refuse(FaultOf(header.status()),
                  absl::StrCat(Printable(folder_ + "/" + end_.file), ": ",
                               header.status().message()));
  }
  if (header->before.sequence + 1 != file.first) {
    return Damaged("the file has the name of another");
  }
  if (first) {
    end_.id = header->id;
    end_.head = header->before;
  } else if (header->id != end_.id) {
    return Damaged("the file is of another journal");
  } else if (!(header->before == end_.head) ||
             header->predecessor_size != predecessor_size) {
    return Damaged("does not go on from the file before it");
  }
  end_.size = end_.synced = kFileHeaderBytes;
  return CheckBefore(end_.head);
}

absl::Status JournalCursor::Measure() {
  buffer_.clear();
  const absl::StatusOr<uint64_t> size = file_->Size();
  if (size.ok()) size_ = *size;
  return size.status();
}

absl::StatusOr<bool> JournalCursor::Next(RecordVisitor visit) {
  absl::string_view frame;
  const absl::StatusOr<std::optional<FrameHeader>> header = ReadFrame(&frame);
  if (!header.ok()) return header.status();
  if (!*header) {
    buffer_.clear();
    return false;
  }
  if (absl::Status s = Take(**header, frame, visit); !s.ok()) return s;
  return true;
}

// Checks the record before the first wanted one against the known chain.
absl::Status JournalCursor::CheckBefore(const JournalHead& head) const {
  if (head.sequence == 0 && !(head == FirstHead(end_.id))) {
    return Damaged("the chain does not begin as it has to");
  }
  if (head.sequence + 1 != from_.sequence || !from_.chain_before ||
      head.chain == *from_.chain_before) {
    return absl::OkStatus();
  }
  return Damaged(
      absl::StrCat("record ", head.sequence, " is not the one that was there"));
}

// Up to `bytes` bytes of the file from `offset` on; fewer at its end. Valid
// until the next call.
absl::StatusOr<absl::string_view> JournalCursor::Bytes(uint64_t offset,
                                                       size_t bytes) {
  const uint64_t end = buffer_at_ + buffer_.size();
  if (offset < buffer_at_ || offset > end || bytes > end - offset) {
    absl::StatusOr<std::string> read =
        ReadUpTo(file_.get(), offset, std::max(bytes, kReadAhead));
    if (!read.ok()) return read.status();
    buffer_ = *std::move(read);
    buffer_at_ = offset;
  }
  return absl::string_view(buffer_).substr(offset - buffer_at_, bytes);
}

// The frame at end_.size; not set if there is no complete one.
absl::StatusOr<std::optional<FrameHeader>> JournalCursor::ReadFrame(
    absl::string_view* frame) {
  const absl::StatusOr<absl::string_view> head =
      Bytes(end_.size, kFrameHeaderBytes);
  if (!head.ok()) return head.status();
  std::optional<FrameHeader> header =
      DecodeFrameHeader(*head, end_.size, left());
  if (!header) return header;
  const absl::StatusOr<absl::string_view> bytes =
      Bytes(end_.size, static_cast<size_t>(FrameBytes(header->bytes)));
  if (!bytes.ok()) return bytes.status();
  if (!CheckFrame(end_.id, *header, *bytes)) return std::nullopt;
  *frame = *bytes;
  return header;
}

// Visits the records of a frame that was checked.
absl::Status JournalCursor::Take(const FrameHeader& header,
                                 absl::string_view frame, RecordVisitor visit) {
  const auto records = RecordsOf(header, frame);
  if (!records) return Damaged("the frame's records don't fill it");
  JournalHead head = end_.head;
  for (const absl::string_view bytes : *records) {
    head = NextHead(head, bytes);
    if (head.sequence < from_.sequence) {
      if (absl::Status s = CheckBefore(head); !s.ok()) return s;
      continue;
    }
    if (absl::Status s = visit({head.sequence, bytes}); !s.ok()) return s;
  }
  if (!(head == header.head)) {
    return Damaged("the frame does not go on from the records before it");
  }
  end_.head = head;
  end_.size += FrameBytes(header.bytes);
  end_.synced = std::max(end_.synced, header.synced);
  end_.sealed = header.type == FrameType::kSeal;
  return absl::OkStatus();
}

absl::Status JournalCursor::CheckTorn() const {
  absl::StatusOr<std::string> bytes =
      ReadUpTo(file_.get(), end_.size, static_cast<size_t>(left()));
  if (!bytes.ok()) return bytes.status();
  const absl::string_view view = *bytes;
  for (size_t at = kFrameAlignment; at < view.size(); at += kFrameAlignment) {
    const absl::string_view here = view.substr(at);
    const std::optional<FrameHeader> header =
        DecodeFrameHeader(here, end_.size + at, here.size());
    if (header && header->synced > end_.size &&
        CheckFrame(end_.id, *header,
                   here.substr(0, FrameBytes(header->bytes)))) {
      return Damaged(
          "is not what was written, and what follows was written later");
    }
  }
  return absl::OkStatus();
}

}  // namespace acl
