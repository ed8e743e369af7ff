// Watching a workspace: every change arrives once and in order, with the roles
// that it changed.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/audit/role_changes.h"
#include "acl/engine.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/durable/durable.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/history.h"

namespace acl {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAreArray;

constexpr absl::Duration kNow = absl::ZeroDuration();

WatchOptions WithRoles() {
  WatchOptions options;
  options.roles = true;
  return options;
}

std::string Words(const RoleChange& change) {
  return absl::StrCat(change.subject, " on ", change.resource, ": ",
                      change.before, " -> ", change.after);
}
std::vector<std::string> Words(const std::vector<RoleChange>& changes) {
  std::vector<std::string> words;
  for (const RoleChange& change : changes) words.push_back(Words(change));
  return words;
}

class WatchTest : public DurableTest {
 protected:
  std::unique_ptr<Watch> Begin(const RevisionToken& from,
                               const WatchOptions& options = {}) {
    absl::StatusOr<std::unique_ptr<Watch>> watch =
        engine_->Watch("studio", from, options);
    EXPECT_TRUE(watch.ok()) << watch.status();
    return watch.ok() ? *std::move(watch) : nullptr;
  }
  RevisionToken Now() { return *Of("studio").Token(); }
};

TEST_F(WatchTest, WhenSomethingChangesThenItIsGivenWithAllOfIt) {
  const auto watch = Begin(Now(), WithRoles());
  ChangeOptions options;
  options.reason = "new hire";
  options.request_id = "q";
  const absl::Time before = absl::Now();
  ASSERT_TRUE(Share("dan", "viewer", options).ok());
  const absl::StatusOr<WatchedChange> change = watch->Next(kNow);
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->token, Now());
  EXPECT_EQ(change->actor, "system");
  EXPECT_EQ(change->reason, "new hire");
  EXPECT_EQ(change->request_id, "q");
  EXPECT_GE(change->time, before);
  EXPECT_TRUE(SameChange(change->changes.at(0),
                         acl::Share{kVoice, Target::User("dan"), "viewer"}));
  EXPECT_EQ(change->receipt.changes.at(0).share->grant_after, "viewer");
  EXPECT_THAT(Words(change->roles),
              ElementsAre("user:dan on voice:v: none -> viewer"));
}

TEST_F(WatchTest, WhenNothingChangesThenNothingIsGiven) {
  const auto watch = Begin(Now());
  ChangeOptions once;
  once.request_id = "q";
  ASSERT_FALSE(Share("bob", "editor", once)->changed);
  ASSERT_FALSE(Share("nobody", "editor").ok());
  EXPECT_TRUE(IsRefusal(watch->Next(kNow), absl::StatusCode::kDeadlineExceeded,
                        v1::REVISION_TIMEOUT, "no change came"));
  // Watching goes on afterwards.
  ASSERT_TRUE(Share("bob", "viewer").ok());
  EXPECT_TRUE(watch->Next(kNow).ok());
}

TEST_F(WatchTest, WhenItWaitsThenAChangeWakesIt) {
  const auto watch = Begin(Now());
  std::thread writer([this] {
    absl::SleepFor(absl::Milliseconds(20));
    ASSERT_TRUE(Share("bob", "viewer").ok());
  });
  EXPECT_TRUE(watch->Next(absl::InfiniteDuration()).ok());
  writer.join();
}

TEST_F(WatchTest, WhenItBeginsInThePastThenItGetsAllOfIt) {
  const RevisionToken from = Now();
  const char* const roles[] = {"viewer", "commenter", "editor"};
  for (const char* role : roles) ASSERT_TRUE(Share("dan", role).ok());
  ASSERT_TRUE(engine_->Checkpoint().ok());
  const auto watch = Begin(from, WithRoles());
  ASSERT_TRUE(Share("dan", "admin").ok());
  const char* before = "none";
  for (const char* role : {"viewer", "commenter", "editor", "admin"}) {
    const absl::StatusOr<WatchedChange> change = watch->Next(kNow);
    ASSERT_TRUE(change.ok()) << change.status();
    EXPECT_THAT(Words(change->roles),
                ElementsAre(absl::StrCat("user:dan on voice:v: ", before,
                                         " -> ", role)));
    before = role;
  }
  EXPECT_EQ(watch->position(), Now());
}

