// Reads a journal's files, and trusts none of their bytes. Internal;
// docs/journal_format.md has the format and the reasons.
#ifndef ACL_JOURNAL_JOURNAL_READER_H_
#define ACL_JOURNAL_JOURNAL_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/base/progress.h"
#include "acl/journal/file_system.h"
#include "acl/journal/frame.h"

namespace acl {

// A record as it was accepted.
struct JournalRecord {
  uint64_t sequence;
  absl::string_view bytes;  // valid during the call
};
// An error ends the reading and is returned.
using RecordVisitor =
    absl::FunctionRef<absl::Status(const JournalRecord& record)>;

// The end of a journal, as it was found.
struct JournalEnd {
  JournalId id = {};
  JournalHead head;
  std::string file;     // the last one's name; empty if there is none
  uint64_t first = 0;   // the sequence of its first record
  uint64_t size = 0;    // of its sound part, in bytes
  uint64_t synced = 0;  // how much of it was known to be on the disk
  bool sealed = false;  // it was closed there
  // Bytes after the sound part, left by a crash during a write that was never
  // acknowledged.
  uint64_t torn = 0;
};

// The file whose first record is `sequence`.
std::string JournalFileName(uint64_t sequence);

// A journal file in a folder.
struct JournalFile {
  std::string name;
  uint64_t first;  // the sequence of its first record
};
// In order. FILE_ACCESS; JOURNAL_DAMAGED for a name that begins like a journal
// file's but is not one.
absl::StatusOr<std::vector<JournalFile>> JournalFiles(const std::string& folder,
                                                      FileSystem* files);

// Where to start reading.
struct ReadFrom {
  uint64_t sequence = 1;  // at least 1
  // The chain up to the record before, if it is known.
  std::optional<ChainHash> chain_before = {};
};

// Reads the records from `from` on, without changing anything; a folder without
// journal files has none. Files whose records are all before it are skipped.
// JOURNAL_DAMAGED, with file and offset: something that was acknowledged is
// missing or differs from what was written. REVISION_NOT_AVAILABLE: the journal
// begins after `from`. Takes memory for the largest frame; for a damaged file,
// once its size.
absl::StatusOr<JournalEnd> ReadJournal(const std::string& folder,
                                       const ReadFrom& from, FileSystem* files,
                                       const ProgressSink& progress,
                                       RecordVisitor visit);

}  // namespace acl

#endif  // ACL_JOURNAL_JOURNAL_READER_H_
