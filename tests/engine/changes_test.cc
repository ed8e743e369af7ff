// Shares, removals, batches, dry runs, ladders, and their receipts.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

using absl::StatusCode;

using Changes = Studio;

TEST_F(Changes, ShareSetsTheGrantUpAndDownAndUnshareTakesIt) {
  const Target dan = Target::User("dan");
  for (const char* role : {"viewer", "admin", "commenter"}) {
    EXPECT_TRUE(Must({Share{v_, dan, role}}).changed);
    EXPECT_EQ(Role(Subject::User("dan"), v_), role);
  }
  const Revision before = Now();
  EXPECT_FALSE(Must({Share{v_, dan, "commenter"}}).changed);
  EXPECT_EQ(Now(), before);
  EXPECT_TRUE(Must({Unshare{v_, dan}}).changed);
  EXPECT_EQ(Role(Subject::User("dan"), v_), "none");
  EXPECT_FALSE(Must({Unshare{v_, dan}}).changed);
  EXPECT_EQ(Now(), before + 1);
}

TEST_F(Changes, KeysAndAddressOfOneAccountAreOneSlot) {
  const Target targets[] = {
      Target::Key("k1"), Target::Key("k2"), Target::Key("off"),
      Target::Email(" BOT@example.com"), Target::ServiceAccount("bot")};
  const char* roles[] = {"viewer", "editor", "commenter", "admin", "viewer"};
  for (int i = 0; i < 5; ++i) {
    const Receipt receipt = Must({Share{v_, targets[i], roles[i]}});
    const ShareEffect& effect = *receipt.changes[0].share;
    EXPECT_EQ(effect.target, Target::ServiceAccount("bot"));
    EXPECT_EQ(effect.grant_before, i == 0 ? "none" : roles[i - 1]);
    EXPECT_EQ(effect.grant_after, roles[i]);
    EXPECT_EQ(Role(Subject::Key("k2"), v_), roles[i]);
  }
  EXPECT_EQ(studio_.Export()->resources(0).grants_size(), 2);  // and bob
  EXPECT_TRUE(Must({Unshare{v_, Target::Key("k2")}}).changed);
  EXPECT_EQ(Role(Subject::Key("k1"), v_), "none");
}

TEST_F(Changes, PersonalKeyHasTheRoleOfItsUser) {
  const RoleAnswer by_key = *studio_.EffectiveRole(Subject::Key("ann-key"), v_);
  EXPECT_EQ(studio_.RoleName(by_key.role), "admin");
  EXPECT_EQ(by_key.witness.kind, SourceKind::kCreator);
  Must({AddKey{"bob-key", PrincipalId::User("bob")}});
  EXPECT_EQ(studio_.EffectiveRole(Subject::Key("bob-key"), v_)->witness.kind,
            SourceKind::kDirect);
  Must({UpdateUser{"bob", {}, {}, true}});
  EXPECT_EQ(Role(Subject::Key("bob-key"), v_), "none");
  Must({UpdateUser{"bob", {}, {}, false}});
  EXPECT_EQ(Role(Subject::Key("bob-key"), v_), "editor");
  EXPECT_TRUE(
      studio_.Share(Subject::Key("ann-key"), v_, Target::Default(), "viewer")
          .ok());
}

TEST_F(Changes, CreatorGetsAdminWithoutAGrant) {
  const std::string before = Everything();
  const Receipt receipt = Must({Share{v_, Target::User("ann"), "admin"}});
  EXPECT_FALSE(receipt.changed);
  EXPECT_EQ(receipt.changes[0].share->grant_after, "none");
  EXPECT_EQ(receipt.changes[0].share->effective_after, "admin");
  EXPECT_EQ(Everything(), before);
}

