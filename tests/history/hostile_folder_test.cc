// Folders whose files are intact, but whose contents no engine writes. Opening,
// following or reading the past of one reports what is wrong, and where.
#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "acl/base/fault.h"
#include "acl/engine.h"
#include "acl/history/empty_state.h"
#include "acl/history/folder.h"
#include "acl/history/followed_folder.h"
#include "acl/history/load_checkpoint.h"
#include "acl/history/past_changes.h"
#include "acl/history/replay.h"
#include "acl/history/salvage.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/journal.h"
#include "acl/journal/journal_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/acl/v1/journal.pb.h"
#include "tests/base/refusal.h"
#include "tests/durable/durable.h"

namespace acl {
namespace {

using ::testing::HasSubstr;

constexpr size_t kRequestIdWindow = 16;
using Blocks = std::vector<std::string>;

class HostileFolder : public DurableTest {
 protected:
  void SetUp() override {
    DurableTest::SetUp();
    ASSERT_TRUE(Share("dan", "viewer").ok());
    ASSERT_TRUE(engine_->Checkpoint().ok());
    token_ = *studio_->Token();
    engine_ = nullptr;
    checkpoint_ = Checkpoints(kFolder, files_.get())->front();
    const auto header = ReadCheckpoint(kFolder, checkpoint_, files_.get(),
                                       nullptr, [&](absl::string_view block) {
                                         blocks_.emplace_back(block);
                                         return absl::OkStatus();
                                       });
    ASSERT_TRUE(header.ok()) << header.status();
    header_ = *header;
  }
  void WriteBlocks(const Blocks& blocks) {
    ASSERT_TRUE(
        WriteCheckpoint(kFolder, header_, files_.get(),
                        [&](BlockSink sink) -> absl::StatusOr<uint64_t> {
                          for (const std::string& block : blocks) {
                            absl::Status s = sink(block);
                            if (!s.ok()) return s;
                          }
                          return header_.until;
                        })
            .ok());
  }
  absl::Status Load() {
    Replay replay(EmptyState, kRequestIdWindow);
    return LoadCheckpoint(kFolder, checkpoint_, files_.get(), nullptr,
                          EmptyState, &replay)
        .status();
  }
  // Adds a record, whatever it says, after all others.
  void Append(const std::string& record) {
    auto locked = LockedFolder::Take(kFolder, files_.get());
    ASSERT_TRUE(locked.ok()) << locked.status();
    const auto journal =
        Journal::Open(*std::move(locked), {}, {},
                      [](const JournalRecord&) { return absl::OkStatus(); });
    ASSERT_TRUE(journal.ok()) << journal.status();
    const auto ticket = (*journal)->Append(record, nullptr);
    ASSERT_TRUE(ticket.ok() && (*journal)->Await(*ticket).ok());
    last_ = (*journal)->head().sequence;
  }
  absl::StatusOr<std::unique_ptr<Engine>> OpenAt(const Moment& moment) {
    FolderOptions options;
    options.files = files_.get();
    return Engine::OpenAt(kFolder, moment, {}, options);
  }
  absl::StatusOr<std::unique_ptr<FollowedFolder>> Follow() {
    FolderOptions options;
    options.files = files_.get();
    FollowedFolder::Found found;
    return FollowedFolder::Open(kFolder, options, EmptyState, kRequestIdWindow,
                                &found);
  }
  static testing::AssertionResult IsDamage(const absl::Status& status,
                                           const std::string& words) {
    return IsRefusal(status, absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED,
                     words);
  }

