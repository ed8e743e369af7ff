// A read-only replica of a folder that another engine writes: it does what the
// writer does, shows nothing that could be lost again, and reports when it has
// to stop.
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "acl/engine.h"
#include "acl/journal/journal_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/durable/durable.h"
#include "tests/journal/unreadable_files.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/history.h"

namespace acl {
namespace {

using ::testing::ElementsAre;

constexpr absl::Duration kLong = absl::Seconds(60);
constexpr absl::Duration kShort = absl::Milliseconds(50);

// Records what a replica's observer is told, as text.
class Told : public Observer {
 public:
  void OnChange(absl::string_view workspace, const Actor& actor,
                const std::vector<Change>& changes,
                const ChangeOptions& options, const Receipt& receipt) override {
    std::string words = absl::StrCat(workspace, " ", receipt.revision, " by ",
                                     actor.ToString());
    for (const Change& change : changes) {
      absl::StrAppend(&words, ", ", ToString(change));
    }
    if (!options.reason.empty()) absl::StrAppend(&words, ": ", options.reason);
    Add(std::move(words));
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !held_; });
  }
  void OnWorkspace(absl::string_view workspace, const Actor& actor,
                   WorkspaceEvent event) override {
    const char* const kWords[] = {"added", "imported", "removed"};
    Add(absl::StrCat(workspace, " ", kWords[static_cast<int>(event)], " by ",
                     actor.ToString()));
  }
  void OnFollowing(const absl::Status& status) override {
    Add(status.ok() ? "goes on" : Fault_Name(FaultOf(status)));
  }

  // Makes calls about changes wait, or releases them.
  void Hold(bool held) {
    const std::lock_guard<std::mutex> lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  // Everything that it was told, once something contains these words.
  std::vector<std::string> Await(const std::string& words) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] {
      return absl::StrJoin(told_, "\n").find(words) != std::string::npos;
    });
    return told_;
  }

 private:
  void Add(std::string words) {
    const std::lock_guard<std::mutex> lock(mutex_);
    told_.push_back(std::move(words));
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> told_;
  bool held_ = false;
};

class FollowTest : public DurableTest {
 protected:
  // The replica must end before the files and the observer that it uses.
  void TearDown() override {
    follower_ = nullptr;
    DurableTest::TearDown();
  }

  absl::StatusOr<std::unique_ptr<Engine>> TryFollow(
      FileSystem* files, const std::string& folder = kFolder) {
    FolderOptions options;
    options.files = files;
    options.follow_interval = absl::Milliseconds(1);
    options.durability = follower_durability_;
    EngineOptions engine_options;
    engine_options.observer = &told_;
    return Engine::Follow(folder, engine_options, options, &follow_report_);
  }
  void Follow(FileSystem* files, const std::string& folder = kFolder) {
    follower_ = nullptr;
    absl::StatusOr<std::unique_ptr<Engine>> engine = TryFollow(files, folder);
    ASSERT_TRUE(engine.ok()) << engine.status();
    follower_ = *std::move(engine);
  }
  void Follow() { Follow(files_.get()); }

  Workspace There(const std::string& id) {
    return *follower_->FindWorkspace(id);
  }
  // Checks that the replica reaches the writer's revision and has the same
  // state.
  void ExpectSame(const std::string& id = "studio") {
    const RevisionToken token = *Of(id).Token();
    const absl::StatusOr<Snapshot> there = There(id).AtLeast(token, kLong);
    ASSERT_TRUE(there.ok()) << there.status();
    EXPECT_EQ(*there->Token(), token);
    EXPECT_EQ(there->Export()->DebugString(), Of(id).Export()->DebugString());
  }
  // Waits for the next change on the replica, and returns the status.
  absl::Status AwaitNext() {
    RevisionToken token = *There("studio").Token();
    ++token.revision;
    return There("studio").AtLeast(token, kLong).status();
  }

  std::atomic<bool> fails_{false};
  std::unique_ptr<UnreadableFiles> unreadable_;
  Told told_;
  Durability follower_durability_ = Durability::kDisk;
  FolderReport follow_report_;
  std::unique_ptr<Engine> follower_;
};

