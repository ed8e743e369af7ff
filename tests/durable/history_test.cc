// The state of a folder at past moments.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/durable/durable.h"
#include "tests/journal/unreadable_files.h"

namespace acl {
namespace {

class HistoryTest : public DurableTest {
 protected:
  static Moment AtRevision(Revision revision) {
    Moment moment;
    moment.revision = revision;
    moment.workspace = "studio";
    return moment;
  }
  static Moment AtRecord(uint64_t record) {
    Moment moment;
    moment.record = record;
    return moment;
  }
  std::string Then(const Moment& moment) {
    const auto engine = engine_->At(moment);
    return engine.ok() ? (*engine)->Export().DebugString()
                       : std::string(engine.status().message());
  }
};

TEST_F(HistoryTest, WhenARevisionIsAskedForThenEverythingIsAsItWasThen) {
  std::vector<std::string> worlds;
  for (int i = 0; i < 30; ++i) {
    worlds.push_back(Everything());
    ASSERT_TRUE(Share("dan", i % 2 == 0 ? "viewer" : "editor").ok());
    if (i % 7 == 3) {
      ASSERT_TRUE(engine_->Checkpoint().ok());
    }
  }
  worlds.push_back(Everything());
  for (size_t i = 0; i < worlds.size(); ++i) {
    EXPECT_EQ(Then(AtRevision(i + 1)), worlds[i]) << i;
    // Two records come first: the workspace was added, and the studio was made.
    EXPECT_EQ(Then(AtRecord(i + 2)), worlds[i]) << i;
  }
  EXPECT_EQ(Then({}), worlds.back());
}

TEST_F(HistoryTest, WhenAnotherEngineWritesThenTheFolderCanBeRead) {
  FolderOptions options;
  options.files = files_.get();
  FolderReport report;
  const auto engine = Engine::OpenAt(kFolder, {}, {}, options, &report);
  ASSERT_TRUE(engine.ok()) << engine.status();
  EXPECT_EQ((*engine)->Export().DebugString(), Everything());
  EXPECT_EQ(report.records, 2u);
  // It is an independent copy.
  ASSERT_TRUE((*engine)->RemoveWorkspace(Actor::System(), "studio").ok());
  EXPECT_TRUE(engine_->FindWorkspace("studio").ok());
}

// The progress callback may be gone once opening has finished.
TEST_F(HistoryTest, WhenOpeningIsOverThenProgressIsNotTold) {
  engine_ = nullptr;
  int told = 0;
  FolderOptions options;
  options.files = files_.get();
  options.progress = [&](uint64_t, uint64_t) { ++told; };
  const auto engine = Engine::Open(kFolder, {}, options);
  ASSERT_TRUE(engine.ok()) << engine.status();
  EXPECT_GT(told, 0);
  told = 0;
  EXPECT_TRUE((*engine)->At(AtRecord(1)).ok());
  ASSERT_TRUE((*engine)->Checkpoint().ok());
  EXPECT_EQ(told, 0);
}

TEST_F(HistoryTest, WhenATimeIsAskedForThenItIsTheLastRecordBefore) {
  const std::string before = Everything();
  absl::SleepFor(absl::Milliseconds(2));
  Moment moment;
  moment.time = absl::Now();
  absl::SleepFor(absl::Milliseconds(2));
  ASSERT_TRUE(Share("dan", "viewer").ok());
  EXPECT_EQ(Then(moment), before);
  // This also holds if there is a later checkpoint.
  ASSERT_TRUE(engine_->Checkpoint().ok());
  EXPECT_EQ(Then(moment), before);
  moment.time = absl::Now();
  EXPECT_EQ(Then(moment), Everything());
}

TEST_F(HistoryTest, WhenTheMomentHasNotComeThenItIsRefused) {
  EXPECT_EQ(FaultOf(engine_->At(AtRevision(2)).status()),
            v1::REVISION_NOT_AVAILABLE);
  EXPECT_EQ(Then(AtRevision(2)),
            "workspace `studio` has not come to revision 2 yet; it is at 1");
  EXPECT_EQ(Then(AtRecord(3)), "record 3 has not come yet; the last is 2");
  Moment elsewhere = AtRevision(1);
  elsewhere.workspace = "nowhere";
  EXPECT_EQ(Then(elsewhere), "workspace `nowhere` does not exist");
}

TEST_F(HistoryTest, WhenHistoryWasNotKeptThenItIsRefused) {
  keep_history_ = false;
  Reopen();
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(Share("dan", i % 2 == 0 ? "viewer" : "editor").ok());
    if (i % 10 == 9) {
      ASSERT_TRUE(engine_->Checkpoint().ok());
    }
  }
  EXPECT_TRUE(IsRefusal(engine_->At(AtRevision(2)),
                        absl::StatusCode::kOutOfRange,
                        v1::REVISION_NOT_AVAILABLE, "is gone"));
  EXPECT_EQ(Then(AtRevision(31)), Everything());
}

TEST_F(HistoryTest, WhenAWriterRemovesFilesMeanwhileThenTheLatestIsThere) {
  keep_history_ = false;
  Reopen();
  GoOn();
  int calls = 0;
  for (int at = 1; calls + 1 >= at; ++at) {
    calls = 0;
    std::string before = Everything();
    UnreadableFiles files(files_.get(), [&] {
      if (++calls == at) GoOn();
      return false;
    });
    FolderOptions options;
    options.files = &files;
    const auto then = Engine::OpenAt(kFolder, {}, {}, options);
    ASSERT_TRUE(then.ok()) << "call " << at << ": " << then.status();
    const std::string seen = (*then)->Export().DebugString();
    if (seen == before) continue;
    // Or a later revision, if it had arrived by then.
    ASSERT_GE((*then)->FindWorkspace("studio")->Token()->revision,
              static_cast<Revision>(gone_on_ - 24));
  }
  EXPECT_GT(gone_on_, 100);
}

// An engine that reads a checkpoint numbers things without gaps.
TEST_F(HistoryTest, WhenAPageTokenIsOfTheSameRevisionThenAnyEngineTakesIt) {
  std::vector<Change> changes;
  for (int i = 0; i < 20; ++i) {
    const ResourceId id{"songs", absl::StrCat(i)};
    changes.push_back(AddResource{id});
    changes.push_back(acl::Share{id, Target::Default(), "viewer"});
  }
  ASSERT_TRUE(studio_->Apply(Actor::System(), changes).ok());
  changes.clear();
  for (int i = 0; i < 10; ++i) {
    changes.push_back(RemoveResource{{"songs", absl::StrCat(i)}});
  }
  ASSERT_TRUE(studio_->Apply(Actor::System(), changes).ok());
  ASSERT_TRUE(engine_->Checkpoint().ok());
  const Subject dan = Subject::User("dan");
  PageOptions options;
  options.page_size = 4;
  const auto first = studio_->ListResources(dan, "", "songs", options);
  ASSERT_TRUE(first.ok()) << first.status();
  options.token = first->next;
  const auto then = engine_->At(AtRevision(first->revision));
  ASSERT_TRUE(then.ok()) << then.status();
  for (const Workspace& studio :
       {*studio_, *(*then)->FindWorkspace("studio")}) {
    const auto second = studio.ListResources(dan, "", "songs", options);
    ASSERT_TRUE(second.ok()) << second.status();
    ASSERT_EQ(second->items.size(), 4u);
    EXPECT_EQ(second->items.front().resource.ToString(), "songs:14");
  }
}

TEST_F(HistoryTest, WhenTheEngineIsInMemoryThenThereIsNoHistory) {
  const Engine memory;
  EXPECT_TRUE(IsRefusal(memory.At({}), absl::StatusCode::kInvalidArgument,
                        v1::MALFORMED, "keeps no history"));
}

TEST(MomentTest, WhenTextIsReadThenItSaysWhatItMeans) {
  EXPECT_EQ(Moment::Parse("17", "w")->revision, 17u);
  EXPECT_EQ(Moment::Parse("17", "w")->workspace, "w");
  EXPECT_EQ(Moment::Parse("record:9", "")->record, 9u);
  EXPECT_EQ(Moment::Parse("2026-03-01T12:00:00Z", "")->time,
            absl::FromCivil(absl::CivilSecond(2026, 3, 1, 12, 0, 0),
                            absl::UTCTimeZone()));
  // A day ends when the next one begins.
  EXPECT_EQ(Moment::Parse("2026-03-01", "")->time,
            absl::FromCivil(absl::CivilDay(2026, 3, 2), absl::UTCTimeZone()) -
                absl::Microseconds(1));
  for (const char* text :
       {"", "x", "-1", "record:", "record:x", "2026-13-01"}) {
    EXPECT_TRUE(IsRefusal(Moment::Parse(text, ""),
                          absl::StatusCode::kInvalidArgument, v1::MALFORMED,
                          "is no moment"))
        << text;
  }
}

}  // namespace
}  // namespace acl
