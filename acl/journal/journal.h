// A journal in a folder: records in the order in which they were taken, each
// acknowledged when it is on the disk. Internal; docs/journal_format.md has the
// format and the reasons.
#ifndef ACL_JOURNAL_JOURNAL_H_
#define ACL_JOURNAL_JOURNAL_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/base/progress.h"
#include "acl/journal/change_log.h"
#include "acl/journal/file_system.h"
#include "acl/journal/frame.h"

namespace acl {

// What acknowledged means.
enum class Durability {
  // It is on the disk: it survives a power cut.
  kDisk,
  // The system has it: it survives the end of the process. A power cut can take
  // the last changes (on Linux usually those of some thirty seconds), never one
  // without all that came after it.
  kProcess
};

struct JournalOptions {
  FileSystem* files = SystemFiles();
  Durability durability = Durability::kDisk;
  // A file that has come to this size, in bytes, is sealed, and the next begun.
  uint64_t file_bytes = uint64_t{64} << 20;
  ProgressSink progress = nullptr;  // of reading
};

// A record as it was taken.
struct JournalRecord {
  uint64_t sequence;
  absl::string_view bytes;  // valid during the call
};
// What is not OK ends the reading and comes back.
using RecordVisitor =
    absl::FunctionRef<absl::Status(const JournalRecord& record)>;

// What was found when a journal was read.
struct JournalEnd {
  JournalId id = {};
  JournalHead head;
  std::string file;     // the last one; empty if there is none
  uint64_t size = 0;    // of its sound part, in bytes
  uint64_t synced = 0;  // what of it is known to have been on the disk
  bool sealed = false;  // it was closed: nothing is missing
  // Behind the sound part: what a crash left of a write that nobody was told of.
  uint64_t torn = 0;
};

// Reads the records from `from` on, changing nothing. Files whose records are
// all before it are passed over. JOURNAL_DAMAGED names file and offset: of what
// was acknowledged, something is gone or is not what was written.
// REVISION_NOT_AVAILABLE: the journal begins behind `from`. Memory: a frame.
absl::StatusOr<JournalEnd> ReadJournal(const std::string& folder, uint64_t from,
                                       const JournalOptions& options,
                                       RecordVisitor visit);

// The names of the folder's journal files, in their order.
absl::StatusOr<std::vector<std::string>> JournalFiles(const std::string& folder,
                                                      FileSystem* files);

class Journal : public ChangeLog {
 public:
  // Opens the folder for writing, and makes it if there is none: reads it as
  // ReadJournal() does, cuts off what is torn, and goes on behind the last
  // record. JOURNAL_LOCKED: somebody has it open.
  // `visit` may be called with records before a refusal.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(
      const std::string& folder, uint64_t from, const JournalOptions& options,
      RecordVisitor visit);
  // Closes it, if Close() was not called, and forgets what was not durable.
  // REQUIRES: nobody is in a call.
  ~Journal() override;

  absl::StatusOr<Ticket> Append(std::string record, const Ticket& on) override;
  absl::Status Await(const Ticket& ticket) override;

  // What was found when it was opened.
  const JournalEnd& opened() const { return opened_; }
  // Behind the last durable record.
  JournalHead head() const;

  // Ends the current file and begins another, so that files before it can go.
  absl::Status Rotate();

  // Seals the file: that nothing is missing can be seen from now on. Nothing is
  // taken any more. REQUIRES: every ticket has been awaited.
  absl::Status Close();

 private:
  Journal(std::string folder, const JournalOptions& options);

  absl::Status Begin(JournalEnd end);
  // The next two: without the lock, by whoever set `writing_`.
  absl::Status BeginFile();
  absl::Status WriteFrame(FrameType type,
                          const std::vector<std::string>& records);
  // Awaits the lock's turn to write.
  void TakeTurn(std::unique_lock<std::mutex>* lock);
  void EndTurn();
  // Writes the open batch.
  void Commit(std::unique_lock<std::mutex>* lock);

  const std::string folder_;
  const JournalOptions options_;
  std::unique_ptr<FileSystem::Lock> folder_lock_;
  JournalEnd opened_;

  // Of whoever has the turn.
  std::unique_ptr<File> file_;
  uint64_t size_ = 0;
  uint64_t synced_ = 0;
  bool sealed_ = false;
  JournalId id_ = {};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool writing_ = false;
  JournalHead head_;
  Ticket open_;          // what is being gathered
  absl::Status broken_;  // once it takes nothing any more
};

}  // namespace acl

#endif  // ACL_JOURNAL_JOURNAL_H_
