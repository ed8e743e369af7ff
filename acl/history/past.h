// The workspaces of a folder at some moment. Read-only, also while an engine
// writes. Internal.
#ifndef ACL_HISTORY_PAST_H_
#define ACL_HISTORY_PAST_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/base/progress.h"
#include "acl/history/moment.h"
#include "acl/history/replay.h"
#include "acl/journal/file_system.h"
#include "acl/journal/journal_reader.h"
#include "acl/store/state.h"

namespace acl {

struct Past {
  std::vector<std::shared_ptr<const State>> states;  // by id
  uint64_t record = 0;                               // the last one included
};

// REVISION_NOT_AVAILABLE: the moment is in the future, or its history is gone.
// JOURNAL_DAMAGED, FILE_ACCESS. O(checkpoint + changes from there).
absl::StatusOr<Past> ReadPast(const std::string& folder, const Moment& moment,
                              FileSystem* files,
                              const Replay::NewState& new_state,
                              size_t request_id_window,
                              const ProgressSink& progress);

}  // namespace acl

#endif  // ACL_HISTORY_PAST_H_
