// Which files of a folder are checkpoints.
#include "acl/journal/checkpoint_file.h"

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

// Before the first record there is nothing that the chain could prove.
TEST_F(CheckpointNamesTest, WhenItIsOfNoRecordThenItIsDamage) {
  Make(CheckpointName(0));
  EXPECT_TRUE(IsRefusal(Checkpoints(kFolder, &files_),
                        absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED,
                        "is none; move it elsewhere"));
}

}  // namespace
}  // namespace acl
