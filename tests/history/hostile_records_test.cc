// Well-formed records that no engine would write there. Everything that depends
// on them refuses them; salvaging reports them and goes on.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "acl/base/fault.h"
#include "acl/history/empty_state.h"
#include "acl/history/record.h"
#include "acl/history/replay.h"
#include "acl/journal/journal_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/acl/v1/journal.pb.h"
#include "tests/base/refusal.h"
#include "tests/durable/durable.h"

namespace acl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr size_t kRequestIdWindow = 16;

// The positions of the records in the journal below.
enum Place : size_t {
  kAddition,
  kStudio,
  kShare,      // with a request id
  kNoOp,       // the same share with another request id
  kOtherRole,  // a share with a different role
  kLastShare,
  kOtherAdded,
  kOtherRemoved,
  kImport,  // its first record; the others follow to the end
};

using Records = std::vector<v1::Record>;

constexpr char kNoDoubt[] = "none";

struct RecordCase {
  std::string name;
  std::function<void(Records*)> alter;
  std::string words;  // after the number of the record, if any
  // What salvaging says if it differs from `words`. kNoDoubt: nothing, because
  // there are gaps where records are missing.
  std::string doubt = "";
};

class HostileRecords : public DurableTest,
                       public testing::WithParamInterface<RecordCase> {
 protected:
  void SetUp() override {
    DurableTest::SetUp();
    ChangeOptions first, second;
    first.request_id = "first";
    second.request_id = "second";
    ASSERT_TRUE(Share("dan", "viewer", first).ok());
    ASSERT_TRUE(Share("dan", "viewer", second).ok());
    ASSERT_TRUE(Share("dan", "editor").ok());
    ASSERT_TRUE(Share("dan", "commenter").ok());
    ASSERT_TRUE(engine_->AddWorkspace(Actor::System(), "other").ok());
    ASSERT_TRUE(engine_->RemoveWorkspace(Actor::System(), "other").ok());
    v1::World world;
    world.add_workspaces()->set_id("imported");
    world.mutable_workspaces(0)->add_users()->set_id("ann");
    ASSERT_TRUE(engine_->Import(Actor::System(), world).ok());
    const auto end = ReadJournal(
        kFolder, {}, files_.get(), nullptr, [&](const JournalRecord& record) {
          records_.emplace_back();
          EXPECT_TRUE(
              records_.back().ParseFromString(std::string(record.bytes)));
          return absl::OkStatus();
        });
    ASSERT_TRUE(end.ok()) << end.status();
    ASSERT_TRUE(records_[kNoOp].has_change());
    ASSERT_FALSE(records_[kNoOp].change().receipt().changed());
    ASSERT_TRUE(records_[kOtherRemoved].has_remove_workspace());
    ASSERT_TRUE(records_[kImport].has_import());
  }
  // As the first record creates it.
  std::shared_ptr<const State> EmptyStudio() const {
    Replay replay(EmptyState, kRequestIdWindow);
    EXPECT_EQ(replay.Apply(1, records_[kAddition]), absl::OkStatus());
    return replay.Finish().front();
  }
  static absl::Status ApplyAll(const Records& records, Replay* replay) {
    uint64_t sequence = 0;
    for (const v1::Record& record : records) {
      if (absl::Status s = replay->Apply(++sequence, record); !s.ok()) return s;
    }
    return absl::OkStatus();
  }

  Records records_;
};

TEST_P(HostileRecords, AreRefusedOrForgiven) {
  GetParam().alter(&records_);
  Replay replay(EmptyState, kRequestIdWindow);
  EXPECT_TRUE(IsRefusal(ApplyAll(records_, &replay),
                        absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED,
                        GetParam().words));
  std::vector<std::string> doubts;
  Replay forgiving(EmptyState, kRequestIdWindow,
                   [&](const std::string& doubt) { doubts.push_back(doubt); });
  EXPECT_TRUE(ApplyAll(records_, &forgiving).ok());
  if (GetParam().doubt == kNoDoubt) {
    EXPECT_THAT(doubts, IsEmpty());
  } else {
    // Here, the message does not have the number.
    std::string words = GetParam().words;
    if (words.find("record ") == 0) words.erase(0, words.find(": ") + 2);
    if (!GetParam().doubt.empty()) words = GetParam().doubt;
    ASSERT_FALSE(doubts.empty());
    EXPECT_THAT(doubts.front(), HasSubstr(words));
  }
  EXPECT_FALSE(forgiving.Finish().empty());
}

v1::ChangeRecord* ChangeAt(Records* r, Place place) {
  return (*r)[place].mutable_change();
}

