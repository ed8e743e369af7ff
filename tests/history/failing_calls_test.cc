// Every file system call fails in turn, including those that only read, in
// everything that reads or writes the history of a folder. Each operation
// either reports the failure or returns the right answer, and the folder stays
// intact.
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "acl/base/fault.h"
#include "acl/engine.h"
#include "acl/history/empty_state.h"
#include "acl/history/followed_folder.h"
#include "acl/history/past_changes.h"
#include "acl/history/verify.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/durable/durable.h"
#include "tests/journal/failing_files.h"

namespace acl {
namespace {

using ::testing::HasSubstr;

constexpr size_t kRequestIdWindow = 16;

class FailingCalls : public DurableTest {
 protected:
  // A journal of several files, two checkpoints, and changes after them.
  void SetUp() override {
    DurableTest::SetUp();
    GoOn();
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(Share("dan", i % 2 == 0 ? "viewer" : "editor").ok());
    }
    everything_ = Everything();
    token_ = *studio_->Token();
    engine_ = nullptr;
  }
  void TearDown() override {}

  // Returns its result as text.
  using Work = std::function<absl::StatusOr<std::string>(FileSystem* files)>;

  // Repeats the work while the first, the second, ... call fails, either once
  // or together with all later ones. At least `told` of these calls must make
  // the work fail.
  void FailEachCall(const Work& work, int told, bool for_good = false) {
    std::string expected;
    {
      MemoryFiles files = files_->AfterKill();
      const absl::StatusOr<std::string> whole = work(&files);
      ASSERT_TRUE(whole.ok()) << whole.status();
      expected = *whole;
    }
    for (int n = 1;; ++n) {
      MemoryFiles files = files_->AfterKill();
      int calls = 0;
      FailingFiles failing(
          &files, [&] { return ++calls == n || (for_good && calls > n); });
      const absl::StatusOr<std::string> result = work(&failing);
      if (result.ok()) {
        EXPECT_EQ(*result, expected) << "call " << n;
      } else {
        --told;
        EXPECT_THAT(result.status().message(),
                    HasSubstr(FailingFiles::kMessage))
            << "call " << n;
      }
      FolderOptions options;
      options.files = &files;
      const auto again = Engine::Open(kFolder, {}, options);
      ASSERT_TRUE(again.ok()) << "call " << n << ": " << again.status();
      EXPECT_GE((*again)->FindWorkspace("studio")->Token()->revision,
                token_.revision);
      if (calls < n) break;
    }
    EXPECT_LE(told, 0);
  }

  std::string everything_;
  RevisionToken token_;
};

TEST_F(FailingCalls, WhileAFolderIsOpenedChangedAndCheckpointed) {
  for (const bool keep_history : {true, false}) {
    FailEachCall(
        [keep_history](FileSystem* files) -> absl::StatusOr<std::string> {
          FolderOptions options;
          options.files = files;
          options.checkpoints = false;
          options.keep_history = keep_history;
          options.journal_file_bytes = 200;
          options.progress = [](uint64_t, uint64_t) {};
          const auto engine = Engine::Open(kFolder, {}, options);
          if (!engine.ok()) return engine.status();
          Workspace studio = *(*engine)->FindWorkspace("studio");
          for (const char* role : {"viewer", "editor", "commenter"}) {
            const auto receipt = studio.Share(Actor::System(), kVoice,
                                              Target::User("dan"), role);
            if (!receipt.ok()) return receipt.status();
          }
          if (absl::Status s = (*engine)->Checkpoint(); !s.ok()) return s;
          return (*engine)->Export().DebugString();
        },
        20);
  }
}

TEST_F(FailingCalls, WhileThePastIsRead) {
  for (const bool progress : {true, false}) {
    for (const char* text : {"record:3", "record:20", "2", "26"}) {
      const absl::StatusOr<Moment> moment = Moment::Parse(text, "studio");
      ASSERT_TRUE(moment.ok()) << moment.status();
      FailEachCall(
          [&](FileSystem* files) -> absl::StatusOr<std::string> {
            FolderOptions options;
            options.files = files;
            if (progress) options.progress = [](uint64_t, uint64_t) {};
            const auto then = Engine::OpenAt(kFolder, *moment, {}, options);
            if (!then.ok()) return then.status();
            return (*then)->Export().DebugString();
          },
          5);
    }
  }
}

TEST_F(FailingCalls, WhileATimeIsLookedFor) {
  Moment moment;
  moment.time = absl::Now();
  FailEachCall(
      [&](FileSystem* files) -> absl::StatusOr<std::string> {
        FolderOptions options;
        options.files = files;
        const auto then = Engine::OpenAt(kFolder, moment, {}, options);
        if (!then.ok()) return then.status();
        return (*then)->Export().DebugString();
      },
      5);
}

// It tries again if the writer may have removed the file it was about to read.
TEST_F(FailingCalls, WhileAFolderIsFollowed) {
  for (const bool for_good : {false, true}) {
    FailEachCall(
        [&](FileSystem* files) -> absl::StatusOr<std::string> {
          FolderOptions options;
          options.files = files;
          if (for_good) options.progress = [](uint64_t, uint64_t) {};
          FollowedFolder::Found found;
          const auto folder = FollowedFolder::Open(kFolder, options, EmptyState,
                                                   kRequestIdWindow, &found);
          if (!folder.ok()) return folder.status();
          const absl::StatusOr<bool> more = (*folder)->Read(
              1, [](uint64_t, const v1::Record&) { return absl::OkStatus(); });
          if (!more.ok()) return more.status();
          return absl::StrCat(found.report.records, " ", found.states.size(),
                              " ", *more);
        },
        2, for_good);
  }
}

TEST_F(FailingCalls, WhileChangesOfThePastAreRead) {
  for (const Revision from : {Revision{2}, token_.revision}) {
    FailEachCall(
        [&](FileSystem* files) -> absl::StatusOr<std::string> {
          const PastSource source{kFolder, files, EmptyState, kRequestIdWindow};
          const auto changes = PastChanges::Open(
              source, "studio", {token_.incarnation, from}, true);
          if (!changes.ok()) return changes.status();
          for (int count = 0;; ++count) {
            const auto change = (*changes)->Next();
            if (!change.ok()) return change.status();
            if (!change->has_value()) return absl::StrCat(count);
          }
        },
        5);
  }
}

TEST_F(FailingCalls, WhileAFolderIsVerified) {
  const absl::StatusOr<VerifyReport> whole =
      VerifyFolder(kFolder, {}, files_.get(), nullptr);
  ASSERT_TRUE(whole.ok()) << whole.status();
  for (const bool known : {true, false}) {
    FailEachCall(
        [&](FileSystem* files) -> absl::StatusOr<std::string> {
          std::optional<JournalHead> head;
          if (known) head = whole->end.head;
          const absl::StatusOr<VerifyReport> report =
              VerifyFolder(kFolder, head, files, [](uint64_t, uint64_t) {});
          if (!report.ok()) return report.status();
          return HeadText(report->end.head);
        },
        5);
  }
}

}  // namespace
}  // namespace acl
