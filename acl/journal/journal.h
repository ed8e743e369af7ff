// A journal in a folder: records in the order in which they were accepted, each
// acknowledged when it is on the disk. Internal; docs/journal_format.md has the
// format and the reasons.
#ifndef ACL_JOURNAL_JOURNAL_H_
#define ACL_JOURNAL_JOURNAL_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/base/progress.h"
#include "acl/journal/change_log.h"
#include "acl/journal/file_system.h"
#include "acl/journal/folder_options.h"
#include "acl/journal/frame.h"
#include "acl/journal/journal_reader.h"

namespace acl {

// A folder that nobody else writes for the lifetime of this object.
class LockedFolder {
 public:
  // Creates the folder if it does not exist. JOURNAL_LOCKED: someone else has
  // it. FILE_ACCESS.
  static absl::StatusOr<std::unique_ptr<LockedFolder>> Take(
      const std::string& path, FileSystem* files);

  const std::string& path() const { return path_; }
  FileSystem& files() const { return files_; }

 private:
  LockedFolder(std::string path, FileSystem* files,
               std::unique_ptr<FileSystem::Lock> lock)
      : path_(std::move(path)), files_(*files), lock_(std::move(lock)) {}

  const std::string path_;
  FileSystem& files_;
  const std::unique_ptr<FileSystem::Lock> lock_;
};

struct JournalOptions {
  Durability durability = Durability::kDisk;
  // Once a file has reached this size, in bytes, it is sealed and the next
  // begun.
  uint64_t file_bytes = uint64_t{64} << 20;
  ProgressSink progress = nullptr;  // of reading, in bytes
  // Called when another file was begun, on the thread that writes: must not
  // block.
  std::function<void()> on_new_file = nullptr;
};

class Journal : public ChangeLog {
 public:
  // Opens a folder's journal for writing: reads it like ReadJournal() (`visit`
  // may see records before an error), cuts off a torn end, removes unfinished
  // files, and continues after the last record. JOURNAL_DAMAGED also if the
  // journal ends before the record before `from`.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(
      std::unique_ptr<LockedFolder> folder, const ReadFrom& from,
      const JournalOptions& options, RecordVisitor visit);
  // Closes it like Close(). REQUIRES: no thread is in a call.
  ~Journal() override;

  absl::StatusOr<Ticket> Append(std::string record, const Ticket& on) override;
  absl::Status Await(const Ticket& ticket) override;

  // What was found when the journal was opened.
  const JournalEnd& opened() const { return opened_; }
  // The head after the last durable record.
  JournalHead head() const;

  // Returns when everything up to head() is on the disk, whatever the
  // durability option says: called before writing something that depends on it.
  // OUTCOME_UNKNOWN.
  absl::Status Sync();

  // Seals the file and begins the next, so that earlier files can be removed.
  // Does nothing if the file has no records.
  absl::Status Rotate();

  // Seals the file, which proves to later readers that nothing is missing. No
  // further record is accepted, and records that were not awaited fail.
  absl::Status Close();

 private:
  Journal(std::unique_ptr<LockedFolder> folder, const JournalOptions& options);

  absl::Status Begin(JournalEnd end, const ReadFrom& from);
  // The next four: called by the thread that has the turn, without the lock.
  absl::Status BeginFile();
  absl::Status WriteFrame(FrameType type, const JournalHead& head,
                          const std::vector<std::string>& records);
  absl::Status SealAndRotate();
  absl::Status WriteBatch(const Batch& batch, JournalHead* head);

  // Only one thread at a time writes.
  void TakeTurn(std::unique_lock<std::mutex>* lock);
  void EndTurn(const Outcome& outcome);
  // Writes what was gathered. REQUIRES: nobody is writing.
  void Commit(std::unique_lock<std::mutex>* lock);
  // From now on no record is accepted.
  absl::Status Break(const absl::Status& why);
  static void Settle(Batch* batch, const Outcome& outcome);

  const std::string path_;
  FileSystem& files_;
  const JournalOptions options_;
  std::unique_ptr<LockedFolder> folder_;
  JournalEnd opened_;

  // Used by the thread that has the turn.
  std::unique_ptr<File> file_;
  JournalId id_ = {};
  uint64_t size_ = 0;
  uint64_t synced_ = 0;
  uint64_t first_ = 0;  // the file's first record
  bool sealed_ = false;
  Outcome broken_by_;  // set once it has to be opened again

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // nobody is writing
  bool writing_ = false;
  size_t last_batch_ = 0;  // records
  JournalHead head_;
  Ticket open_;     // what is being gathered
  Outcome broken_;  // the error for all callers since then
};

// Removes the files that have only records before `sequence`, or moves them to
// `archive`, if that is not empty. FILE_ACCESS.
absl::Status RemoveJournalFiles(const std::string& folder, uint64_t sequence,
                                const std::string& archive, FileSystem* files);

}  // namespace acl

#endif  // ACL_JOURNAL_JOURNAL_H_
