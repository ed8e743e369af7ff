// Verifies a folder: every frame, the chain, and whether checkpoints match what
// the records lead to. Read-only. Internal.
#ifndef ACL_HISTORY_VERIFY_H_
#define ACL_HISTORY_VERIFY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/base/progress.h"
#include "acl/journal/file_system.h"
#include "acl/journal/frame.h"
#include "acl/journal/journal_reader.h"

namespace acl {

// A head as text, to be kept elsewhere: `SEQUENCE:HEX`, with the chain in 64
// hexadecimal digits.
std::string HeadText(const JournalHead& head);
// MALFORMED.
absl::StatusOr<JournalHead> ParseHead(absl::string_view text);

struct VerifyReport {
  uint64_t first = 0;  // the first record that is there
  JournalEnd end;
  // Each matches what the records lead to.
  std::vector<uint64_t> checkpoints;
  // Except the oldest: the records before it were not kept.
  bool oldest_unproved = false;
};

// `known`, if given, must be a head that the history once had. It detects what
// checksums can't: that someone rewrote the history and recomputed them.
//
// JOURNAL_DAMAGED: something in the folder differs from what was written, or
// the history is not the one that was known. REVISION_NOT_AVAILABLE: the known
// head is older than the history that was kept. FILE_ACCESS. Another process
// may write there meanwhile, and remove files: then it starts over, a few
// times. Reads the folder twice, and takes the memory of two engines.
absl::StatusOr<VerifyReport> VerifyFolder(
    const std::string& folder, const std::optional<JournalHead>& known,
    FileSystem* files, const ProgressSink& progress);

}  // namespace acl

#endif  // ACL_HISTORY_VERIFY_H_
