// Rebuilds workspaces from a journal's records. Internal.
#ifndef ACL_HISTORY_REPLAY_H_
#define ACL_HISTORY_REPLAY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/history/workspace_chunks.h"
#include "acl/history/workspace_replay.h"
#include "acl/journal/journal_reader.h"
#include "acl/store/draft.h"
#include "acl/store/state.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

// Starts from the workspaces of a checkpoint, if there is one, and applies
// record by record. Skips what a checkpoint already contains, since it is
// written while changes are made. Not thread-safe.
class Replay {
 public:
  // Returns an empty state with heap, edit tag and scope.
  using NewState = std::function<absl::StatusOr<State>()>;

  // With `forgive`, for salvaging a damaged folder, Apply() refuses nothing and
  // accepts records after a gap.
  Replay(NewState new_state, size_t request_id_window,
         Forgive forgive = nullptr);
  ~Replay();

  // Adds a workspace of a checkpoint. JOURNAL_DAMAGED if it is there already.
  absl::Status Add(State state);

  // JOURNAL_DAMAGED, with the number of the record, if it is not well-formed or
  // does not fit the state left by the records before it.
  absl::Status Apply(const JournalRecord& record);
  // The same for a record that was parsed.
  absl::Status Apply(uint64_t sequence, const v1::Record& record);

  // A workspace now; null if there is none with that id.
  const WorkspaceReplay* Find(const std::string& workspace) const;
  WorkspaceReplay* Find(const std::string& workspace);
  // All ids, in bytewise order.
  std::vector<std::string> Ids() const;

  // The workspaces by id. Unfinished imports are discarded. Must be the last
  // call.
  std::vector<std::shared_ptr<const State>> Finish();

 private:
  struct Import {
    std::vector<State> whole;
    std::unique_ptr<ChunkReader> open;
  };

  absl::Status Judge(uint64_t sequence, const absl::Status& status) const;
  absl::Status ApplyLarge(const JournalRecord& record);
  absl::Status ApplyMessage(const v1::Record& record, RecordChanges* changes);
  absl::Status ApplyChange(const v1::Record& record, RecordChanges* changes);
  absl::Status ApplyAddition(const v1::Record& record);
  absl::Status ApplyRemoval(const v1::Record& record);
  absl::Status ApplyImport(const v1::ImportRecord& record);
  absl::Status FinishImport(Import* import);
  absl::Status AddChunk(const v1::WorkspaceChunk& chunk, Import* import);
  const NewState new_state_;
  const size_t request_id_window_;
  const Forgive forgive_;
  std::map<std::string, std::unique_ptr<WorkspaceReplay>> workspaces_;
  std::map<uint64_t, Import> imports_;  // not finished yet
};

}  // namespace acl

#endif  // ACL_HISTORY_REPLAY_H_
