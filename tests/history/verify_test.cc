// Whether a folder is intact, and what can be read from a damaged one.
#include "acl/history/verify.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "acl/base/checksum.h"
#include "acl/engine.h"
#include "acl/history/beside_writer.h"
#include "acl/history/salvage.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/frame.h"
#include "acl/journal/journal_reader.h"
#include "acl/journal/numbers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/acl/v1/journal.pb.h"
#include "tests/base/refusal.h"
#include "tests/durable/durable.h"
#include "tests/journal/memory_files.h"
#include "tests/journal/unreadable_files.h"

namespace acl {
namespace {

using ::testing::HasSubstr;

class VerifyTest : public DurableTest {
 protected:
  absl::StatusOr<VerifyReport> Verify() {
    return VerifyFolder(kFolder, {}, files_.get(), nullptr);
  }
  // Replaces the checkpoint of a record by one that is equally well-formed.
  void Forge(uint64_t sequence,
             const std::function<void(v1::WorkspaceChunk*)>& change) {
    std::vector<std::string> blocks;
    const auto header = ReadCheckpoint(
        kFolder, sequence, files_.get(), nullptr, [&](absl::string_view block) {
          v1::WorkspaceChunk chunk;
          EXPECT_TRUE(chunk.ParseFromString(std::string(block)));
          change(&chunk);
          blocks.push_back(chunk.SerializeAsString());
          return absl::OkStatus();
        });
    ASSERT_TRUE(header.ok()) << header.status();
    const absl::Status written =
        WriteCheckpoint(kFolder, *header, files_.get(),
                        [&](BlockSink sink) -> absl::StatusOr<uint64_t> {
                          for (const std::string& block : blocks) {
                            if (absl::Status s = sink(block); !s.ok()) return s;
                          }
                          return header->until;
                        });
    ASSERT_TRUE(written.ok()) << written;
  }
  // Makes changes and checkpoints; the last change comes after the last
  // checkpoint.
  void MakeHistory(int changes) {
    for (int i = 0; i < changes; ++i) {
      ChangeOptions options;
      options.request_id = "r" + std::to_string(i);
      ASSERT_TRUE(Share("dan", i % 2 == 0 ? "viewer" : "editor", options).ok());
      if (i % 10 == 5) {
        ASSERT_TRUE(engine_->Checkpoint().ok());
      }
    }
  }
};

TEST_F(VerifyTest, WhenAllIsWholeThenEveryCheckpointIsProved) {
  MakeHistory(40);
  const auto report = Verify();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->first, 1u);
  EXPECT_EQ(report->end.head.sequence, 42u);
  EXPECT_EQ(report->checkpoints, (std::vector<uint64_t>{28, 38}));
  EXPECT_FALSE(report->oldest_unproved);
  // An engine still has the folder open.
  EXPECT_FALSE(report->end.sealed);
}

TEST_F(VerifyTest, WhenHistoryWasNotKeptThenTheOldestCheckpointIsTakenAsItIs) {
  keep_history_ = false;
  Reopen();
  MakeHistory(40);
  const auto report = Verify();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_GT(report->first, 1u);
  EXPECT_TRUE(report->oldest_unproved);
  EXPECT_EQ(report->end.head.sequence, 42u);
}

TEST_F(VerifyTest, WhenAWriterGoesOnAtAnyMomentThenNoDamageIsSeen) {
  keep_history_ = false;
  Reopen();
  MakeHistory(40);
  int calls = 0;
  for (int at = 1; calls + 1 >= at; ++at) {
    calls = 0;
    UnreadableFiles files(files_.get(), [&] {
      if (++calls == at) GoOn();
      return false;
    });
    const auto report = VerifyFolder(kFolder, {}, &files, nullptr);
    ASSERT_TRUE(report.ok()) << "call " << at << ": " << report.status();
  }
  EXPECT_GT(gone_on_, 100);
}

TEST_F(VerifyTest, WhenACheckpointSaysSomethingElseThenItIsDamage) {
  const std::vector<std::function<void(v1::WorkspaceChunk*)>> forgeries = {
      [](v1::WorkspaceChunk* chunk) {
        v1::ResourceColumns& resources = *chunk->mutable_resources();
        resources.set_grants(0, resources.grants(0) ^ 3);
      },
      [](v1::WorkspaceChunk* chunk) {
        (*chunk->mutable_principals()->mutable_flags())[0] ^= 4;
      },
      [](v1::WorkspaceChunk* chunk) {
        chunk->mutable_requests(chunk->requests_size() - 1)
            ->set_request_id("another");
      },
      [](v1::WorkspaceChunk* chunk) {
        chunk->mutable_begin()->set_revision(chunk->begin().revision() - 1);
      },
      [](v1::WorkspaceChunk* chunk) {
        chunk->mutable_begin()->set_id("another");
      },
  };
  MakeHistory(20);
  // The older checkpoint is as bad as the later one.
  for (const uint64_t sequence : {8, 18}) {
    for (size_t i = 0; i < forgeries.size(); ++i) {
      SCOPED_TRACE(i);
      const std::string before = *files_->MutableBytes(
          std::string(kFolder) + "/" + CheckpointName(sequence));
      Forge(sequence, forgeries[i]);
      const auto report = Verify();
      EXPECT_EQ(FaultOf(report.status()), v1::JOURNAL_DAMAGED)
          << report.status();
      EXPECT_THAT(std::string(report.status().message()),
                  HasSubstr(CheckpointName(sequence)));
      *files_->MutableBytes(std::string(kFolder) + "/" +
                            CheckpointName(sequence)) = before;
    }
  }
  EXPECT_TRUE(Verify().ok());
}

TEST_F(VerifyTest, WhenTheFolderIsEmptyThenItIsWhole) {
  engine_ = nullptr;
  files_ = std::make_unique<MemoryFiles>();
  ASSERT_TRUE(files_->MakeFolder(kFolder).ok());
  const auto report = Verify();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->first, 1u);
  EXPECT_EQ(report->end.head.sequence, 0u);
}

