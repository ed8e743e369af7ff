// Follows a journal while it is written: every record arrives in order, and
// none that could be lost again.
#include "acl/journal/journal_tail.h"

#include <atomic>
#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/journal/journal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/journal/memory_files.h"
#include "tests/journal/unreadable_files.h"

namespace acl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kFolder[] = "/data";
constexpr size_t kAll = size_t{1} << 30;

std::string PathOf(uint64_t first) {
  return absl::StrCat(kFolder, "/", JournalFileName(first));
}

class JournalTailTest : public ::testing::Test {
 protected:
  void SetUp() override { OpenJournal(); }
  void TearDown() override { files_->SetSchedule(nullptr); }

  void OpenJournal() {
    journal_ = nullptr;
    JournalOptions options;
    options.file_bytes = file_bytes_;
    options.durability = durability_;
    auto folder = LockedFolder::Take(kFolder, files_.get());
    ASSERT_TRUE(folder.ok()) << folder.status();
    auto journal =
        Journal::Open(*std::move(folder), {1, {}}, options,
                      [](const JournalRecord&) { return absl::OkStatus(); });
    ASSERT_TRUE(journal.ok()) << journal.status();
    journal_ = *std::move(journal);
  }
  // Simulates that the writing process is killed and another one starts.
  std::unique_ptr<MemoryFiles> AfterKill() {
    return std::unique_ptr<MemoryFiles>(new MemoryFiles(files_->AfterKill()));
  }
  void Put(const std::string& record) {
    const auto ticket = journal_->Append(record, nullptr);
    ASSERT_TRUE(ticket.ok()) << ticket.status();
    const absl::Status durable = journal_->Await(*ticket);
    ASSERT_TRUE(durable.ok()) << durable;
  }
  std::unique_ptr<JournalTail> Tail(uint64_t from = 1,
                                    Durability durability = Durability::kDisk) {
    return std::make_unique<JournalTail>(kFolder, ReadFrom{from, {}},
                                         durability, files_.get());
  }
  // Reads once, and adds what it got to `seen_`.
  absl::StatusOr<bool> Read(JournalTail* tail, size_t bytes = kAll) {
    seen_.clear();
    return tail->Read(bytes, [this](const JournalRecord& record) {
      seen_.push_back(absl::StrCat(record.sequence, ":", record.bytes));
      return absl::OkStatus();
    });
  }
  std::vector<std::string> Seen(JournalTail* tail) {
    const absl::StatusOr<bool> more = Read(tail);
    EXPECT_TRUE(more.ok()) << more.status();
    EXPECT_FALSE(more.ok() && *more);
    return seen_;
  }

  std::unique_ptr<MemoryFiles> files_ = std::make_unique<MemoryFiles>();
  uint64_t file_bytes_ = 1 << 20;
  Durability durability_ = Durability::kDisk;
  std::unique_ptr<Journal> journal_;
  std::vector<std::string> seen_;
};

TEST_F(JournalTailTest, WhenRecordsComeThenEachIsGivenOnce) {
  const auto tail = Tail();
  EXPECT_THAT(Seen(tail.get()), IsEmpty());
  Put("a");
  EXPECT_THAT(Seen(tail.get()), ElementsAre("1:a"));
  EXPECT_THAT(Seen(tail.get()), IsEmpty());
  Put("b");
  Put("c");
  EXPECT_THAT(Seen(tail.get()), ElementsAre("2:b", "3:c"));
  EXPECT_EQ(tail->head(), journal_->head());
  EXPECT_THAT(Seen(Tail(3).get()), ElementsAre("3:c"));
  const auto behind = Tail(4);
  EXPECT_THAT(Seen(behind.get()), IsEmpty());
  EXPECT_EQ(behind->head(), journal_->head());
}

TEST_F(JournalTailTest, WhenThereIsNoJournalYetThenItWaitsForOne) {
  journal_ = nullptr;
  files_ = std::make_unique<MemoryFiles>();
  const auto tail = Tail();
  EXPECT_EQ(FaultOf(Read(tail.get()).status()), v1::FILE_ACCESS);
  ASSERT_TRUE(files_->MakeFolder(kFolder).ok());
  EXPECT_THAT(Seen(tail.get()), IsEmpty());
  OpenJournal();
  EXPECT_THAT(Seen(tail.get()), IsEmpty());
  Put("a");
  EXPECT_THAT(Seen(tail.get()), ElementsAre("1:a"));
}

