#include "acl/journal/frame.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "acl/base/checksum.h"
#include "acl/base/fault.h"
#include "acl/journal/numbers.h"

namespace acl {
namespace {

// No text can contain these bytes: some of them never occur in UTF-8.
constexpr absl::string_view kFileMagic("\xF5\x61\x63\x6C\r\n\x1A\xFF", 8);
constexpr absl::string_view kFrameMagic("\xFF\x61\x63\x6C", 4);

constexpr size_t kHeaderChecksumAt = kFileHeaderBytes - 4;
// A frame's checksum covers everything after itself.
constexpr size_t kCheckedFrom = 8;
constexpr size_t kLengthBytes = 4;  // before each record

uint32_t FrameChecksum(const JournalId& id, absl::string_view frame) {
  return Crc32c(Crc32c(0, BytesOf(id)), frame.substr(kCheckedFrom));
}

}  // namespace

JournalHead FirstHead(const JournalId& id) {
  Sha256 sha;
  sha.Add(BytesOf(id));
  return {0, sha.Take()};
}

JournalHead NextHead(const JournalHead& head, absl::string_view record) {
  std::string sequence;
  PutNumber(head.sequence + 1, &sequence);
  Sha256 sha;
  sha.Add(BytesOf(head.chain));
  sha.Add(sequence);
  sha.Add(record);
  return {head.sequence + 1, sha.Take()};
}

std::string EncodeFileHeader(const FileHeader& header) {
  std::string bytes(kFileMagic);
  PutNumber(kJournalVersion, &bytes);
  PutNumber(static_cast<uint32_t>(kFileHeaderBytes), &bytes);
  absl::StrAppend(&bytes, BytesOf(header.id));
  PutNumber(header.before.sequence, &bytes);
  PutNumber(header.predecessor_size, &bytes);
  absl::StrAppend(&bytes, BytesOf(header.before.chain));
  bytes.resize(kHeaderChecksumAt);
  PutNumber(Crc32c(0, bytes), &bytes);
  return bytes;
}

absl::StatusOr<FileHeader> DecodeFileHeader(absl::string_view bytes) {
  if (bytes.size() < kFileHeaderBytes ||
      bytes.substr(0, kFileMagic.size()) != kFileMagic) {
    return Refuse(v1::JOURNAL_DAMAGED, "does not begin as a journal file does");
  }
  const absl::string_view checked = bytes.substr(0, kHeaderChecksumAt);
  if (Taker(bytes.substr(kHeaderChecksumAt)).Take<uint32_t>() !=
      Crc32c(0, checked)) {
    return Refuse(v1::JOURNAL_DAMAGED, "the header is not what was written");
  }
  Taker taker(checked.substr(kFileMagic.size()));
  const auto version = taker.Take<uint32_t>();
  if (version != kJournalVersion ||
      taker.Take<uint32_t>() != kFileHeaderBytes) {
    return Refuse(v1::FILE_MALFORMED,
                  absl::StrCat("is of version ", version,
                               " of the format, which this program does not "
                               "know; use a newer one"));
  }
  FileHeader header;
  taker.Take(&header.id);
  header.before.sequence = taker.Take<uint64_t>();
  header.predecessor_size = taker.Take<uint64_t>();
  taker.Take(&header.before.chain);
  return header;
}

std::string EncodeFrame(const JournalId& id, FrameType type, uint64_t position,
                        uint64_t synced, const JournalHead& head,
                        absl::Span<const std::string> records) {
  size_t payload = 0;
  for (const std::string& record : records) {
    payload += kLengthBytes + record.size();
  }
  const auto bytes = static_cast<uint32_t>(payload);
  std::string frame(kFrameMagic);
  frame.reserve(FrameBytes(bytes));
  PutNumber(uint32_t{0}, &frame);
  PutNumber(static_cast<uint32_t>(type), &frame);
  PutNumber(static_cast<uint32_t>(records.size()), &frame);
  PutNumber(bytes, &frame);
  PutNumber(uint32_t{0}, &frame);
  PutNumber(position, &frame);
  PutNumber(synced, &frame);
  PutNumber(head.sequence, &frame);
  absl::StrAppend(&frame, BytesOf(head.chain));
  for (const std::string& record : records) {
    PutNumber(static_cast<uint32_t>(record.size()), &frame);
    frame += record;
  }
  frame.resize(FrameBytes(bytes));
  std::string checksum;
  PutNumber(FrameChecksum(id, frame), &checksum);
  frame.replace(kFrameMagic.size(), checksum.size(), checksum);
  return frame;
}

std::optional<FrameHeader> DecodeFrameHeader(absl::string_view bytes,
                                             uint64_t position, uint64_t room) {
  if (bytes.size() < kFrameHeaderBytes || room < kFrameHeaderBytes) {
    return std::nullopt;
  }
  Taker taker(bytes);
  if (!taker.TakeSame(kFrameMagic)) return std::nullopt;
  FrameHeader header;
  header.checksum = taker.Take<uint32_t>();
  const auto type = taker.Take<uint32_t>();
  header.count = taker.Take<uint32_t>();
  header.bytes = taker.Take<uint32_t>();
  const auto zero = taker.Take<uint32_t>();
  header.position = taker.Take<uint64_t>();
  header.synced = taker.Take<uint64_t>();
  header.head.sequence = taker.Take<uint64_t>();
  taker.Take(&header.head.chain);
  header.type = type == 1 ? FrameType::kRecords : FrameType::kSeal;
  const bool records = header.type == FrameType::kRecords;
  if (type < 1 || type > 2 || zero != 0 || header.position != position ||
      header.synced > position || header.bytes > kMaxFrameBytes ||
      FrameBytes(header.bytes) > std::min<uint64_t>(room, kMaxFrameBytes) ||
      records != (header.count > 0) || header.head.sequence < header.count ||
      uint64_t{header.count} * kLengthBytes > header.bytes) {
    return std::nullopt;
  }
  return header;
}

bool CheckFrame(const JournalId& id, const FrameHeader& header,
                absl::string_view frame) {
  return frame.size() == FrameBytes(header.bytes) &&
         header.checksum == FrameChecksum(id, frame);
}

std::optional<std::vector<absl::string_view>> RecordsOf(
    const FrameHeader& header, absl::string_view frame) {
  absl::string_view rest = frame.substr(kFrameHeaderBytes, header.bytes);
  std::vector<absl::string_view> records;
  while (!rest.empty()) {
    if (rest.size() < kLengthBytes) return std::nullopt;
    const uint32_t length = Taker(rest).Take<uint32_t>();
    rest.remove_prefix(kLengthBytes);
    if (length > rest.size()) return std::nullopt;
    records.push_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  if (records.size() != header.count) return std::nullopt;
  return records;
}

}  // namespace acl
