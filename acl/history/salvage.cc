#include "acl/history/salvage.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "acl/base/fault.h"
#include "acl/history/empty_state.h"
#include "acl/history/load_checkpoint.h"
#include "acl/history/replay.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/frame.h"
#include "acl/journal/journal_reader.h"

namespace acl {
namespace {

constexpr size_t kRequestIdWindow = 4096;
// Position of the id in a file's header (docs/journal_format.md).
constexpr size_t kIdAt = 16;

// The files of a folder, by name.
struct Contents {
  std::vector<JournalFile> journal;   // in order
  std::vector<uint64_t> checkpoints;  // oldest first
};

// The number after the prefix, if `name` equals `name_of` of that number.
std::optional<uint64_t> NumberIn(absl::string_view prefix,
                                 const std::string& name,
                                 std::string (*name_of)(uint64_t)) {
  uint64_t number = 0;
  if (!absl::StartsWith(name, prefix) ||
      !absl::SimpleAtoi(name.substr(prefix.size()), &number) ||
      name != name_of(number)) {
    return std::nullopt;
  }
  return number;
}

absl::StatusOr<Contents> ContentsOf(const std::string& folder,
                                    FileSystem* files) {
  absl::StatusOr<std::vector<std::string>> names = files->List(folder);
  if (!names.ok()) return names.status();
  Contents contents;
  for (const std::string& name : *names) {
    if (const auto first = NumberIn("journal-", name, JournalFileName)) {
      contents.journal.push_back({name, *first});
    }
    if (const auto sequence = NumberIn("checkpoint-", name, CheckpointName)) {
      contents.checkpoints.push_back(*sequence);
    }
  }
  return contents;
}

class Salvager {
 public:
  Salvager(const std::string& folder, FileSystem* files,
           const ProgressSink& progress)
      : folder_(folder), files_(*files), progress_(progress) {
    replay_ = NewReplay();
  }

  // Takes the latest sound checkpoint.
  void LoadCheckpoints(std::vector<uint64_t> checkpoints) {
    for (; !checkpoints.empty(); checkpoints.pop_back()) {
      const uint64_t sequence = checkpoints.back();
      const absl::StatusOr<CheckpointHeader> header = LoadCheckpoint(
          folder_, sequence, &files_, progress_, EmptyState, replay_.get());
      if (header.ok()) {
        AddId(header->id);
        salvaged_.checkpoint = salvaged_.last = sequence;
        return;
      }
      Lose({CheckpointName(sequence), 0, 0,
            std::string(header.status().message())});
      replay_ = NewReplay();
    }
  }

  // Reads all files, and applies everything readable.
  void ReadFiles(const std::vector<JournalFile>& journal) {
    // What was removed long ago is not lost if the checkpoint includes it.
    if (!journal.empty()) {
      next_ = std::min(journal.front().first, salvaged_.checkpoint + 1);
    }
    for (const JournalFile& file : journal) FindId(file.name);
    for (size_t i = 0; i < journal.size(); ++i) {
      if (progress_) progress_(i, journal.size());
      const absl::StatusOr<std::string> bytes =
          ReadFile(journal[i].name, ~uint64_t{0});
      if (!bytes.ok()) {
        Lose({journal[i].name, 0, 0, std::string(bytes.status().message())});
        continue;
      }
      file_ = journal[i].name;
      last_file_ = i + 1 == journal.size();
      ReadHeader(*bytes);
      ReadFrames(*bytes);
    }
    MissUpTo(head_ ? head_->sequence : 0);
  }

  Salvaged Take() {
    salvaged_.states = replay_->Finish();
    return std::move(salvaged_);
  }

 private:
  std::unique_ptr<Replay> NewReplay() {
    return std::make_unique<Replay>(
        EmptyState, kRequestIdWindow, [this](const std::string& what) {
          if (salvaged_.doubts.size() < kMaxDoubts) {
            salvaged_.doubts.push_back(
                absl::StrCat("record ", applying_, ": ", what));
          }
          ++salvaged_.doubt_count;
        });
  }

  void Lose(LostBytes lost) { salvaged_.bytes.push_back(std::move(lost)); }

  // Records up to `last` that have not been found are lost.
  void MissUpTo(uint64_t last) {
    if (next_ > last) return;
    salvaged_.records.push_back({next_, last});
    next_ = last + 1;
  }

  // Reads up to `bytes` bytes, from the beginning.
  absl::StatusOr<std::string> ReadFile(const std::string& name,
                                       uint64_t bytes) {
    absl::StatusOr<std::unique_ptr<File>> file =
        files_.Open(folder_ + "/" + name, FileSystem::Mode::kRead);
    if (!file.ok()) return file.status();
    const absl::StatusOr<uint64_t> size = (*file)->Size();
    if (!size.ok()) return size.status();
    return ReadUpTo(file->get(), 0,
                    static_cast<size_t>(std::min(*size, bytes)));
  }

