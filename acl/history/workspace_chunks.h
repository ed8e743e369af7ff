// A workspace in columns, as checkpoints and imports keep it, and back.
// Internal; proto/acl/v1/journal.proto has the columns.
#ifndef ACL_HISTORY_WORKSPACE_CHUNKS_H_
#define ACL_HISTORY_WORKSPACE_CHUNKS_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/store/state.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

// About how many principals, members, grants and so on a chunk has; one group's
// members can stand in several, one resource's grants can't.
constexpr size_t kChunkItems = size_t{1} << 16;

// Everything of a state, in the order of its numbers: whoever reads it gets the
// same lists in the same order. The same state gives the same chunks. The chunk
// is valid during the call; what is not OK from `sink` ends it and comes back.
absl::Status ToChunks(
    const State& state, size_t chunk_items,
    absl::FunctionRef<absl::Status(const v1::WorkspaceChunk&)> sink);

// Makes a state of a workspace's chunks. Trusts nothing: whatever the columns
// say, the state that comes out is one that changes could have made, or it is
// refused with JOURNAL_DAMAGED and what is wrong (the caller adds where).
class ChunkReader {
 public:
  // `state` has only its heap, edit tag and scope; the rest is set here.
  explicit ChunkReader(State state);
  ~ChunkReader();

  // In their order. After a refusal it is of no more use.
  absl::Status Add(const v1::WorkspaceChunk& chunk);

  // The state. REQUIRES: Add() was called, and never refused. Called once, as
  // the last.
  absl::StatusOr<State> Finish();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace acl

#endif  // ACL_HISTORY_WORKSPACE_CHUNKS_H_