TEST_F(VerifyTest, WhenThereIsOnlyACheckpointThenItIsDamage) {
  MakeHistory(12);
  engine_ = nullptr;
  const std::vector<JournalFile> journal = *JournalFiles(kFolder, files_.get());
  for (const JournalFile& file : journal) {
    ASSERT_TRUE(files_->Remove(std::string(kFolder) + "/" + file.name).ok());
  }
  EXPECT_TRUE(IsRefusal(Verify(), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, "is of another journal"));
  // Salvaging uses what the checkpoint contains.
  const auto salvaged = Salvage(kFolder, files_.get(), nullptr);
  ASSERT_TRUE(salvaged.ok()) << salvaged.status();
  EXPECT_EQ(salvaged->checkpoint, 8u);
  EXPECT_EQ(salvaged->states.size(), 1u);
  EXPECT_FALSE(salvaged->lost());
}

TEST_F(VerifyTest, WhenAnotherHistoryWasKnownThenItWasRewritten) {
  MakeHistory(12);
  const auto report = Verify();
  ASSERT_TRUE(report.ok()) << report.status();
  JournalHead known = report->end.head;
  EXPECT_TRUE(VerifyFolder(kFolder, known, files_.get(), nullptr).ok());
  known.chain[0] ^= 1;
  EXPECT_TRUE(IsRefusal(VerifyFolder(kFolder, known, files_.get(), nullptr),
                        absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED,
                        "the history was rewritten: "));
}

