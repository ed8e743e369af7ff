// A journal in a folder: records that were accepted are there again.
#include "acl/journal/journal.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/journal/memory_files.h"

namespace acl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kFolder[] = "/data";

class JournalTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Journal>> Open(uint64_t from = 1) {
    JournalOptions options;
    options.file_bytes = file_bytes_;
    options.durability = durability_;
    seen_.clear();
    absl::StatusOr<std::unique_ptr<LockedFolder>> folder =
        LockedFolder::Take(kFolder, files_.get());
    if (!folder.ok()) return folder.status();
    return Journal::Open(
        *std::move(folder), {from, {}}, options,
        [&](const JournalRecord& record) {
          seen_.push_back(absl::StrCat(record.sequence, ":", record.bytes));
          return absl::OkStatus();
        });
  }
  absl::StatusOr<JournalEnd> Read(uint64_t from = 1) {
    seen_.clear();
    return ReadJournal(
        kFolder, {from, {}}, files_.get(), nullptr,
        [&](const JournalRecord& record) {
          seen_.push_back(absl::StrCat(record.sequence, ":", record.bytes));
          return absl::OkStatus();
        });
  }
  static absl::Status Put(Journal* journal, const std::string& record) {
    const absl::StatusOr<ChangeLog::Ticket> ticket =
        journal->Append(record, nullptr);
    return ticket.ok() ? journal->Await(*ticket) : ticket.status();
  }
  // Opens the journal, adds records, and closes it.
  void Write(const std::vector<std::string>& records) {
    const auto journal = Open();
    ASSERT_TRUE(journal.ok()) << journal.status();
    for (const std::string& record : records) {
      ASSERT_TRUE(Put(journal->get(), record).ok());
    }
    ASSERT_TRUE((*journal)->Close().ok());
  }
  void SetBytes(const std::string& path, const std::string& bytes) {
    *files_->MutableBytes(path) = bytes;
  }
  static std::string PathOf(uint64_t first) {
    return absl::StrCat(kFolder, "/", JournalFileName(first));
  }

  std::unique_ptr<MemoryFiles> files_ = std::make_unique<MemoryFiles>();
  uint64_t file_bytes_ = 1 << 20;
  Durability durability_ = Durability::kDisk;
  std::vector<std::string> seen_;
};

TEST_F(JournalTest, WhenTheFolderIsNewThenItIsMadeAndHasNoRecords) {
  const auto journal = Open();
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_THAT(seen_, IsEmpty());
  EXPECT_EQ((*journal)->head().sequence, 0u);
}

TEST_F(JournalTest, WhenTheFolderIsTheRootThenItIsLikeAnyOther) {
  for (const char* root : {"/", "//"}) {
    auto folder = LockedFolder::Take(root, files_.get());
    ASSERT_TRUE(folder.ok()) << folder.status();
    std::vector<std::string> seen;
    const auto journal = Journal::Open(*std::move(folder), {}, {},
                                       [&](const JournalRecord& record) {
                                         seen.emplace_back(record.bytes);
                                         return absl::OkStatus();
                                       });
    ASSERT_TRUE(journal.ok()) << journal.status();
    if (std::string(root) == "//") {
      EXPECT_THAT(seen, ElementsAre("a"));
    }
    ASSERT_TRUE(Put(journal->get(), "a").ok());
  }
}

// This is in the middle of the journal, which was all on the disk.
TEST_F(JournalTest, WhenAnEarlierFileIsAlteredThenItIsDamage) {
  file_bytes_ = 300;
  Write(std::vector<std::string>(10, "some record"));
  ASSERT_GT(JournalFiles(kFolder, files_.get())->size(), 2u);
  files_->MutableBytes(PathOf(1))->at(kFileHeaderBytes + kFrameHeaderBytes +
                                      4) ^= 1;
  EXPECT_TRUE(IsRefusal(Read(), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, "is not what was written"));
}

