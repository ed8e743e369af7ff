#include "acl/journal/journal_reader.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
namespace {

constexpr absl::string_view kPrefix = "journal-";
constexpr size_t kDigits = 20;
// Asked of the system at once: frames are often much smaller.
constexpr size_t kReadAhead = size_t{256} << 10;

// Reads one file after the other; what one ended with, the next goes on from.
class Reading {
 public:
  Reading(std::string folder, const ReadFrom& from, FileSystem* files,
          const ProgressSink& progress, RecordVisitor visit)
      : folder_(std::move(folder)),
        from_(from),
        files_(*files),
        progress_(progress),
        visit_(visit) {}

  absl::Status ReadFile(const JournalFile& file, bool first, bool last) {
    if (absl::Status s = Open(file, first); !s.ok()) return s;
    while (end_.size < size_) {
      absl::string_view frame;
      const absl::StatusOr<std::optional<FrameHeader>> header =
          NextFrame(&frame);
      if (!header.ok()) return header.status();
      if (!*header) {
        if (absl::Status s = CheckTorn(last); !s.ok()) return s;
        end_.torn = size_ - end_.size;
        return absl::OkStatus();
      }
      if (absl::Status s = Take(**header, frame); !s.ok()) return s;
      if (progress_) progress_(done_ + end_.size, total_);
    }
    if (!last && !end_.sealed) {
      return Damaged("ends in the middle: its end is missing");
    }
    return absl::OkStatus();
  }

  // What is to be read in all, for the progress.
  absl::Status Measure(const std::vector<JournalFile>& files, size_t from) {
    if (!progress_) return absl::OkStatus();
    for (; from < files.size(); ++from) {
      absl::StatusOr<std::unique_ptr<File>> file = files_.Open(
          folder_ + "/" + files[from].name, FileSystem::Mode::kRead);
      if (!file.ok()) return file.status();
      absl::StatusOr<uint64_t> size = (*file)->Size();
      if (!size.ok()) return size.status();
      total_ += *size;
    }
    return absl::OkStatus();
  }

  const JournalEnd& end() const { return end_; }

 private:
  absl::Status Damaged(absl::string_view what) const {
    return Refuse(v1::JOURNAL_DAMAGED,
                  absl::StrCat(Printable(folder_ + "/" + end_.file),
                               ", at byte ", end_.size, ": ", what));
  }

  absl::Status Open(const JournalFile& file, bool first) {
    done_ += end_.size;
    const uint64_t predecessor_size = end_.size;
    end_.file = file.name;
    end_.first = file.first;
    end_.size = 0;
    end_.sealed = false;
    absl::StatusOr<std::unique_ptr<File>> opened =
        files_.Open(folder_ + "/" + file.name, FileSystem::Mode::kRead);
    if (!opened.ok()) return opened.status();
    file_ = *std::move(opened);
    const absl::StatusOr<uint64_t> size = file_->Size();
    if (!size.ok()) return size.status();
    size_ = *size;
    buffer_.clear();
    const absl::StatusOr<absl::string_view> bytes = Bytes(0, kFileHeaderBytes);
    if (!bytes.ok()) return bytes.status();
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

  // Whether the record before the first that is wanted is the one that is
  // known.
  absl::Status CheckBefore(const JournalHead& head) const {
    if (head.sequence == 0 && !(head == FirstHead(end_.id))) {
      return Damaged("the chain does not begin as it has to");
    }
    if (head.sequence + 1 != from_.sequence || !from_.chain_before ||
        head.chain == *from_.chain_before) {
      return absl::OkStatus();
    }
    return Damaged(absl::StrCat("record ", head.sequence,
                                " is not the one that was there"));
  }

  // So many bytes of the file from `offset` on, or fewer at its end. Valid
  // until the next call.
  absl::StatusOr<absl::string_view> Bytes(uint64_t offset, size_t bytes) {
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

  // The frame at end_.size; nothing if there is none that is whole.
  absl::StatusOr<std::optional<FrameHeader>> NextFrame(
      absl::string_view* frame) {
    const absl::StatusOr<absl::string_view> head =
        Bytes(end_.size, kFrameHeaderBytes);
    if (!head.ok()) return head.status();
    std::optional<FrameHeader> header =
        DecodeFrameHeader(*head, end_.size, size_ - end_.size);
    if (!header) return header;
    const absl::StatusOr<absl::string_view> bytes =
        Bytes(end_.size, static_cast<size_t>(FrameBytes(header->bytes)));
    if (!bytes.ok()) return bytes.status();
    if (!CheckFrame(end_.id, *header, *bytes)) return std::nullopt;
    *frame = *bytes;
    return header;
  }

  // A frame that was checked.
  absl::Status Take(const FrameHeader& header, absl::string_view frame) {
    const auto records = RecordsOf(header, frame);
    if (!records) return Damaged("the frame's records don't fill it");
    JournalHead head = end_.head;
    for (const absl::string_view bytes : *records) {
      head = NextHead(head, bytes);
      if (head.sequence < from_.sequence) {
        if (absl::Status s = CheckBefore(head); !s.ok()) return s;
        continue;
      }
      if (absl::Status s = visit_({head.sequence, bytes}); !s.ok()) return s;
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

  // There is no whole frame at end_.size. A crash leaves that only in the last
  // file, behind all that was on the disk before: a later frame would tell.
  absl::Status CheckTorn(bool last) {
    if (!last) return Damaged("is not what was written");
    const uint64_t rest = size_ - end_.size;
    const absl::StatusOr<absl::string_view> bytes =
        Bytes(end_.size, static_cast<size_t>(rest));
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

  const std::string folder_;
  const ReadFrom from_;
  FileSystem& files_;
  const ProgressSink& progress_;
  const RecordVisitor visit_;
  JournalEnd end_;
  std::unique_ptr<File> file_;
  uint64_t size_ = 0;   // of the file
  std::string buffer_;  // what was read of it last
  uint64_t buffer_at_ = 0;
  uint64_t done_ = 0;  // in files before it
  uint64_t total_ = 0;
};

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
    // What was being made when the machine stopped.
    if (!absl::StartsWith(name, kPrefix) || absl::EndsWith(name, ".new")) {
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
  if (from.sequence < found->front().first) {
    return Refuse(v1::REVISION_NOT_AVAILABLE,
                  absl::StrCat("the journal in ", Printable(folder),
                               " begins at record ", found->front().first,
                               "; record ", from.sequence, " is gone"));
  }
  const auto after =
      std::upper_bound(found->begin(), found->end(), from.sequence,
                       [](uint64_t wanted, const JournalFile& file) {
                         return wanted < file.first;
                       });
  auto first = static_cast<size_t>(after - found->begin()) - 1;
  Reading reading(folder, from, files, progress, visit);
  if (absl::Status s = reading.Measure(*found, first); !s.ok()) return s;
  for (size_t i = first; i < found->size(); ++i) {
    if (absl::Status s =
            reading.ReadFile((*found)[i], i == first, i + 1 == found->size());
        !s.ok()) {
      return s;
    }
  }
  return reading.end();
}

}  // namespace acl