TEST(HeadTextTest, IsReadAsItIsWritten) {
  JournalHead head;
  head.sequence = 17;
  head.chain = {0xab, 0x01};
  const std::string text = HeadText(head);
  EXPECT_EQ(*ParseHead(text), head);
  const std::string digits = text.substr(3);
  for (const std::string& bad :
       {std::string(), digits, std::string("17"), "17:" + digits + ":",
        "x:" + digits, "17:" + digits.substr(1),
        "17:" + digits.substr(1) + "g"}) {
    EXPECT_TRUE(IsRefusal(ParseHead(bad), absl::StatusCode::kInvalidArgument,
                          v1::MALFORMED, "is no head; write it as"))
        << bad;
  }
}

// Counts how often a folder is read if a writer changes it every time.
class BesideWriterTest : public testing::Test {
 protected:
  int ReadsUntilItIsTold(const absl::Status& refusal, bool changes,
                         int failing_list) {
    EXPECT_TRUE(memory_.MakeFolder(kFolder).ok());
    int lists = 0;
    UnreadableFiles files(&memory_, [&] { return ++lists == failing_list; });
    int reads = 0;
    const absl::StatusOr<int> result =
        ReadBesideWriter(kFolder, &files, [&]() -> absl::StatusOr<int> {
          ++reads;
          if (changes) {
            EXPECT_TRUE(
                memory_
                    .Open(std::string(kFolder) + "/" + std::to_string(++names_),
                          FileSystem::Mode::kCreate)
                    .ok());
          }
          if (refusal.ok()) return 7;
          return refusal;
        });
    EXPECT_EQ(result.status(), refusal);
    return reads;
  }

  MemoryFiles memory_;
  int names_ = 0;
};

TEST_F(BesideWriterTest, WhenFilesWereGoneThenItIsReadAgainAFewTimes) {
  for (const Fault fault : {v1::FILE_ACCESS, v1::REVISION_NOT_AVAILABLE}) {
    const absl::Status gone = Refuse(fault, "gone");
    EXPECT_EQ(ReadsUntilItIsTold(gone, true, 0), 5);
    EXPECT_EQ(ReadsUntilItIsTold(gone, false, 0), 1);
    // The first list of files fails, or the one after it.
    EXPECT_EQ(ReadsUntilItIsTold(gone, true, 1), 1);
    EXPECT_EQ(ReadsUntilItIsTold(gone, true, 2), 1);
    EXPECT_EQ(ReadsUntilItIsTold(gone, true, 4), 2);
  }
  const absl::Status damage = Refuse(v1::JOURNAL_DAMAGED, "altered");
  EXPECT_EQ(ReadsUntilItIsTold(damage, true, 0), 1);
  EXPECT_EQ(ReadsUntilItIsTold(absl::OkStatus(), true, 0), 1);
}

TEST_F(VerifyTest, WhenAFileIsMissingThenItIsDamage) {
  MakeHistory(40);
  engine_ = nullptr;
  const auto journal = JournalFiles(kFolder, files_.get());
  ASSERT_TRUE(journal.ok());
  ASSERT_GT(journal->size(), 2u);
  const std::string last = std::string(kFolder) + "/" + journal->back().name;
  ASSERT_TRUE(files_->Remove(last).ok());
  const JournalHead known = {42, {}};
  const auto report = VerifyFolder(kFolder, known, files_.get(), nullptr);
  EXPECT_EQ(FaultOf(report.status()), v1::JOURNAL_DAMAGED);
  EXPECT_THAT(std::string(report.status().message()), HasSubstr("is gone"));
}

