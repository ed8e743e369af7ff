// Headers and frames, byte by byte.
#include "acl/journal/frame.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "acl/base/fault.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

const JournalId kId = {1, 2, 3};

std::string Frame(uint64_t position, const std::vector<std::string>& records) {
  JournalHead head = FirstHead(kId);
  for (const std::string& record : records) head = NextHead(head, record);
  return EncodeFrame(kId,
                     records.empty() ? FrameType::kSeal : FrameType::kRecords,
                     position, position, head, records);
}

TEST(FileHeaderTest, WhenItIsDecodedThenItIsWhatWasEncoded) {
  const FileHeader header{kId, NextHead(FirstHead(kId), "a"), 4711};
  const std::string bytes = EncodeFileHeader(header);
  ASSERT_EQ(bytes.size(), kFileHeaderBytes);
  const absl::StatusOr<FileHeader> decoded = DecodeFileHeader(bytes + "more");
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->id, kId);
  EXPECT_EQ(decoded->before, header.before);
  EXPECT_EQ(decoded->predecessor_size, 4711u);
}

TEST(FileHeaderTest, WhenAnyBitIsFlippedThenItIsRefused) {
  const std::string bytes = EncodeFileHeader({kId, FirstHead(kId), 0});
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    EXPECT_EQ(FaultOf(DecodeFileHeader(flipped).status()), v1::JOURNAL_DAMAGED)
        << "bit " << bit;
  }
}

TEST(FileHeaderTest, WhenItIsCutThenItIsRefused) {
  const std::string bytes = EncodeFileHeader({kId, FirstHead(kId), 0});
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeFileHeader(bytes.substr(0, size)).ok()) << size;
  }
}

TEST(FrameTest, WhenItIsDecodedThenItHasTheRecords) {
  const std::vector<std::string> records = {"a", "", std::string(1000, 'x')};
  const std::string frame = Frame(96, records);
  EXPECT_EQ(frame.size() % kFrameAlignment, 0u);
  const auto header = DecodeFrameHeader(frame, 96, frame.size());
  ASSERT_TRUE(header);
  EXPECT_EQ(header->count, 3u);
  EXPECT_EQ(header->head.sequence, 3u);
  EXPECT_EQ(header->synced, 96u);
  ASSERT_TRUE(CheckFrame(kId, *header, frame));
  const auto decoded = RecordsOf(*header, frame);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(std::vector<std::string>(decoded->begin(), decoded->end()),
            records);
}

TEST(FrameTest, WhenItIsASealThenItHasNoRecords) {
  const std::string frame = Frame(200, {});
  const auto header = DecodeFrameHeader(frame, 200, frame.size());
  ASSERT_TRUE(header);
  EXPECT_EQ(header->type, FrameType::kSeal);
  EXPECT_TRUE(CheckFrame(kId, *header, frame));
  EXPECT_EQ(RecordsOf(*header, frame)->size(), 0u);
}

TEST(FrameTest, WhenAnyBitIsFlippedThenItIsNotWhole) {
  const std::string frame = Frame(96, {"one", "two"});
  for (size_t bit = 0; bit < frame.size() * 8; ++bit) {
    std::string flipped = frame;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    const auto header = DecodeFrameHeader(flipped, 96, flipped.size());
    EXPECT_FALSE(header && CheckFrame(kId, *header,
                                      absl::string_view(flipped).substr(
                                          0, FrameBytes(header->bytes))))
        << "bit " << bit;
  }
}

TEST(FrameTest, WhenItStandsElsewhereThenItIsNone) {
  const std::string frame = Frame(96, {"one"});
  EXPECT_TRUE(DecodeFrameHeader(frame, 96, frame.size()));
  EXPECT_FALSE(DecodeFrameHeader(frame, 104, frame.size()));
  EXPECT_FALSE(DecodeFrameHeader(frame, 96, frame.size() - 1));
}

// A file can shrink between two reads.
TEST(FrameTest, WhenItsEndIsGoneThenItIsNotWhole) {
  const std::string frame = Frame(96, {"one"});
  const auto header = DecodeFrameHeader(frame, 96, frame.size());
  ASSERT_TRUE(header);
  for (size_t size = kFrameHeaderBytes; size < frame.size(); ++size) {
    EXPECT_FALSE(CheckFrame(kId, *header, frame.substr(0, size))) << size;
  }
}

TEST(FrameTest, WhenItIsOfAnotherJournalThenItIsNotWhole) {
  const std::string frame = Frame(96, {"one"});
  const auto header = DecodeFrameHeader(frame, 96, frame.size());
  ASSERT_TRUE(header);
  EXPECT_FALSE(CheckFrame({9}, *header, frame));
}

// The format must not change: these bytes must stay readable.
std::string Hex(const ChainHash& chain) {
  return absl::BytesToHexString(
      {reinterpret_cast<const char*>(chain.data()), chain.size()});
}

// As described in docs/journal_format.md, but computed by another program: the
// SHA-256 of the id, then each time that of the previous chain, the number and
// the record.
TEST(ChainTest, WhenTheFormatIsTheFirstThenTheChainIsKnown) {
  JournalHead head = FirstHead(kId);
  EXPECT_EQ(Hex(head.chain),
            "96e3c19e7d9d46d940080397d66a638e9985151bfc7e5bd30ff75f9fee8cb4e3");
  head = NextHead(head, "a");
  EXPECT_EQ(Hex(head.chain),
            "87968996d200ed14e88b6acbde3d5b1f646921d22ceefe8f04a211c9569113f8");
  head = NextHead(head, "b");
  EXPECT_EQ(Hex(head.chain),
            "f5ada5987119d1d79eac5d65d7579215dc2ff31d66f3987b1cdee4b08bb6d515");
}

TEST(ChainTest, WhenAnEarlierRecordIsAnotherThenTheChainIs) {
  const JournalHead first = FirstHead(kId);
  EXPECT_FALSE(NextHead(NextHead(first, "a"), "b") ==
               NextHead(NextHead(first, "x"), "b"));
  EXPECT_FALSE(NextHead(FirstHead({1}), "a") == NextHead(first, "a"));
}

TEST(FrameTest, WhenTheFormatIsTheFirstThenItsMarksAreKnown) {
  EXPECT_EQ(NextHead(FirstHead(kId), "record").sequence, 1u);
  const std::string header = EncodeFileHeader({kId, FirstHead(kId), 0});
  EXPECT_EQ(header.substr(0, 8),
            "\xF5"
            "acl\r\n\x1A\xFF");
  EXPECT_EQ(Frame(96, {"one"}).substr(0, 4),
            "\xFF"
            "acl");
}

}  // namespace
}  // namespace acl