TEST_F(Changes, ReceiptTellsWhatHoldsTheRoleUp) {
  Must({Share{v_, Target::Group("outer"), "editor"},
        Share{v_, Target::Default(), "editor"},
        Share{v_, Target::User("dan"), "admin"}});
  const Receipt receipt = Must({Unshare{v_, Target::User("dan")}});
  const ShareEffect& effect = *receipt.changes[0].share;
  EXPECT_EQ(effect.resource, v_);
  EXPECT_EQ(effect.grant_before, "admin");
  EXPECT_EQ(effect.grant_after, "none");
  EXPECT_EQ(effect.effective_before, "admin");
  EXPECT_EQ(effect.effective_after, "editor");
  const std::vector<Source> held_by = {
      {SourceKind::kGroup, "editor", {"inner", "outer"}},
      {SourceKind::kBaseline, "editor", {}}};
  EXPECT_EQ(effect.held_by, held_by);
}

TEST_F(Changes, ReceiptOfAGroupCountsItsParentsAndTheBaseline) {
  Must({Share{v_, Target::Group("outer"), "editor"},
        Share{v_, Target::Default(), "viewer"}});
  const Receipt up = Must({Share{v_, Target::Group("inner"), "commenter"}});
  const ShareEffect& effect = *up.changes[0].share;
  EXPECT_EQ(effect.effective_before, "editor");
  EXPECT_EQ(effect.effective_after, "editor");
  const std::vector<Source> held_by = {
      {SourceKind::kGroup, "editor", {"outer"}}};
  EXPECT_EQ(effect.held_by, held_by);
  const Receipt base = Must({Share{v_, Target::Default(), "admin"}});
  EXPECT_EQ(base.changes[0].share->effective_before, "viewer");
  EXPECT_EQ(base.changes[0].share->effective_after, "admin");
  EXPECT_TRUE(base.changes[0].share->held_by.empty());
}

TEST_F(Changes, ReceiptHasNothingHoldingUpNone) {
  const Receipt receipt = Must({Unshare{v_, Target::User("bob")}});
  EXPECT_EQ(receipt.changes[0].share->effective_after, "none");
  EXPECT_TRUE(receipt.changes[0].share->held_by.empty());
}

TEST_F(Changes, LimitCountsTheCreatorAndNotTheBaseline) {
  Must({SetLimit{3}});  // ann, bob and one more
  EXPECT_TRUE(Must({Share{v_, Target::Default(), "viewer"}}).changed);
  EXPECT_TRUE(Must({Share{v_, Target::Group("inner"), "viewer"}}).changed);
  EXPECT_EQ(FaultOf(Apply({Share{v_, Target::User("dan"), "viewer"}}).status()),
            v1::LIMIT);
  EXPECT_TRUE(Must({Share{v_, Target::User("bob"), "viewer"}}).changed);
  EXPECT_TRUE(Must({SetLimit{1}}).changed);
  EXPECT_EQ(Role(Subject::User("dan"), v_), "viewer");
  EXPECT_TRUE(Must({Share{v_, Target::Group("inner"), "editor"}}).changed);
  EXPECT_FALSE(Must({Share{v_, Target::User("ann"), "admin"}}).changed);
  EXPECT_TRUE(Must({SetLimit{0}}).changed);
  EXPECT_TRUE(Must({Share{v_, Target::User("dan"), "viewer"}}).changed);
}

TEST_F(Changes, LimitIsOneHundredUnlessSaid) {
  std::vector<Change> changes;
  for (int i = 0; i < 100; ++i) {
    changes.push_back(AddGroup{absl::StrCat("g", i)});
    changes.push_back(Share{w_, Target::Group(absl::StrCat("g", i)), "viewer"});
  }
  Must(changes);
  EXPECT_TRUE(IsRefusal(Apply({Share{w_, Target::User("dan"), "viewer"}}),
                        StatusCode::kResourceExhausted, v1::LIMIT,
                        "the limit is 100"));
}