TEST_F(VerifyTest, WhenAnyByteIsDamagedThenSalvageSaysWhatIsLost) {
  MakeHistory(12);
  const std::string now = Everything();
  engine_ = nullptr;
  const auto whole = Salvage(kFolder, files_.get(), nullptr);
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_FALSE(whole->lost());
  EXPECT_EQ(whole->last, 14u);
  ASSERT_TRUE(
      files_->Remove(std::string(kFolder) + "/" + CheckpointName(8)).ok());
  const auto journal = JournalFiles(kFolder, files_.get());
  ASSERT_TRUE(journal.ok());
  for (const JournalFile& file : *journal) {
    std::string& bytes =
        *files_->MutableBytes(std::string(kFolder) + "/" + file.name);
    for (size_t at = 0; at < bytes.size(); at += 7) {
      bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
      const auto salvaged = Salvage(kFolder, files_.get(), nullptr);
      ASSERT_TRUE(salvaged.ok()) << salvaged.status();
      EXPECT_TRUE(salvaged->lost() || salvaged->torn > 0) << file.name << at;
      for (const LostBytes& lost : salvaged->bytes) {
        EXPECT_EQ(lost.file, file.name);
        EXPECT_LE(lost.begin, at);
        EXPECT_GT(lost.end, at);
      }
      bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    }
  }
  EXPECT_FALSE(Salvage(kFolder, files_.get(), nullptr)->lost());
  Reopen();
  EXPECT_EQ(Everything(), now);
}

TEST_F(VerifyTest, WhenNamesOnlyLookLikeThoseOfAFolderThenSalvageLosesNothing) {
  MakeHistory(12);
  engine_ = nullptr;
  for (const char* name :
       {"journal-7", "checkpoint-7", "journal-", "checkpoint-x",
        "journal-00000000000000000007.tmp", "journal-+0000000000000000007",
        "journal-99999999999999999999"}) {
    SCOPED_TRACE(name);
    const std::string path = std::string(kFolder) + "/" + name;
    const auto file = files_->Open(path, FileSystem::Mode::kCreate);
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE((*file)->Write(0, "neither of them").ok());
    const auto salvaged = Salvage(kFolder, files_.get(), nullptr);
    ASSERT_TRUE(salvaged.ok()) << salvaged.status();
    EXPECT_FALSE(salvaged->lost());
    EXPECT_EQ(salvaged->last, 14u);
    ASSERT_TRUE(files_->Remove(path).ok());
  }
}

TEST_F(VerifyTest, WhenAFileCannotBeReadThenSalvageGoesOnBehindIt) {
  MakeHistory(40);
  engine_ = nullptr;
  const auto journal = JournalFiles(kFolder, files_.get());
  ASSERT_TRUE(journal.ok());
  for (const uint64_t sequence : {28, 38}) {
    ASSERT_TRUE(
        files_->Remove(std::string(kFolder) + "/" + CheckpointName(sequence))
            .ok());
  }
  ASSERT_GT(journal->size(), 3u);
  ASSERT_TRUE(
      files_->Remove(std::string(kFolder) + "/" + (*journal)[1].name).ok());
  const auto salvaged = Salvage(kFolder, files_.get(), nullptr);
  ASSERT_TRUE(salvaged.ok()) << salvaged.status();
  ASSERT_EQ(salvaged->records.size(), 1u);
  EXPECT_EQ(salvaged->records[0].first, (*journal)[1].first);
  EXPECT_EQ(salvaged->records[0].last, (*journal)[2].first - 1);
  EXPECT_EQ(salvaged->last, 42u);
  ASSERT_EQ(salvaged->states.size(), 1u);
  EXPECT_EQ(salvaged->states[0]->revision, 41u);
}

TEST_F(VerifyTest, WhenACheckpointIsOfAnotherJournalThenItIsDamage) {
  MakeHistory(40);
  CheckpointHeader header;
  const auto read =
      ReadCheckpoint(kFolder, 38, files_.get(), nullptr,
                     [](absl::string_view) { return absl::OkStatus(); });
  ASSERT_TRUE(read.ok()) << read.status();
  header = *read;
  header.id[0] ^= 1;
  ASSERT_TRUE(WriteCheckpoint(kFolder, header, files_.get(),
                              [&](BlockSink) -> absl::StatusOr<uint64_t> {
                                return header.until;
                              })
                  .ok());
  EXPECT_TRUE(IsRefusal(Verify(), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, "is of another journal"));
}

