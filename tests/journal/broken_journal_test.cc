// What a journal does when its disk fails, once or permanently.
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "acl/journal/journal.h"
#include "acl/journal/journal_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/journal/memory_files.h"

namespace acl {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

using Call = FileStep::Call;

constexpr char kFolder[] = "/data";

class BrokenJournal : public testing::Test {
 protected:
  void Open(Durability durability = Durability::kDisk,
            uint64_t file_bytes = uint64_t{64} << 20) {
    JournalOptions options;
    options.durability = durability;
    options.file_bytes = file_bytes;
    auto locked = LockedFolder::Take(kFolder, &files_);
    ASSERT_TRUE(locked.ok()) << locked.status();
    auto journal =
        Journal::Open(*std::move(locked), {}, options,
                      [](const JournalRecord&) { return absl::OkStatus(); });
    ASSERT_TRUE(journal.ok()) << journal.status();
    journal_ = *std::move(journal);
  }
  absl::Status Put(const std::string& record) {
    const auto ticket = journal_->Append(record, nullptr);
    return ticket.ok() ? journal_->Await(*ticket) : ticket.status();
  }
  // Makes calls of these kinds fail from now on.
  void Fail(std::vector<Call> calls, int error = EIO) {
    files_.SetSchedule([=](const FileStep& step) -> StepOutcome {
      for (const Call call : calls) {
        if (step.call == call) return {false, error, {}};
      }
      return {};
    });
  }
  std::vector<std::string> Records(const ReadFrom& from = {}) {
    std::vector<std::string> records;
    read_ = ReadJournal(kFolder, from, &files_, nullptr,
                        [&](const JournalRecord& record) {
                          records.emplace_back(record.bytes);
                          return absl::OkStatus();
                        })
                .status();
    return records;
  }
  // Nothing more is accepted, and every caller is told why.
  void ExpectBroken() {
    EXPECT_TRUE(IsUnknown(Put("later")));
    EXPECT_TRUE(IsUnknown(journal_->Sync()));
    EXPECT_TRUE(IsUnknown(journal_->Rotate()));
    EXPECT_TRUE(journal_->Close().ok());
    EXPECT_TRUE(IsUnknown(Put("later")));
  }
  static testing::AssertionResult IsUnknown(const absl::Status& status) {
    return IsRefusal(status, absl::StatusCode::kUnknown, v1::OUTCOME_UNKNOWN,
                     "whether the change was kept is not known");
  }