TEST_F(JournalTailTest, WhenFilesFollowEachOtherThenItGoesOnInTheNext) {
  file_bytes_ = 300;
  OpenJournal();
  const auto tail = Tail();
  std::vector<std::string> all;
  for (int i = 1; i <= 40; ++i) {
    Put("some record");
    // Now and then several at once.
    if (i % 7 == 0) {
      ASSERT_TRUE(Read(tail.get()).ok());
      all.insert(all.end(), seen_.begin(), seen_.end());
    }
  }
  ASSERT_TRUE(Read(tail.get()).ok());
  all.insert(all.end(), seen_.begin(), seen_.end());
  ASSERT_EQ(all.size(), 40u);
  EXPECT_EQ(all.back(), "40:some record");
  EXPECT_GT(JournalFiles(kFolder, files_.get())->size(), 10u);
}

TEST_F(JournalTailTest, WhenTheWriterEndsAndComesAgainThenItGoesOn) {
  const auto tail = Tail();
  Put("a");
  OpenJournal();
  EXPECT_THAT(Seen(tail.get()), ElementsAre("1:a"));
  Put("b");
  OpenJournal();
  OpenJournal();
  Put("c");
  EXPECT_THAT(Seen(tail.get()), ElementsAre("2:b", "3:c"));
}

TEST_F(JournalTailTest, WhenALittleIsWantedThenTheRestComesLater) {
  file_bytes_ = 300;
  OpenJournal();
  for (int i = 0; i < 20; ++i) Put("0123456789");
  const auto tail = Tail();
  size_t given = 0;
  int reads = 0;
  for (bool more = true; more; ++reads) {
    const absl::StatusOr<bool> read = Read(tail.get(), 25);
    ASSERT_TRUE(read.ok()) << read.status();
    more = *read;
    EXPECT_LE(seen_.size(), 3u);
    given += seen_.size();
  }
  EXPECT_EQ(given, 20u);
  EXPECT_GE(reads, 7);
}

TEST_F(JournalTailTest, WhenAFrameIsBeingWrittenThenItWaits) {
  Put("a");
  const std::string before = *files_->MutableBytes(PathOf(1));
  Put("b");
  const std::string after = *files_->MutableBytes(PathOf(1));
  for (size_t size = before.size(); size < after.size(); ++size) {
    *files_->MutableBytes(PathOf(1)) = after.substr(0, size);
    const auto tail = Tail();
    EXPECT_THAT(Seen(tail.get()), ElementsAre("1:a"));
    // The new size may be visible before the bytes.
    *files_->MutableBytes(PathOf(1)) =
        after.substr(0, size) + std::string(after.size() - size, '\0');
    if (*files_->MutableBytes(PathOf(1)) == after) continue;  // padding
    EXPECT_THAT(Seen(tail.get()), IsEmpty()) << size;
    *files_->MutableBytes(PathOf(1)) = after;
    EXPECT_THAT(Seen(tail.get()), ElementsAre("2:b")) << size;
  }
}

TEST_F(JournalTailTest, WhenWhatIsTornIsCutOffThenItGoesOnBehind) {
  Put("a");
  const auto tail = Tail();
  // The writer is killed in the middle of a large write.
  files_->SetSchedule([](const FileStep& step) -> StepOutcome {
    return {step.call == FileStep::Call::kWrite, 0, 500};
  });
  ASSERT_TRUE(journal_->Append(std::string(5000, 'x'), nullptr).ok());
  EXPECT_FALSE(journal_->Rotate().ok());
  auto killed = AfterKill();
  std::swap(killed, files_);
  const auto other = Tail();
  EXPECT_THAT(Seen(other.get()), ElementsAre("1:a"));
  EXPECT_THAT(Seen(other.get()), IsEmpty());
  OpenJournal();
  EXPECT_THAT(Seen(other.get()), IsEmpty());
  Put("b");
  Put(std::string(600, 'y'));
  EXPECT_EQ(Seen(other.get()).size(), 2u);
  EXPECT_EQ(seen_[0], "2:b");
  journal_ = nullptr;
}

TEST_F(JournalTailTest, WhenTheWriterDoesNotSyncThenTheTailDoes) {
  durability_ = Durability::kProcess;
  OpenJournal();
  Put("a");
  const auto survives = [&] {
    bool always = true;
    files_->ForEachImage({}, [&](MemoryFiles* image) {
      const std::string* const bytes = image->MutableBytes(PathOf(1));
      always &= bytes != nullptr && *bytes == *files_->MutableBytes(PathOf(1));
      return true;
    });
    return always;
  };
  EXPECT_THAT(Seen(Tail(1, Durability::kProcess).get()), ElementsAre("1:a"));
  EXPECT_FALSE(survives());
  EXPECT_THAT(Seen(Tail().get()), ElementsAre("1:a"));
  EXPECT_TRUE(survives());
}