TEST_F(VerifyTest, WhenTheJournalEndsBeforeACheckpointThenItIsDamage) {
  MakeHistory(40);
  engine_ = nullptr;
  const auto files = JournalFiles(kFolder, files_.get());
  ASSERT_TRUE(files.ok()) << files.status();
  for (const JournalFile& file : *files) {
    if (file.first <= 1) continue;
    ASSERT_TRUE(files_->Remove(std::string(kFolder) + "/" + file.name).ok());
  }
  EXPECT_TRUE(IsRefusal(Verify(), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, "the journal ends at record"));
}

TEST_F(VerifyTest, WhenTheBeginningIsGoneWithEveryCheckpointThenItIsDamage) {
  keep_history_ = false;
  Reopen();
  MakeHistory(40);
  engine_ = nullptr;
  ASSERT_TRUE(RemoveCheckpoints(kFolder, 0, files_.get()).ok());
  EXPECT_TRUE(IsRefusal(Verify(), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED,
                        "and no checkpoint is there from before"));
}

TEST_F(VerifyTest, WhenTheLatestCheckpointIsDamagedThenSalvageTakesAnother) {
  MakeHistory(40);
  const std::string everything = Everything();
  engine_ = nullptr;
  const std::string name = CheckpointName(38);
  files_->MutableBytes(std::string(kFolder) + "/" + name)->back() ^= 1;
  const auto salvaged = Salvage(kFolder, files_.get(), nullptr);
  ASSERT_TRUE(salvaged.ok()) << salvaged.status();
  EXPECT_EQ(salvaged->checkpoint, 28u);
  EXPECT_EQ(salvaged->last, 42u);
  ASSERT_EQ(salvaged->bytes.size(), 1u);
  EXPECT_EQ(salvaged->bytes[0].file, name);
  EXPECT_TRUE(salvaged->records.empty());
  EXPECT_EQ(salvaged->doubt_count, 0u);
  Reopen();
  EXPECT_EQ(Everything(), everything);
}

class SalvageTest : public VerifyTest {
 protected:
  // Makes changes without a checkpoint, over several files.
  void WriteFiles(int changes) {
    for (int i = 0; i < changes; ++i) {
      ASSERT_TRUE(Share("dan", i % 2 == 0 ? "viewer" : "editor").ok());
    }
    engine_ = nullptr;
    names_.clear();
    const std::vector<JournalFile> journal =
        *JournalFiles(kFolder, files_.get());
    for (const JournalFile& file : journal) {
      names_.push_back(file.name);
    }
    ASSERT_GT(names_.size(), 2u);
  }
  std::string& Bytes(size_t file) {
    return *files_->MutableBytes(std::string(kFolder) + "/" + names_[file]);
  }
  // The positions of the frames in a file.
  std::vector<size_t> Frames(size_t file) {
    std::vector<size_t> frames;
    const std::string bytes = Bytes(file);
    for (size_t at = kFileHeaderBytes; at < bytes.size();) {
      frames.push_back(at);
      const auto header =
          DecodeFrameHeader(bytes.substr(at), at, bytes.size() - at);
      if (!header) break;
      at += FrameBytes(header->bytes);
    }
    return frames;
  }
  // Replaces a frame's contents, with a correct checksum: either by other
  // records with the same chain in the header, or by bytes that are not
  // records.
  void Forge(size_t file, size_t at, bool records) {
    std::string& bytes = Bytes(file);
    const JournalId id = DecodeFileHeader(bytes)->id;
    const auto header =
        DecodeFrameHeader(bytes.substr(at), at, bytes.size() - at);
    ASSERT_TRUE(header);
    std::string forged =
        EncodeFrame(id, FrameType::kRecords, at, header->synced, header->head,
                    {std::string(header->bytes - 4, 'x')});
    if (!records) {
      forged[kFrameHeaderBytes] ^= 1;
      std::string checksum;
      PutNumber(Crc32c(Crc32c(0, BytesOf(id)), forged.substr(8)), &checksum);
      forged.replace(4, checksum.size(), checksum);
    }
    bytes.replace(at, forged.size(), forged);
  }
  Salvaged Salvage() {
    const auto salvaged = acl::Salvage(kFolder, files_.get(), nullptr);
    EXPECT_TRUE(salvaged.ok()) << salvaged.status();
    return salvaged.ok() ? *salvaged : Salvaged();
  }

