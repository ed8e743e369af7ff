// Reads a folder while another process may write to it. Internal.
#ifndef ACL_HISTORY_BESIDE_WRITER_H_
#define ACL_HISTORY_BESIDE_WRITER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "acl/base/fault.h"
#include "acl/journal/file_system.h"

namespace acl {

// Calls `read`, which returns a StatusOr, and retries if it failed and files
// vanished while it ran: a concurrent writer deletes files it no longer needs.
// The number of attempts is bounded, since the writer may be faster.
template <class Read>
auto ReadBesideWriter(const std::string& folder, FileSystem* files,
                      const Read& read) {
  constexpr int kAttempts = 5;
  for (int attempt = 1;; ++attempt) {
    const absl::StatusOr<std::vector<std::string>> before = files->List(folder);
    auto result = read();
    const Fault fault = FaultOf(result.status());
    const bool missing =
        fault == v1::FILE_ACCESS || fault == v1::REVISION_NOT_AVAILABLE;
    if (!missing || !before.ok() || attempt == kAttempts) return result;
    const absl::StatusOr<std::vector<std::string>> after = files->List(folder);
    if (!after.ok() || *before == *after) return result;
  }
}

}  // namespace acl

#endif  // ACL_HISTORY_BESIDE_WRITER_H_