TEST_F(JournalTailTest, WhenASyncFailsThenNothingIsGiven) {
  Put("a");
  const auto tail = Tail();
  files_->SetSchedule([](const FileStep& step) -> StepOutcome {
    return {false, step.call == FileStep::Call::kSync ? EIO : 0, {}};
  });
  EXPECT_TRUE(IsRefusal(Read(tail.get()), absl::StatusCode::kUnknown,
                        v1::OUTCOME_UNKNOWN, "is not known"));
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(JournalTailTest, WhenTheSystemRefusesThenTheNextTimeIsAsGood) {
  file_bytes_ = 300;
  OpenJournal();
  for (int i = 0; i < 9; ++i) Put("some record");
  int n = 1;
  for (bool failed = true; failed; ++n) {
    // The n-th call fails, once.
    int left = n;
    UnreadableFiles unreadable(files_.get(), [&] { return --left == 0; });
    JournalTail tail(kFolder, {1, {}}, Durability::kDisk, &unreadable);
    const absl::StatusOr<bool> first = Read(&tail);
    failed = left <= 0;
    EXPECT_EQ(first.ok(), !failed) << n;
    std::vector<std::string> all = seen_;
    if (failed) {
      EXPECT_TRUE(Read(&tail).ok());
      all.insert(all.end(), seen_.begin(), seen_.end());
    }
    ASSERT_EQ(all.size(), 9u) << n;
    for (int i = 0; i < 9; ++i) {
      EXPECT_EQ(all[static_cast<size_t>(i)],
                absl::StrCat(i + 1, ":some record"));
    }
  }
  EXPECT_GT(n, 20);
}

TEST_F(JournalTailTest, WhenSomethingIsAlteredThenItIsDamage) {
  const auto tail = Tail();
  Put("a");
  ASSERT_TRUE(Read(tail.get()).ok());
  const size_t size = files_->MutableBytes(PathOf(1))->size();
  Put("b");
  Put("c");
  files_->MutableBytes(PathOf(1))->at(size + kFrameHeaderBytes + 4) ^= 1;
  EXPECT_TRUE(IsRefusal(Read(tail.get()), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, absl::StrCat("at byte ", size)));
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(JournalTailTest, WhenAnEarlierFileIsAlteredThenItIsDamageAtOnce) {
  file_bytes_ = 300;
  OpenJournal();
  for (int i = 0; i < 10; ++i) Put("some record");
  files_->MutableBytes(PathOf(1))->at(kFileHeaderBytes + kFrameHeaderBytes +
                                      4) ^= 1;
  EXPECT_TRUE(IsRefusal(Read(Tail().get()), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, "is not what was written"));
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(JournalTailTest, WhenWhoeverReadsRefusesThenThatComesBack) {
  Put("a");
  Put("b");
  JournalTail tail(kFolder, {1, {}}, Durability::kDisk, files_.get());
  int given = 0;
  const auto read = tail.Read(1 << 20, [&](const JournalRecord&) {
    return ++given == 2 ? absl::CancelledError("enough") : absl::OkStatus();
  });
  EXPECT_EQ(read.status(), absl::CancelledError("enough"));
  EXPECT_EQ(given, 2);
}

TEST_F(JournalTailTest, WhenAnEarlierFileHasNoEndThenItIsDamage) {
  file_bytes_ = 300;
  OpenJournal();
  for (int i = 0; i < 10; ++i) Put("some record");
  std::string* const bytes = files_->MutableBytes(PathOf(1));
  bytes->resize(bytes->size() - kFrameHeaderBytes);
  EXPECT_TRUE(IsRefusal(Read(Tail().get()), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, "its end is missing"));
}

TEST_F(JournalTailTest, WhenFilesWereRemovedBeforeTheyWereReadThenItIsSaid) {
  file_bytes_ = 300;
  OpenJournal();
  const auto tail = Tail();
  for (int i = 0; i < 20; ++i) Put("some record");
  ASSERT_TRUE(Read(tail.get(), 1).ok());
  const auto files = *JournalFiles(kFolder, files_.get());
  ASSERT_GT(files.size(), 5u);
  // A removed file that is already open is still read to its end.
  ASSERT_TRUE(files_->Remove(PathOf(files[0].first)).ok());
  ASSERT_TRUE(files_->Remove(PathOf(files[2].first)).ok());
  EXPECT_TRUE(IsRefusal(Read(tail.get()), absl::StatusCode::kOutOfRange,
                        v1::REVISION_NOT_AVAILABLE,
                        "were removed before they were read"));
  EXPECT_EQ(tail->head().sequence, files[2].first - 1);
  EXPECT_EQ(FaultOf(Read(Tail().get()).status()), v1::REVISION_NOT_AVAILABLE);
  // The amount left to read cannot be determined either.
  for (const JournalFile& file : files) {
    if (file.first < files.back().first) {
      files_->Remove(PathOf(file.first)).IgnoreError();
    }
  }
  EXPECT_TRUE(IsRefusal(tail->BytesAhead(), absl::StatusCode::kOutOfRange,
                        v1::REVISION_NOT_AVAILABLE, "is gone"));
}

TEST_F(JournalTailTest, WhenTheLastFileIsGoneAndAnEarlierIsNotThenItIsDamage) {
  Put("a");
  const auto tail = Tail();
  ASSERT_TRUE(journal_->Rotate().ok());
  Put("b");
  EXPECT_THAT(Seen(tail.get()), ElementsAre("1:a", "2:b"));
  ASSERT_TRUE(files_->Remove(PathOf(2)).ok());
  EXPECT_TRUE(IsRefusal(Read(tail.get()), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED,
                        "the file is gone, and none follows it"));
}

// Apparent damage is read a second time, since the writer may have cut off a
// torn frame and gone on. Each call of both reads in turn fails, or finds the
// file mended.
TEST_F(JournalTailTest, WhenDamageIsLookedAtAgainThenTheLastLookCounts) {
  Put("a");
  const size_t size = files_->MutableBytes(PathOf(1))->size();
  Put("b");
  Put("c");
  const std::string whole = *files_->MutableBytes(PathOf(1));
  std::string altered = whole;
  altered[size + kFrameHeaderBytes + 4] ^= 1;
  for (const bool mended : {false, true}) {
    for (int n = 1, calls = n; calls + 1 >= n; ++n) {
      calls = 0;
      *files_->MutableBytes(PathOf(1)) = altered;
      UnreadableFiles files(files_.get(), [&] {
        if (++calls != n) return false;
        if (mended) *files_->MutableBytes(PathOf(1)) = whole;
        return !mended;
      });
      JournalTail tail(kFolder, {1, {}}, Durability::kDisk, &files);
      const absl::StatusOr<bool> read = Read(&tail);
      SCOPED_TRACE(absl::StrCat(mended ? "mended at " : "fails at ", n));
      if (calls < n) {  // no call was affected
        EXPECT_EQ(FaultOf(read.status()), v1::JOURNAL_DAMAGED);
      } else if (mended) {
        ASSERT_TRUE(read.ok()) << read.status();
        EXPECT_THAT(seen_, ElementsAre("1:a", "2:b", "3:c"));
      } else {
        EXPECT_EQ(FaultOf(read.status()), v1::FILE_ACCESS);
      }
    }
  }
}

TEST_F(JournalTailTest, WhenTheLastFileIsGoneThenItIsDamage) {
  const auto tail = Tail();
  Put("a");
  ASSERT_TRUE(Read(tail.get()).ok());
  ASSERT_TRUE(files_->Remove(PathOf(1)).ok());
  EXPECT_TRUE(IsRefusal(Read(tail.get()), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, "the file is gone"));
}

// While a writer adds records without pause, with a new file every few records.
TEST_F(JournalTailTest, WhenOneWritesFlatOutThenAllComesInOrder) {
  file_bytes_ = 4096;
  OpenJournal();
  // Following may sync files, but must not change them.
  const std::thread::id here = std::this_thread::get_id();
  std::atomic<int> others{0};
  files_->SetSchedule([&](const FileStep& step) -> StepOutcome {
    if (std::this_thread::get_id() == here &&
        step.call != FileStep::Call::kSync) {
      ++others;
    }
    return {};
  });
  constexpr uint64_t kRecords = 5000;
  std::thread writer([&] {
    for (uint64_t i = 1; i <= kRecords; ++i) Put(absl::StrCat("record ", i));
  });
  const auto tail = Tail();
  uint64_t next = 1;
  while (next <= kRecords) {
    const absl::StatusOr<bool> read =
        tail->Read(1000, [&](const JournalRecord& record) {
          EXPECT_EQ(record.sequence, next);
          EXPECT_EQ(record.bytes, absl::StrCat("record ", next));
          ++next;
          return absl::OkStatus();
        });
    ASSERT_TRUE(read.ok()) << read.status();
  }
  writer.join();
  EXPECT_EQ(others, 0);
  files_->SetSchedule(nullptr);
  EXPECT_EQ(tail->head(), journal_->head());
}

}  // namespace
}  // namespace acl