  MemoryFiles files_;
  std::unique_ptr<Journal> journal_;
  absl::Status read_;
};

TEST_F(BrokenJournal, WhenAWriteFailsThenNothingOfItIsThereAndTheNextIsTaken) {
  Open();
  ASSERT_TRUE(Put("a").ok());
  Fail({Call::kWrite}, ENOSPC);
  EXPECT_TRUE(IsRefusal(Put("b"), absl::StatusCode::kResourceExhausted,
                        v1::DISK_FULL, "No space left"));
  files_.SetSchedule(nullptr);
  EXPECT_TRUE(Put("c").ok());
  EXPECT_THAT(Records(), ElementsAre("a", "c"));
}

TEST_F(BrokenJournal, WhenWhatItWasDecidedOnHasFailedThenTheRefusalComesBack) {
  Open();
  const auto first = journal_->Append("a", nullptr);
  ASSERT_TRUE(first.ok());
  Fail({Call::kWrite}, ENOSPC);
  EXPECT_FALSE(journal_->Await(*first).ok());
  files_.SetSchedule(nullptr);
  EXPECT_TRUE(IsRefusal(journal_->Append("b", *first),
                        absl::StatusCode::kResourceExhausted, v1::DISK_FULL,
                        "No space left"));
  // A record that depends on the successful one is accepted.
  const auto second = journal_->Append("c", nullptr);
  ASSERT_TRUE(second.ok());
  ASSERT_TRUE(journal_->Await(*second).ok());
  const auto third = journal_->Append("d", *second);
  ASSERT_TRUE(third.ok());
  EXPECT_TRUE(journal_->Await(*third).ok());
  EXPECT_THAT(Records(), ElementsAre("c", "d"));
}

TEST_F(BrokenJournal, WhenAFailedWriteCannotBeUndoneThenItIsBroken) {
  for (const Call undoing : {Call::kTruncate, Call::kSync}) {
    files_.SetSchedule(nullptr);
    Open();
    ASSERT_TRUE(Put("a").ok());
    Fail({Call::kWrite, undoing});
    EXPECT_TRUE(IsUnknown(Put("b")));
    ExpectBroken();
  }
}

TEST_F(BrokenJournal, WhenASyncFailsThenItIsBroken) {
  Open();
  Fail({Call::kSync});
  EXPECT_TRUE(IsUnknown(Put("a")));
  ExpectBroken();
}

TEST_F(BrokenJournal, WhenALaterSyncFailsThenItIsBroken) {
  Open(Durability::kProcess);
  ASSERT_TRUE(Put("a").ok());
  ASSERT_TRUE(journal_->Sync().ok());
  // Nothing was added since, so the disk is not asked.
  Fail({Call::kSync});
  EXPECT_TRUE(journal_->Sync().ok());
  EXPECT_TRUE(Put("b").ok());
  EXPECT_TRUE(IsUnknown(journal_->Sync()));
  ExpectBroken();
}

TEST_F(BrokenJournal, WhenTheNextFileCannotGetItsNameThenItIsBroken) {
  for (const Call naming : {Call::kRename, Call::kSyncFolder}) {
    files_.SetSchedule(nullptr);
    Open(Durability::kDisk, 1);
    ASSERT_TRUE(Put("a").ok());
    Fail({naming});
    EXPECT_TRUE(IsUnknown(Put("b")));
    ExpectBroken();
    journal_ = nullptr;
  }
}

TEST_F(BrokenJournal, WhenTheNextFileCannotBeMadeThenTheOldOneGoesOn) {
  Open();
  ASSERT_TRUE(Put("a").ok());
  Fail({Call::kCreate});
  EXPECT_TRUE(IsRefusal(journal_->Rotate(), absl::StatusCode::kUnavailable,
                        v1::FILE_ACCESS, "Input/output error"));
  EXPECT_TRUE(Put("b").ok());
  files_.SetSchedule(nullptr);
  EXPECT_TRUE(journal_->Rotate().ok());
  EXPECT_TRUE(journal_->Rotate().ok());  // there is nothing to rotate
  EXPECT_THAT(*JournalFiles(kFolder, &files_), testing::SizeIs(2));
  EXPECT_THAT(Records(), ElementsAre("a", "b"));
}

TEST_F(BrokenJournal, WhenARecordIsTooLargeThenItIsRefusedAndNothingElse) {
  Open();
  EXPECT_TRUE(IsRefusal(journal_->Append(std::string(1 << 30, 'x'), nullptr),
                        absl::StatusCode::kResourceExhausted, v1::LIMIT,
                        "the change takes 1073741824 bytes, and at most "
                        "1073737728 can be kept at once; divide it"));
  EXPECT_TRUE(Put("a").ok());
}

// While one batch is being written, a writer whose record does not fit into the
// gathered one waits.
TEST_F(BrokenJournal, WhenABatchIsFullAndOneIsBeingWrittenThenAppendWaits) {
  Open();
  absl::Notification writing, release;
  files_.SetSchedule([&](const FileStep& step) -> StepOutcome {
    if (step.call == Call::kSync && !writing.HasBeenNotified()) {
      writing.Notify();
      release.WaitForNotification();
    }
    return {};
  });
  const std::string large(size_t{9} << 20, 'x');
  std::thread first([&] { EXPECT_TRUE(Put("a").ok()); });
  writing.WaitForNotification();
  ASSERT_TRUE(journal_->Append(large, nullptr).ok());
  absl::Notification taken;
  std::thread second([&] {
    EXPECT_TRUE(Put(large).ok());
    taken.Notify();
  });
  EXPECT_FALSE(taken.WaitForNotificationWithTimeout(absl::Milliseconds(50)));
  release.Notify();
  first.join();
  second.join();
  files_.SetSchedule(nullptr);
  EXPECT_EQ(Records().size(), 3u);
}

TEST_F(BrokenJournal, WhenTheChainBeforeIsAnotherThenItIsDamage) {
  Open();
  for (const char* record : {"a", "b", "c"}) ASSERT_TRUE(Put(record).ok());
  ASSERT_TRUE(journal_->Close().ok());
  const auto end =
      ReadJournal(kFolder, {}, &files_, nullptr,
                  [](const JournalRecord&) { return absl::OkStatus(); });
  ASSERT_TRUE(end.ok()) << end.status();
  JournalHead head = FirstHead(end->id);
  for (const char* record : {"a", "b", "c"}) {
    const ReadFrom from{head.sequence + 1, head.chain};
    EXPECT_EQ(Records(from).size(), 3 - head.sequence);
    EXPECT_TRUE(read_.ok()) << read_;
    ChainHash other = head.chain;
    other[0] ^= 1;
    Records({head.sequence + 1, other});
    EXPECT_TRUE(IsRefusal(read_, absl::StatusCode::kDataLoss,
                          v1::JOURNAL_DAMAGED,
                          absl::StrCat("record ", head.sequence,
                                       " is not the one that was there")));
    head = NextHead(head, record);
  }
}

// The name of a new folder must be on the disk, too, however its path is
// spelled.
TEST(FolderNames, FolderThatHasTheNameIsSynced) {
  const struct {
    const char* folder;
    const char* parent;
  } cases[] = {{"/data", "/"}, {"/data/", "/"}, {"data", "."}, {"data//", "."},
               {"/a/b", "/a"}, {"/a/b/", "/a"}, {"a/b", "a"}};
  for (const auto& c : cases) {
    MemoryFiles files;
    ASSERT_TRUE(files.MakeFolder("/a").ok());
    std::vector<std::string> synced;
    files.SetSchedule([&](const FileStep& step) -> StepOutcome {
      if (step.call == Call::kSyncFolder) synced.push_back(step.path);
      return {};
    });
    auto locked = LockedFolder::Take(c.folder, &files);
    ASSERT_TRUE(locked.ok()) << c.folder << ": " << locked.status();
    const auto journal =
        Journal::Open(*std::move(locked), {}, {},
                      [](const JournalRecord&) { return absl::OkStatus(); });
    ASSERT_TRUE(journal.ok()) << c.folder << ": " << journal.status();
    EXPECT_THAT(synced, Contains(c.parent)) << c.folder;
    files.SetSchedule(nullptr);
  }
}

}  // namespace
}  // namespace acl