TEST_F(Changes, RemovedUserTakesEverythingAlongAndComesBackWithNothing) {
  Must({AddMember{"outer", Member::User("ann")},
        Share{w_, Target::User("ann"), "editor"}});
  const Receipt receipt = Must({RemoveUser{"ann"}});
  const Cascade& removed = *receipt.changes[0].removed;
  EXPECT_EQ(removed.grants, 1u);
  EXPECT_EQ(removed.memberships, 1u);
  EXPECT_EQ(removed.keys, 1u);
  EXPECT_EQ(removed.creators, 1u);
  EXPECT_EQ(studio_.Export()->resources(0).creator(), "");
  EXPECT_EQ(Role(Subject::User("bob"), v_), "editor");
  Must({AddUser{"ann", "ann@example.com"},
        Share{v_, Target::Group("outer"), "viewer"}});
  EXPECT_EQ(Role(Subject::User("ann"), v_), "none");
  EXPECT_EQ(Role(Subject::User("ann"), w_), "none");
  EXPECT_EQ(Role(Subject::Key("ann-key"), v_), "none");
  Must({AddKey{"ann-key", PrincipalId::ServiceAccount("bot")}});
  EXPECT_EQ(Role(Subject::Key("ann-key"), v_), "viewer");
}

TEST_F(Changes, RemovedWorkspaceAdminComesBackAsNone) {
  EXPECT_EQ(Role(Subject::User("boss"), w_), "admin");
  Must({RemoveUser{"boss"}, AddUser{"boss"}});
  EXPECT_EQ(Role(Subject::User("boss"), w_), "none");
}

TEST_F(Changes, RemovedServiceAccountTakesItsKeys) {
  Must({Share{v_, Target::Key("k1"), "editor"}});
  const Receipt receipt = Must({RemoveServiceAccount{"bot"}});
  EXPECT_EQ(receipt.changes[0].removed->keys, 3u);
  EXPECT_EQ(receipt.changes[0].removed->grants, 1u);
  EXPECT_EQ(receipt.changes[0].removed->memberships, 1u);
  Must({AddServiceAccount{"bot"},
        AddKey{"k1", PrincipalId::ServiceAccount("bot")}});
  EXPECT_EQ(Role(Subject::Key("k1"), v_), "none");
}

TEST_F(Changes, RemovedGroupTakesGrantsAndMembershipsBothWays) {
  Must({Share{v_, Target::Group("inner"), "viewer"},
        Share{v_, Target::Group("outer"), "editor"}});
  EXPECT_EQ(Role(Subject::User("dan"), v_), "editor");
  const Receipt receipt = Must({RemoveGroup{"inner"}});
  EXPECT_EQ(receipt.changes[0].removed->grants, 1u);
  EXPECT_EQ(receipt.changes[0].removed->memberships, 3u);
  EXPECT_EQ(Role(Subject::User("dan"), v_), "none");
  Must({AddGroup{"inner"}});
  EXPECT_EQ(Role(Subject::User("dan"), v_), "none");
  Must({AddMember{"inner", Member::User("dan")}});
  EXPECT_EQ(Role(Subject::User("dan"), v_), "none");
}

TEST_F(Changes, RemovedResourceTakesItsGrants) {
  Must({Share{v_, Target::Default(), "viewer"}});
  const Receipt receipt = Must({RemoveResource{v_}});
  EXPECT_EQ(receipt.changes[0].removed->grants, 2u);
  Must({AddResource{v_}});
  EXPECT_EQ(Role(Subject::User("bob"), v_), "none");
  EXPECT_EQ(Role(Subject::User("ann"), v_), "none");
}

TEST_F(Changes, RemovedKeyHasNoRole) {
  Must({Share{v_, Target::Key("k1"), "editor"}, RemoveKey{"k1"}});
  EXPECT_EQ(Role(Subject::Key("k1"), v_), "none");
  EXPECT_EQ(Role(Subject::Key("k2"), v_), "editor");
  Must({UpdateKey{"k2", false}});
  EXPECT_EQ(Role(Subject::Key("k2"), v_), "none");
}

