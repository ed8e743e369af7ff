// Flips every single bit of a journal and of a checkpoint. Damaged data is
// never taken for what was written, and no engine starts from it.
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/journal_reader.h"
#include "gtest/gtest.h"
#include "tests/concurrency/scale.h"
#include "tests/crash/crash_count.h"
#include "tests/journal/memory_files.h"

namespace acl {
namespace {

constexpr char kFolder[] = "/data";

// Every bit; fewer with sanitizers.
size_t Step() { return concurrency::kAddressSanitizer ? 23 : 1; }

void Flip(std::string* bytes, size_t bit) {
  char& byte = (*bytes)[bit / 8];
  byte = static_cast<char>(byte ^ 1 << bit % 8);
}

// The folder of an engine, closed, with a journal of at least this size.
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
      // This looks as if the engine had been stopped while it was closing.
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

// An engine's folder with two checkpoints and several journal files, and the
// state at some moments.
struct TwoCheckpoints {
  std::unique_ptr<MemoryFiles> files = std::make_unique<MemoryFiles>();
  std::string between;  // after the first checkpoint
  uint64_t between_record = 0;
  std::string before_last;  // all but the last change
  std::string last;
};

std::string Everything(const Engine& engine) {
  return engine.Export().SerializeAsString();
}

FolderOptions Small(MemoryFiles* files) {
  FolderOptions options;
  options.files = files;
  options.checkpoints = false;
  options.journal_file_bytes = 700;
  return options;
}

// The folder as the engine left it: closed or killed.
TwoCheckpoints MakeTwoCheckpoints(bool closed) {
  TwoCheckpoints made;
  auto files = std::make_unique<MemoryFiles>();
  auto engine = *Engine::Open(kFolder, {}, Small(files.get()));
  Workspace w = *engine->AddWorkspace(Actor::System(), "w");
  const auto apply = [&](const std::vector<Change>& changes) {
    ChangeOptions options;
    options.request_id = absl::StrCat("request-", w.Token()->revision);
    EXPECT_TRUE(w.Apply(Actor::System(), changes, options).ok());
  };
  const ResourceId voice{"voice", "v"};
  apply({AddUser{"ann", "ann@example.com"}, AddUser{"bob"}, AddGroup{"g"},
         AddMember{"g", Member::User("bob")},
         AddResource{voice, "V", PrincipalId::User("ann")}});
  apply({Share{voice, Target::Group("g"), "editor"}});
  EXPECT_TRUE(engine->Checkpoint().ok());
  apply({Share{voice, Target::User("bob"), "viewer"}});
  made.between = Everything(*engine);
  made.between_record = 4;
  apply({Unshare{voice, Target::Group("g")}});
  EXPECT_TRUE(engine->Checkpoint().ok());
  apply({AddKey{"k", PrincipalId::User("ann")}});
  apply({RemoveMember{"g", Member::User("bob")}});
  made.before_last = Everything(*engine);
  apply({Unshare{voice, Target::User("bob")}});
  made.last = Everything(*engine);
  if (closed) engine = nullptr;
  made.files.reset(new MemoryFiles(files->AfterKill()));
  return made;
}

// One way to read a damaged folder.
struct Door {
  const char* name;
  std::function<absl::StatusOr<std::unique_ptr<Engine>>(MemoryFiles*,
                                                        FolderReport*)>
      open;
  bool latest;  // false: at the moment `between`
};

std::vector<Door> Doors(const TwoCheckpoints& made) {
  Moment between;
  between.record = made.between_record;
  return {{"Open",
           [](MemoryFiles* files, FolderReport* report) {
             return Engine::Open(kFolder, {}, Small(files), report);
           },
           true},
          {"OpenAt",
           [](MemoryFiles* files, FolderReport* report) {
             return Engine::OpenAt(kFolder, {}, {}, Small(files), report);
           },
           true},
          {"OpenAt a record",
           [between](MemoryFiles* files, FolderReport* report) {
             return Engine::OpenAt(kFolder, between, {}, Small(files), report);
           },
           false},
          {"Follow",
           [](MemoryFiles* files, FolderReport* report) {
             return Engine::Follow(kFolder, {}, Small(files), report);
           },
           true}};
}

// Flips bits in every file, and reads the result in every way.
class Damages {
 public:
  explicit Damages(bool closed)
      : closed_(closed), made_(MakeTwoCheckpoints(closed)) {}

  void FlipAll() {
    const size_t step = Exhaustive()                     ? 1
                        : concurrency::kAddressSanitizer ? 97
                                                         : 7;
    const std::vector<std::string> names = *made_.files->List(kFolder);
    for (const std::string& name : names) {
      const std::string path = absl::StrCat(kFolder, "/", name);
      const size_t bits = made_.files->MutableBytes(path)->size() * 8;
      for (size_t bit = 0; bit < bits; bit += step) {
        Flip(made_.files->MutableBytes(path), bit);
        for (const Door& door : Doors(made_)) {
          SCOPED_TRACE(absl::StrCat(door.name, ", ", name, ", bit ", bit));
          ASSERT_NO_FATAL_FAILURE(Enter(door));
        }
        Flip(made_.files->MutableBytes(path), bit);
      }
    }
    std::printf("%d refused, %d right, %d torn\n", refused_, right_, torn_);
    EXPECT_GT(refused_, 0);
    EXPECT_GT(right_, 0);
    EXPECT_EQ(torn_ > 0, !closed_);
  }

 private:
  void Enter(const Door& door) {
    MemoryFiles damaged = made_.files->AfterKill();
    FolderReport report;
    const absl::StatusOr<std::unique_ptr<Engine>> engine =
        door.open(&damaged, &report);
    if (!engine.ok()) {
      ASSERT_EQ(FaultOf(engine.status()), v1::JOURNAL_DAMAGED)
          << engine.status();
      ++refused_;
      return;
    }
    const std::string now = Everything(**engine);
    if (now == (door.latest ? made_.last : made_.between)) {
      ++right_;
      return;
    }
    // If nobody closed the journal after it, a damaged last frame looks like
    // one that was never synced.
    ASSERT_TRUE(!closed_ && door.latest && now == made_.before_last);
    if (absl::string_view(door.name) == "Open") {
      ASSERT_GT(report.torn_bytes, 0u);
    }
    ++torn_;
  }

  const bool closed_;
  const TwoCheckpoints made_;
  int refused_ = 0;
  int right_ = 0;
  int torn_ = 0;
};

TEST(DamageTest, WhenAnyBitOfAFolderIsFlippedThenEnginesAreRefusedOrRight) {
  Damages(true).FlipAll();
}

TEST(DamageTest, WhenItWasNotClosedThenOnlyTheLastChangeCanBeTakenForTorn) {
  Damages(false).FlipAll();
}

}  // namespace
}  // namespace acl
