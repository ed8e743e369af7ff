#include "acl/journal/journal.h"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/journal/checkpoint_file.h"

namespace acl {
namespace {

constexpr absl::string_view kLockName = "lock";
// When more than this is gathered, further records wait.
constexpr size_t kBatchBytes = size_t{16} << 20;
// The limit for a record: with its length it fits into a frame.
constexpr size_t kMaxRecordBytes = kMaxFrameBytes - 4096;

JournalId NewJournalId() {
  std::random_device random;
  JournalId id;
  for (unsigned char& byte : id) byte = static_cast<unsigned char>(random());
  return id;
}

std::string ParentOf(const std::string& folder) {
  std::string path = folder;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Whether it is the name of an unfinished journal file or checkpoint.
bool IsUnfinished(absl::string_view name) {
  uint64_t number = 0;
  return absl::ConsumeSuffix(&name, kNewEnding) &&
         absl::SimpleAtoi(name.substr(name.rfind('-') + 1), &number) &&
         (name == JournalFileName(number) || name == CheckpointName(number));
}

// Removes files that were unfinished when the machine stopped.
absl::Status RemoveUnfinished(const std::string& folder, FileSystem* files) {
  const absl::StatusOr<std::vector<std::string>> names = files->List(folder);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (!IsUnfinished(name)) continue;
    if (absl::Status s = files->Remove(absl::StrCat(folder, "/", name));
        !s.ok()) {
      return s;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<LockedFolder>> LockedFolder::Take(
    const std::string& path, FileSystem* files) {
  if (absl::Status s = files->MakeFolder(path); !s.ok()) return s;
  absl::StatusOr<std::unique_ptr<FileSystem::Lock>> lock =
      files->TakeLock(absl::StrCat(path, "/", kLockName));
  if (!lock.ok()) return lock.status();
  if (*lock == nullptr) {
    return Refuse(v1::JOURNAL_LOCKED,
                  absl::StrCat("another engine writes to ", Printable(path),
                               "; end it, or open the folder for reading"));
  }
  return std::unique_ptr<LockedFolder>(
      new LockedFolder(path, files, *std::move(lock)));
}

Journal::Journal(std::unique_ptr<LockedFolder> folder,
                 const JournalOptions& options)
    : path_(folder->path()),
      files_(folder->files()),
      options_(options),
      folder_(std::move(folder)),
      open_(std::make_shared<Batch>()) {}

Journal::~Journal() { static_cast<void>(Close()); }

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(
    std::unique_ptr<LockedFolder> folder, const ReadFrom& from,
    const JournalOptions& options, RecordVisitor visit) {
  std::unique_ptr<Journal> journal(new Journal(std::move(folder), options));
  absl::StatusOr<JournalEnd> end = ReadJournal(
      journal->path_, from, &journal->files_, options.progress, visit);
  if (!end.ok()) return end.status();
  if (absl::Status s = journal->Begin(*std::move(end), from); !s.ok()) return s;
  return journal;
}

namespace {

// What was read may not be on the disk, and new records will depend on it.
// Syncing is not enough: if an earlier sync failed, the system may still have
// it in memory but consider it written.
absl::Status WriteAgain(File* file, const JournalEnd& end) {
  absl::StatusOr<std::string> bytes =
      ReadUpTo(file, end.synced, static_cast<size_t>(end.size - end.synced));
  if (!bytes.ok()) return bytes.status();
  if (absl::Status s = WriteAll(file, end.synced, *bytes); !s.ok()) return s;
  return file->Sync();
}

}  // namespace

absl::Status Journal::Begin(JournalEnd end, const ReadFrom& from) {
  opened_ = end;
  if (end.head.sequence + 1 < from.sequence) {
    return Refuse(
        v1::JOURNAL_DAMAGED,
        absl::StrCat(Printable(path_), ": the journal ends at record ",
                     end.head.sequence, ", and record ", from.sequence - 1,
                     " was there; files of it are missing"));
  }
  if (absl::Status s = RemoveUnfinished(path_, &files_); !s.ok()) return s;
  // New names may not be on the disk yet, including the folder's own.
  if (absl::Status s = files_.SyncFolder(ParentOf(path_)); !s.ok()) return s;
  if (end.file.empty()) {
    id_ = opened_.id = NewJournalId();
    head_ = opened_.head = FirstHead(id_);
    return BeginFile();
  }
  if (absl::Status s = files_.SyncFolder(path_); !s.ok()) return s;
  id_ = end.id;
  head_ = end.head;
  size_ = synced_ = end.size;
  sealed_ = end.sealed;
  first_ = end.first;
  absl::StatusOr<std::unique_ptr<File>> file =
      files_.Open(path_ + "/" + end.file, FileSystem::Mode::kWrite);
  if (!file.ok()) return file.status();
  if (end.torn > 0) {
    if (absl::Status s = (*file)->Truncate(size_); !s.ok()) return s;
  }
  if (absl::Status s = WriteAgain(file->get(), end); !s.ok()) return s;
  file_ = *std::move(file);
  return absl::OkStatus();
}

absl::Status Journal::BeginFile() {
  const std::string name = path_ + "/" + JournalFileName(head_.sequence + 1);
  const std::string unfinished = absl::StrCat(name, kNewEnding);
  absl::StatusOr<std::unique_ptr<File>> file =
      files_.Open(unfinished, FileSystem::Mode::kCreate);
  if (!file.ok()) return file.status();
  const std::string header = EncodeFileHeader({id_, head_, size_});
  absl::Status status = WriteAll(file->get(), 0, header);
  if (status.ok()) status = (*file)->Sync();
  if (!status.ok()) {
    static_cast<void>(files_.Remove(unfinished));
    return status;
  }
  // Once the new name may be there, nothing may be appended to the old file.
  status = files_.Rename(unfinished, name);
  if (status.ok()) status = files_.SyncFolder(path_);
  if (!status.ok()) return Break(status);
  file_ = *std::move(file);
  size_ = synced_ = header.size();
  first_ = head_.sequence + 1;
  sealed_ = false;
  if (options_.on_new_file) options_.on_new_file();
  return absl::OkStatus();
}

absl::Status Journal::Break(const absl::Status& why) {
  broken_by_ = Outcome(Refuse(
      v1::OUTCOME_UNKNOWN,
      absl::StrCat("whether the change was kept is not known: ", why.message(),
                   "; the engine only answers questions until the "
                   "folder is opened again")));
  return broken_by_.status();
}

absl::Status Journal::WriteFrame(FrameType type, const JournalHead& head,
                                 const std::vector<std::string>& records) {
  const std::string frame =
      EncodeFrame(id_, type, size_, synced_, head, records);
  if (absl::Status s = WriteAll(file_.get(), size_, frame); !s.ok()) {
    // Some of it may be in the file. It has to be gone, from the disk too,
    // before anyone is told that it failed.
    absl::Status undone = file_->Truncate(size_);
    if (undone.ok()) undone = file_->Sync();
    if (!undone.ok()) return Break(undone);
    synced_ = size_;
    return s;
  }
  size_ += frame.size();
  sealed_ = type == FrameType::kSeal;
  if (options_.durability == Durability::kDisk || sealed_) {
    // After a failure the system may have dropped what it could not write, and
    // report success at the next attempt. So there is none.
    if (absl::Status s = file_->Sync(); !s.ok()) return Break(s);
    synced_ = size_;
  }
  return absl::OkStatus();
}

absl::Status Journal::SealAndRotate() {
  // The next file would have the same name as this one.
  if (head_.sequence < first_) return absl::OkStatus();
  if (!sealed_) {
    if (absl::Status s = WriteFrame(FrameType::kSeal, head_, {}); !s.ok()) {
      return s;
    }
  }
  return BeginFile();
}

absl::Status Journal::WriteBatch(const Batch& batch, JournalHead* head) {
  if (size_ >= options_.file_bytes) {
    if (absl::Status s = SealAndRotate(); !s.ok()) return s;
  }
  for (const std::string& record : batch.records) {
    *head = NextHead(*head, record);
  }
  return WriteFrame(FrameType::kRecords, *head, batch.records);
}

absl::StatusOr<ChangeLog::Ticket> Journal::Append(std::string record,
                                                  const Ticket& on) {
  if (record.size() > kMaxRecordBytes) {
    return Refuse(
        v1::LIMIT,
        absl::StrCat("the change takes ", record.size(), " bytes, and at most ",
                     kMaxRecordBytes, " can be kept at once; divide it"));
  }
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    if (!broken_.ok) return broken_.status();
    if (on != nullptr && on->settled && !on->outcome.ok) {
      return on->outcome.status();
    }
    if (open_->bytes == 0 || open_->bytes + record.size() <= kBatchBytes) break;
    if (writing_) {
      changed_.wait(lock);
    } else {
      Commit(&lock);
    }
  }
  open_->bytes += record.size();
  open_->records.push_back(std::move(record));
  return open_;
}

absl::Status Journal::Await(const Ticket& ticket) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!ticket->settled) {
    // A ticket that is not settled is being written, or gathered.
    if (writing_) {
      ticket->changed.wait(lock);
    } else {
      Commit(&lock);
    }
  }
  return ticket->outcome.status();
}

void Journal::Commit(std::unique_lock<std::mutex>* lock) {
  TakeTurn(lock);
  // The callers answered last are likely to come back if given the chance: one
  // sync serves everything gathered by then.
  if (open_->records.size() < last_batch_) {
    lock->unlock();
    std::this_thread::yield();
    lock->lock();
  }
  last_batch_ = open_->records.size();
  const Ticket batch = std::exchange(open_, std::make_shared<Batch>());
  JournalHead head = head_;
  lock->unlock();
  const Outcome outcome(WriteBatch(*batch, &head));
  lock->lock();
  if (outcome.ok) head_ = head;
  Settle(batch.get(), outcome);
  EndTurn(outcome);
}

void Journal::Settle(Batch* batch, const Outcome& outcome) {
  batch->settled = true;
  batch->outcome = outcome;
  batch->records.clear();
  batch->changed.notify_all();
}

void Journal::TakeTurn(std::unique_lock<std::mutex>* lock) {
  while (writing_) changed_.wait(*lock);
  writing_ = true;
}

void Journal::EndTurn(const Outcome& outcome) {
  writing_ = false;
  if (broken_.ok) broken_ = broken_by_;
  // What was gathered meanwhile depends on what has failed.
  if (!outcome.ok && !open_->records.empty()) {
    Settle(std::exchange(open_, std::make_shared<Batch>()).get(), outcome);
  }
  changed_.notify_all();
  // One of those waiting for the gathered records writes them; the rest sleep
  // on.
  open_->changed.notify_one();
}

JournalHead Journal::head() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return head_;
}

absl::Status Journal::Sync() {
  std::unique_lock<std::mutex> lock(mutex_);
  TakeTurn(&lock);
  absl::Status status = broken_.status();
  if (status.ok() && synced_ != size_) {
    lock.unlock();
    status = file_->Sync();
    if (status.ok()) {
      synced_ = size_;
    } else {
      status = Break(status);
    }
    lock.lock();
  }
  EndTurn(broken_by_);
  return status;
}

absl::Status Journal::Rotate() {
  std::unique_lock<std::mutex> lock(mutex_);
  TakeTurn(&lock);
  absl::Status status = broken_.status();
  if (status.ok()) {
    lock.unlock();
    status = SealAndRotate();
    lock.lock();
  }
  // What was gathered does not depend on what was done here.
  EndTurn(broken_by_);
  return status;
}

absl::Status Journal::Close() {
  std::unique_lock<std::mutex> lock(mutex_);
  TakeTurn(&lock);
  absl::Status status = absl::OkStatus();
  if (broken_.ok && file_ != nullptr && !sealed_) {
    lock.unlock();
    status = WriteFrame(FrameType::kSeal, head_, {});
    lock.lock();
  }
  if (broken_.ok) {
    broken_ = Outcome(Refuse(v1::ENGINE_CLOSED,
                             absl::StrCat("the journal in ", Printable(path_),
                                          " is closed; open it again")));
  }
  EndTurn(broken_);
  file_ = nullptr;
  folder_ = nullptr;
  return status;
}

absl::Status RemoveJournalFiles(const std::string& folder, uint64_t sequence,
                                const std::string& archive, FileSystem* files) {
  const absl::StatusOr<std::vector<JournalFile>> found =
      JournalFiles(folder, files);
  if (!found.ok()) return found.status();
  if (!archive.empty()) {
    if (absl::Status s = files->MakeFolder(archive); !s.ok()) return s;
  }
  for (size_t i = 0; i + 1 < found->size(); ++i) {
    if ((*found)[i + 1].first > sequence) break;
    const std::string& name = (*found)[i].name;
    const std::string path = folder + "/" + name;
    const absl::Status gone = archive.empty()
                                  ? files->Remove(path)
                                  : files->Rename(path, archive + "/" + name);
    if (!gone.ok()) return gone;
  }
  return archive.empty() ? absl::OkStatus() : files->SyncFolder(archive);
}

}  // namespace acl
