// A journal file. The first byte says whether checksums and chains are
// corrected first; otherwise hardly any input would get past them.

#include "acl/journal/journal.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "acl/base/checksum.h"
#include "acl/base/fault.h"
#include "acl/journal/frame.h"
#include "acl/journal/journal_reader.h"
#include "acl/journal/numbers.h"
#include "tests/fuzz/world_round_trip.h"
#include "tests/journal/memory_files.h"

namespace acl::fuzz {
namespace {

constexpr char kFolder[] = "/data";
enum Mode : uint8_t { kRightHeader = 2, kRightFrames = 4, kRightChains = 8 };

void Put(uint32_t number, size_t at, std::string* bytes) {
  std::string four;
  PutNumber(number, &four);
  bytes->replace(at, four.size(), four);
}

void MakeHeaderRight(std::string* bytes) {
  if (bytes->size() < kFileHeaderBytes) return;
  Put(Crc32c(0, bytes->substr(0, kFileHeaderBytes - 4)), kFileHeaderBytes - 4,
      bytes);
}

// Corrects the numbers and the chain of a frame's records, if these can be
// separated.
void MakeChainRight(uint64_t at, uint64_t whole, JournalHead* head,
                    std::string* bytes) {
  const std::string frame = bytes->substr(at, whole);
  const std::optional<FrameHeader> header =
      DecodeFrameHeader(frame, at, bytes->size() - at);
  if (!header) return;
  const auto records = RecordsOf(*header, frame);
  if (!records) return;
  for (const absl::string_view record : *records) {
    *head = NextHead(*head, record);
  }
  std::string numbers;
  PutNumber(head->sequence, &numbers);
  absl::StrAppend(&numbers, BytesOf(head->chain));
  bytes->replace(at + 40, numbers.size(), numbers);
}

// Corrects the positions and checksums of frames with a plausible length.
void MakeFramesRight(bool chains, std::string* bytes) {
  const absl::StatusOr<FileHeader> header = DecodeFileHeader(*bytes);
  if (!header.ok()) return;
  JournalHead head = header->before;
  size_t at = kFileHeaderBytes;
  while (at + kFrameHeaderBytes <= bytes->size()) {
    const auto length =
        Taker(absl::string_view(*bytes).substr(at + 16)).Take<uint32_t>();
    const uint64_t whole = FrameBytes(length % 4096);
    if (whole > bytes->size() - at) return;
    Put(static_cast<uint32_t>(length % 4096), at + 16, bytes);
    std::string position;
    PutNumber(uint64_t{at}, &position);
    bytes->replace(at + 24, 8, position);
    if (chains) MakeChainRight(at, whole, &head, bytes);
    const absl::string_view checked =
        absl::string_view(*bytes).substr(at + 8, whole - 8);
    Put(Crc32c(Crc32c(0, BytesOf(header->id)), checked), at + 4, bytes);
    at += whole;
  }
}

struct Seen {
  absl::Status status;
  JournalEnd end;
  std::vector<std::string> records;
};

Seen ReadAll(MemoryFiles* files) {
  Seen seen;
  const absl::StatusOr<JournalEnd> end = ReadJournal(
      kFolder, {}, files, nullptr, [&](const JournalRecord& record) {
        seen.records.emplace_back(record.bytes);
        return absl::OkStatus();
      });
  seen.status = end.status();
  if (end.ok()) seen.end = *end;
  return seen;
}

void ReadAsJournal(const std::string& bytes, MemoryFiles* files) {
  const std::string path = absl::StrCat(kFolder, "/", JournalFileName(1));
  Require(files->Open(path, FileSystem::Mode::kCreate).ok(), "a file is made");
  *files->MutableBytes(path) = bytes;
  const Seen seen = ReadAll(files);
  if (!seen.status.ok()) return;
  // A journal that can be read can be continued, and reads the same afterwards.
  {
    auto folder = LockedFolder::Take(kFolder, files);
    Require(folder.ok(), "the folder is nobody's");
    auto journal =
        Journal::Open(*std::move(folder), {}, {},
                      [](const JournalRecord&) { return absl::OkStatus(); });
    Require(journal.ok(), "what is read is opened");
    auto ticket = (*journal)->Append("further", nullptr);
    Require(ticket.ok() && (*journal)->Await(*ticket).ok(), "it goes on");
  }
  Seen again = ReadAll(files);
  Require(again.status.ok() && again.end.sealed, "it was closed");
  Require(!again.records.empty() && again.records.back() == "further",
          "what came further is there");
  again.records.pop_back();
  Require(again.records == seen.records, "and so is the rest");
}

}  // namespace
}  // namespace acl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace acl::fuzz;  // NOLINT(google-build-using-namespace)
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  acl::MemoryFiles files;
  Require(files.MakeFolder(kFolder).ok(), "a folder is made");
  if ((data[0] & kRightHeader) != 0) MakeHeaderRight(&bytes);
  if ((data[0] & kRightFrames) != 0) {
    MakeFramesRight((data[0] & kRightChains) != 0, &bytes);
  }
  ReadAsJournal(bytes, &files);
  return 0;
}
