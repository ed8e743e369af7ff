// Whether a folder is whole, and what of a damaged one can be read.
#include "acl/history/verify.h"

#include <functional>
#include <string>
#include <vector>

#include "acl/engine.h"
#include "acl/history/salvage.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/journal_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/acl/v1/journal.pb.h"
#include "tests/base/refusal.h"
#include "tests/durable/durable.h"
#include "tests/journal/unreadable_files.h"

namespace acl {
namespace {

using ::testing::HasSubstr;

class VerifyTest : public DurableTest {
 protected:
  absl::StatusOr<VerifyReport> Verify() {
    return VerifyFolder(kFolder, {}, files_.get(), nullptr);
  }
  // Replaces the checkpoint of a record by one that is as well-formed.
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
  // Changes and checkpoints, the last change behind the last of them.
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
  // An engine has it open.
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
  };
  MakeHistory(20);
  // The older one is as bad as the later one.
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

}  // namespace
}  // namespace acl