TEST_F(FollowTest, WhenItBeginsThenWhatIsThereIsThere) {
  ASSERT_TRUE(engine_->Checkpoint().ok());
  ASSERT_TRUE(Share("dan", "viewer").ok());
  Follow();
  EXPECT_EQ(follower_->Export().DebugString(), Everything());
  EXPECT_EQ(*There("studio").Token(), *Of("studio").Token());
  EXPECT_EQ(follow_report_.records, 3u);
  EXPECT_EQ(follow_report_.checkpoint, 2u);
  EXPECT_TRUE(follower_->Following().ok());
}

TEST_F(FollowTest, WhenSomethingChangesThenItAppearsWithItsToken) {
  Follow();
  ChangeOptions options;
  options.reason = "new hire";
  options.request_id = "q";
  ASSERT_TRUE(Share("dan", "viewer", options).ok());
  ExpectSame();
  ASSERT_TRUE(Share("dan", "editor").ok());
  ASSERT_TRUE(
      Of("studio").Apply(Subject::Key("k1"), {RemoveGroup{"inner"}}).ok());
  ExpectSame();
  // A request that changes nothing is answered from memory the second time.
  ChangeOptions nothing;
  nothing.request_id = "n";
  ASSERT_TRUE(Share("dan", "editor", nothing).ok());
  EXPECT_THAT(told_.Await("studio 4 by system, share"),
              ElementsAre("studio 2 by system, share voice:v with user:dan as "
                          "viewer: new hire",
                          "studio 3 by system, share voice:v with user:dan as "
                          "editor",
                          "studio 4 by key:k1, remove group:inner",
                          "studio 4 by system, share voice:v with user:dan as "
                          "editor"));
}

TEST_F(FollowTest, WhenATokenHasNotComeThenItWaitsAndIsTold) {
  Follow();
  RevisionToken next = *Of("studio").Token();
  ++next.revision;
  EXPECT_TRUE(IsRefusal(There("studio").AtLeast(next, kShort),
                        absl::StatusCode::kDeadlineExceeded,
                        v1::REVISION_TIMEOUT, "did not come"));
  std::thread later([&] {
    absl::SleepFor(kShort);
    EXPECT_TRUE(Share("dan", "viewer").ok());
  });
  const absl::StatusOr<Snapshot> snapshot =
      There("studio").AtLeast(next, kLong);
  later.join();
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_TRUE(*snapshot->Check(Subject::User("dan"), "viewer", kVoice));
}

TEST_F(FollowTest, WhenAChangeIsAskedOfItThenItIsRefused) {
  Follow();
  const auto read_only = [](const auto& result) {
    return IsRefusal(result, absl::StatusCode::kFailedPrecondition,
                     v1::READ_ONLY, "make the change there");
  };
  EXPECT_TRUE(read_only(There("studio").Share(Actor::System(), kVoice,
                                              Target::User("dan"), "viewer")));
  EXPECT_TRUE(read_only(follower_->AddWorkspace(Actor::System(), "w")));
  EXPECT_TRUE(read_only(follower_->RemoveWorkspace(Actor::System(), "studio")));
  v1::World world;
  world.add_workspaces()->set_id("w");
  EXPECT_TRUE(read_only(follower_->Import(Actor::System(), world)));
  EXPECT_TRUE(read_only(follower_->Checkpoint()));
  // A dry run is answered.
  ChangeOptions dry;
  dry.dry_run = true;
  EXPECT_TRUE(
      There("studio")
          .Share(Actor::System(), kVoice, Target::User("dan"), "viewer", dry)
          ->changed);
  EXPECT_EQ(FaultOf(engine_->Following()), v1::MALFORMED);
}