TEST_F(Changes, GroupThatLostItsLastMemberKeepsItsGrants) {
  Must({AddGroup{"g"}, AddMember{"g", Member::User("dan")},
        Share{v_, Target::Group("g"), "editor"},
        RemoveMember{"g", Member::User("dan")}});
  EXPECT_EQ(Role(Subject::User("dan"), v_), "none");
  Must({AddMember{"g", Member::User("dan")}});
  EXPECT_EQ(Role(Subject::User("dan"), v_), "editor");
}

TEST_F(Changes, LockedUserAndDisabledKeyKeepTheirGrants) {
  Must({Share{v_, Target::User("lea"), "editor"},
        Share{v_, Target::Key("off"), "viewer"}});
  EXPECT_EQ(Role(Subject::User("lea"), v_), "none");
  EXPECT_EQ(Role(Subject::Key("off"), v_), "none");
  Must({UpdateUser{"lea", {}, {}, false}, UpdateKey{"off", true}});
  EXPECT_EQ(Role(Subject::User("lea"), v_), "editor");
  EXPECT_EQ(Role(Subject::Key("off"), v_), "viewer");
}

TEST_F(Changes, WhatIsSoAlreadyTakesNoRevision) {
  const Change kIdle[] = {
      AddMember{"inner", Member::User("dan")},
      RemoveMember{"outer", Member::User("dan")},
      UpdateUser{"ann"},
      UpdateUser{"ann", " ANN@example.com", "Ann", false, false},
      UpdateServiceAccount{"bot", "Bot"},
      UpdateKey{"k1", true},
      UpdateGroup{"inner", ""},
      UpdateResource{v_, "V"},
      SetLimit{100},
      SetLadder{{"viewer", "commenter", "editor", "admin"}},
      Unshare{w_, Target::Default()}};
  const std::string before = Everything();
  for (const Change& change : kIdle) {
    const Receipt receipt = Must({change});
    EXPECT_FALSE(receipt.changed) << ToString(change);
    EXPECT_FALSE(receipt.changes[0].changed) << ToString(change);
    EXPECT_EQ(receipt.revision, 1u);
  }
  EXPECT_EQ(Everything(), before);
}

TEST_F(Changes, BatchIsAllOrNothingAndNamesTheRefused) {
  const std::string before = Everything();
  const auto refused =
      Apply({AddUser{"z"}, Share{v_, Target::User("z"), "viewer"},
             RemoveUser{"gone"}});
  EXPECT_TRUE(IsRefusal(refused, StatusCode::kNotFound, v1::USER_NOT_FOUND,
                        "change 2: user `gone`"));
  EXPECT_EQ(ChangeIndexOf(refused.status()), 2u);
  EXPECT_EQ(Everything(), before);
  EXPECT_FALSE(ChangeIndexOf(Apply({RemoveUser{"gone"}}).status()));
}

TEST_F(Changes, BatchTakesOneRevisionAndSeesItsOwnChanges) {
  const Receipt receipt = Must(
      {AddUser{"z"}, AddResource{{"voice", "z"}, "", PrincipalId::User("z")},
       RemoveUser{"dan"}, AddUser{"dan"}});
  EXPECT_EQ(receipt.revision, 2u);
  EXPECT_EQ(Now(), 2u);
  EXPECT_EQ(receipt.changes.size(), 4u);
  EXPECT_EQ(Role(Subject::User("z"), {"voice", "z"}), "admin");
}

TEST_F(Changes, BatchOfAnActorLosesItsRightOnTheWay) {
  Must({Share{v_, Target::User("dan"), "admin"}});
  const Actor dan = Subject::User("dan");
  EXPECT_TRUE(
      IsRefusal(studio_.Apply(dan, {Share{v_, Target::User("dan"), "viewer"},
                                    Share{v_, Target::User("bob"), "viewer"}}),
                StatusCode::kPermissionDenied, v1::NOT_ADMIN, "change 1: "));
  EXPECT_EQ(Role(Subject::User("dan"), v_), "admin");
}

