// A workspace in columns, as checkpoints and imports store it, and back.
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

// Roughly how many principals, members, grants and so on a chunk has. The
// members of one group may be spread over several chunks, the grants of one
// resource may not.
constexpr size_t kChunkItems = size_t{1} << 16;

// Everything in a state, in the order of its numbers, so that a reader gets the
// same lists in the same order. Equal states produce equal chunks. A chunk is
// valid during the call; an error from `sink` ends it and is returned.
absl::Status ToChunks(
    const State& state, size_t chunk_items,
    absl::FunctionRef<absl::Status(const v1::WorkspaceChunk&)> sink);

// Builds a state from a workspace's chunks. Trusts nothing: either the
// resulting state is one that changes could have produced, or the chunks are
// refused with JOURNAL_DAMAGED and the reason (the caller adds where).
class ChunkReader {
 public:
  // `state` has only its heap, edit tag and scope; the rest is filled in here.
  explicit ChunkReader(State state);
  ~ChunkReader();

  // Adds the chunks in order. After a refusal the reader must not be used.
  absl::Status Add(const v1::WorkspaceChunk& chunk);

  // The state. REQUIRES: Add() was called and never refused. Must be the last
  // call.
  absl::StatusOr<State> Finish();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace acl

#endif  // ACL_HISTORY_WORKSPACE_CHUNKS_H_