TEST_F(FollowTest, WhenWorkspacesComeAndGoThenTheyDoSoThere) {
  Follow();
  const Workspace old = There("studio");
  const RevisionToken token = *old.Token();
  ASSERT_TRUE(engine_->RemoveWorkspace(Subject::User("ann"), "studio").ok());
  ASSERT_TRUE(engine_->AddWorkspace(Actor::System(), "studio").ok());
  v1::World world;
  world.add_workspaces()->set_id("a");
  world.add_workspaces()->set_id("b");
  ASSERT_TRUE(engine_->Import(Subject::Email("x@y"), world).ok());
  EXPECT_THAT(
      told_.Await("b imported"),
      ElementsAre("studio removed by user:ann", "studio added by system",
                  "a imported by email:x@y", "b imported by email:x@y"));
  ExpectSame("studio");
  ExpectSame("a");
  EXPECT_FALSE(*old.Check(Subject::User("ann"), "viewer", kVoice));
  EXPECT_EQ(FaultOf(There("studio").AtLeast(token, kLong).status()),
            v1::REVISION_NOT_AVAILABLE);
  ASSERT_TRUE(Of("b").Apply(Actor::System(), {AddUser{"u"}}).ok());
  ExpectSame("b");
}

TEST_F(FollowTest, WhenItIsWatchedThenEveryChangeIsGiven) {
  ASSERT_TRUE(Share("dan", "viewer").ok());
  Follow();
  RevisionToken begin = *Of("studio").Token();
  --begin.revision;
  WatchOptions options;
  options.roles = true;
  const auto watch = *follower_->Watch("studio", begin, options);
  EXPECT_EQ(watch->Next(kLong)->token.revision, begin.revision + 1);
  ASSERT_TRUE(Share("dan", "admin").ok());
  const absl::StatusOr<WatchedChange> change = watch->Next(kLong);
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->token, *Of("studio").Token());
  ASSERT_EQ(change->roles.size(), 1u);
  EXPECT_EQ(change->roles[0].after, "admin");
  follower_ = nullptr;
  EXPECT_EQ(FaultOf(watch->Next(kLong).status()), v1::ENGINE_CLOSED);
}

TEST_F(FollowTest, WhenThePastIsAskedOfItThenItIsThere) {
  const RevisionToken token = *Of("studio").Token();
  ASSERT_TRUE(Share("dan", "viewer").ok());
  Follow();
  Moment moment;
  moment.workspace = "studio";
  moment.revision = token.revision;
  const auto then = follower_->At(moment);
  ASSERT_TRUE(then.ok()) << then.status();
  EXPECT_EQ(*(*then)->FindWorkspace("studio")->Token(), token);
}

TEST_F(FollowTest, WhenTheWriterComesAgainThenItGoesOn) {
  Follow();
  ASSERT_TRUE(Share("dan", "viewer").ok());
  Reopen();
  ASSERT_TRUE(Share("dan", "editor").ok());
  Reopen();
  ExpectSame();
  ASSERT_TRUE(Share("dan", "viewer").ok());
  ExpectSame();
}

TEST_F(FollowTest, WhenThereIsNothingYetThenItWaitsForIt) {
  constexpr char kOther[] = "/other";
  EXPECT_EQ(FaultOf(TryFollow(files_.get(), kOther).status()), v1::FILE_ACCESS);
  ASSERT_TRUE(files_->MakeFolder(kOther).ok());
  Follow(files_.get(), kOther);
  EXPECT_THAT(follower_->WorkspaceIds(), ::testing::IsEmpty());
  FolderOptions options;
  options.files = files_.get();
  auto writer = Engine::Open(kOther, {}, options);
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->AddWorkspace(Actor::System(), "w").ok());
  told_.Await("w added");
  EXPECT_THAT(follower_->WorkspaceIds(), ElementsAre("w"));
}

TEST_F(FollowTest, WhenAnyHistoryIsFollowedThenItIsAsTheWriters) {
  Follow();
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const compare::History history = compare::Generate(seed);
    const std::string id = absl::StrCat("history-", seed);
    absl::StatusOr<Workspace> written =
        engine_->AddWorkspace(Actor::System(), id, history.settings);
    ASSERT_TRUE(written.ok());
    told_.Await(absl::StrCat(id, " added"));
    for (const compare::Call& call : history.calls) {
      static_cast<void>(
          written->Apply(call.actor.ToActor(), call.changes, call.options));
    }
    ASSERT_NO_FATAL_FAILURE(ExpectSame(id)) << "seed " << seed;
  }
  EXPECT_TRUE(follower_->Following().ok()) << follower_->Following();
}