TEST_F(Changes, BatchThatUndoesItselfTakesNoRevision) {
  const std::string before = Everything();
  const Receipt receipt =
      Must({Share{v_, Target::User("dan"), "viewer"},
            Unshare{v_, Target::User("dan")}, AddGroup{"g"}, RemoveGroup{"g"},
            UpdateUser{"ann", {}, "Other"}, UpdateUser{"ann", {}, "Ann"}});
  EXPECT_FALSE(receipt.changed);
  EXPECT_TRUE(receipt.changes[0].changed);
  EXPECT_EQ(receipt.revision, 1u);
  EXPECT_EQ(Everything(), before);
}

TEST_F(Changes, EmptyBatchChangesNothing) {
  const Receipt receipt = Must({});
  EXPECT_FALSE(receipt.changed);
  EXPECT_TRUE(receipt.changes.empty());
  EXPECT_EQ(Now(), 1u);
}

TEST_F(Changes, DryRunAnswersAsTheRealThingAndChangesNothing) {
  const std::vector<Change> changes = {
      Share{v_, Target::Group("outer"), "editor"}, RemoveUser{"bob"}};
  ChangeOptions dry;
  dry.dry_run = true;
  const std::string before = Everything();
  const Receipt tried = Must(changes, dry);
  EXPECT_EQ(Everything(), before);
  EXPECT_TRUE(tried.dry_run);
  const Receipt real = Must(changes);
  EXPECT_FALSE(real.dry_run);
  EXPECT_EQ(tried.revision, real.revision);
  EXPECT_EQ(tried.changed, real.changed);
  EXPECT_EQ(tried.changes[0].share->effective_after,
            real.changes[0].share->effective_after);
  EXPECT_EQ(tried.changes[1].removed->grants, real.changes[1].removed->grants);
  const absl::Status refusal = Apply({RemoveUser{"gone"}}).status();
  EXPECT_EQ(Apply({RemoveUser{"gone"}}, dry).status(), refusal);
  EXPECT_FALSE(refusal.ok());
}

TEST_F(Changes, LadderGrowsAnywhereAndTheTopMoves) {
  Must({SetLadder{
      {"guest", "viewer", "commenter", "editor", "admin", "owner"}}});
  EXPECT_EQ(Role(Subject::User("ann"), v_), "owner");
  EXPECT_EQ(Role(Subject::User("boss"), v_), "owner");
  EXPECT_EQ(Role(Subject::User("bob"), v_), "editor");
  EXPECT_TRUE(*studio_.Check(Subject::User("bob"), "guest", v_));
  Must({Share{v_, Target::User("dan"), "admin"}});
  EXPECT_EQ(
      FaultOf(
          studio_.Share(Subject::User("dan"), v_, Target::User("bob"), "viewer")
              .status()),
      v1::NOT_ADMIN);
  EXPECT_EQ(FaultOf(Apply({Share{v_, Target::User("ann"), "admin"}}).status()),
            v1::CREATOR_PROTECTED);
}

TEST_F(Changes, RoleThatLeftTheLadderComesBackAsAnother) {
  const acl::Role old = *studio_.FindRole("commenter");
  Must({SetLadder{{"viewer", "editor", "admin"}}});
  EXPECT_EQ(studio_.RoleName(old), "");
  Must({SetLadder{{"viewer", "commenter", "editor", "admin"}}});
  EXPECT_EQ(studio_.RoleName(old), "");
  EXPECT_NE(*studio_.FindRole("commenter"), old);
  EXPECT_TRUE(IsRefusal(
      studio_.Check(*studio_.FindSubject(Subject::User("bob")), old,
                    *studio_.FindResource(v_)),
      StatusCode::kInvalidArgument, v1::ROLE_UNKNOWN, "left its ladder"));
}

