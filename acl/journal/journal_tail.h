// Follows a journal that somebody writes. Internal; docs/journal_format.md has
// the format and the reasons.
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

// Goes on reading where it was, as long as it lives; a file that it has open
// can be removed meanwhile. Changes nothing. Not thread-safe.
class JournalTail {
 public:
  // Gives the records from `from` on. With kDisk, none that the disk does not
  // have: where the writer's own marks don't tell, it syncs the file itself.
  // With kProcess, all that the system has.
  JournalTail(std::string folder, const ReadFrom& from, Durability durability,
              FileSystem* files);
  ~JournalTail();

  // Gives what has come since: about `bytes` bytes of it, and of a file that is
  // being written what was there when it was called. False if that was all. A
  // frame that is not whole may be whole the next time.
  //
  // FILE_ACCESS: it may be called again. After anything else it is of no use:
  // JOURNAL_DAMAGED and FILE_MALFORMED as ReadJournal();
  // REVISION_NOT_AVAILABLE: files were removed that had not been read;
  // OUTCOME_UNKNOWN: a sync failed; or what is not OK from `visit`.
  absl::StatusOr<bool> Read(size_t bytes, RecordVisitor visit);

  // Behind the last record that was given, or passed over.
  const JournalHead& head() const { return head_; }
  // How many bytes there are to read, with all of the file that it is in.
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
  std::vector<Record> gathered_;           // that were not given yet
  size_t gathered_bytes_ = 0;
  uint64_t records_end_ = 0;  // of the frames in the file that had records
  JournalHead head_;
  // What was torn there, up to this size, was looked at.
  std::pair<uint64_t, uint64_t> torn_ = {0, 0};
};

}  // namespace acl

#endif  // ACL_JOURNAL_JOURNAL_TAIL_H_
