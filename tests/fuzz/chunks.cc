// The chunks of a workspace, each preceded by its length.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "acl/base/fault.h"
#include "acl/history/workspace_chunks.h"
#include "acl/world/state_world.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/util/delimited_message_util.h"
#include "tests/fuzz/world_round_trip.h"
#include "tests/history/called_state.h"

namespace acl::fuzz {
namespace {

using Chunks = std::vector<v1::WorkspaceChunk>;

// Parses the chunks that precede the first one that cannot be parsed.
Chunks Parse(const uint8_t* data, size_t size) {
  google::protobuf::io::ArrayInputStream stream(data, static_cast<int>(size));
  Chunks chunks;
  v1::WorkspaceChunk chunk;
  while (google::protobuf::util::ParseDelimitedFromZeroCopyStream(
      &chunk, &stream, nullptr)) {
    chunks.push_back(chunk);
    chunk.Clear();
  }
  return chunks;
}

std::string Joined(const Chunks& chunks) {
  std::string bytes;
  for (const v1::WorkspaceChunk& chunk : chunks) {
    bytes += chunk.SerializeAsString();
  }
  return bytes;
}

// The exchange format has its own checks of what a state may be.
void Import(const v1::Workspace& world) {
  std::vector<WorldFault> faults;
  WorkspaceImporter importer(BareState(), &faults);
  importer.Add(world, "w");
  const State state = importer.Finish();
  Require(faults.empty(), "what is exported is imported");
  Require(ToWorld(state).SerializeAsString() == world.SerializeAsString(),
          "and stays the same");
}

void RoundTrip(const State& state) {
  Import(ToWorld(state));
  for (const size_t size : {size_t{1}, kChunkItems}) {
    const Chunks chunks = ChunksOf(state, size);
    const absl::StatusOr<State> again = ReadChunks(chunks);
    Require(again.ok(), "what is written is read");
    Require(SameState(*again, state), "a state stays the same");
    Require(Joined(ChunksOf(*again, size)) == Joined(chunks),
            "and gives the same chunks");
  }
}

void Run(const Chunks& chunks) {
  if (chunks.empty()) return;
  const absl::StatusOr<State> state = ReadChunks(chunks);
  if (state.ok()) return RoundTrip(*state);
  Require(FaultOf(state.status()) == v1::JOURNAL_DAMAGED &&
              !state.status().message().empty(),
          "a refusal has words");
}

}  // namespace
}  // namespace acl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  acl::fuzz::Run(acl::fuzz::Parse(data, size));
  return 0;
}