// While a sync is waiting, the replica must not show the change.
TEST_F(FollowTest, WhenAChangeIsNotOnTheDiskThenItIsNotShown) {
  HeldSteps held;
  std::atomic<bool> holds{false};
  files_->SetSchedule([&](const FileStep& step) -> StepOutcome {
    if (holds && step.call == FileStep::Call::kSync) held.Wait();
    return {};
  });
  Follow();
  holds = true;
  RevisionToken next = *Of("studio").Token();
  ++next.revision;
  std::thread change([&] { EXPECT_TRUE(Share("dan", "viewer").ok()); });
  held.AwaitHeld();
  EXPECT_EQ(FaultOf(There("studio").AtLeast(next, kShort).status()),
            v1::REVISION_TIMEOUT);
  held.Release();
  change.join();
  ExpectSame();
  follower_ = nullptr;
  files_->SetSchedule(nullptr);
}

TEST_F(FollowTest, WhenTheWriterDoesNotSyncThenWhatIsShownIsOnTheDisk) {
  durability_ = Durability::kProcess;
  Reopen();
  Follow();
  ASSERT_TRUE(Share("dan", "viewer").ok());
  ExpectSame();
  follower_ = nullptr;
  const RevisionToken shown = *Of("studio").Token();
  int images = 0;
  files_->ForEachImage({}, [&](MemoryFiles* image) {
    FolderOptions options;
    options.files = image;
    const auto after = Engine::OpenAt(kFolder, {}, {}, options);
    EXPECT_TRUE(after.ok()) << after.status();
    EXPECT_EQ(*(*after)->FindWorkspace("studio")->Token(), shown);
    return ++images < 100 && !HasFailure();
  });
  EXPECT_GT(images, 0);
}

TEST_F(FollowTest, WhenItsSyncFailsThenItStopsWhereItIs) {
  durability_ = Durability::kProcess;
  Reopen();
  std::atomic<bool> fails{false};
  files_->SetSchedule([&](const FileStep& step) -> StepOutcome {
    return {false, fails && step.call == FileStep::Call::kSync ? EIO : 0, {}};
  });
  Follow();
  const RevisionToken before = *There("studio").Token();
  fails = true;
  ASSERT_TRUE(Share("dan", "viewer").ok());
  EXPECT_EQ(FaultOf(AwaitNext()), v1::OUTCOME_UNKNOWN);
  EXPECT_TRUE(IsRefusal(follower_->Following(), absl::StatusCode::kUnknown,
                        v1::OUTCOME_UNKNOWN, "whether the disk has"));
  EXPECT_EQ(*There("studio").Token(), before);
  fails = false;
  follower_ = nullptr;
  files_->SetSchedule(nullptr);
}

TEST_F(FollowTest, WhenTheSystemRefusesThenItTriesAgain) {
  unreadable_ = std::make_unique<UnreadableFiles>(
      files_.get(), [this] { return fails_.load(); });
  Follow(unreadable_.get());
  fails_ = true;
  told_.Await("FILE_ACCESS");
  EXPECT_EQ(FaultOf(follower_->Following()), v1::FILE_ACCESS);
  ASSERT_TRUE(Share("dan", "viewer").ok());
  RevisionToken next = *Of("studio").Token();
  EXPECT_EQ(FaultOf(There("studio").AtLeast(next, kShort).status()),
            v1::REVISION_TIMEOUT);
  fails_ = false;
  ExpectSame();
  told_.Await("goes on");
  EXPECT_TRUE(follower_->Following().ok());
}

