// Every single bit of a journal and of a checkpoint, flipped: nothing that is
// not what was written is taken for it.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/journal_reader.h"
#include "gtest/gtest.h"
#include "tests/concurrency/scale.h"
#include "tests/journal/memory_files.h"

namespace acl {
namespace {

constexpr char kFolder[] = "/data";

// Every bit, or fewer under sanitizers.
size_t Step() { return concurrency::kAddressSanitizer ? 23 : 1; }

void Flip(std::string* bytes, size_t bit) {
  char& byte = (*bytes)[bit / 8];
  byte = static_cast<char>(byte ^ 1 << bit % 8);
}

// An engine's folder with a journal of this size, closed.
std::unique_ptr<MemoryFiles> MakeFolder(size_t bytes, bool checkpoint) {
  auto files = std::make_unique<MemoryFiles>();
  FolderOptions options;
  options.files = files.get();
  options.checkpoints = false;
  const auto engine = *Engine::Open(kFolder, {}, options);
  Workspace w = *engine->AddWorkspace(Actor::System(), "w");
  const std::string path = absl::StrCat(kFolder, "/", JournalFileName(1));
  for (int i = 0; files->MutableBytes(path)->size() < bytes; ++i) {
    std::vector<Change> changes;
    for (int user = 0; user < 8; ++user) {
      changes.emplace_back(AddUser{absl::StrCat("user-", i, "-", user)});
    }
    EXPECT_TRUE(w.Apply(Actor::System(), changes).ok());
  }
  if (checkpoint) {
    EXPECT_TRUE(engine->Checkpoint().ok());
  }
  return files;
}

TEST(DamageTest, WhenAnyBitOfAJournalIsFlippedThenItIsDamagedOrNoSealIsSeen) {
  const std::unique_ptr<MemoryFiles> files = MakeFolder(64 << 10, false);
  const std::string path = absl::StrCat(kFolder, "/", JournalFileName(1));
  const std::string sound = *files->MutableBytes(path);
  const auto read = [&]() {
    return ReadJournal(kFolder, {}, files.get(), nullptr,
                       [](const JournalRecord&) { return absl::OkStatus(); });
  };
  const absl::StatusOr<JournalEnd> whole = read();
  ASSERT_TRUE(whole.ok() && whole->sealed);
  const size_t seal = sound.size() - FrameBytes(0);
  for (size_t bit = 0; bit < sound.size() * 8; bit += Step()) {
    std::string& bytes = *files->MutableBytes(path);
    Flip(&bytes, bit);
    const absl::StatusOr<JournalEnd> end = read();
    if (bit < seal * 8) {
      ASSERT_EQ(FaultOf(end.status()), v1::JOURNAL_DAMAGED) << "bit " << bit;
    } else {
      // It looks as if the engine had been stopped while it closed.
      ASSERT_TRUE(end.ok()) << "bit " << bit << end.status();
      ASSERT_EQ(end->head, whole->head);
      ASSERT_FALSE(end->sealed);
      ASSERT_GT(end->torn, 0u);
    }
    Flip(files->MutableBytes(path), bit);
  }
}

TEST(DamageTest, WhenAnyBitOfACheckpointIsFlippedThenItIsDamaged) {
  const std::unique_ptr<MemoryFiles> files = MakeFolder(16 << 10, true);
  const uint64_t sequence = Checkpoints(kFolder, files.get())->back();
  const std::string path = absl::StrCat(kFolder, "/", CheckpointName(sequence));
  const auto read = [&] {
    return ReadCheckpoint(kFolder, sequence, files.get(), nullptr,
                          [](absl::string_view) { return absl::OkStatus(); })
        .status();
  };
  ASSERT_TRUE(read().ok());
  const size_t bits = files->MutableBytes(path)->size() * 8;
  for (size_t bit = 0; bit < bits; bit += Step()) {
    Flip(files->MutableBytes(path), bit);
    ASSERT_EQ(FaultOf(read()), v1::JOURNAL_DAMAGED) << "bit " << bit;
    Flip(files->MutableBytes(path), bit);
  }
}

TEST(DamageTest, WhenACheckpointIsCutAnywhereThenItIsDamaged) {
  const std::unique_ptr<MemoryFiles> files = MakeFolder(4 << 10, true);
  const uint64_t sequence = Checkpoints(kFolder, files.get())->back();
  const std::string path = absl::StrCat(kFolder, "/", CheckpointName(sequence));
  const std::string sound = *files->MutableBytes(path);
  for (size_t size = 0; size < sound.size(); ++size) {
    *files->MutableBytes(path) = sound.substr(0, size);
    ASSERT_EQ(FaultOf(ReadCheckpoint(
                          kFolder, sequence, files.get(), nullptr,
                          [](absl::string_view) { return absl::OkStatus(); })
                          .status()),
              v1::JOURNAL_DAMAGED)
        << size;
  }
}

}  // namespace
}  // namespace acl
