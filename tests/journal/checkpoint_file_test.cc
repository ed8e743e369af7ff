// Which files of a folder are checkpoints, and how checkpoints are written and
// read.
#include "acl/journal/checkpoint_file.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/journal/memory_files.h"

namespace acl {
namespace {

constexpr char kFolder[] = "/folder";

class CheckpointNamesTest : public testing::Test {
 protected:
  CheckpointNamesTest() {
    EXPECT_EQ(files_.MakeFolder(kFolder), absl::OkStatus());
  }
  void Make(const std::string& name) {
    EXPECT_TRUE(
        files_.Open(absl::StrCat(kFolder, "/", name), FileSystem::Mode::kCreate)
            .ok());
  }

  MemoryFiles files_;
};

TEST_F(CheckpointNamesTest, WhenThereAreSeveralThenTheOldestIsFirst) {
  for (const uint64_t sequence : {250, 7, 31}) Make(CheckpointName(sequence));
  Make("lock");
  Make(CheckpointName(300) + ".new");
  EXPECT_EQ(*Checkpoints(kFolder, &files_),
            (std::vector<uint64_t>{7, 31, 250}));
}

TEST_F(CheckpointNamesTest, WhenANameOnlyBeginsLikeOneThenItIsDamage) {
  for (const char* ending : {"7", "copy", "00000000000000000007~"}) {
    const std::string name = absl::StrCat("checkpoint-", ending);
    Make(name);
    EXPECT_TRUE(IsRefusal(Checkpoints(kFolder, &files_),
                          absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED,
                          name));
    ASSERT_EQ(files_.Remove(absl::StrCat(kFolder, "/", name)),
              absl::OkStatus());
  }
}

// Before the first record there is no chain to prove anything.
TEST_F(CheckpointNamesTest, WhenItIsOfNoRecordThenItIsDamage) {
  Make(CheckpointName(0));
  EXPECT_TRUE(IsRefusal(Checkpoints(kFolder, &files_),
                        absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED,
                        "is none; move it elsewhere"));
}

class CheckpointBlocksTest : public testing::Test {
 protected:
  CheckpointBlocksTest() {
    EXPECT_EQ(files_.MakeFolder(kFolder), absl::OkStatus());
  }
  absl::Status Write(BlockProducer produce) {
    CheckpointHeader header;
    header.head.sequence = 5;
    return WriteCheckpoint(kFolder, header, &files_, produce);
  }
  absl::Status WriteBlock(absl::string_view block) {
    return Write([&](BlockSink sink) -> absl::StatusOr<uint64_t> {
      if (absl::Status s = sink(block); !s.ok()) return s;
      return 5;
    });
  }
  void ExpectNothingIsThere() {
    EXPECT_EQ(*files_.List(kFolder), std::vector<std::string>{});
  }

  MemoryFiles files_;
};

TEST_F(CheckpointBlocksTest, WhenABlockIsTooLargeThenItIsRefused) {
  // Address space that is never touched.
  constexpr size_t kBytes = (size_t{1} << 30) + 1;
  void* const memory = mmap(nullptr, kBytes, PROT_READ,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  EXPECT_TRUE(IsRefusal(WriteBlock({static_cast<const char*>(memory), kBytes}),
                        absl::StatusCode::kResourceExhausted, v1::LIMIT,
                        "above 1 GiB"));
  munmap(memory, kBytes);
  ExpectNothingIsThere();
}

TEST_F(CheckpointBlocksTest, WhenTheProducerRefusesThenThatComesBack) {
  EXPECT_EQ(Write([](BlockSink) { return absl::DataLossError("no more"); }),
            absl::DataLossError("no more"));
  ExpectNothingIsThere();
}

// Blocks are gathered and written when there are enough: the next block is then
// refused, so that the producer can stop.
TEST_F(CheckpointBlocksTest, WhenTheDiskIsFullThenTheProducerIsTold) {
  files_.SetSchedule([](const FileStep& step) -> StepOutcome {
    return {false, step.call == FileStep::Call::kWrite ? ENOSPC : 0, {}};
  });
  const std::string block(size_t{3} << 20, 'x');
  int blocks = 0;
  EXPECT_TRUE(IsRefusal(Write([&](BlockSink sink) -> absl::StatusOr<uint64_t> {
                          for (; blocks < 10; ++blocks) {
                            if (absl::Status s = sink(block); !s.ok()) return s;
                          }
                          return 5;
                        }),
                        absl::StatusCode::kResourceExhausted, v1::DISK_FULL,
                        "No space left"));
  EXPECT_EQ(blocks, 0);
  // A small block is written only at the end.
  EXPECT_TRUE(IsRefusal(WriteBlock("x"), absl::StatusCode::kResourceExhausted,
                        v1::DISK_FULL, "No space left"));
  files_.SetSchedule(nullptr);
  ExpectNothingIsThere();
}

// The second block's head fills the buffer, and then its bytes fill it again.
TEST_F(CheckpointBlocksTest, WhenAWriteHasFailedThenNothingMoreIsWritten) {
  int writes = 0;
  files_.SetSchedule([&](const FileStep& step) -> StepOutcome {
    if (step.call != FileStep::Call::kWrite) return {};
    ++writes;
    return {false, ENOSPC, {}};
  });
  constexpr size_t kGathered = size_t{1} << 20;
  constexpr size_t kHeader = 80, kBlockHead = 8;
  const std::string first(kGathered - kHeader - 2 * kBlockHead, 'x');
  int blocks = 0;
  EXPECT_TRUE(IsRefusal(
      Write([&](BlockSink sink) -> absl::StatusOr<uint64_t> {
        if (absl::Status s = sink(first); !s.ok()) return s;
        ++blocks;
        if (absl::Status s = sink(std::string(kGathered, 'y')); !s.ok()) {
          return s;
        }
        return 5;
      }),
      absl::StatusCode::kResourceExhausted, v1::DISK_FULL, "No space left"));
  EXPECT_EQ(blocks, 1);
  EXPECT_EQ(writes, 1);
  files_.SetSchedule(nullptr);
  ExpectNothingIsThere();
}

TEST_F(CheckpointBlocksTest,
       WhenAFileBecomesShorterWhileItIsReadThenItIsDamage) {
  ASSERT_EQ(WriteBlock(std::string(size_t{3} << 20, 'x')), absl::OkStatus());
  std::string* const bytes =
      files_.MutableBytes(absl::StrCat(kFolder, "/", CheckpointName(5)));
  const auto read = ReadCheckpoint(
      kFolder, 5, &files_,
      [&](uint64_t, uint64_t) { bytes->resize(size_t{2} << 20); },
      [](absl::string_view) { return absl::OkStatus(); });
  EXPECT_TRUE(IsRefusal(read, absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED,
                        "the file became shorter"));
}

TEST_F(CheckpointBlocksTest, WhenWhoReadsItHasEnoughThenThatComesBack) {
  ASSERT_EQ(WriteBlock("x"), absl::OkStatus());
  EXPECT_EQ(ReadCheckpoint(kFolder, 5, &files_, nullptr,
                           [](absl::string_view) {
                             return absl::CancelledError("enough");
                           })
                .status(),
            absl::CancelledError("enough"));
}

}  // namespace
}  // namespace acl
