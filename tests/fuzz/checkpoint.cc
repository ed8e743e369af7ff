// A checkpoint, including everything that it says about workspaces. The first
// byte selects which lengths and checksums are corrected first; otherwise
// hardly any input would get past them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "acl/base/checksum.h"
#include "acl/base/fault.h"
#include "acl/history/empty_state.h"
#include "acl/history/load_checkpoint.h"
#include "acl/history/replay.h"
#include "acl/history/workspace_chunks.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/numbers.h"
#include "tests/fuzz/world_round_trip.h"
#include "tests/history/called_state.h"
#include "tests/journal/memory_files.h"

namespace acl::fuzz {
namespace {

using States = std::vector<std::shared_ptr<const State>>;

enum Mode : uint8_t { kRightHeader = 1, kRightBlocks = 2, kRightEnd = 4 };

// See docs/journal_format.md.
constexpr size_t kHeaderBytes = 80;
constexpr size_t kBlockHeadBytes = 8;
constexpr size_t kEndBytes = 4 + 8 + 8 + 32 + 4;
constexpr uint32_t kEnd = 0xffffffff;
constexpr uint64_t kSequence = 1;

template <class Number>
void Put(Number number, size_t at, std::string* bytes) {
  std::string number_bytes;
  PutNumber(number, &number_bytes);
  bytes->replace(at, number_bytes.size(), number_bytes);
}

void MakeHeaderRight(std::string* bytes) {
  bytes->resize(std::max(bytes->size(), kHeaderBytes));
  Put(kSequence, 32, bytes);
  Put(Crc32c(0, bytes->substr(0, kHeaderBytes - 4)), kHeaderBytes - 4, bytes);
}

// Corrects the checksums of blocks, and lengths that point beyond the file.
// Returns the number of blocks; `*at` is where they end.
uint64_t MakeBlocksRight(std::string* bytes, size_t* at) {
  uint64_t blocks = 0;
  for (; *at + kBlockHeadBytes <= bytes->size(); ++blocks) {
    auto length = Taker(absl::string_view(*bytes).substr(*at)).Take<uint32_t>();
    if (length == kEnd) break;
    const size_t room = bytes->size() - *at - kBlockHeadBytes;
    if (length > room) {
      length = static_cast<uint32_t>(length % (room + 1));
      Put(length, *at, bytes);
    }
    Put(Crc32c(0, bytes->substr(*at + kBlockHeadBytes, length)), *at + 4,
        bytes);
    *at += kBlockHeadBytes + length;
  }
  return blocks;
}

void MakeEndRight(uint64_t blocks, size_t at, std::string* bytes) {
  bytes->resize(at + kEndBytes);
  Put(kEnd, at, bytes);
  Put(blocks, at + 4, bytes);
  Put(kSequence + blocks % 3, at + 12, bytes);
  Sha256 digest;
  digest.Add(bytes->substr(0, at + 20));
  bytes->replace(at + 20, 32, std::string(BytesOf(digest.Take())));
  Put(Crc32c(0, bytes->substr(at, kEndBytes - 4)), at + kEndBytes - 4, bytes);
}

void MakeRight(uint8_t mode, std::string* bytes) {
  if ((mode & kRightHeader) != 0) MakeHeaderRight(bytes);
  if ((mode & kRightBlocks) == 0 || bytes->size() < kHeaderBytes) return;
  size_t at = kHeaderBytes;
  const uint64_t blocks = MakeBlocksRight(bytes, &at);
  if ((mode & kRightEnd) != 0) MakeEndRight(blocks, at, bytes);
}

absl::StatusOr<States> Load(const std::string& folder, MemoryFiles* files) {
  Replay replay(EmptyState, 4096);
  const absl::StatusOr<CheckpointHeader> header =
      LoadCheckpoint(folder, kSequence, files, nullptr, EmptyState, &replay);
  if (!header.ok()) return header.status();
  return replay.Finish();
}

void Run(const std::string& bytes) {
  MemoryFiles files;
  for (const char* folder : {"/data", "/again"}) {
    Require(files.MakeFolder(folder).ok(), "a folder is made");
  }
  const std::string path = absl::StrCat("/data/", CheckpointName(kSequence));
  Require(files.Open(path, FileSystem::Mode::kCreate).ok(), "a file is made");
  *files.MutableBytes(path) = bytes;
  const absl::StatusOr<States> states = Load("/data", &files);
  if (!states.ok()) {
    const Fault fault = FaultOf(states.status());
    Require(fault == v1::JOURNAL_DAMAGED || fault == v1::FILE_MALFORMED,
            "a refusal says why");
    return;
  }
  // What was read can be written, and reads the same afterwards.
  const absl::Status written = WriteCheckpoint(
      "/again", {{}, {kSequence, {}}}, &files,
      [&](BlockSink sink) -> absl::StatusOr<uint64_t> {
        for (const auto& state : *states) {
          const absl::Status s = ToChunks(
              *state, kChunkItems, [&](const v1::WorkspaceChunk& chunk) {
                return sink(chunk.SerializeAsString());
              });
          if (!s.ok()) return s;
        }
        return kSequence;
      });
  Require(written.ok(), "what is read is written");
  const absl::StatusOr<States> again = Load("/again", &files);
  Require(again.ok() && again->size() == states->size(), "and read again");
  for (size_t i = 0; i < states->size(); ++i) {
    Require(SameState(*(*again)[i], *(*states)[i]), "it stays the same");
  }
}

}  // namespace
}  // namespace acl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace acl::fuzz;  // NOLINT(google-build-using-namespace)
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  MakeRight(data[0], &bytes);
  Run(bytes);
  return 0;
}