  RevisionToken token_;
  uint64_t checkpoint_ = 0;
  uint64_t last_ = 0;
  CheckpointHeader header_;
  Blocks blocks_;
};

TEST_F(HostileFolder, BlocksOfACheckpointThatMakeNoWorkspaceAreDamage) {
  v1::WorkspaceChunk first;
  ASSERT_TRUE(first.ParseFromString(blocks_[0]));
  v1::WorkspaceChunk headless = first;
  headless.clear_begin();
  v1::WorkspaceChunk nameless = first;
  nameless.mutable_begin()->set_id("");
  Blocks twice = blocks_;
  twice.insert(twice.end(), blocks_.begin(), blocks_.end());
  // `inner` and `outer` are in each other.
  v1::WorkspaceChunk circle = first;
  v1::MembershipColumns& memberships = *circle.mutable_memberships();
  memberships.Clear();
  for (const uint32_t group : {0u, 1u}) {
    memberships.add_groups(group);
    memberships.add_counts(1);
    memberships.add_members((1 - group) * 2 + 1);
  }
  v1::WorkspaceChunk other = first;
  other.mutable_begin()->set_id("other");
  const struct {
    Blocks blocks;
    const char* words;
  } cases[] = {
      {{"\xff"}, "a block is not well-formed"},
      {{headless.SerializeAsString()}, "a workspace without a beginning"},
      {{nameless.SerializeAsString()}, "workspace id is empty"},
      {twice, "workspace `studio` is there twice"},
      {{circle.SerializeAsString()}, "group 0 is below itself"},
      {{circle.SerializeAsString(), other.SerializeAsString()},
       "group 0 is below itself"},
  };
  for (const auto& c : cases) {
    WriteBlocks(c.blocks);
    EXPECT_TRUE(IsDamage(Load(), c.words));
    EXPECT_THAT(std::string(Load().message()),
                HasSubstr(CheckpointName(checkpoint_)));
    // The journal alone leads to the same state.
    Reopen();
    EXPECT_EQ(RoleOf("dan"), "viewer");
    EXPECT_THAT(report_.damaged_checkpoint, HasSubstr(c.words));
    engine_ = nullptr;
    EXPECT_TRUE(OpenAt({}).ok());
    EXPECT_TRUE(Follow().ok());
  }
}

TEST_F(HostileFolder, CheckpointOfAVersionFromTheFutureIsNotPassedOver) {
  std::string* const bytes = files_->MutableBytes(
      absl::StrCat(kFolder, "/", CheckpointName(checkpoint_)));
  (*bytes)[8] = 2;
  // With a wrong checksum it is damaged, and passed over.
  EXPECT_TRUE(IsDamage(Load(), "the header is not what was written"));
  EXPECT_TRUE(OpenAt({}).ok());
}

// This is not damage, so trying an earlier checkpoint would not help.
TEST_F(HostileFolder, WithoutAStateForItACheckpointIsNotPassedOver) {
  const auto no_state = []() -> absl::StatusOr<State> {
    return Refuse(v1::LIMIT, "no more states");
  };
  EXPECT_TRUE(IsRefusal(LoadLatestCheckpoint(kFolder, files_.get(), nullptr,
                                             no_state, kRequestIdWindow),
                        absl::StatusCode::kResourceExhausted, v1::LIMIT,
                        "no more states"));
}

// The next checkpoint removes it, or a later one.
TEST_F(HostileFolder, DamagedCheckpointIsRemovedWhenTheDiskLetsIt) {
  WriteBlocks({"\xff"});
  const std::string path =
      absl::StrCat(kFolder, "/", CheckpointName(checkpoint_));
  Reopen();
  ASSERT_TRUE(Share("dan", "editor").ok());
  FailNext(FileStep::Call::kRemove, EIO);
  EXPECT_EQ(FaultOf(engine_->Checkpoint()), v1::FILE_ACCESS);
  EXPECT_NE(files_->MutableBytes(path), nullptr);
  files_->SetSchedule(nullptr);
  ASSERT_TRUE(Share("dan", "viewer").ok());
  EXPECT_EQ(engine_->Checkpoint(), absl::OkStatus());
  EXPECT_EQ(files_->MutableBytes(path), nullptr);
}

// A checkpoint that could not be written does not exist, and another one can be
// written.
TEST_F(HostileFolder, CheckpointOfWhatIsRefusedOrNotOnTheDiskIsNotKept) {
  FolderOptions options;
  options.files = files_.get();
  options.durability = Durability::kProcess;
  Folder::Found found;
  const auto folder = Folder::Open(
      kFolder, options, EmptyState, kRequestIdWindow, [] {}, &found);
  ASSERT_TRUE(folder.ok()) << folder.status();
  const auto ticket = (*folder)->journal().Append("record", nullptr);
  ASSERT_TRUE(ticket.ok() && (*folder)->journal().Await(*ticket).ok());
  const JournalHead head = (*folder)->journal().head();
  const auto checkpoint = [&](const absl::Status& refusal) {
    return (*folder)->Checkpoint(
        head,
        [&](absl::FunctionRef<absl::Status(const State&)>) { return refusal; });
  };
  EXPECT_EQ(checkpoint(absl::CancelledError("enough")),
            absl::CancelledError("enough"));
  FailNext(FileStep::Call::kSync, EIO);
  EXPECT_EQ(FaultOf(checkpoint(absl::OkStatus())), v1::OUTCOME_UNKNOWN);
  EXPECT_EQ(*Checkpoints(kFolder, files_.get()),
            std::vector<uint64_t>{checkpoint_});
}

TEST_F(HostileFolder, RecordsThatAreNoMessagesAreNamed) {
  Append("\xff");
  const std::string words =
      absl::StrCat("record ", last_, ": is not well-formed");
  EXPECT_TRUE(IsDamage(Open().status(), words));
  EXPECT_TRUE(IsDamage(OpenAt({}).status(), words));
  Moment now;
  now.time = absl::Now();
  EXPECT_TRUE(IsDamage(OpenAt(now).status(), words));
  EXPECT_TRUE(IsDamage(Follow().status(), words));
  const auto changes =
      PastChanges::Open({kFolder, files_.get(), EmptyState, kRequestIdWindow},
                        "studio", token_, true);
  ASSERT_TRUE(changes.ok()) << changes.status();
  EXPECT_TRUE(IsDamage((*changes)->Next().status(), "is not well-formed"));
  // Salvaging loses only that record.
  const auto salvaged = Salvage(kFolder, files_.get(), nullptr);
  ASSERT_TRUE(salvaged.ok()) << salvaged.status();
  EXPECT_EQ(salvaged->doubts, std::vector<std::string>{words});
  EXPECT_TRUE(salvaged->bytes.empty() && salvaged->records.empty());
  EXPECT_TRUE(salvaged->lost());
}

TEST_F(HostileFolder, RecordThatComesToAFollowerAndIsNoMessageIsNamed) {
  const auto folder = Follow();
  ASSERT_TRUE(folder.ok()) << folder.status();
  Append("\xff");
  EXPECT_TRUE(IsDamage(
      (*folder)
          ->Read(1 << 20,
                 [](uint64_t, const v1::Record&) { return absl::OkStatus(); })
          .status(),
      absl::StrCat("record ", last_, ": is not well-formed")));
}

TEST_F(HostileFolder, JournalThatEndsBeforeItsCheckpointIsDamage) {
  // The journal's files are removed; a checkpoint of a later record stays.
  const auto journal = JournalFiles(kFolder, files_.get());
  ASSERT_TRUE(journal.ok()) << journal.status();
  for (const JournalFile& file : *journal) {
    ASSERT_TRUE(files_->Remove(absl::StrCat(kFolder, "/", file.name)).ok());
  }
  EXPECT_TRUE(IsDamage(Open().status(), "files of it are missing"));
  EXPECT_TRUE(IsDamage(Follow().status(), "files of it are missing"));
}

// The times of a checkpoint's records show whether it is earlier than a moment.
// If they cannot be read, the checkpoint is not used.
TEST_F(HostileFolder, CheckpointWhoseRecordsTellNoTimeIsPassedOver) {
  Append("\xff");
  header_.until = last_;
  WriteBlocks(blocks_);
  Moment now;
  now.time = absl::Now();
  EXPECT_TRUE(IsDamage(OpenAt(now).status(),
                       absl::StrCat("record ", last_, ": is not well-formed")));
}

TEST_F(HostileFolder, TimeIsNotAvailableWhereTheRecordsOfItAreGone) {
  journal_file_bytes_ = 1;  // one file for each record
  Reopen();
  for (const char* role : {"editor", "viewer", "editor"}) {
    ASSERT_TRUE(Share("dan", role).ok());
  }
  ASSERT_TRUE(engine_->Checkpoint().ok());
  ASSERT_TRUE(Share("dan", "viewer").ok());
  engine_ = nullptr;
  const uint64_t latest = Checkpoints(kFolder, files_.get())->back();
  const std::vector<JournalFile> journal = *JournalFiles(kFolder, files_.get());
  for (const JournalFile& file : journal) {
    if (file.first > latest) continue;
    ASSERT_TRUE(files_->Remove(absl::StrCat(kFolder, "/", file.name)).ok());
  }
  EXPECT_TRUE(OpenAt({}).ok());
  Moment now;
  now.time = absl::Now();
  EXPECT_TRUE(IsRefusal(OpenAt(now), absl::StatusCode::kOutOfRange,
                        v1::REVISION_NOT_AVAILABLE, "record 1 is gone"));
}

TEST_F(HostileFolder, RevisionOfAWorkspaceThatNoCheckpointHasIsFound) {
  Reopen();
  ASSERT_TRUE(engine_->AddWorkspace(Actor::System(), "other").ok());
  ASSERT_TRUE(Of("other").Apply(Actor::System(), {AddUser{"ann"}}).ok());
  const RevisionToken token = *Of("other").Token();
  ASSERT_TRUE(engine_->RemoveWorkspace(Actor::System(), "other").ok());
  ASSERT_TRUE(engine_->Checkpoint().ok());
  engine_ = nullptr;
  Moment moment;
  moment.workspace = "other";
  moment.revision = 1;
  for (const bool named : {false, true}) {
    if (named) moment.incarnation = token.incarnation;
    const auto then = OpenAt(moment);
    ASSERT_TRUE(then.ok()) << then.status();
    EXPECT_TRUE((*then)->FindWorkspace("other").ok());
  }
  moment.incarnation = token.incarnation ^ 1;
  EXPECT_TRUE(IsRefusal(OpenAt(moment), absl::StatusCode::kOutOfRange,
                        v1::REVISION_NOT_AVAILABLE,
                        "workspace `other` does not exist"));
}

// Records after a past moment that are about the workspace but do not change
// it.
TEST_F(HostileFolder, RecordsThatChangedNothingAreNotGiven) {
  std::string old;
  ASSERT_TRUE(ReadJournal(kFolder, {}, files_.get(), nullptr,
                          [&](const JournalRecord& record) {
                            if (record.sequence == checkpoint_) {
                              old = std::string(record.bytes);
                            }
                            return absl::OkStatus();
                          })
                  .ok());
  Reopen();
  ChangeOptions options;
  options.request_id = "again";
  ASSERT_TRUE(Share("dan", "viewer", options).ok());
  ASSERT_TRUE(Share("dan", "editor").ok());
  engine_ = nullptr;
  Append(old);
  const auto changes =
      PastChanges::Open({kFolder, files_.get(), EmptyState, kRequestIdWindow},
                        "studio", token_, true);
  ASSERT_TRUE(changes.ok()) << changes.status();
  const auto first = (*changes)->Next();
  ASSERT_TRUE(first.ok() && first->has_value()) << first.status();
  EXPECT_EQ((*first)->token.revision, token_.revision + 1);
  const auto end = (*changes)->Next();
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_FALSE(end->has_value());
}

TEST_F(HostileFolder, ChangesThatDoNotFitAreDamage) {
  Reopen();
  ASSERT_TRUE(Share("dan", "editor").ok());
  engine_ = nullptr;
  v1::Record record;
  ASSERT_TRUE(ReadJournal(kFolder, {}, files_.get(), nullptr,
                          [&](const JournalRecord& last) {
                            record.ParseFromString(std::string(last.bytes));
                            return absl::OkStatus();
                          })
                  .ok());
  v1::ChangeRecord& change = *record.mutable_change();
  const struct {
    std::function<void()> alter;
    const char* words;
  } cases[] = {
      {[&] { change.set_revision(change.revision() + 7); },
       "leads to revision"},
      {[&] {
         change.set_revision(token_.revision + 2);
         change.mutable_changes(0)->mutable_share()->set_role("viewer");
         change.mutable_receipt()->clear_changes();
       },
       "a call with 1 changes has a receipt of 0"}};
  const std::string first = *files_->MutableBytes(absl::StrCat(
      kFolder, "/", JournalFiles(kFolder, files_.get())->back().name));
  for (const auto& c : cases) {
    std::string* const bytes = files_->MutableBytes(absl::StrCat(
        kFolder, "/", JournalFiles(kFolder, files_.get())->back().name));
    *bytes = first;
    c.alter();
    Append(record.SerializeAsString());
    const auto changes =
        PastChanges::Open({kFolder, files_.get(), EmptyState, kRequestIdWindow},
                          "studio", token_, false);
    ASSERT_TRUE(changes.ok()) << changes.status();
    EXPECT_TRUE((*changes)->Next()->has_value());
    EXPECT_TRUE(IsDamage((*changes)->Next().status(), c.words));
  }
}

// A watch that starts in the past is about one incarnation of one workspace.
TEST_F(HostileFolder, ChangesOfOthersAreNotGiven) {
  Reopen();
  ASSERT_TRUE(engine_->AddWorkspace(Actor::System(), "other").ok());
  ASSERT_TRUE(Of("other").Apply(Actor::System(), {AddUser{"ann"}}).ok());
  ASSERT_TRUE(Share("dan", "editor").ok());
  ASSERT_TRUE(engine_->RemoveWorkspace(Actor::System(), "studio").ok());
  ASSERT_TRUE(engine_->AddWorkspace(Actor::System(), "studio").ok());
  ASSERT_TRUE(Of("studio").Apply(Actor::System(), {AddUser{"ann"}}).ok());
  for (const bool roles : {true, false}) {
    const auto changes =
        PastChanges::Open({kFolder, files_.get(), EmptyState, kRequestIdWindow},
                          "studio", token_, roles);
    ASSERT_TRUE(changes.ok()) << changes.status();
    const auto first = (*changes)->Next();
    ASSERT_TRUE(first.ok() && first->has_value()) << first.status();
    EXPECT_EQ((*first)->token.revision, token_.revision + 1);
    const auto end = (*changes)->Next();
    ASSERT_TRUE(end.ok()) << end.status();
    EXPECT_FALSE(end->has_value());
  }
}

}  // namespace
}  // namespace acl
