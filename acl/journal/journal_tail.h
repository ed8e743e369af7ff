// Follows a journal that another process may be writing. Internal;
// docs/journal_format.md has the format and the reasons.
#ifndef ACL_JOURNAL_JOURNAL_TAIL_H_
#define ACL_JOURNAL_JOURNAL_TAIL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/journal/file_system.h"
#include "acl/journal/folder_options.h"
#include "acl/journal/frame.h"
#include "acl/journal/journal_reader.h"

namespace acl {

class JournalCursor;

// Continues to read where it was; a file that it has open may be removed
// meanwhile. Changes nothing. Not thread-safe.
class JournalTail {
 public:
  // Reads the records from `from` on. With kDisk, only those that are on the
  // disk: if the writer's own marks don't show that, it syncs the file itself.
  // With kProcess, all that the system has.
  JournalTail(std::string folder, const ReadFrom& from, Durability durability,
              FileSystem* files);
  ~JournalTail();

  // Visits the records that have been added since: about `bytes` bytes of them,
  // and of a file that is being written only what was there when the call
  // began. False if that was all. An incomplete frame may be complete the next
  // time.
  //
  // After FILE_ACCESS it may be called again. After any other error it must not
  // be used: JOURNAL_DAMAGED and FILE_MALFORMED as for ReadJournal();
  // REVISION_NOT_AVAILABLE: files were removed before they were read;
  // OUTCOME_UNKNOWN: a sync failed; or an error from `visit`.
  absl::StatusOr<bool> Read(size_t bytes, RecordVisitor visit);

  // The head after the last record that was visited or skipped.
  const JournalHead& head() const { return head_; }
  // How many bytes there are to read, including the whole of the current file.
  // FILE_ACCESS, REVISION_NOT_AVAILABLE.
  absl::StatusOr<uint64_t> BytesAhead() const;

 private:
  struct Record {
    uint64_t sequence;
    std::string bytes;
  };

  absl::StatusOr<bool> OpenFirst(const std::vector<JournalFile>& files);
  absl::Status OpenNext(const JournalFile& next);
  absl::Status Gather(size_t bytes, bool last);
  absl::StatusOr<bool> Next();
  absl::StatusOr<bool> LookAtTorn();
  absl::Status Give(RecordVisitor visit);

  const std::string folder_;
  const ReadFrom from_;
  const Durability durability_;
  FileSystem& files_;
  std::unique_ptr<JournalCursor> cursor_;  // null: there is no file yet
  std::vector<Record> gathered_;           // not visited yet
  size_t gathered_bytes_ = 0;
  uint64_t records_end_ = 0;  // of the frames in the file that had records
  JournalHead head_;
  // A torn end at this position, up to this size, has been examined.
  std::pair<uint64_t, uint64_t> torn_ = {0, 0};
};

}  // namespace acl

#endif  // ACL_JOURNAL_JOURNAL_TAIL_H_
