// What can be read of a damaged folder, and what can't. Read-only. Internal.
#ifndef ACL_HISTORY_SALVAGE_H_
#define ACL_HISTORY_SALVAGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "acl/base/progress.h"
#include "acl/journal/file_system.h"
#include "acl/store/state.h"

namespace acl {

// A part of a file that differs from what was written.
struct LostBytes {
  std::string file;  // its name in the folder
  uint64_t begin = 0;
  uint64_t end = 0;  // after the last; 0: the whole file
  std::string what;
};

// Records that were found nowhere, from the first to the last, inclusive.
struct LostRecords {
  uint64_t first = 0;
  uint64_t last = 0;
};

struct Salvaged {
  std::vector<std::shared_ptr<const State>> states;  // by workspace id
  // The checkpoint it started from, 0 for none, and the last record that was
  // read.
  uint64_t checkpoint = 0;
  uint64_t last = 0;
  std::vector<LostBytes> bytes;
  // The checkpoint includes the effect of records up to its own; for those only
  // the history is lost.
  std::vector<LostRecords> records;
  // Records that were read, but could not be applied completely because what
  // they depend on is missing: the first kMaxDoubts.
  std::vector<std::string> doubts;
  size_t doubt_count = 0;
  // At the end, from a change that was never acknowledged: not a loss.
  uint64_t torn = 0;

  bool lost() const {
    return !bytes.empty() || !records.empty() || doubt_count > 0;
  }
};

constexpr size_t kMaxDoubts = 1000;

// Starts with the latest sound checkpoint and applies every sound record after
// it, even across gaps: a role that was revoked in a gap comes back. Frames are
// verified against their checksums and, as far as there are records before
// them, the chain. FILE_ACCESS if the folder can't be listed; a file that can't
// be read counts as lost. Memory: the engine's, and the largest file.
absl::StatusOr<Salvaged> Salvage(const std::string& folder, FileSystem* files,
                                 const ProgressSink& progress);

}  // namespace acl

#endif  // ACL_HISTORY_SALVAGE_H_