// A frame proves only that the frames before it that had been synced when it
// was written are complete, and only if it is intact itself.
TEST_F(JournalTest, WhenLaterFramesProveNothingThenWhatIsAlteredIsTorn) {
  for (const bool synced : {false, true}) {
    files_ = std::make_unique<MemoryFiles>();
    durability_ = synced ? Durability::kDisk : Durability::kProcess;
    const auto journal = Open();
    ASSERT_TRUE(journal.ok()) << journal.status();
    std::vector<size_t> ends;
    for (const char* record : {"a", "b", "c"}) {
      ASSERT_TRUE(Put(journal->get(), record).ok());
      ends.push_back(files_->MutableBytes(PathOf(1))->size());
    }
    std::string* const bytes = files_->MutableBytes(PathOf(1));
    const auto alter = [&](size_t frame) {
      bytes->at(ends[frame - 1] + kFrameHeaderBytes + 4) ^= 1;
    };
    alter(1);
    if (synced) {
      EXPECT_TRUE(IsRefusal(Read(), absl::StatusCode::kDataLoss,
                            v1::JOURNAL_DAMAGED, "was written later"));
      alter(2);
    }
    const auto end = Read();
    ASSERT_TRUE(end.ok()) << end.status();
    EXPECT_THAT(seen_, ElementsAre("1:a"));
    EXPECT_EQ(end->torn, ends[2] - ends[0]);
  }
}

TEST_F(JournalTest, WhenItIsOpenedAgainThenAllRecordsAreThereInOrder) {
  Write({"a", "b"});
  Write({"", "d"});
  const auto journal = Open();
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_THAT(seen_, ElementsAre("1:a", "2:b", "3:", "4:d"));
  EXPECT_TRUE((*journal)->opened().sealed);
  EXPECT_EQ((*journal)->head().sequence, 4u);
}

TEST_F(JournalTest, WhenItWasNotClosedThenRecordsAreThereAndNoSeal) {
  JournalHead head;
  std::unique_ptr<MemoryFiles> killed;
  {
    const auto journal = Open();
    ASSERT_TRUE(Put(journal->get(), "a").ok());
    head = (*journal)->head();
    killed.reset(new MemoryFiles(files_->AfterKill()));
  }
  files_ = std::move(killed);
  const auto end = Read();
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_THAT(seen_, ElementsAre("1:a"));
  EXPECT_FALSE(end->sealed);
  EXPECT_EQ(end->torn, 0u);
  EXPECT_EQ(end->head, head);
}

TEST_F(JournalTest, WhenSomebodyHasItOpenThenItIsLocked) {
  const auto journal = Open();
  const auto second = Open();
  EXPECT_TRUE(IsRefusal(second.status(), absl::StatusCode::kFailedPrecondition,
                        v1::JOURNAL_LOCKED, "another engine writes to /data"));
}

TEST_F(JournalTest, WhenItIsClosedThenNothingIsTaken) {
  const auto journal = Open();
  ASSERT_TRUE((*journal)->Close().ok());
  EXPECT_EQ(FaultOf(Put(journal->get(), "a")), v1::ENGINE_CLOSED);
}

TEST_F(JournalTest, WhenFilesAreFullThenTheNextBegins) {
  file_bytes_ = 300;
  std::vector<std::string> records, expected;
  for (int i = 1; i <= 20; ++i) {
    records.push_back(absl::StrCat("r", i));
    expected.push_back(absl::StrCat(i, ":r", i));
  }
  Write(records);
  const auto names = JournalFiles(kFolder, files_.get());
  ASSERT_TRUE(names.ok());
  EXPECT_GT(names->size(), 5u);
  ASSERT_TRUE(Read().ok());
  EXPECT_THAT(seen_, ::testing::ElementsAreArray(expected));
}

TEST_F(JournalTest, WhenItIsReadFromTheMiddleThenEarlierFilesMayBeGone) {
  file_bytes_ = 200;
  Write({"a", "b", "c", "d"});
  ASSERT_TRUE(files_->Remove(PathOf(1)).ok());
  ASSERT_TRUE(Read(3).ok());
  EXPECT_THAT(seen_, ElementsAre("3:c", "4:d"));
  const auto gone = Read(1);
  EXPECT_TRUE(IsRefusal(gone.status(), absl::StatusCode::kOutOfRange,
                        v1::REVISION_NOT_AVAILABLE, "record 1 is gone"));
}

TEST_F(JournalTest, WhenAFileInTheMiddleIsGoneThenItIsDamaged) {
  file_bytes_ = 100;
  Write({"a", "b", "c"});
  ASSERT_TRUE(files_->Remove(PathOf(2)).ok());
  EXPECT_TRUE(IsRefusal(Read().status(), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED,
                        "does not go on from the file before it"));
}

