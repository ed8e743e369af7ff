// An engine that is opened from a folder: what was accepted is there again, and
// what was refused is not, whatever the disk does.
#include "tests/durable/durable.h"

#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/history.h"

namespace acl {
namespace {

using ::testing::ElementsAre;

TEST_F(DurableTest, WhenItIsOpenedAgainThenEverythingIsThere) {
  ASSERT_TRUE(Share("dan", "viewer").ok());
  const std::string before = Everything();
  const RevisionToken token = *Of("studio").Token();
  Reopen();
  EXPECT_EQ(Everything(), before);
  EXPECT_EQ(*Of("studio").Token(), token);
  EXPECT_TRUE(report_.closed);
  EXPECT_EQ(report_.records, 3u);
  EXPECT_EQ(RoleOf("dan"), "viewer");
}

TEST_F(DurableTest, WhenTheProcessIsKilledThenEverythingIsThere) {
  ASSERT_TRUE(Share("dan", "viewer").ok());
  const std::string before = Everything();
  Kill();
  EXPECT_EQ(Everything(), before);
  EXPECT_FALSE(report_.closed);
}

TEST_F(DurableTest, WhenThereWereNoChangesThenTheFolderStaysAsItWas) {
  Reopen();
  const std::string files = files_->DebugString();
  Reopen();
  Reopen();
  EXPECT_EQ(files_->DebugString(), files);
}

TEST_F(DurableTest, WhenAnotherEngineHasTheFolderThenItIsLocked) {
  EXPECT_TRUE(IsRefusal(Open(), absl::StatusCode::kFailedPrecondition,
                        v1::JOURNAL_LOCKED, "another engine writes to /data"));
}

TEST_F(DurableTest, WhenACallIsRefusedOrDryThenNothingOfItIsThere) {
  const std::string before = Everything();
  EXPECT_FALSE(Share("nobody", "viewer").ok());
  ChangeOptions dry;
  dry.dry_run = true;
  EXPECT_TRUE(Share("dan", "viewer", dry)->changed);
  Reopen();
  EXPECT_EQ(Everything(), before);
  EXPECT_EQ(report_.records, 2u);
}

TEST_F(DurableTest, WhenARequestIdWasUsedThenItIsKnownAfterwards) {
  ChangeOptions once;
  once.request_id = "q";
  once.reason = "new hire";
  const Receipt first = *Share("dan", "viewer", once);
  ASSERT_TRUE(
      Of("studio").Unshare(Actor::System(), kVoice, Target::User("dan")).ok());
  // A request that changed nothing is remembered, too.
  ChangeOptions nothing;
  nothing.request_id = "n";
  EXPECT_FALSE(
      Of("studio")
          .Unshare(Actor::System(), kVoice, Target::User("dan"), nothing)
          ->changed);
  Kill();
  const absl::StatusOr<Receipt> again = Share("dan", "viewer", once);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->revision, first.revision);
  EXPECT_EQ(again->changes[0].share->grant_after, "viewer");
  EXPECT_EQ(again->changes[0].share->target, Target::User("dan"));
  EXPECT_EQ(RoleOf("dan"), "none");
  EXPECT_TRUE(IsRefusal(Share("dan", "editor", nothing),
                        absl::StatusCode::kFailedPrecondition,
                        v1::REQUEST_ID_REUSED, "`n` was used"));
}

TEST_F(DurableTest, WhenAReasonCantBeKeptThenTheCallIsRefused) {
  ChangeOptions bad;
  bad.reason = "\xff";
  EXPECT_TRUE(IsRefusal(Share("dan", "viewer", bad),
                        absl::StatusCode::kInvalidArgument, v1::MALFORMED,
                        "reason"));
}

TEST_F(DurableTest, WhenAWorkspaceIsRemovedThenItIsGoneAndCanBeMadeAgain) {
  const RevisionToken token = *Of("studio").Token();
  ASSERT_TRUE(engine_->RemoveWorkspace(Actor::System(), "studio").ok());
  Reopen();
  EXPECT_THAT(engine_->WorkspaceIds(), ::testing::IsEmpty());
  WorkspaceSettings settings;
  settings.roles = {"reader", "owner"};
  settings.resource_types = {"doc"};
  settings.max_principals_per_resource = 7;
  ASSERT_TRUE(engine_->AddWorkspace(Actor::System(), "studio", settings).ok());
  const std::string before = Everything();
  Reopen();
  EXPECT_EQ(Everything(), before);
  EXPECT_THAT(Of("studio").Roles(), ElementsAre("reader", "owner"));
  EXPECT_NE(Of("studio").Token()->incarnation, token.incarnation);
}

TEST_F(DurableTest, WhenAWorldIsImportedThenItIsThereAgain) {
  v1::World world = engine_->Export();
  world.mutable_workspaces(0)->set_id("copy");
  ASSERT_TRUE(engine_->Import(Actor::System(), world).ok());
  ASSERT_TRUE(Of("copy")
                  .Share(Actor::System(), kVoice, Target::User("dan"), "editor")
                  .ok());
  const std::string before = Everything();
  Kill();
  EXPECT_EQ(Everything(), before);
}

TEST_F(DurableTest, WhenAnImportFailsOnTheWayThenNothingOfItIsThere) {
  v1::World world = engine_->Export();
  world.mutable_workspaces(0)->set_id("copy");
  const std::string before = Everything();
  FailNext(FileStep::Call::kSync, EIO);
  EXPECT_EQ(FaultOf(engine_->Import(Actor::System(), world)),
            v1::OUTCOME_UNKNOWN);
  EXPECT_EQ(Everything(), before);
}

TEST_F(DurableTest, WhenTheDiskIsFullThenNothingChangesUntilThereIsRoom) {
  const std::string before = Everything();
  FailNext(FileStep::Call::kWrite, ENOSPC, 1, 33);
  EXPECT_TRUE(IsRefusal(Share("dan", "viewer"),
                        absl::StatusCode::kResourceExhausted, v1::DISK_FULL,
                        "room"));
  EXPECT_EQ(Everything(), before);
  ASSERT_TRUE(Share("dan", "editor").ok());
  Kill();
  EXPECT_EQ(RoleOf("dan"), "editor");
}

TEST_F(DurableTest, WhenAWriteFailsThenTheChangeIsRefusedAndTheNextTried) {
  FailNext(FileStep::Call::kWrite, EIO);
  EXPECT_EQ(FaultOf(Share("dan", "viewer").status()), v1::FILE_ACCESS);
  EXPECT_EQ(RoleOf("dan"), "none");
  ASSERT_TRUE(Share("dan", "editor").ok());
  Kill();
  EXPECT_EQ(RoleOf("dan"), "editor");
}

TEST_F(DurableTest, WhenASyncFailsThenTheOutcomeIsUnknownAndNothingIsTaken) {
  FailNext(FileStep::Call::kSync, EIO);
  EXPECT_TRUE(IsRefusal(Share("dan", "viewer"), absl::StatusCode::kUnknown,
                        v1::OUTCOME_UNKNOWN,
                        "until the folder is opened again"));
  EXPECT_EQ(RoleOf("dan"), "none");
  EXPECT_EQ(FaultOf(Share("dan", "editor").status()), v1::OUTCOME_UNKNOWN);
  EXPECT_EQ(FaultOf(engine_->RemoveWorkspace(Actor::System(), "studio")),
            v1::OUTCOME_UNKNOWN);
  EXPECT_EQ(RoleOf("bob"), "editor");
  Kill();
  ASSERT_TRUE(Share("dan", "editor").ok());
}

TEST_F(DurableTest, WhenTheCutBackFailsThenTheOutcomeIsUnknown) {
  int calls = 0;
  files_->SetSchedule([&](const FileStep& step) -> StepOutcome {
    if (step.call == FileStep::Call::kWrite && ++calls == 1) {
      return {false, ENOSPC, 90};
    }
    if (step.call == FileStep::Call::kTruncate) return {false, EIO, {}};
    return {};
  });
  EXPECT_EQ(FaultOf(Share("dan", "viewer").status()), v1::OUTCOME_UNKNOWN);
  Kill();
  EXPECT_EQ(RoleOf("dan"), "none");
  EXPECT_GT(report_.torn_bytes, 0u);
}

// While the first change is on its way to the disk, others are decided on top
// of it, and gathered.
class PendingTest : public DurableTest {
 protected:
  void HoldSyncs(int error) { files_->SetSchedule(held_.Syncs(error)); }
  std::thread Call(std::string user, std::string role,
                   absl::StatusOr<Receipt>* receipt) {
    return std::thread([=] { *receipt = Share(user, role); });
  }