// Adds two groups to the imported workspace, each a member of the other.
void MakeCircle(v1::Record* import) {
  v1::WorkspaceChunk& chunk = *import->mutable_import()->mutable_chunk();
  v1::Texts& ids = *chunk.mutable_groups()->mutable_ids();
  ids.set_bytes("gh");
  v1::MembershipColumns& memberships = *chunk.mutable_memberships();
  for (const uint32_t group : {0u, 1u}) {
    ids.add_lengths(1);
    memberships.add_groups(group);
    memberships.add_counts(1);
    memberships.add_members((1 - group) * 2 + 1);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Each, HostileRecords,
    testing::ValuesIn(std::vector<RecordCase>{
        {"OfNoKind", [](Records* r) { (*r)[kShare].clear_change(); },
         "record 3: is of a kind that this version does not know"},
        {"OfAnUnknownWorkspace",
         [](Records* r) { (*r)[kShare].set_workspace("nowhere"); },
         "record 3: there is no workspace `nowhere` of that incarnation"},
        {"OfAnotherIncarnation",
         [](Records* r) { (*r)[kShare].set_incarnation(1); },
         "there is no workspace `studio` of that incarnation"},
        {"AdditionOfWhatIsThere",
         [](Records* r) {
           r->insert(r->begin() + 1, (*r)[kAddition]);
           (*r)[1].set_incarnation(1);
         },
         "record 2: workspace `studio` is there already",
         "there is no workspace `studio` of that incarnation"},
        {"AdditionWithoutAnId",
         [](Records* r) { (*r)[kOtherAdded].set_workspace(""); },
         "record 7: workspace id is empty"},
        {"AdditionWithoutRoles",
         [](Records* r) {
           (*r)[kOtherAdded].mutable_add_workspace()->clear_settings();
         },
         "record 7: the settings: a workspace has 1 to 1024 resource types"},
        {"RemovalOfWhatIsNotThere",
         [](Records* r) { (*r)[kOtherRemoved].set_workspace("nowhere"); },
         "record 8: there is no workspace `nowhere` of that incarnation"},
        {"RemovalOfAnotherIncarnation",
         [](Records* r) { (*r)[kOtherRemoved].set_incarnation(1); },
         "there is no workspace `other` of that incarnation"},
        {"ImportWithoutABeginning",
         [](Records* r) {
           (*r)[kImport].mutable_import()->mutable_chunk()->clear_begin();
         },
         "record 9: an import without a beginning"},
        {"ImportThatIsNotWhole",
         [](Records* r) {
           (*r)[kImport]
               .mutable_import()
               ->mutable_chunk()
               ->mutable_begin()
               ->set_id("");
         },
         "record 9: the beginning of a workspace: workspace id is empty"},
        {"ImportOfWhatIsThere",
         [](Records* r) {
           (*r)[kImport]
               .mutable_import()
               ->mutable_chunk()
               ->mutable_begin()
               ->set_id("studio");
         },
         "workspace `studio` is there twice"},
        {"RevisionThatIsTooHigh",
         [](Records* r) { ChangeAt(r, kShare)->set_revision(7); },
         "record 3: leads to revision 7 from revision 1", kNoDoubt},
        {"NewRevisionWithoutAChange",
         [](Records* r) {
           ChangeAt(r, kShare)->mutable_receipt()->set_changed(false);
         },
         "leads to revision 2 from revision 1",
         "says that the state stayed the same"},
        {"ChangeThatDidNothing",
         [](Records* r) {
           *ChangeAt(r, kOtherRole)->mutable_changes() =
               ChangeAt(r, kShare)->changes();
         },
         "it did not do then what it does now", kNoDoubt},
        {"NoOpThatDoesSomething",
         [](Records* r) {
           *ChangeAt(r, kNoOp)->mutable_changes() =
               ChangeAt(r, kOtherRole)->changes();
         },
         "it did not do then what it does now", kNoDoubt},
        {"ChangeOfNoKind",
         [](Records* r) { ChangeAt(r, kShare)->mutable_changes(0)->Clear(); },
         "record 3: change[0]: a change is empty"},
        {"ChangeOfWhatIsNotThere",
         [](Records* r) {
           ChangeAt(r, kShare)->mutable_changes(0)->mutable_share()->set_target(
               "user:nobody");
         },
         "nobody"},
        {"RemovalOfAUserWhoIsNotThere",
         [](Records* r) {
           ChangeAt(r, kShare)
               ->mutable_changes(0)
               ->mutable_remove_user()
               ->set_id("nobody");
         },
         "user `nobody` is not in the workspace"},
        {"UnshareOfWhatIsNotThere",
         [](Records* r) {
           v1::Unshare& unshare =
               *ChangeAt(r, kShare)->mutable_changes(0)->mutable_unshare();
           unshare.set_resource("voice:gone");
           unshare.set_target("user:dan");
         },
         "resource `voice:gone` is not found"},
        {"ImportOfGroupsInACircle",
         [](Records* r) { MakeCircle(&(*r)[kImport]); },
         "group 0 is below itself"},
        {"ImportOfACircleBeforeAnother",
         [](Records* r) {
           MakeCircle(&(*r)[kImport]);
           v1::Record another = (*r)[kImport];
           v1::WorkspaceChunk& chunk =
               *another.mutable_import()->mutable_chunk();
           chunk.mutable_begin()->set_id("another");
           r->insert(r->begin() + kImport + 1, another);
         },
         "record 10: group 0 is below itself"},
        {"ReceiptOfAnotherChange",
         [](Records* r) {
           ChangeAt(r, kShare)->mutable_receipt()->clear_changes();
         },
         "record 3: a call with 1 changes has a receipt of 0"},
    }),
    [](const auto& c) { return c.param.name; });

using SoundRecords = HostileRecords;

TEST_F(SoundRecords, AreApplied) {
  Replay replay(EmptyState, kRequestIdWindow);
  EXPECT_TRUE(ApplyAll(records_, &replay).ok());
  EXPECT_THAT(replay.Ids(), ElementsAre("imported", "studio"));
}

// A checkpoint may have been written after these records.
TEST_F(SoundRecords, ThatAreThereAlreadyArePassedOver) {
  Records twice;
  for (const v1::Record& record : records_) {
    if (record.has_import() || record.has_remove_workspace()) continue;
    twice.push_back(record);
    twice.push_back(record);
  }
  twice.push_back(records_[kShare]);
  Replay replay(EmptyState, kRequestIdWindow);
  EXPECT_TRUE(ApplyAll(twice, &replay).ok());
  const auto states = replay.Finish();
  ASSERT_EQ(states.size(), 2u);
  EXPECT_EQ(states[1]->revision, studio_->Token()->revision);
}

TEST_F(SoundRecords, WhoseBytesAreNoMessageAreRefusedOrForgiven) {
  Replay replay(EmptyState, kRequestIdWindow);
  EXPECT_TRUE(IsRefusal(replay.Apply(JournalRecord{5, "\xff"}),
                        absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED,
                        "record 5: is not well-formed"));
  std::vector<std::string> doubts;
  Replay forgiving(EmptyState, kRequestIdWindow,
                   [&](const std::string& doubt) { doubts.push_back(doubt); });
  EXPECT_TRUE(forgiving.Apply(JournalRecord{5, "\xff"}).ok());
  EXPECT_THAT(doubts, ElementsAre("is not well-formed"));
  EXPECT_THAT(forgiving.Finish(), IsEmpty());
}

TEST_F(SoundRecords, ThatAreLargeAreAppliedLikeOthers) {
  records_[kShare].mutable_change()->set_reason(
      std::string(size_t{2} << 20, 'x'));
  Replay replay(EmptyState, kRequestIdWindow);
  uint64_t sequence = 0;
  for (const v1::Record& record : records_) {
    const std::string bytes = record.SerializeAsString();
    EXPECT_EQ(replay.Apply(JournalRecord{++sequence, bytes}), absl::OkStatus());
  }
  EXPECT_THAT(replay.Ids(), ElementsAre("imported", "studio"));
}

// If there is no state to put it into, the folder is not at fault, so nothing
// is passed over.
TEST_F(SoundRecords, WithoutAStateForThemAreRefused) {
  const auto no_state = []() -> absl::StatusOr<State> {
    return Refuse(v1::LIMIT, "no more states");
  };
  const auto ignore = [](const std::string&) {};
  for (const Place place : {kAddition, kImport}) {
    for (const Forgive& forgive : {Forgive(), Forgive(ignore)}) {
      Replay replay(no_state, kRequestIdWindow, forgive);
      EXPECT_TRUE(IsRefusal(replay.Apply(7, records_[place]),
                            absl::StatusCode::kResourceExhausted, v1::LIMIT,
                            "record 7: no more states"));
    }
  }
}

TEST_F(SoundRecords, OfAnImportEndWhereTheJournalRefusesOne) {
  for (int n = 1; n <= 2; ++n) {
    int calls = 0;
    EXPECT_EQ(ImportRecordsOf({*EmptyStudio()}, Actor::System(),
                              [&](const std::string&) {
                                return ++calls < n
                                           ? absl::OkStatus()
                                           : absl::CancelledError("enough");
                              }),
              absl::CancelledError("enough"));
    EXPECT_EQ(calls, n);
  }
}

// The log reads changes without applying them.
TEST_F(SoundRecords, ReadAsChangesAreRefusedWhereTheyAreNone) {
  v1::Record record = records_[kShare];
  EXPECT_TRUE(ReadChange(record).ok());
  record.mutable_change()->mutable_receipt()->clear_changes();
  EXPECT_EQ(FaultOf(ReadChange(record).status()), v1::JOURNAL_DAMAGED);
  record = records_[kShare];
  record.mutable_change()->mutable_changes(0)->Clear();
  EXPECT_EQ(FaultOf(ReadChange(record).status()), v1::JOURNAL_DAMAGED);
}

}  // namespace
}  // namespace acl