TEST_F(JournalTest, WhenTheLastFilesAreGoneThenWhoKnowsOfThemIsTold) {
  file_bytes_ = 100;
  Write({"a", "b", "c"});
  ASSERT_TRUE(files_->Remove(PathOf(3)).ok());
  ASSERT_TRUE(Open(3).ok());
  EXPECT_TRUE(IsRefusal(Open(4).status(), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, "the journal ends at record 2"));
}

TEST_F(JournalTest, WhenASealedFileIsCutAtAFramesEndThenItIsDamaged) {
  file_bytes_ = 100;
  Write({"a", "b"});
  std::string bytes = *files_->MutableBytes(PathOf(1));
  SetBytes(PathOf(1), bytes.substr(0, bytes.size() - FrameBytes(0)));
  EXPECT_TRUE(IsRefusal(Read().status(), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, "its end is missing"));
}

TEST_F(JournalTest, WhenTheLastFrameIsTornThenItIsCutAndToldOf) {
  Write({"a", "b"});
  const std::string bytes = *files_->MutableBytes(PathOf(1));
  SetBytes(PathOf(1), bytes + std::string(50, 'x'));
  const auto journal = Open();
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_EQ((*journal)->opened().torn, 50u);
  ASSERT_TRUE(Put(journal->get(), "c").ok());
  ASSERT_TRUE((*journal)->Close().ok());
  ASSERT_TRUE(Read().ok());
  EXPECT_THAT(seen_, ElementsAre("1:a", "2:b", "3:c"));
}

TEST_F(JournalTest, WhenAnyBitBeforeTheLastFrameIsFlippedThenItIsDamaged) {
  Write({"a", "b", "c"});
  const std::string bytes = *files_->MutableBytes(PathOf(1));
  const size_t sealed = bytes.size() - FrameBytes(0);
  for (size_t bit = 0; bit < sealed * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    SetBytes(PathOf(1), flipped);
    const auto end = Read();
    ASSERT_EQ(FaultOf(end.status()), v1::JOURNAL_DAMAGED) << "bit " << bit;
    ASSERT_THAT(std::string(end.status().message()), HasSubstr(PathOf(1)));
  }
}

TEST_F(JournalTest, WhenItWasRewrittenThenTheChainTells) {
  Write({"a", "b"});
  const auto before = Read();
  files_ = std::make_unique<MemoryFiles>();
  Write({"a", "x"});
  const auto after = Read();
  EXPECT_EQ(before->head.sequence, after->head.sequence);
  EXPECT_FALSE(before->head.chain == after->head.chain);
}

TEST_F(JournalTest,
       WhenRecordsFillMoreThanABatchThenAppendingWritesWhatThereIs) {
  constexpr size_t kRecordBytes = 9 << 20;  // a batch has room for one
  file_bytes_ = 64 << 20;
  {
    const auto journal = Open();
    ASSERT_TRUE(journal.ok()) << journal.status();
    ChangeLog::Ticket last;
    for (const char letter : {'a', 'b', 'c'}) {
      const absl::StatusOr<ChangeLog::Ticket> ticket =
          (*journal)->Append(std::string(kRecordBytes, letter), last);
      ASSERT_TRUE(ticket.ok()) << ticket.status();
      last = *ticket;
    }
    // No call waited for the third record; the first two are on the disk.
    ASSERT_TRUE(Read().ok());
    EXPECT_EQ(seen_.size(), 2u);
    EXPECT_TRUE((*journal)->Await(last).ok());
    ASSERT_TRUE(Read().ok());
    EXPECT_EQ(seen_.size(), 3u);
  }
  EXPECT_EQ(seen_[0], "1:" + std::string(kRecordBytes, 'a'));
  EXPECT_EQ(seen_[2], "3:" + std::string(kRecordBytes, 'c'));
}

TEST_F(JournalTest, WhenManyWriteAtOnceThenEachIsThereOnce) {
  constexpr int kThreads = 8;
  constexpr int kEach = 200;
  {
    const auto journal = Open();
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          ASSERT_TRUE(Put(journal->get(), absl::StrCat(t, "-", i)).ok());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ((*journal)->head().sequence, kThreads * kEach);
  }
  ASSERT_TRUE(Read().ok());
  ASSERT_EQ(seen_.size(), static_cast<size_t>(kThreads * kEach));
  std::vector<int> next(kThreads);
  for (const std::string& record : seen_) {
    const std::string text = record.substr(record.find(':') + 1);
    const int thread = text[0] - '0';
    EXPECT_EQ(text, absl::StrCat(thread, "-", next[thread]++));
  }
}

}  // namespace
}  // namespace acl
