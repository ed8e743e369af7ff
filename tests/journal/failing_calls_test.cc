// Every file system call fails in turn, including those that only read: the
// caller is told, and nothing that was acknowledged is lost.
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/journal.h"
#include "acl/journal/journal_reader.h"
#include "acl/journal/journal_tail.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journal/failing_files.h"
#include "tests/journal/memory_files.h"

namespace acl {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kFolder[] = "/data";
constexpr size_t kFirstRecords = 6;

absl::Status Skip(const JournalRecord&) { return absl::OkStatus(); }

// A journal, and the number of its acknowledged records.
class Writer {
 public:
  absl::Status Open(FileSystem* files, const std::string& path = kFolder) {
    JournalOptions options;
    options.file_bytes = 1;  // each record starts a new file
    options.progress = [](uint64_t, uint64_t) {};
    absl::StatusOr<std::unique_ptr<LockedFolder>> folder =
        LockedFolder::Take(path, files);
    if (!folder.ok()) return folder.status();
    absl::StatusOr<std::unique_ptr<Journal>> journal =
        Journal::Open(*std::move(folder), {1, {}}, options, Skip);
    if (!journal.ok()) return journal.status();
    journal_ = *std::move(journal);
    return absl::OkStatus();
  }
  absl::Status Put() {
    // More than one read returns.
    const absl::StatusOr<ChangeLog::Ticket> ticket =
        journal_->Append(std::string(size_t{300} << 10, 'x'), nullptr);
    if (!ticket.ok()) return ticket.status();
    absl::Status status = journal_->Await(*ticket);
    if (status.ok()) ++acknowledged_;
    return status;
  }
  Journal& journal() { return *journal_; }
  uint64_t acknowledged() const { return acknowledged_; }