  // Decoding one file may need the id from another.
  void FindId(const std::string& name) {
    const absl::StatusOr<std::string> bytes = ReadFile(name, kFileHeaderBytes);
    if (!bytes.ok()) return;
    const absl::StatusOr<FileHeader> header = DecodeFileHeader(*bytes);
    if (header.ok()) AddId(header->id);
  }
  void AddId(const JournalId& id) {
    if (std::count(ids_.begin(), ids_.end(), id) == 0) ids_.push_back(id);
  }

  // A damaged header is no reason to give up the rest of the file: the id may
  // be intact, or be the same as that of another file.
  void ReadHeader(absl::string_view bytes) {
    const absl::StatusOr<FileHeader> header = DecodeFileHeader(bytes);
    if (header.ok()) {
      if (head_ && head_->sequence == header->before.sequence &&
          !(*head_ == header->before)) {
        Lose({file_, 0, kFileHeaderBytes,
              "does not go on from the file before it"});
      }
      MissUpTo(header->before.sequence);
      head_ = header->before;
      return;
    }
    Lose({file_, 0, std::min<uint64_t>(bytes.size(), kFileHeaderBytes),
          std::string(header.status().message())});
    JournalId id;
    if (bytes.size() < kIdAt + id.size()) return;
    std::memcpy(id.data(), bytes.data() + kIdAt, id.size());
    AddId(id);
  }

  // The complete frame at `at`, if there is one.
  std::optional<FrameHeader> FrameAt(absl::string_view bytes, size_t at) const {
    const absl::string_view here = bytes.substr(at);
    const std::optional<FrameHeader> header =
        DecodeFrameHeader(here, at, here.size());
    if (!header) return header;
    const absl::string_view frame = here.substr(0, FrameBytes(header->bytes));
    for (const JournalId& id : ids_) {
      if (CheckFrame(id, *header, frame)) return header;
    }
    return std::nullopt;
  }

  void ReadFrames(absl::string_view bytes) {
    size_t bad = 0;  // where unreadable bytes begin; 0: nowhere
    size_t at = kFileHeaderBytes;
    while (at < bytes.size()) {
      const std::optional<FrameHeader> header = FrameAt(bytes, at);
      if (!header) {
        if (bad == 0) {
          bad = at;
          // What a crash leaves; see journal_reader.cc.
          if (last_file_ && !WrittenLater(bytes, at)) {
            salvaged_.torn = bytes.size() - at;
            return;
          }
        }
        at += kFrameAlignment;
        continue;
      }
      const size_t size = FrameBytes(header->bytes);
      if (bad != 0) Lose({file_, bad, at, "is not what was written"});
      bad = 0;
      TakeFrame(*header, bytes.substr(at, size), at);
      at += size;
    }
    if (bad == 0) return;
    Lose({file_, bad, bytes.size(), "is not what was written"});
  }

  // Whether a frame after `bad` was written when the bytes at `bad` were on the
  // disk.
  bool WrittenLater(absl::string_view bytes, size_t bad) const {
    for (size_t at = bad; at < bytes.size(); at += kFrameAlignment) {
      const std::optional<FrameHeader> header = FrameAt(bytes, at);
      if (header && header->synced > bad) return true;
    }
    return false;
  }

  void TakeFrame(const FrameHeader& header, absl::string_view frame,
                 uint64_t at) {
    const auto records = RecordsOf(header, frame);
    const uint64_t before = header.head.sequence - header.count;
    std::optional<JournalHead> head;
    if (head_ && head_->sequence == before) head = head_;
    head_ = header.head;
    if (!records) {
      return Lose({file_, at, at + frame.size(), "the records don't fill it"});
    }
    if (head) {
      for (const absl::string_view record : *records) {
        head = NextHead(*head, record);
      }
      if (!(*head == header.head)) {
        return Lose({file_, at, at + frame.size(),
                     "was altered: its records do not lead to its chain"});
      }
    }
    MissUpTo(before);
    for (size_t i = 0; i < records->size(); ++i) {
      Apply({before + i + 1, (*records)[i]});
    }
  }

  void Apply(const JournalRecord& record) {
    if (record.sequence < next_) return;
    next_ = record.sequence + 1;
    if (record.sequence <= salvaged_.checkpoint) return;
    applying_ = record.sequence;
    // Accepts whatever a record says.
    replay_->Apply(record).IgnoreError();
    salvaged_.last = record.sequence;
  }

  const std::string& folder_;
  FileSystem& files_;
  const ProgressSink& progress_;
  std::unique_ptr<Replay> replay_;
  Salvaged salvaged_;
  std::vector<JournalId> ids_;  // candidates
  std::string file_;            // being read
  bool last_file_ = false;
  std::optional<JournalHead> head_;  // after the last frame, if known
  uint64_t next_ = 1;                // the first record not found yet
  uint64_t applying_ = 0;
};

}  // namespace

absl::StatusOr<Salvaged> Salvage(const std::string& folder, FileSystem* files,
                                 const ProgressSink& progress) {
  const absl::StatusOr<Contents> contents = ContentsOf(folder, files);
  if (!contents.ok()) return contents.status();
  Salvager salvager(folder, files, progress);
  salvager.LoadCheckpoints(contents->checkpoints);
  salvager.ReadFiles(contents->journal);
  return salvager.Take();
}

}  // namespace acl
