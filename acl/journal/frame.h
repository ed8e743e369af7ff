// The bytes of a journal file: a header, then frames of records. Pure: no file
// is accessed here. Internal; docs/journal_format.md specifies the format.
#ifndef ACL_JOURNAL_FRAME_H_
#define ACL_JOURNAL_FRAME_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace acl {

// The chain over all records up to one: a SHA-256.
using ChainHash = std::array<unsigned char, 32>;
using JournalId = std::array<unsigned char, 16>;

// A position in a journal: its last record, and the chain up to it.
struct JournalHead {
  uint64_t sequence = 0;  // 0: there is no record yet
  ChainHash chain = {};

  friend bool operator==(const JournalHead& a, const JournalHead& b) {
    return a.sequence == b.sequence && a.chain == b.chain;
  }
};

// The head of a journal without records.
JournalHead FirstHead(const JournalId& id);
// The head after one more record.
JournalHead NextHead(const JournalHead& head, absl::string_view record);

// The beginning of a file.
struct FileHeader {
  JournalId id;
  JournalHead before;             // the head before the file's first record
  uint64_t predecessor_size = 0;  // in bytes; 0 for none
};

constexpr size_t kFileHeaderBytes = 96;
constexpr uint32_t kJournalVersion = 1;

std::string EncodeFileHeader(const FileHeader& header);
// JOURNAL_DAMAGED, or FILE_MALFORMED for an unknown version. Reads only the
// first kFileHeaderBytes; the messages don't name the file.
absl::StatusOr<FileHeader> DecodeFileHeader(absl::string_view bytes);

enum class FrameType : uint8_t {
  kRecords = 1,
  kSeal = 2  // no records: the file was closed here
};

// The beginning of a frame.
struct FrameHeader {
  FrameType type = FrameType::kRecords;
  uint32_t count = 0;     // records
  uint32_t bytes = 0;     // of the records with their lengths
  uint64_t position = 0;  // of the frame in its file
  uint64_t synced = 0;    // how much of the file was on the disk before
  JournalHead head;       // after the frame's records
  uint32_t checksum = 0;  // CRC32C
};

constexpr size_t kFrameHeaderBytes = 80;
// The size of a frame with its records.
constexpr uint32_t kMaxFrameBytes = 1u << 30;
// Frames begin at multiples of this.
constexpr size_t kFrameAlignment = 8;

// How many bytes a frame with `bytes` bytes of records takes.
constexpr uint64_t FrameBytes(uint32_t bytes) {
  return (kFrameHeaderBytes + uint64_t{bytes} + kFrameAlignment - 1) /
         kFrameAlignment * kFrameAlignment;
}

// A complete frame. `head` is the head after its records. REQUIRES: it is no
// larger than kMaxFrameBytes.
std::string EncodeFrame(const JournalId& id, FrameType type, uint64_t position,
                        uint64_t synced, const JournalHead& head,
                        absl::Span<const std::string> records);

// The header of a frame, if it is plausible for `position` and fits into `room`
// bytes. Only CheckFrame() proves that it is a frame.
std::optional<FrameHeader> DecodeFrameHeader(absl::string_view bytes,
                                             uint64_t position, uint64_t room);

// Whether `frame` (FrameBytes() bytes) is what was written, to the last bit.
bool CheckFrame(const JournalId& id, const FrameHeader& header,
                absl::string_view frame);

// The records of a frame that was checked, as views of it. Not set if their
// number differs from the header's, or they don't fill the frame.
std::optional<std::vector<absl::string_view>> RecordsOf(
    const FrameHeader& header, absl::string_view frame);

}  // namespace acl

#endif  // ACL_JOURNAL_FRAME_H_
