#include "acl/history/load_checkpoint.h"

#include <memory>
#include <utility>

#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/history/damaged.h"
#include "acl/history/workspace_chunks.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

absl::StatusOr<CheckpointHeader> LoadCheckpoint(
    const std::string& path, uint64_t sequence, FileSystem* files,
    const ProgressSink& progress, const Replay::NewState& new_state,
    Replay* replay) {
  std::unique_ptr<ChunkReader> reader;
  v1::WorkspaceChunk chunk;
  const auto finish = [&]() -> absl::Status {
    if (reader == nullptr) return absl::OkStatus();
    absl::StatusOr<State> state = reader->Finish();
    reader = nullptr;
    return state.ok() ? replay->Add(*std::move(state)) : state.status();
  };
  const auto add_block = [&](absl::string_view block) -> absl::Status {
    if (!chunk.ParseFromArray(block.data(), static_cast<int>(block.size()))) {
      return Refuse(v1::JOURNAL_DAMAGED, "a block is not well-formed");
    }
    if (chunk.has_begin()) {
      if (absl::Status s = finish(); !s.ok()) return s;
      absl::StatusOr<State> state = new_state();
      if (!state.ok()) return state.status();
      reader = std::make_unique<ChunkReader>(*std::move(state));
    }
    if (reader == nullptr) {
      return Refuse(v1::JOURNAL_DAMAGED, "a workspace without a beginning");
    }
    return reader->Add(chunk);
  };
  // Errors about the meaning of a block do not name the file yet.
  const auto named = [&](const absl::Status& status) {
    if (FaultOf(status) != v1::JOURNAL_DAMAGED) return status;
    return Damaged(Printable(path + "/" + CheckpointName(sequence)), ": ",
                   status.message());
  };
  const auto add = [&](absl::string_view block) {
    return named(add_block(block));
  };
  absl::StatusOr<CheckpointHeader> header =
      ReadCheckpoint(path, sequence, files, progress, add);
  if (!header.ok()) return header;
  if (absl::Status s = named(finish()); !s.ok()) return s;
  return header;
}

absl::StatusOr<LatestCheckpoint> LoadLatestCheckpoint(
    const std::string& folder, FileSystem* files, const ProgressSink& progress,
    const Replay::NewState& new_state, size_t request_id_window) {
  absl::StatusOr<std::vector<uint64_t>> found = Checkpoints(folder, files);
  if (!found.ok()) return found.status();
  LatestCheckpoint latest;
  for (; !found->empty(); found->pop_back()) {
    latest.replay = std::make_unique<Replay>(new_state, request_id_window);
    const absl::StatusOr<CheckpointHeader> header = LoadCheckpoint(
        folder, found->back(), files, progress, new_state, latest.replay.get());
    if (header.ok()) {
      latest.header = *header;
      return latest;
    }
    if (FaultOf(header.status()) != v1::JOURNAL_DAMAGED) return header.status();
    // The one before it, or the journal alone, leads to the same state.
    latest.damaged.push_back(found->back());
    latest.fault = std::string(header.status().message());
  }
  latest.replay = std::make_unique<Replay>(new_state, request_id_window);
  return latest;
}

}  // namespace acl