  HeldSteps held_;
};

TEST_F(PendingTest, WhenItIsNotDurableYetThenNobodySeesIt) {
  HoldSyncs(0);
  absl::StatusOr<Receipt> first, second;
  std::thread one = Call("dan", "viewer", &first);
  held_.AwaitHeld();
  std::thread two = Call("dan", "editor", &second);
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_EQ(RoleOf("dan"), "none");
  held_.Release();
  one.join();
  two.join();
  ASSERT_TRUE(first.ok() && second.ok());
  // Decided on the state that the first one left.
  EXPECT_EQ(second->changes[0].share->grant_before, "viewer");
  EXPECT_EQ(second->revision, first->revision + 1);
  EXPECT_EQ(RoleOf("dan"), "editor");
}

TEST_F(PendingTest, WhenTheDiskFailsThenAllThatWasDecidedUponItIsRefused) {
  HoldSyncs(EIO);
  absl::StatusOr<Receipt> first, second, same, refused;
  std::thread one = Call("dan", "viewer", &first);
  held_.AwaitHeld();
  std::thread two = Call("dan", "editor", &second);
  std::thread three = Call("dan", "viewer", &same);
  std::thread four = Call("nobody", "viewer", &refused);
  absl::SleepFor(absl::Milliseconds(50));
  held_.Release();
  for (std::thread* thread : {&one, &two, &three, &four}) thread->join();
  EXPECT_EQ(FaultOf(first.status()), v1::OUTCOME_UNKNOWN);
  EXPECT_EQ(FaultOf(second.status()), v1::OUTCOME_UNKNOWN);
  EXPECT_EQ(FaultOf(same.status()), v1::OUTCOME_UNKNOWN);
  EXPECT_EQ(FaultOf(refused.status()), v1::USER_NOT_FOUND);
  EXPECT_EQ(RoleOf("dan"), "none");
}

TEST_F(PendingTest, WhenARefusalRestsOnWhatFailsThenItIsDecidedAnew) {
  int writes = 0;
  files_->SetSchedule([this, &writes](const FileStep& step) -> StepOutcome {
    if (step.call != FileStep::Call::kWrite || ++writes > 1) return {};
    held_.Wait();
    return {false, ENOSPC, 0};
  });
  const auto add = [&](absl::StatusOr<Receipt>* receipt) {
    return std::thread([=] {
      *receipt = Of("studio").Apply(Actor::System(), {AddUser{"new"}});
    });
  };
  absl::StatusOr<Receipt> first, second;
  std::thread one = add(&first);
  held_.AwaitHeld();
  // For this change the user exists, until the disk turns out to be full.
  std::thread two = add(&second);
  absl::SleepFor(absl::Milliseconds(50));
  held_.Release();
  one.join();
  two.join();
  EXPECT_EQ(FaultOf(first.status()), v1::DISK_FULL);
  EXPECT_TRUE(second.ok()) << second.status();
  Kill();
  EXPECT_TRUE(Of("studio").FindSubject(Subject::User("new")).ok());
}

TEST_F(DurableTest, WhenManyChangeAtOnceThenAllIsThereAgain) {
  constexpr int kThreads = 8;
  for (int w = 0; w < 2; ++w) {
    ASSERT_TRUE(
        engine_->AddWorkspace(Actor::System(), absl::StrCat("w", w)).ok());
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      Workspace workspace = Of(absl::StrCat("w", t % 2));
      for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(
            workspace.Apply(Actor::System(), {AddUser{absl::StrCat(t, "-", i)}})
                .ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string before = Everything();
  Kill();
  EXPECT_EQ(Everything(), before);
  EXPECT_EQ(Of("w0").Token()->revision, 400u);
}

TEST_F(DurableTest, WhenAnyHistoryIsOpenedAgainThenItIsAsInMemory) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    const compare::History history = compare::Generate(seed);
    const std::string id = absl::StrCat("history-", seed);
    Engine memory;
    absl::StatusOr<Workspace> expected =
        memory.AddWorkspace(Actor::System(), id, history.settings);
    ASSERT_TRUE(expected.ok());
    ASSERT_TRUE(
        engine_->AddWorkspace(Actor::System(), id, history.settings).ok());
    for (size_t i = 0; i < history.calls.size(); ++i) {
      const compare::Call& call = history.calls[i];
      if (i == history.calls.size() / 2) Kill();
      const auto want =
          expected->Apply(call.actor.ToActor(), call.changes, call.options);
      const auto got =
          Of(id).Apply(call.actor.ToActor(), call.changes, call.options);
      ASSERT_EQ(FaultOf(got.status()), FaultOf(want.status()))
          << "seed " << seed << ", " << ToString(call) << got.status();
      if (want.ok()) {
        ASSERT_EQ(got->revision, want->revision);
        ASSERT_EQ(got->replayed, want->replayed);
      }
    }
    Reopen();
    ASSERT_EQ(Of(id).Export()->DebugString(), expected->Export()->DebugString())
        << "seed " << seed;
    ASSERT_TRUE(engine_->RemoveWorkspace(Actor::System(), id).ok());
  }
}

TEST_F(DurableTest, WhenTheProcessAloneCountsThenNothingIsSynced) {
  durability_ = Durability::kProcess;
  Reopen();
  int syncs = 0;
  files_->SetSchedule([&](const FileStep& step) -> StepOutcome {
    syncs += step.call == FileStep::Call::kSync ? 1 : 0;
    return {};
  });
  ASSERT_TRUE(Share("dan", "viewer").ok());
  EXPECT_EQ(syncs, 0);
  Kill();
  EXPECT_EQ(RoleOf("dan"), "viewer");
}

}  // namespace
}  // namespace acl
