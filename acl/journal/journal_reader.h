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

// A record as it was taken.
struct JournalRecord {
  uint64_t sequence;
  absl::string_view bytes;  // valid during the call
};
// What is not OK ends the reading and comes back.
using RecordVisitor =
    absl::FunctionRef<absl::Status(const JournalRecord& record)>;

// What was found at the end of a journal.
struct JournalEnd {
  JournalId id = {};
  JournalHead head;
  std::string file;     // the last one's name; empty if there is none
  uint64_t first = 0;   // the sequence of its first record
  uint64_t size = 0;    // of its sound part, in bytes
  uint64_t synced = 0;  // what of it was known to be on the disk
  bool sealed = false;  // it was closed there
  // Bytes behind the sound part: what a crash left of a write that nobody was
  // told of.
  uint64_t torn = 0;
};

// The file whose first record is `sequence`.
std::string JournalFileName(uint64_t sequence);

// A journal file in a folder.
struct JournalFile {
  std::string name;
  uint64_t first;  // the sequence of its first record
};
// In their order. FILE_ACCESS; JOURNAL_DAMAGED for a name that is no journal
// file's, but begins like one.
absl::StatusOr<std::vector<JournalFile>> JournalFiles(const std::string& folder,
                                                      FileSystem* files);

// Where to begin to read.
struct ReadFrom {
  uint64_t sequence = 1;  // at least 1
  // The chain up to the record before, if it is known.
  std::optional<ChainHash> chain_before = {};
};

// Reads the records from `from` on, changing nothing; a folder without journal
// files has none. Files whose records are all before it are passed over.
// JOURNAL_DAMAGED names file and offset: of what was acknowledged, something is
// gone or is not what was written. REVISION_NOT_AVAILABLE: the journal begins
// behind `from`. Takes the memory of the largest frame; of a damaged file, once
// its size.
absl::StatusOr<JournalEnd> ReadJournal(const std::string& folder,
                                       const ReadFrom& from, FileSystem* files,
                                       const ProgressSink& progress,
                                       RecordVisitor visit);

}  // namespace acl

#endif  // ACL_JOURNAL_JOURNAL_READER_H_