TEST_F(Changes, RoleOfABaselineIsInUse) {
  Must({Share{w_, Target::Default(), "commenter"}});
  EXPECT_TRUE(IsRefusal(Apply({SetLadder{{"viewer", "editor", "admin"}}}),
                        StatusCode::kFailedPrecondition, v1::ROLE_IN_USE,
                        "`commenter`"));
}

TEST_F(Changes, OneIdNamesThingsOfEveryKind) {
  Must({AddUser{"1"}, AddServiceAccount{"1"}, AddGroup{"1"},
        AddKey{"1", PrincipalId::ServiceAccount("1")},
        AddResource{{"voice", "1"}}, AddResource{{"songs", "1"}},
        Share{{"voice", "1"}, Target::User("1"), "viewer"},
        Share{{"voice", "1"}, Target::Key("1"), "commenter"},
        Share{{"voice", "1"}, Target::Group("1"), "editor"}});
  EXPECT_EQ(Role(Subject::User("1"), {"voice", "1"}), "viewer");
  EXPECT_EQ(Role(Subject::ServiceAccount("1"), {"voice", "1"}), "commenter");
  EXPECT_EQ(Role(Subject::Key("1"), {"voice", "1"}), "commenter");
  EXPECT_EQ(Role(Subject::User("1"), {"songs", "1"}), "none");
  Must({RemoveUser{"1"}});
  EXPECT_EQ(Role(Subject::Key("1"), {"voice", "1"}), "commenter");
}

TEST(LastRevision, TakesNoChangeAndCanBeImportedAgain) {
  v1::World world;
  world.add_workspaces()->set_id("w");
  world.mutable_workspaces(0)->set_revision(kMaxRevision - 1);
  world.mutable_workspaces(0)->add_users()->set_id("ann");
  Engine engine;
  ASSERT_TRUE(engine.Import(Actor::System(), world).ok());
  Workspace workspace = *engine.FindWorkspace("w");
  ASSERT_TRUE(workspace.Apply(Actor::System(), {AddUser{"bob"}}).ok());
  EXPECT_EQ(workspace.Token()->revision, kMaxRevision);
  ChangeOptions dry_run, with_id;
  dry_run.dry_run = true;
  with_id.request_id = "r";
  for (const ChangeOptions& options : {ChangeOptions(), dry_run, with_id}) {
    EXPECT_TRUE(IsRefusal(
        workspace.Apply(Actor::System(), {AddUser{"cem"}}, options),
        StatusCode::kResourceExhausted, v1::LIMIT,
        "at revision 9223372036854775807, the last one there is; export it"));
    // A change without effect takes no revision.
    EXPECT_TRUE(
        workspace.Apply(Actor::System(), {UpdateUser{"bob"}}, options).ok());
    if (!options.request_id.empty()) break;
  }
  EXPECT_EQ(workspace.Token()->revision, kMaxRevision);
  Engine again;
  ASSERT_TRUE(again.Import(Actor::System(), engine.Export()).ok());
  EXPECT_EQ(again.FindWorkspace("w")->Token()->revision, kMaxRevision);
}

TEST_F(Changes, IdsWithSeparatorsStayApart) {
  const std::string ids[] = {"a:b", "a", "a/b",       "a b", "user:a",
                             "`a`", "é", "e\xcc\x81", "A",   "default "};
  for (const std::string& id : ids) {
    Must({AddUser{id}, AddResource{{"voice", id}},
          Share{{"voice", id}, Target::User(id), "viewer"}});
  }
  for (const std::string& user : ids) {
    for (const std::string& resource : ids) {
      EXPECT_EQ(Role(Subject::User(user), {"voice", resource}),
                user == resource ? "viewer" : "none")
          << user << " on " << resource;
    }
  }
}

}  // namespace
}  // namespace acl