TEST_F(WatchTest, WhenTheEngineIsOpenedAgainThenItGoesOnFromItsToken) {
  auto watch = Begin(Now());
  ASSERT_TRUE(Share("dan", "viewer").ok());
  ASSERT_TRUE(watch->Next(kNow).ok());
  const RevisionToken token = watch->position();
  ASSERT_TRUE(Share("dan", "editor").ok());
  Kill();
  watch = Begin(token);
  EXPECT_EQ(watch->Next(kNow)->receipt.changes[0].share->grant_before,
            "viewer");
}

TEST_F(WatchTest, WhenTheTokenIsNotOfTheWorkspaceThenItIsRefused) {
  RevisionToken later = Now();
  ++later.revision;
  EXPECT_TRUE(IsRefusal(engine_->Watch("studio", later),
                        absl::StatusCode::kOutOfRange,
                        v1::REVISION_NOT_AVAILABLE, "has not been at"));
  RevisionToken other = Now();
  ++other.incarnation;
  EXPECT_EQ(FaultOf(engine_->Watch("studio", other).status()),
            v1::REVISION_NOT_AVAILABLE);
  EXPECT_EQ(FaultOf(engine_->Watch("nowhere", Now()).status()),
            v1::WORKSPACE_NOT_FOUND);
}

TEST_F(WatchTest, WhenTheWorkspaceIsRemovedThenItIsToldBehindTheLastChange) {
  const auto watch = Begin(Now());
  ASSERT_TRUE(Share("dan", "viewer").ok());
  ASSERT_TRUE(engine_->RemoveWorkspace(Actor::System(), "studio").ok());
  EXPECT_TRUE(watch->Next(kNow).ok());
  EXPECT_EQ(FaultOf(watch->Next(absl::InfiniteDuration()).status()),
            v1::WORKSPACE_NOT_FOUND);
}

TEST_F(WatchTest, WhenTheEngineEndsThenItIsToldBehindTheLastChange) {
  const auto watch = Begin(Now());
  ASSERT_TRUE(Share("dan", "viewer").ok());
  engine_ = nullptr;
  EXPECT_TRUE(watch->Next(kNow).ok());
  EXPECT_EQ(FaultOf(watch->Next(absl::InfiniteDuration()).status()),
            v1::ENGINE_CLOSED);
}

// Without a folder, changes that are no longer kept are lost.
class MemoryWatchTest : public Studio {
 protected:
  static EngineOptions SmallWindow() {
    EngineOptions options;
    options.watch_window = 4;
    return options;
  }
};

TEST_F(MemoryWatchTest, WhenItIsTooSlowThenItIsToldToBeginAgain) {
  Engine engine(SmallWindow());
  Workspace w = *engine.AddWorkspace(Actor::System(), "w");
  const auto watch = *engine.Watch("w", *w.Token());
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(w.Apply(Actor::System(), {AddUser{absl::StrCat("u", i)}}).ok());
  }
  EXPECT_TRUE(IsRefusal(watch->Next(kNow), absl::StatusCode::kOutOfRange,
                        v1::REVISION_NOT_AVAILABLE, "begin again"));
  const auto again = *engine.Watch("w", *w.Token());
  ASSERT_TRUE(w.Apply(Actor::System(), {AddUser{"last"}}).ok());
  EXPECT_EQ(again->Next(kNow)->token.revision, 7u);
}

TEST_F(MemoryWatchTest, WhenItBeginsInThePastThenThatIsGone) {
  const RevisionToken from = *studio_.Token();
  Must({AddUser{"new"}});
  const auto watch = *engine_.Watch("studio", from);
  EXPECT_EQ(FaultOf(watch->Next(kNow).status()), v1::REVISION_NOT_AVAILABLE);
}

// With a folder, it falls back to the journal.
TEST_F(WatchTest, WhenItIsTooSlowThenItReadsTheJournal) {
  const auto watch = Begin(Now(), WithRoles());
  constexpr int kChanges = 3000;
  for (int i = 0; i < kChanges; ++i) {
    ASSERT_TRUE(Share("dan", i % 2 == 0 ? "viewer" : "editor").ok());
  }
  for (int i = 0; i < kChanges; ++i) {
    const absl::StatusOr<WatchedChange> change = watch->Next(kNow);
    ASSERT_TRUE(change.ok()) << i << change.status();
    ASSERT_EQ(change->roles.at(0).after, i % 2 == 0 ? "viewer" : "editor");
  }
  EXPECT_EQ(watch->position(), Now());
}

