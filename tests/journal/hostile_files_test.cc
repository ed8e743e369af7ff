// Files with correct checksums and with contents that no writer writes: someone
// forged them, or another version wrote them.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/base/checksum.h"
#include "acl/base/fault.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/frame.h"
#include "acl/journal/journal.h"
#include "acl/journal/journal_reader.h"
#include "acl/journal/journal_tail.h"
#include "acl/journal/numbers.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/journal/memory_files.h"

namespace acl {
namespace {

constexpr char kFolder[] = "/data";
constexpr JournalId kId = {1, 2, 3};
constexpr JournalId kOtherId = {4, 5, 6};

template <class Number>
void Put(Number number, size_t at, std::string* bytes) {
  std::string number_bytes;
  PutNumber(number, &number_bytes);
  bytes->replace(at, number_bytes.size(), number_bytes);
}

void WriteFile(const std::string& name, const std::string& bytes,
               MemoryFiles* files) {
  ASSERT_TRUE(files->MakeFolder(kFolder).ok());
  const auto file =
      files->Open(absl::StrCat(kFolder, "/", name), FileSystem::Mode::kCreate);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(WriteAll(file->get(), 0, bytes).ok());
}

absl::Status Skip(const JournalRecord&) { return absl::OkStatus(); }

// The parts of a journal of two files with one record each, for tests to
// modify.
struct Journals {
  FileHeader first = {kId, FirstHead(kId), 0};
  FileHeader second = {kId, NextHead(FirstHead(kId), "a"), 0};
  std::string second_name = JournalFileName(2);
  JournalHead head_of_last = NextHead(NextHead(FirstHead(kId), "a"), "b");
  std::vector<std::string> last_records = {"b"};
  // Modify the encoded bytes, before the checksum of the last frame is
  // corrected.
  std::function<void(std::string* frame)> frame = nullptr;
  std::function<void(std::string* header)> header = nullptr;