// A writer that keeps no history does not wait for replicas.
TEST_F(FollowTest, WhenItIsTooSlowForTheHistoryThatIsKeptThenItSaysSo) {
  keep_history_ = false;
  Reopen();
  Follow();
  told_.Hold(true);
  ASSERT_TRUE(Share("dan", "viewer").ok());
  told_.Await("studio 2");
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(Share("dan", i % 2 == 0 ? "editor" : "viewer").ok());
    if (i % 20 == 19) {
      ASSERT_TRUE(engine_->Checkpoint().ok());
    }
  }
  told_.Hold(false);
  EXPECT_EQ(FaultOf(AwaitNext()), v1::REVISION_NOT_AVAILABLE);
  EXPECT_TRUE(IsRefusal(follower_->Following(), absl::StatusCode::kOutOfRange,
                        v1::REVISION_NOT_AVAILABLE, "were removed before"));
  told_.Await("REVISION_NOT_AVAILABLE");
  Follow();
  ExpectSame();
}

// A folder in its first state, to which the writer's bytes are added piece by
// piece.
class PiecesTest : public FollowTest {
 protected:
  void SetUp() override {
    journal_file_bytes_ = 1 << 20;
    FollowTest::SetUp();
    const std::string path = absl::StrCat(kFolder, "/", JournalFileName(1));
    ASSERT_TRUE(files_->MakeFolder("/copy").ok());
    file_ = *files_->Open(absl::StrCat("/copy/", JournalFileName(1)),
                          FileSystem::Mode::kCreate);
    const std::string before = *files_->MutableBytes(path);
    ASSERT_TRUE(Share("dan", "viewer").ok());
    ASSERT_TRUE(Share("dan", "editor").ok());
    more_ = files_->MutableBytes(path)->substr(before.size());
    at_ = before.size();
    ASSERT_TRUE(WriteAll(file_.get(), 0, before).ok());
    Follow(files_.get(), "/copy");
  }
  void Write(const std::string& bytes) {
    ASSERT_TRUE(WriteAll(file_.get(), at_, bytes).ok());
    at_ += bytes.size();
  }

  std::unique_ptr<File> file_;
  std::string more_;  // two changes
  uint64_t at_ = 0;
};

TEST_F(PiecesTest, WhenAChangeIsBeingWrittenThenItIsWaitedFor) {
  RevisionToken next = *There("studio").Token();
  ++next.revision;
  Write(more_.substr(0, 60));
  EXPECT_EQ(FaultOf(There("studio").AtLeast(next, kShort).status()),
            v1::REVISION_TIMEOUT);
  Write(more_.substr(60, 70));
  EXPECT_EQ(FaultOf(There("studio").AtLeast(next, kShort).status()),
            v1::REVISION_TIMEOUT);
  EXPECT_TRUE(follower_->Following().ok());
  Write(more_.substr(130));
  ++next.revision;
  EXPECT_TRUE(There("studio").AtLeast(next, kLong).ok());
  EXPECT_EQ(There("studio").Export()->DebugString(),
            Of("studio").Export()->DebugString());
}

TEST_F(PiecesTest, WhenSomethingWasAlteredThenItStopsWhereItIs) {
  const Workspace there = There("studio");
  const std::string before = there.Export()->DebugString();
  const auto watch = *follower_->Watch("studio", *there.Token());
  more_[100] = static_cast<char>(more_[100] ^ 1);
  Write(more_);
  EXPECT_EQ(FaultOf(AwaitNext()), v1::JOURNAL_DAMAGED);
  EXPECT_TRUE(IsRefusal(follower_->Following(), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED,
                        absl::StrCat(JournalFileName(1), ", at byte ")));
  told_.Await("JOURNAL_DAMAGED");
  EXPECT_EQ(there.Export()->DebugString(), before);
  EXPECT_TRUE(*there.Check(Subject::User("bob"), "editor", kVoice));
  EXPECT_EQ(FaultOf(watch->Next(kLong).status()), v1::JOURNAL_DAMAGED);
  EXPECT_EQ(FaultOf(follower_->Watch("studio", *there.Token()).status()),
            v1::JOURNAL_DAMAGED);
  EXPECT_EQ(FaultOf(TryFollow(files_.get(), "/copy").status()),
            v1::JOURNAL_DAMAGED);
}

}  // namespace
}  // namespace acl