// A change in the file may not be on the disk yet, so a power cut could undo
// it.
TEST_F(WatchTest, WhenAChangeIsNotDurableYetThenItIsNotGiven) {
  journal_file_bytes_ = 1 << 20;
  Reopen();
  const RevisionToken begin = Now();
  ASSERT_TRUE(Share("dan", "viewer").ok());
  const auto watch = Begin(begin);
  ASSERT_TRUE(watch->Next(kNow).ok());
  HeldSteps held;
  files_->SetSchedule(held.Syncs(0));
  std::thread change([&] { EXPECT_TRUE(Share("dan", "editor").ok()); });
  held.AwaitHeld();
  EXPECT_TRUE(IsRefusal(watch->Next(kNow), absl::StatusCode::kDeadlineExceeded,
                        v1::REVISION_TIMEOUT, "no change came"));
  held.Release();
  change.join();
  EXPECT_EQ(watch->Next(kNow)->token.revision, begin.revision + 2);
}

TEST_F(WatchTest, WhenThreeWatchBesideWritersThenEachSeesEachChangeOnce) {
  constexpr int kWriters = 3;
  constexpr int kEach = 300;
  std::vector<std::thread> threads;
  std::vector<std::unique_ptr<Watch>> watches;
  const RevisionToken from = Now();
  for (int i = 0; i < 3; ++i) {
    WatchOptions options;
    options.roles = i == 0;
    watches.push_back(Begin(from, options));
  }
  for (int t = 0; t < kWriters; ++t) {
    threads.emplace_back([this, t] {
      Workspace studio = Of("studio");
      for (int i = 0; i < kEach; ++i) {
        ASSERT_TRUE(
            studio.Apply(Actor::System(), {AddUser{absl::StrCat(t, "-", i)}})
                .ok());
      }
    });
  }
  for (std::unique_ptr<Watch>& watch : watches) {
    threads.emplace_back([&watch, from] {
      for (Revision r = 1; r <= kWriters * kEach; ++r) {
        const absl::StatusOr<WatchedChange> change =
            watch->Next(absl::Minutes(1));
        ASSERT_TRUE(change.ok()) << change.status();
        ASSERT_EQ(change->token.revision, from.revision + r);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// For any history, live or from the journal, the reported role changes are
// those found by comparing both snapshots completely.
TEST_F(WatchTest, WhenAnyHistoryIsWatchedThenRolesAreThoseOfAllComparisons) {
  uint64_t roles = 0;
  for (uint64_t seed = 1; seed <= 120; ++seed) {
    const compare::History history = compare::Generate(seed);
    const std::string id = absl::StrCat("history-", seed);
    Workspace w = *engine_->AddWorkspace(Actor::System(), id, history.settings);
    const RevisionToken from = *w.Token();
    auto live = *engine_->Watch(id, from, WithRoles());
    std::vector<std::vector<std::string>> expected;
    for (const compare::Call& call : history.calls) {
      const Snapshot before = *w.TakeSnapshot();
      const auto receipt =
          w.Apply(call.actor.ToActor(), call.changes, call.options);
      if (!receipt.ok() || !receipt->changed || receipt->dry_run ||
          receipt->replayed) {
        continue;
      }
      std::vector<std::string> words;
      ASSERT_TRUE(VisitRoleChanges(before, *w.TakeSnapshot(), {},
                                   [&](const RoleChange& change) {
                                     words.push_back(Words(change));
                                   })
                      .ok());
      roles += words.size();
      expected.push_back(words);
    }
    auto past = *engine_->Watch(id, from, WithRoles());
    for (Watch* const watch : {live.get(), past.get()}) {
      for (const std::vector<std::string>& words : expected) {
        const absl::StatusOr<WatchedChange> change = watch->Next(kNow);
        ASSERT_TRUE(change.ok()) << "seed " << seed << change.status();
        ASSERT_THAT(Words(change->roles), UnorderedElementsAreArray(words))
            << "seed " << seed;
      }
      ASSERT_EQ(FaultOf(watch->Next(kNow).status()), v1::REVISION_TIMEOUT);
    }
    live = nullptr;
    ASSERT_TRUE(engine_->RemoveWorkspace(Actor::System(), id).ok());
  }
  EXPECT_GT(roles, 500u);
}

}  // namespace
}  // namespace acl