  std::string FirstBytes() const {
    std::string bytes = EncodeFileHeader(first);
    const JournalHead head = NextHead(first.before, "a");
    bytes += EncodeFrame(kId, FrameType::kRecords, bytes.size(), bytes.size(),
                         head, {"a"});
    bytes += EncodeFrame(kId, FrameType::kSeal, bytes.size(), bytes.size(),
                         head, {});
    return bytes;
  }
  std::string SecondBytes() const {
    FileHeader after = second;
    after.predecessor_size += FirstBytes().size();
    std::string bytes = EncodeFileHeader(after);
    if (header) {
      header(&bytes);
      Put(Crc32c(0, bytes.substr(0, kFileHeaderBytes - 4)),
          kFileHeaderBytes - 4, &bytes);
    }
    std::string last = EncodeFrame(kId, FrameType::kRecords, bytes.size(),
                                   bytes.size(), head_of_last, last_records);
    if (frame) {
      frame(&last);
      Put(Crc32c(Crc32c(0, BytesOf(kId)), last.substr(8)), 4, &last);
    }
    return bytes + last;
  }
};

struct JournalCase {
  std::string name;
  std::function<void(Journals*)> alter;
  Fault fault;
  std::string words;
};

class HostileJournal : public testing::TestWithParam<JournalCase> {};

TEST_P(HostileJournal, IsRefusedByAllWhoReadIt) {
  Journals journals;
  GetParam().alter(&journals);
  MemoryFiles files;
  WriteFile(JournalFileName(1), journals.FirstBytes(), &files);
  WriteFile(journals.second_name, journals.SecondBytes(), &files);
  const Fault fault = GetParam().fault;
  const absl::StatusCode code = fault == v1::JOURNAL_DAMAGED
                                    ? absl::StatusCode::kDataLoss
                                    : absl::StatusCode::kInvalidArgument;
  EXPECT_TRUE(IsRefusal(ReadJournal(kFolder, {}, &files, nullptr, Skip), code,
                        fault, GetParam().words));
  JournalTail tail(kFolder, {}, Durability::kDisk, &files);
  EXPECT_TRUE(
      IsRefusal(tail.Read(1 << 20, Skip), code, fault, GetParam().words));
  auto locked = LockedFolder::Take(kFolder, &files);
  ASSERT_TRUE(locked.ok());
  EXPECT_TRUE(IsRefusal(Journal::Open(*std::move(locked), {}, {}, Skip), code,
                        fault, GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(
    Each, HostileJournal,
    testing::ValuesIn(std::vector<JournalCase>{
        {"Version",
         [](Journals* j) {
           j->header = [](std::string* h) { Put(uint32_t{2}, 8, h); };
         },
         v1::FILE_MALFORMED, "is of version 2 of the format"},
        {"HeaderSize",
         [](Journals* j) {
           j->header = [](std::string* h) { Put(uint32_t{97}, 12, h); };
         },
         v1::FILE_MALFORMED, "is of version 1 of the format"},
        {"Magic",
         [](Journals* j) { j->header = [](std::string* h) { (*h)[0] = 'x'; }; },
         v1::JOURNAL_DAMAGED, "does not begin as a journal file does"},
        {"NameOfAnother", [](Journals* j) { j->second.before.sequence = 7; },
         v1::JOURNAL_DAMAGED, "the file has the name of another"},
        {"AnotherJournal", [](Journals* j) { j->second.id = kOtherId; },
         v1::JOURNAL_DAMAGED, "the file is of another journal"},
        {"AnotherChain", [](Journals* j) { j->second.before.chain[0] ^= 1; },
         v1::JOURNAL_DAMAGED, "does not go on from the file before it"},
        {"AnotherSize", [](Journals* j) { j->second.predecessor_size = 1; },
         v1::JOURNAL_DAMAGED, "does not go on from the file before it"},
        {"ChainFromNowhere", [](Journals* j) { j->first.before.chain[0] ^= 1; },
         v1::JOURNAL_DAMAGED, "the chain does not begin as it has to"},
        {"FrameOfAnotherChain",
         [](Journals* j) { j->head_of_last.chain[0] ^= 1; },
         v1::JOURNAL_DAMAGED,
         "the frame does not go on from the records before it"},
        {"FrameOfAnotherNumber",
         [](Journals* j) { j->head_of_last.sequence = 3; }, v1::JOURNAL_DAMAGED,
         "the frame does not go on from the records before it"},
        {"RecordThatIsTooLong",
         [](Journals* j) {
           j->frame = [](std::string* f) {
             Put(uint32_t{2}, kFrameHeaderBytes, f);
           };
         },
         v1::JOURNAL_DAMAGED, "the frame's records don't fill it"},
        {"HalfALength",
         [](Journals* j) {
           j->frame = [](std::string* f) {
             Put(uint32_t{0}, kFrameHeaderBytes, f);
           };
         },
         v1::JOURNAL_DAMAGED, "the frame's records don't fill it"},
        {"FewerRecords",
         [](Journals* j) {
           j->last_records = {"12345678"};
           j->frame = [](std::string* f) { Put(uint32_t{2}, 12, f); };
         },
         v1::JOURNAL_DAMAGED, "the frame's records don't fill it"},
    }),
    [](const auto& c) { return c.param.name; });

// Frames that no writer writes are not taken for frames.
TEST(HostileFrames, HeaderThatCannotBeIsNone) {
  const std::string frame = EncodeFrame(kId, FrameType::kRecords, 96, 96,
                                        {5, {}}, {"record", "another"});
  ASSERT_TRUE(DecodeFrameHeader(frame, 96, frame.size()));
  const auto none = [&](size_t at, uint32_t number) {
    std::string altered = frame;
    Put(number, at, &altered);
    return !DecodeFrameHeader(altered, 96, altered.size());
  };
  EXPECT_TRUE(none(0, 0)) << "magic";
  EXPECT_TRUE(none(8, 0)) << "type";
  EXPECT_TRUE(none(8, 2)) << "a seal with records";
  EXPECT_TRUE(none(8, 3)) << "type";
  EXPECT_TRUE(none(12, 0)) << "no records";
  EXPECT_TRUE(none(12, 6)) << "more records than the journal has";
  EXPECT_TRUE(none(16, 7)) << "fewer bytes than lengths";
  EXPECT_TRUE(none(16, kMaxFrameBytes + 1)) << "too many bytes";
  EXPECT_TRUE(none(16, kMaxFrameBytes)) << "too many bytes with the header";
  EXPECT_TRUE(none(20, 1)) << "what is zero";
  EXPECT_TRUE(none(24, 97)) << "position";
  EXPECT_TRUE(none(32, 97)) << "more on the disk than there is before it";
  EXPECT_FALSE(DecodeFrameHeader(frame, 96, kFrameHeaderBytes - 1));
  EXPECT_FALSE(DecodeFrameHeader(frame, 96, frame.size() - 1));
  EXPECT_FALSE(DecodeFrameHeader(frame.substr(0, kFrameHeaderBytes - 1), 96,
                                 frame.size()));
}

// The offsets of a checkpoint's parts (docs/journal_format.md).
constexpr size_t kCheckpointHeader = 80;
constexpr size_t kBlockHead = 8;
constexpr size_t kBlocks = kCheckpointHeader + kBlockHead + 5;

class HostileCheckpoint : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(files_.MakeFolder(kFolder).ok());
    CheckpointHeader header;
    header.head.sequence = 3;
    ASSERT_TRUE(WriteCheckpoint(kFolder, header, &files_,
                                [](BlockSink sink) -> absl::StatusOr<uint64_t> {
                                  if (absl::Status s = sink("block"); !s.ok()) {
                                    return s;
                                  }
                                  return 3;
                                })
                    .ok());
    path_ = absl::StrCat(kFolder, "/", CheckpointName(3));
    bytes_ = *files_.MutableBytes(path_);
  }
  void RightHeader() {
    Put(Crc32c(0, bytes_.substr(0, kCheckpointHeader - 4)),
        kCheckpointHeader - 4, &bytes_);
  }
  testing::AssertionResult Refuses(Fault fault, const std::string& words) {
    *files_.MutableBytes(path_) = bytes_;
    const auto read =
        ReadCheckpoint(kFolder, 3, &files_, nullptr,
                       [](absl::string_view) { return absl::OkStatus(); });
    return IsRefusal(read,
                     fault == v1::JOURNAL_DAMAGED
                         ? absl::StatusCode::kDataLoss
                         : absl::StatusCode::kInvalidArgument,
                     fault, words);
  }

  MemoryFiles files_;
  std::string path_;
  std::string bytes_;
};

TEST_F(HostileCheckpoint, OfAnotherVersionOrHeaderSizeIsRefused) {
  Put(uint32_t{9}, 8, &bytes_);
  RightHeader();
  EXPECT_TRUE(Refuses(v1::FILE_MALFORMED, "the checkpoint is of version 9"));
  Put(uint32_t{1}, 8, &bytes_);
  Put(uint32_t{81}, 12, &bytes_);
  RightHeader();
  EXPECT_TRUE(Refuses(v1::FILE_MALFORMED, "the checkpoint is of version 1"));
}

TEST_F(HostileCheckpoint, WithAnotherMagicIsDamaged) {
  bytes_[0] = 'x';
  RightHeader();
  EXPECT_TRUE(
      Refuses(v1::JOURNAL_DAMAGED, "the header is not what was written"));
}

TEST_F(HostileCheckpoint, OfAnotherRecordIsDamaged) {
  Put(uint64_t{4}, 32, &bytes_);
  RightHeader();
  EXPECT_TRUE(Refuses(v1::JOURNAL_DAMAGED, "the file has the name of another"));
}

TEST_F(HostileCheckpoint, WithBlocksThatLeadOutOfItIsDamaged) {
  for (const uint32_t length : {1000u, 0xfffffffeu}) {
    Put(length, kCheckpointHeader, &bytes_);
    EXPECT_TRUE(
        Refuses(v1::JOURNAL_DAMAGED, "a block is longer than the file"));
  }
}

TEST_F(HostileCheckpoint, WithFewerBlocksThanItSaysIsDamaged) {
  Put(uint64_t{2}, kBlocks + 4, &bytes_);
  EXPECT_TRUE(Refuses(v1::JOURNAL_DAMAGED, "blocks are missing"));
}

TEST_F(HostileCheckpoint, WhoseBlockWasAlteredIsDamaged) {
  bytes_[kCheckpointHeader + kBlockHead] ^= 1;
  EXPECT_TRUE(Refuses(v1::JOURNAL_DAMAGED,
                      "the block before it is not what was written"));
  // If the checksum was corrected, the digest still shows the damage.
  Put(Crc32c(0, bytes_.substr(kCheckpointHeader + kBlockHead, 5)),
      kCheckpointHeader + 4, &bytes_);
  EXPECT_TRUE(Refuses(v1::JOURNAL_DAMAGED, "the file is not what was written"));
}

TEST_F(HostileCheckpoint, WhoseEndWasAlteredIsDamaged) {
  bytes_[bytes_.size() - 1] ^= 1;
  EXPECT_TRUE(Refuses(v1::JOURNAL_DAMAGED, "the file is not what was written"));
}

TEST_F(HostileCheckpoint, CutAnywhereOrLongerIsDamaged) {
  const std::string whole = bytes_;
  for (size_t size = 0; size < whole.size(); ++size) {
    bytes_ = whole.substr(0, size);
    EXPECT_TRUE(Refuses(v1::JOURNAL_DAMAGED, "")) << size;
  }
  bytes_ = whole + "x";
  EXPECT_TRUE(Refuses(v1::JOURNAL_DAMAGED, "the file is not what was written"));
}

TEST(HostileNames, ThatOnlyBeginLikeAJournalFileAreDamage) {
  for (const char* name :
       {"journal-", "journal-7", "journal-x", "journal-00000000000000000000",
        "journal-000000000000000000007", "journal-99999999999999999999"}) {
    MemoryFiles files;
    WriteFile(name, "", &files);
    EXPECT_TRUE(IsRefusal(JournalFiles(kFolder, &files),
                          absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED,
                          "begins like the name of a journal file"))
        << name;
  }
}

// Only unfinished files of the journal are removed, not files that people put
// there.
TEST(HostileNames, OnlyUnfinishedFilesOfTheJournalAreRemovedWhenItIsOpened) {
  const std::vector<std::string> unfinished = {
      absl::StrCat(JournalFileName(7), ".new"),
      absl::StrCat(CheckpointName(7), ".new")};
  const std::vector<std::string> others = {
      "notes.new",
      "journal-7.new",
      "checkpoint-7.new",
      "journal-x.new",
      absl::StrCat("my-", JournalFileName(7), ".new"),
      "7.new"};
  MemoryFiles files;
  for (const std::string& name : unfinished) WriteFile(name, "", &files);
  for (const std::string& name : others) WriteFile(name, "", &files);
  auto locked = LockedFolder::Take(kFolder, &files);
  ASSERT_TRUE(locked.ok());
  ASSERT_TRUE(Journal::Open(*std::move(locked), {}, {}, Skip).ok());
  for (const std::string& name : unfinished) {
    EXPECT_EQ(files.MutableBytes(absl::StrCat(kFolder, "/", name)), nullptr)
        << name;
  }
  for (const std::string& name : others) {
    EXPECT_NE(files.MutableBytes(absl::StrCat(kFolder, "/", name)), nullptr)
        << name;
  }
}

}  // namespace
}  // namespace acl