 private:
  std::unique_ptr<Journal> journal_;
  uint64_t acknowledged_ = 0;
};

CheckpointHeader HeaderOf(uint64_t sequence) {
  CheckpointHeader header;
  header.head.sequence = sequence;
  return header;
}

absl::Status PutCheckpoint(uint64_t sequence, FileSystem* files) {
  return WriteCheckpoint(kFolder, HeaderOf(sequence), files,
                         [&](BlockSink sink) -> absl::StatusOr<uint64_t> {
                           if (absl::Status s = sink("block"); !s.ok())
                             return s;
                           return sequence;
                         });
}

// Several files, the last of which is torn; two checkpoints; and the remains of
// two files that were being created.
std::unique_ptr<MemoryFiles> Prepare() {
  auto files = std::make_unique<MemoryFiles>();
  {
    Writer writer;
    EXPECT_TRUE(writer.Open(files.get()).ok());
    for (size_t i = 0; i < kFirstRecords; ++i) EXPECT_TRUE(writer.Put().ok());
    EXPECT_TRUE(PutCheckpoint(2, files.get()).ok());
    EXPECT_TRUE(PutCheckpoint(4, files.get()).ok());
  }
  files->MutableBytes(absl::StrCat(kFolder, "/", JournalFileName(6)))
      ->append("torn");
  for (const std::string& name : {JournalFileName(9), CheckpointName(9)}) {
    EXPECT_TRUE(files
                    ->Open(absl::StrCat(kFolder, "/", name, kNewEnding),
                           FileSystem::Mode::kCreate)
                    .ok());
  }
  return files;
}

// How many records a folder has, ignoring what is torn.
uint64_t Records(FileSystem* files) {
  uint64_t records = 0;
  const absl::StatusOr<JournalEnd> end =
      ReadJournal(kFolder, {1, {}}, files, nullptr, [&](const JournalRecord&) {
        ++records;
        return absl::OkStatus();
      });
  EXPECT_TRUE(end.ok()) << end.status();
  return records;
}

// An operation on the folder. Adds to `*records` the number of acknowledged
// records.
using Work = std::function<absl::Status(FileSystem* files, uint64_t* records)>;

// Repeats the work while the first, the second, ... call fails.
void FailEachCall(const std::string& name, const Work& work) {
  const std::unique_ptr<MemoryFiles> prepared = Prepare();
  int failed_calls = 0;
  for (int n = 1;; ++n) {
    MemoryFiles files = prepared->AfterKill();
    int calls = 0;
    FailingFiles failing(&files, [&] { return ++calls == n; });
    uint64_t records = kFirstRecords;
    const absl::Status status = work(&failing, &records);
    if (calls < n) {
      EXPECT_TRUE(status.ok()) << name << ": " << status;
      break;
    }
    ++failed_calls;
    EXPECT_FALSE(status.ok()) << name << ", call " << n;
    EXPECT_THAT(status.message(), HasSubstr(FailingFiles::kMessage)) << name;
    EXPECT_THAT(FaultOf(status),
                ::testing::AnyOf(v1::FILE_ACCESS, v1::OUTCOME_UNKNOWN))
        << name << ", call " << n;

    // The folder is intact, and can be opened and written again.
    const uint64_t found = Records(&files);
    EXPECT_GE(found, records) << name << ", call " << n;
    Writer again;
    ASSERT_TRUE(again.Open(&files).ok()) << name << ", call " << n;
    EXPECT_TRUE(again.Put().ok()) << name << ", call " << n;
    EXPECT_EQ(Records(&files), found + 1) << name << ", call " << n;
  }
  EXPECT_GT(failed_calls, 1) << name;
}

TEST(FailingCalls, WhileAJournalIsOpenedAndWrittenThenTheCallerIsTold) {
  FailEachCall("write", [](FileSystem* files, uint64_t* records) {
    Writer writer;
    absl::Status status = writer.Open(files);
    for (int i = 0; status.ok() && i < 2; ++i) status = writer.Put();
    if (status.ok()) status = writer.journal().Rotate();
    if (status.ok()) status = writer.Put();
    if (status.ok()) status = writer.journal().Close();
    *records += writer.acknowledged();
    return status;
  });
}

TEST(FailingCalls, WhileAJournalIsReadThenTheCallerIsTold) {
  FailEachCall("read", [](FileSystem* files, uint64_t*) {
    return ReadJournal(
               kFolder, {3, {}}, files, [](uint64_t, uint64_t) {}, Skip)
        .status();
  });
}

TEST(FailingCalls, WhileAJournalIsFollowedThenTheCallerIsTold) {
  FailEachCall("follow", [](FileSystem* files, uint64_t*) {
    JournalTail tail(kFolder, {1, {}}, Durability::kDisk, files);
    for (;;) {
      if (absl::Status s = tail.BytesAhead().status(); !s.ok()) return s;
      const absl::StatusOr<bool> more = tail.Read(1, Skip);
      if (!more.ok() || !*more) return more.status();
    }
  });
}

TEST(FailingCalls, WhileACheckpointIsWrittenThenTheCallerIsTold) {
  FailEachCall("checkpoint", [](FileSystem* files, uint64_t*) {
    if (absl::Status s = PutCheckpoint(5, files); !s.ok()) return s;
    std::vector<std::string> blocks;
    const absl::StatusOr<CheckpointHeader> header = ReadCheckpoint(
        kFolder, 5, files, [](uint64_t, uint64_t) {},
        [&](absl::string_view block) {
          blocks.emplace_back(block);
          return absl::OkStatus();
        });
    if (!header.ok()) return header.status();
    EXPECT_THAT(blocks, SizeIs(1));
    return RemoveCheckpoints(kFolder, 1, files);
  });
}

// Uses the system's files: those in memory cannot be moved to another folder.
TEST(FailingCalls, WhileOldFilesAreMovedAwayThenTheCallerIsToldAndNoneIsLost) {
  FileSystem* const files = SystemFiles();
  for (int n = 1;; ++n) {
    const std::string folder = absl::StrCat(std::getenv("TEST_TMPDIR"), "/", n);
    const std::string archive = folder + "/archive";
    {
      Writer writer;
      ASSERT_TRUE(writer.Open(files, folder).ok());
      for (size_t i = 0; i < kFirstRecords; ++i) ASSERT_TRUE(writer.Put().ok());
    }
    int calls = 0;
    FailingFiles failing(files, [&] { return ++calls == n; });
    const absl::Status status =
        RemoveJournalFiles(folder, 5, archive, &failing);
    if (calls < n) {
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_THAT(*JournalFiles(archive, files), SizeIs(4));
      EXPECT_GT(n, 6);
      break;
    }
    EXPECT_EQ(FaultOf(status), v1::FILE_ACCESS) << n;
    const absl::StatusOr<std::vector<JournalFile>> moved =
        JournalFiles(archive, files);
    EXPECT_EQ(
        JournalFiles(folder, files)->size() + (moved.ok() ? moved->size() : 0),
        kFirstRecords)
        << n;
    EXPECT_TRUE(RemoveJournalFiles(folder, 5, archive, files).ok()) << n;
    EXPECT_THAT(*JournalFiles(archive, files), SizeIs(4)) << n;
  }
}

}  // namespace
}  // namespace acl
