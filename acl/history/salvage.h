// What can be read of a damaged folder, and what can't. Reads only. Internal.
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

// Some of a file that is not what was written.
struct LostBytes {
  std::string file;  // its name in the folder
  uint64_t begin = 0;
  uint64_t end = 0;  // behind the last; 0: the whole file
  std::string what;
};

// Records that are nowhere, the last included.
struct LostRecords {
  uint64_t first = 0;
  uint64_t last = 0;
};

struct Salvaged {
  std::vector<std::shared_ptr<const State>> states;  // by workspace id
  // What it began with, 0 for nothing, and the last record that was read.
  uint64_t checkpoint = 0;
  uint64_t last = 0;
  std::vector<LostBytes> bytes;
  // The checkpoint has all that those up to it did; of them only the history is
  // lost.
  std::vector<LostRecords> records;
  // Of records that were read, but could not be applied as a whole, since what
  // they rest on is missing: the first kMaxDoubts.
  std::vector<std::string> doubts;
  size_t doubt_count = 0;
  // At the end, of a change that nobody was told of: no loss.
  uint64_t torn = 0;

  bool lost() const {
    return !bytes.empty() || !records.empty() || doubt_count > 0;
  }
};

constexpr size_t kMaxDoubts = 1000;

// Begins with the latest sound checkpoint and applies every sound record behind
// it, across what is missing: a role that was taken back there comes to life
// again. Frames are held to their checksums and to the chain, as far as there
// are records before them. FILE_ACCESS if the folder can't be listed; a file
// that can't be read is lost. Memory: the engine's, and the largest file.
absl::StatusOr<Salvaged> Salvage(const std::string& folder, FileSystem* files,
                                 const ProgressSink& progress);

}  // namespace acl

#endif  // ACL_HISTORY_SALVAGE_H_
