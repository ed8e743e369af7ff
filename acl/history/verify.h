// Whether a folder is whole: every frame, the chain, and checkpoints that say
// what the records lead to. Reads only. Internal.
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

// A head as people keep it elsewhere: `SEQUENCE:HEX`, with the chain in 64
// hexadecimal digits.
std::string HeadText(const JournalHead& head);
// MALFORMED.
absl::StatusOr<JournalHead> ParseHead(absl::string_view text);

struct VerifyReport {
  uint64_t first = 0;  // the first record that is there
  JournalEnd end;
  // Each leads to the same as the records do.
  std::vector<uint64_t> checkpoints;
  // But for the oldest: the records before it were not kept.
  bool oldest_unproved = false;
};

// `known`, if given, has to be the head that the history once had. It tells
// what checksums can't: that somebody rewrote it and made them anew.
//
// JOURNAL_DAMAGED: something in the folder is not what was written, or the
// history is not the one that was known. REVISION_NOT_AVAILABLE: the known head
// is of before the history that was kept. FILE_ACCESS. Somebody may write there
// meanwhile, and remove files: then it begins anew, a few times. Takes two
// readings, and the memory of two engines.
absl::StatusOr<VerifyReport> VerifyFolder(
    const std::string& folder, const std::optional<JournalHead>& known,
    FileSystem* files, const ProgressSink& progress);

}  // namespace acl

#endif  // ACL_HISTORY_VERIFY_H_