  std::vector<std::string> names_;
};

TEST_F(SalvageTest, WhenACallFailsThenTheFileIsLostOrTheFolderIsRefused) {
  WriteFiles(40);
  int failed = 0;
  for (int n = 1, calls = n; calls + 1 >= n; ++n) {
    calls = 0;
    UnreadableFiles files(files_.get(), [&] { return ++calls == n; });
    int told = 0;
    const auto salvaged =
        acl::Salvage(kFolder, &files, [&](uint64_t, uint64_t) { ++told; });
    if (!salvaged.ok()) {
      EXPECT_EQ(n, 1);  // listing the files
      EXPECT_EQ(FaultOf(salvaged.status()), v1::FILE_ACCESS);
      continue;
    }
    EXPECT_EQ(told, static_cast<int>(names_.size()));
    // The first calls need only the id, which the other files have, too.
    if (!salvaged->lost()) continue;
    ++failed;
    ASSERT_EQ(salvaged->bytes.size(), 1u);
    EXPECT_EQ(salvaged->bytes[0].begin, 0u);
    EXPECT_EQ(salvaged->bytes[0].end, 0u);
    EXPECT_EQ(salvaged->bytes[0].what, "the file can't be read now");
  }
  // Each of the files is opened, measured and read.
  EXPECT_GE(failed, 3 * static_cast<int>(names_.size()));
}

TEST_F(SalvageTest, WhenTheHeadOfAFileIsGoneThenItsFramesAreRead) {
  WriteFiles(40);
  Bytes(1).replace(0, 8, 8, 'x');
  const Salvaged salvaged = Salvage();
  ASSERT_EQ(salvaged.bytes.size(), 1u);
  EXPECT_EQ(salvaged.bytes[0].file, names_[1]);
  EXPECT_EQ(salvaged.bytes[0].end, kFileHeaderBytes);
  EXPECT_EQ(salvaged.last, 42u);
  EXPECT_TRUE(salvaged.records.empty());
}

TEST_F(SalvageTest, WhenAFileIsTooShortForAHeadThenTheRestIsRead) {
  WriteFiles(40);
  for (const size_t size : {0u, 10u, 40u}) {
    Bytes(1).resize(40, 'x');
    Bytes(1).resize(size);
    const Salvaged salvaged = Salvage();
    ASSERT_EQ(salvaged.bytes.size(), 1u);
    EXPECT_EQ(salvaged.bytes[0].file, names_[1]);
    EXPECT_EQ(salvaged.bytes[0].end, size);
    EXPECT_EQ(salvaged.last, 42u);
    EXPECT_EQ(salvaged.records.size(), 1u);
  }
}

TEST_F(SalvageTest, WhenAFileGoesOnFromAnotherChainThenItIsSaid) {
  WriteFiles(40);
  std::string& bytes = Bytes(1);
  FileHeader header = *DecodeFileHeader(bytes);
  header.before.chain[0] ^= 1;
  bytes.replace(0, kFileHeaderBytes, EncodeFileHeader(header));
  const Salvaged salvaged = Salvage();
  ASSERT_FALSE(salvaged.bytes.empty());
  EXPECT_EQ(salvaged.bytes[0].file, names_[1]);
  EXPECT_EQ(salvaged.bytes[0].what, "does not go on from the file before it");
  EXPECT_EQ(salvaged.last, 42u);
}

TEST_F(SalvageTest, WhenAFrameWasForgedThenItsRecordsAreLost) {
  for (const bool records : {true, false}) {
    engine_ = nullptr;
    files_ = std::make_unique<MemoryFiles>();
    SetUp();
    WriteFiles(40);
    const size_t at = Frames(1)[1];
    Forge(1, at, records);
    const Salvaged salvaged = Salvage();
    ASSERT_EQ(salvaged.bytes.size(), 1u);
    EXPECT_EQ(salvaged.bytes[0].file, names_[1]);
    EXPECT_EQ(salvaged.bytes[0].begin, at);
    EXPECT_EQ(salvaged.bytes[0].what,
              records ? "was altered: its records do not lead to its chain"
                      : "the records don't fill it");
    ASSERT_EQ(salvaged.records.size(), 1u);
    EXPECT_EQ(salvaged.records[0].first, salvaged.records[0].last);
    EXPECT_EQ(salvaged.last, 42u);
  }
}

TEST_F(SalvageTest, WhenAFileIsThereTwiceThenItsRecordsAreAppliedOnce) {
  WriteFiles(40);
  const std::string copy = JournalFileName(1000);
  const auto file = files_->Open(std::string(kFolder) + "/" + copy,
                                 FileSystem::Mode::kCreate);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(WriteAll(file->get(), 0, Bytes(1)).ok());
  const Salvaged salvaged = Salvage();
  EXPECT_FALSE(salvaged.lost());
  EXPECT_EQ(salvaged.last, 42u);
  ASSERT_EQ(salvaged.states.size(), 1u);
  EXPECT_EQ(salvaged.states[0]->revision, 41u);
}

// Frames after it prove that it is damaged only if it had been synced before.
TEST_F(SalvageTest, WhenTheLastFileWasNotSyncedThenWhatIsAlteredIsTorn) {
  journal_file_bytes_ = 20000;
  for (const bool synced : {true, false}) {
    durability_ = synced ? Durability::kDisk : Durability::kProcess;
    engine_ = nullptr;
    files_ = std::make_unique<MemoryFiles>();
    SetUp();
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(Share("dan", i % 2 == 0 ? "viewer" : "editor").ok());
    }
    auto killed =
        std::unique_ptr<MemoryFiles>(new MemoryFiles(files_->AfterKill()));
    engine_ = nullptr;
    files_ = std::move(killed);
    names_ = {JournalFiles(kFolder, files_.get())->front().name};
    const size_t at = Frames(0)[5];
    Bytes(0)[at + kFrameHeaderBytes + 4] ^= 1;
    const Salvaged salvaged = Salvage();
    EXPECT_EQ(salvaged.lost(), synced);
    EXPECT_EQ(salvaged.torn, synced ? 0 : Bytes(0).size() - at);
    EXPECT_EQ(salvaged.last, synced ? 12u : 5u);
  }
}

// The first file is gone, and with it the workspace that all later records are
// about.
TEST_F(SalvageTest, WhenThereAreManyDoubtsThenTheFirstAreKept) {
  WriteFiles(1100);
  ASSERT_TRUE(files_->Remove(std::string(kFolder) + "/" + names_[0]).ok());
  const Salvaged salvaged = Salvage();
  EXPECT_TRUE(salvaged.lost());
  EXPECT_EQ(salvaged.doubts.size(), kMaxDoubts);
  EXPECT_GT(salvaged.doubt_count, kMaxDoubts);
  EXPECT_LT(salvaged.doubt_count, 1100u);
  EXPECT_TRUE(salvaged.states.empty());
}

// What so many records replace is freed on the way.
TEST_F(VerifyTest, WhenThereAreThousandsOfRecordsThenTheyLeadToTheSame) {
  for (int i = 0; i < 4200; ++i) {
    ASSERT_TRUE(Share("dan", i % 2 == 0 ? "viewer" : "editor").ok());
  }
  const std::string everything = Everything();
  Reopen();
  EXPECT_EQ(Everything(), everything);
}

}  // namespace
}  // namespace acl
