// Ties the oracle to docs/semantics.md: changes and their receipts. Every
// expectation is taken from that page.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "tests/oracle/model.h"
#include "tests/oracle/model_fixture.h"

namespace acl::oracle {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// ---- Sharing ----

TEST_F(OracleTest, ShareSetsTheGrantUpOrDown) {
  Do({Change::Share(kFree, TU("bob"), "admin")});
  EXPECT_EQ(model_.revision(), 2u);
  const ShareReceipt receipt =
      DoShare(Change::Share(kFree, TU("bob"), "viewer"));
  EXPECT_EQ(receipt, (ShareReceipt{
                         TU("bob"), "admin", "viewer", "admin", "viewer", {}}));
  EXPECT_EQ(Role(U("bob")), "viewer");
}

TEST_F(OracleTest, UnshareWithoutGrantSucceedsAndTakesNoRevision) {
  const Receipt receipt = Do({Change::Unshare(kFree, TU("bob"))});
  EXPECT_EQ(receipt.revision, 1u);
  EXPECT_FALSE(receipt.changed);
  EXPECT_EQ(receipt.changes[0].share,
            (ShareReceipt{TU("bob"), "none", "none", "none", "none", {}}));
}

TEST_F(OracleTest, SameShareTwiceSecondTakesNoRevision) {
  Do({Change::Share(kFree, TU("bob"), "editor")});
  const Receipt receipt = Do({Change::Share(kFree, TU("bob"), "editor")});
  EXPECT_EQ(receipt.revision, 2u);
  EXPECT_FALSE(receipt.changed);
  EXPECT_FALSE(receipt.replayed);
}

TEST_F(OracleTest, TwoKeysAndTheEmailOfOneAccountAreOneSlot) {
  Do({Change::Share(kFree, TK("k1"), "admin"),
      Change::Share(kFree, TE("SVC@x.io"), "viewer")});
  const ShareReceipt receipt =
      DoShare(Change::Share(kFree, TK("koff"), "editor"));
  EXPECT_EQ(receipt.target, TS("svc"));
  EXPECT_EQ(receipt.grant_before, "viewer");
  EXPECT_EQ(receipt.effective_after, "editor");
  EXPECT_EQ(model_.state().resources.at(kFree).grants.size(), 1u);
  EXPECT_EQ(Role(K("k2")), "editor");
}

TEST_F(OracleTest, ShareToEmailIsStoredForItsOwner) {
  const ShareReceipt receipt =
      DoShare(Change::Share(kFree, TE(" Bob@X.io"), "editor"));
  EXPECT_EQ(receipt.target, TU("bob"));
  EXPECT_EQ(Role(U("bob")), "editor");
}

TEST_F(OracleTest, TargetNotThereIsNotFoundByKind) {
  EXPECT_EQ(Try({Change::Share(kFree, TU("no"), "viewer")}),
            "NotFound USER_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::Share(kFree, TE("no@x.io"), "viewer")}),
            "NotFound USER_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::Share(kFree, TS("no"), "viewer")}),
            "NotFound SERVICE_ACCOUNT_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::Unshare(kFree, TG("no"))}),
            "NotFound GROUP_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::Unshare(kFree, TK("no"))}),
            "NotFound KEY_NOT_FOUND @0");
}

TEST_F(OracleTest, PersonalKeyAsTargetIsAKeyThatIsNotFound) {
  EXPECT_EQ(Try({Change::Share(kFree, TK("pk"), "viewer")}),
            "NotFound KEY_NOT_FOUND @0");
}

TEST_F(OracleTest, LockedUserAsTargetGrantIsKeptAndRoleIsNone) {
  Do({Change::Share(kFree, Default(), "viewer")});
  EXPECT_EQ(DoShare(Change::Share(kFree, TU("lou"), "editor")),
            (ShareReceipt{TU("lou"), "none", "editor", "none", "none", {}}));
}

TEST_F(OracleTest, GroupCalledDefaultIsMalformed) {
  EXPECT_EQ(Try({Change::AddGroup("default")}), "InvalidArgument MALFORMED @0");
  EXPECT_EQ(Try({Change::AddUser("default")}), "InvalidArgument MALFORMED @0");
  EXPECT_EQ(Try({Change::AddServiceAccount("default")}),
            "InvalidArgument MALFORMED @0");
  EXPECT_EQ(Try({Change::AddKey("default", PS("svc"))}),
            "InvalidArgument MALFORMED @0");
  EXPECT_EQ(Try({Change::AddResource({"doc", "default"})}), "ok");
}

// ---- The actor ----

TEST_F(OracleTest, ActorWithAdminMayShare) {
  EXPECT_EQ(TryAs(U("ann"), {Change::Share(kMade, TU("bob"), "viewer")}), "ok");
  EXPECT_EQ(TryAs(K("pk"), {Change::Share(kMade, TU("bob"), "editor")}), "ok");
  EXPECT_EQ(TryAs(U("wanda"), {Change::Unshare(kMade, TU("bob"))}), "ok");
}

TEST_F(OracleTest, ActorThroughGroupOrKeyMayShare) {
  Do({Change::Share(kFree, TG("one"), "admin"),
      Change::AddMember("one", MU("bob")),
      Change::Share(kNote, TS("svc"), "admin")});
  EXPECT_EQ(TryAs(E("bob@x.io"), {Change::Share(kFree, Default(), "viewer")}),
            "ok");
  EXPECT_EQ(TryAs(K("k1"), {Change::Share(kNote, Default(), "viewer")}), "ok");
}

TEST_F(OracleTest, ActorWithLowerRoleIsNotAdmin) {
  Do({Change::Share(kFree, TU("bob"), "editor")});
  EXPECT_EQ(TryAs(U("bob"), {Change::Share(kFree, TU("no"), "viewer")}),
            "PermissionDenied NOT_ADMIN @0");
}

TEST_F(OracleTest, ActorWithoutRoleSameAnswerAsForAbsentResource) {
  EXPECT_EQ(TryAs(U("bob"), {Change::Share(kFree, TU("no"), "viewer")}),
            "NotFound RESOURCE_NOT_FOUND @0");
  EXPECT_EQ(TryAs(U("bob"), {Change::Share(kLost, TU("no"), "viewer")}),
            "NotFound RESOURCE_NOT_FOUND @0");
  EXPECT_EQ(TryAs(U("wanda"), {Change::Share(kLost, TU("no"), "viewer")}),
            "NotFound RESOURCE_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::Share(kLost, TU("no"), "viewer")}),
            "NotFound RESOURCE_NOT_FOUND @0");
}

TEST_F(OracleTest, ActorNotUsableIsSaidBeforeTheResource) {
  const std::vector<Change> share = {Change::Share(kLost, TU("no"), "viewer")};
  EXPECT_EQ(TryAs(U("no"), share), "PermissionDenied ACTOR_UNKNOWN @0");
  EXPECT_EQ(TryAs(K("koff"), share), "PermissionDenied ACTOR_KEY_DISABLED @0");
  EXPECT_EQ(TryAs(U("lou"), share), "PermissionDenied ACTOR_LOCKED @0");
  EXPECT_EQ(TryAs(K("pkl"), share), "PermissionDenied ACTOR_LOCKED @0");
  Do({Change::UpdateKey("pkl", false)});
  EXPECT_EQ(TryAs(K("pkl"), share), "PermissionDenied ACTOR_KEY_DISABLED @0");
}

TEST_F(OracleTest, TypeAndRoleUnknownAreSaidBeforeTheActor) {
  EXPECT_EQ(TryAs(U("no"), {Change::Share({"no", "1"}, TU("no"), "owner")}),
            "InvalidArgument TYPE_UNKNOWN @0");
  EXPECT_EQ(TryAs(U("no"), {Change::Share(kLost, TU("no"), "owner")}),
            "InvalidArgument ROLE_UNKNOWN @0");
  EXPECT_EQ(TryAs(U("no"), {Change::Share(kLost, TU("no"), "none")}),
            "InvalidArgument ROLE_UNKNOWN @0");
}

TEST_F(OracleTest, MalformedActorIsTheFaultOfTheCall) {
  EXPECT_EQ(TryAs(U(""), {Change::Share(kFree, TU(""), "viewer")}),
            "InvalidArgument MALFORMED");
}

TEST_F(OracleTest, DirectoryChangeAsksNothingOfTheActor) {
  EXPECT_EQ(TryAs(U("nobody"), {Change::AddUser("dan")}), "ok");
  EXPECT_EQ(TryAs(U("lou"), {Lock("lou", false)}), "ok");
}

// ---- The creator ----

TEST_F(OracleTest, LoweringOrUnsharingTheCreatorIsRefused) {
  EXPECT_EQ(Try({Change::Share(kMade, TU("ann"), "editor")}),
            "PermissionDenied CREATOR_PROTECTED @0");
  EXPECT_EQ(Try({Change::Unshare(kMade, TE("ann@x.io"))}),
            "PermissionDenied CREATOR_PROTECTED @0");
  Do({Change::AddResource({"doc", "s"}, "", PS("svc"))});
  EXPECT_EQ(Try({Change::Unshare({"doc", "s"}, TK("k1"))}),
            "PermissionDenied CREATOR_PROTECTED @0");
}

TEST_F(OracleTest, SharingAdminToTheCreatorChangesNothing) {
  Do({Change::Share(kMade, Default(), "admin")});
  const Receipt receipt = Do({Change::Share(kMade, TU("ann"), "admin")});
  EXPECT_FALSE(receipt.changed);
  const ShareReceipt& share = *receipt.changes[0].share;
  EXPECT_EQ(share.grant_before, "none");
  EXPECT_EQ(share.grant_after, "none");
  EXPECT_EQ(share.effective_before, "admin");
  EXPECT_EQ(share.effective_after, "admin");
  EXPECT_THAT(ShowAll(share.held_by),
              ElementsAre("creator admin", "baseline admin"));
}

TEST_F(OracleTest, CreatorRemovedResourceKeepsItsGrants) {
  Do({Change::Share(kMade, TU("bob"), "viewer"), Change::RemoveUser("ann"),
      Change::AddUser("ann")});
  EXPECT_EQ(model_.state().resources.at(kMade).creator, std::nullopt);
  EXPECT_EQ(Role(U("ann"), kMade), "none");
  EXPECT_EQ(Role(U("bob"), kMade), "viewer");
  EXPECT_EQ(Try({Change::Share(kMade, TU("ann"), "viewer")}), "ok");
}

// ---- The limit ----

TEST_F(OracleTest, OnePrincipalTooManyIsResourceExhausted) {
  Do({Change::SetLimit(2), Change::Share(kFree, TU("bob"), "viewer"),
      Change::Share(kFree, TG("one"), "viewer")});
  EXPECT_EQ(Try({Change::Share(kFree, TS("svc"), "viewer")}),
            "ResourceExhausted LIMIT @0");
  EXPECT_EQ(Try({Change::Share(kFree, Default(), "viewer")}), "ok");
  EXPECT_EQ(Try({Change::Share(kFree, TU("bob"), "editor")}), "ok");
  EXPECT_EQ(Try({Change::Unshare(kFree, TG("one")),
                 Change::Share(kFree, TS("svc"), "viewer")}),
            "ok");
}

TEST_F(OracleTest, CreatorCountsAsOne) {
  Do({Change::SetLimit(2), Change::Share(kMade, TU("bob"), "viewer")});
  EXPECT_EQ(Try({Change::Share(kMade, TU("cat"), "viewer")}),
            "ResourceExhausted LIMIT @0");
  EXPECT_EQ(Try({Change::Share(kMade, TU("ann"), "admin")}), "ok");
}

TEST_F(OracleTest, LimitLoweredTakesNothingAway) {
  Do({Change::Share(kFree, TU("bob"), "viewer"),
      Change::Share(kFree, TU("cat"), "viewer"), Change::SetLimit(1)});
  EXPECT_EQ(Role(U("bob")), "viewer");
  EXPECT_EQ(Role(U("cat")), "viewer");
  EXPECT_EQ(Try({Change::Share(kFree, TU("cat"), "editor")}), "ok");
  EXPECT_EQ(Try({Change::Share(kFree, TU("ann"), "editor")}),
            "ResourceExhausted LIMIT @0");
}

TEST_F(OracleTest, LimitZeroIsNoLimit) {
  Do({Change::SetLimit(1), Change::Share(kFree, TU("bob"), "viewer"),
      Change::SetLimit(0)});
  EXPECT_EQ(Try({Change::Share(kFree, TU("cat"), "viewer")}), "ok");
}

TEST_F(OracleTest, DefaultLimitIs100) {
  for (int i = 0; i < 101; ++i) {
    const std::string id = "u" + std::to_string(i);
    Do({Change::AddUser(id)});
    EXPECT_EQ(Try({Change::Share(kFree, TU(id), "viewer")}),
              i < 100 ? "ok" : "ResourceExhausted LIMIT @0");
  }
}

// ---- Receipts ----

TEST_F(OracleTest, UnshareHeldUpReceiptNamesEverySourceThatReaches) {
  Do({Change::AddMember("one", MU("bob")), Change::AddMember("two", MU("bob")),
      Change::Share(kFree, TU("bob"), "admin"),
      Change::Share(kFree, TG("one"), "editor"),
      Change::Share(kFree, TG("two"), "viewer"),
      Change::Share(kFree, Default(), "editor")});
  const ShareReceipt receipt = DoShare(Change::Unshare(kFree, TU("bob")));
  EXPECT_EQ(receipt.effective_before, "admin");
  EXPECT_EQ(receipt.effective_after, "editor");
  EXPECT_THAT(ShowAll(receipt.held_by),
              ElementsAre("group editor one", "baseline editor"));
}

TEST_F(OracleTest, ShareAboveTheOthersNothingElseHoldsItUp) {
  Do({Change::Share(kFree, Default(), "viewer")});
  EXPECT_THAT(DoShare(Change::Share(kFree, TU("bob"), "editor")).held_by,
              IsEmpty());
  EXPECT_THAT(
      ShowAll(DoShare(Change::Share(kFree, TU("bob"), "viewer")).held_by),
      ElementsAre("baseline viewer"));
}

TEST_F(OracleTest, GroupTargetHasAncestorsAndBaseline) {
  Do({Change::AddMember("two", MG("one")),
      Change::AddMember("three", MG("two")),
      Change::Share(kFree, TG("three"), "editor"),
      Change::Share(kFree, Default(), "viewer")});
  const ShareReceipt receipt =
      DoShare(Change::Share(kFree, TG("one"), "viewer"));
  EXPECT_EQ(receipt.effective_before, "editor");
  EXPECT_EQ(receipt.effective_after, "editor");
  EXPECT_THAT(ShowAll(receipt.held_by), ElementsAre("group editor two three"));
}

TEST_F(OracleTest, DefaultTargetIsTheBaselineAndNothingHoldsItUp) {
  const ShareReceipt receipt =
      DoShare(Change::Share(kFree, Default(), "viewer"));
  EXPECT_EQ(receipt,
            (ShareReceipt{Default(), "none", "viewer", "none", "viewer", {}}));
}

TEST_F(OracleTest, RemoveUserCountsWhatHungOnIt) {
  Do({Change::AddMember("one", MU("ann")), Change::AddMember("two", MU("ann")),
      Change::Share(kFree, TU("ann"), "viewer"),
      Change::Share(kNote, TU("ann"), "viewer"),
      Change::AddKey("pk2", PU("ann"))});
  EXPECT_EQ(DoRemove(Change::RemoveUser("ann")), (RemovalReceipt{2, 2, 2, 1}));
  EXPECT_EQ(Role(K("pk"), kMade), "none");
}

TEST_F(OracleTest, RemoveServiceAccountTakesItsKeys) {
  Do({Change::Share(kFree, TK("k1"), "viewer")});
  EXPECT_EQ(DoRemove(Change::RemoveServiceAccount("svc")),
            (RemovalReceipt{1, 0, 3, 0}));
  EXPECT_EQ(Try({Change::RemoveKey("k1")}), "NotFound KEY_NOT_FOUND @0");
}

TEST_F(OracleTest, RemoveGroupTakesItsMembersAndItsMemberships) {
  Do({Change::AddMember("two", MU("bob")), Change::AddMember("two", MG("one")),
      Change::AddMember("three", MG("two")),
      Change::Share(kFree, TG("two"), "viewer"),
      Change::Share(kFree, TG("three"), "viewer")});
  EXPECT_EQ(DoRemove(Change::RemoveGroup("two")), (RemovalReceipt{1, 3, 0, 0}));
  EXPECT_EQ(Role(U("bob")), "none");
}

TEST_F(OracleTest, RemoveKeyAndResourceCountWhatWentAlong) {
  EXPECT_EQ(DoRemove(Change::RemoveKey("k1")), RemovalReceipt());
  Do({Change::Share(kMade, TU("bob"), "viewer"),
      Change::Share(kMade, Default(), "viewer")});
  EXPECT_EQ(DoRemove(Change::RemoveResource(kMade)),
            (RemovalReceipt{2, 0, 0, 0}));
}

// ---- The directory ----

TEST_F(OracleTest, AddingWhatExistsIsAlreadyExists) {
  const std::string exists = "AlreadyExists ALREADY_EXISTS @0";
  EXPECT_EQ(Try({Change::AddUser("bob")}), exists);
  EXPECT_EQ(Try({Change::AddServiceAccount("svc")}), exists);
  EXPECT_EQ(Try({Change::AddKey("k1", PS("svc"))}), exists);
  EXPECT_EQ(Try({Change::AddKey("pk", PS("svc"))}), exists);
  EXPECT_EQ(Try({Change::AddGroup("one")}), exists);
  EXPECT_EQ(Try({Change::AddResource(kFree)}), exists);
}

TEST_F(OracleTest, EmailInUseIsEmailTakenAcrossKinds) {
  const std::string taken = "AlreadyExists EMAIL_TAKEN @0";
  EXPECT_EQ(Try({Change::AddUser("dan", "BOB@x.io")}), taken);
  EXPECT_EQ(Try({Change::AddServiceAccount("dan", "", "bob@x.io")}), taken);
  EXPECT_EQ(Try({SetEmail("cat", "svc@x.io")}), taken);
  EXPECT_EQ(Try({SetEmail("bob", " Bob@X.io")}), "ok");
  EXPECT_EQ(model_.revision(), 1u);
  EXPECT_EQ(Try({Change::AddUser("bob", "bob@x.io")}),
            "AlreadyExists ALREADY_EXISTS @0");
}

TEST_F(OracleTest, EmailClearedIsFreeForAnother) {
  EXPECT_EQ(Try({SetEmail("bob", ""), SetEmail("cat", "bob@x.io")}), "ok");
  Do({Change::Share(kFree, TE("bob@x.io"), "viewer")});
  EXPECT_EQ(Role(U("cat")), "viewer");
}

TEST_F(OracleTest, FieldSetToWhatItIsTakesNoRevision) {
  Do({SetEmail("bob", "bob@x.io"), Lock("lou", true),
      Change::UpdateKey("k1", true), Change::UpdateGroup("one", ""),
      Change::UpdateResource(kFree, std::nullopt), Change::SetLimit(100),
      Change::SetResourceTypes({"note", "doc"}),
      Change::UpdateServiceAccount("svc"), Change::UpdateUser("bob")});
  EXPECT_EQ(model_.revision(), 1u);
}

TEST_F(OracleTest, UpdatingWhatIsNotThereIsNotFound) {
  EXPECT_EQ(Try({Change::UpdateUser("no")}), "NotFound USER_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::UpdateServiceAccount("no")}),
            "NotFound SERVICE_ACCOUNT_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::UpdateKey("no", true)}), "NotFound KEY_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::UpdateGroup("no", "n")}),
            "NotFound GROUP_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::UpdateResource(kLost, "n")}),
            "NotFound RESOURCE_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::UpdateResource({"no", "1"}, "n")}),
            "InvalidArgument TYPE_UNKNOWN @0");
}

TEST_F(OracleTest, RemovingWhatIsNotThereIsNotFound) {
  EXPECT_EQ(Try({Change::RemoveUser("no")}), "NotFound USER_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::RemoveServiceAccount("no")}),
            "NotFound SERVICE_ACCOUNT_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::RemoveKey("no")}), "NotFound KEY_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::RemoveGroup("no")}), "NotFound GROUP_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::RemoveResource(kLost)}),
            "NotFound RESOURCE_NOT_FOUND @0");
}

TEST_F(OracleTest, NamedThingNotThereIsSaidBeforeAlreadyExists) {
  EXPECT_EQ(Try({Change::AddKey("k1", PU("no"))}),
            "NotFound USER_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::AddKey("k9", PS("no"))}),
            "NotFound SERVICE_ACCOUNT_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::AddResource(kFree, "", PU("no"))}),
            "NotFound USER_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::AddMember("no", MU("no"))}),
            "NotFound GROUP_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::AddMember("one", MG("no"))}),
            "NotFound GROUP_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::AddMember("one", MS("no"))}),
            "NotFound SERVICE_ACCOUNT_NOT_FOUND @0");
}

TEST_F(OracleTest, MemberTwiceOrNotThereIsAcceptedWithoutRevision) {
  Do({Change::AddMember("one", MU("bob"))});
  Do({Change::AddMember("one", MU("bob")),
      Change::RemoveMember("one", MU("cat"))});
  EXPECT_EQ(model_.revision(), 2u);
}

TEST_F(OracleTest, CycleIsRefused) {
  Do({Change::AddMember("two", MG("one")),
      Change::AddMember("three", MG("two"))});
  const std::string cycle = "FailedPrecondition GROUP_CYCLE @0";
  EXPECT_EQ(Try({Change::AddMember("one", MG("one"))}), cycle);
  EXPECT_EQ(Try({Change::AddMember("one", MG("two"))}), cycle);
  EXPECT_EQ(Try({Change::AddMember("one", MG("three"))}), cycle);
  EXPECT_EQ(Try({Change::AddMember("three", MG("one"))}), "ok");
}

TEST_F(OracleTest, AddedAgainStartsFromNothing) {
  Do({Change::AddMember("one", MU("bob")),
      Change::Share(kFree, TG("one"), "viewer"),
      Change::Share(kFree, TU("bob"), "editor"),
      Change::AddKey("pb", PU("bob"))});
  Do({Change::RemoveUser("bob")});
  Do({Change::AddUser("bob", "bob@x.io")});
  EXPECT_EQ(Role(U("bob")), "none");
  EXPECT_EQ(Role(K("pb")), "none");
  Do({Change::RemoveResource(kFree), Change::AddResource(kFree)});
  EXPECT_TRUE(model_.state().resources.at(kFree).grants.empty());
}

TEST_F(OracleTest, GroupWithoutMembersKeepsItsGrants) {
  Do({Change::AddMember("one", MU("bob")),
      Change::Share(kFree, TG("one"), "viewer"),
      Change::RemoveMember("one", MU("bob"))});
  EXPECT_EQ(Role(U("bob")), "none");
  Do({Change::AddMember("one", MU("cat"))});
  EXPECT_EQ(Role(U("cat")), "viewer");
}

TEST_F(OracleTest, TakenOutBeforeSharingHasNoRole) {
  Do({Change::AddMember("one", MU("bob"))});
  Do({Change::RemoveMember("one", MU("bob"))});
  Do({Change::Share(kFree, TG("one"), "viewer")});
  EXPECT_EQ(Role(U("bob")), "none");
}

// ---- Ladder and types ----

TEST_F(OracleTest, LadderWithNewTopMovesCreatorsAndWorkspaceAdmins) {
  Do({Change::Share(kMade, TU("bob"), "admin"),
      Change::SetLadder({"guest", "viewer", "editor", "admin", "owner"})});
  EXPECT_EQ(Witness(U("ann"), kMade), "creator owner");
  EXPECT_EQ(Witness(U("wanda"), kMade), "workspace_admin owner");
  EXPECT_EQ(Witness(U("bob"), kMade), "direct admin");
  EXPECT_EQ(TryAs(U("bob"), {Change::Share(kMade, TU("cat"), "guest")}),
            "PermissionDenied NOT_ADMIN @0");
  EXPECT_EQ(Try({Change::Share(kMade, TU("ann"), "admin")}),
            "PermissionDenied CREATOR_PROTECTED @0");
}

TEST_F(OracleTest, RoleThatAGrantHoldsCantBeRemoved) {
  Do({Change::Share(kFree, Default(), "commenter")});
  EXPECT_EQ(Try({Change::SetLadder({"viewer", "editor", "admin"})}),
            "FailedPrecondition ROLE_IN_USE @0");
  EXPECT_EQ(Try({Change::SetLadder({"commenter"})}), "ok");
  EXPECT_EQ(Witness(U("bob")), "baseline commenter");
}

TEST_F(OracleTest, RolesThatStayKeepTheirOrder) {
  EXPECT_EQ(Try({Change::SetLadder({"editor", "viewer"})}),
            "FailedPrecondition ROLE_ORDER @0");
  EXPECT_EQ(Try({Change::SetLadder({"a", "viewer", "b", "editor", "c"})}),
            "ok");
}

TEST_F(OracleTest, LadderMalformedIsInvalidArgument) {
  const std::string malformed = "InvalidArgument MALFORMED @0";
  EXPECT_EQ(Try({Change::SetLadder({})}), malformed);
  EXPECT_EQ(Try({Change::SetLadder({"a", "a"})}), malformed);
  EXPECT_EQ(Try({Change::SetLadder({"a", "none"})}), malformed);
  EXPECT_EQ(Try({Change::SetLadder({"a", ""})}), malformed);
  std::vector<std::string> roles;
  for (char c = 'a'; c < 'a' + 15; ++c) roles.emplace_back(1, c);
  EXPECT_EQ(Try({Change::SetLadder(roles)}), "ok");
  roles.emplace_back("z");
  EXPECT_EQ(Try({Change::SetLadder(roles)}), malformed);
}

TEST_F(OracleTest, TypeInUseCantBeRemoved) {
  EXPECT_EQ(Try({Change::SetResourceTypes({"doc"})}),
            "FailedPrecondition TYPE_IN_USE @0");
  EXPECT_EQ(Try({Change::RemoveResource(kNote),
                 Change::SetResourceTypes({"doc", "new"})}),
            "ok");
  EXPECT_EQ(Try({Change::SetResourceTypes({"doc", "a:b"})}),
            "InvalidArgument MALFORMED @0");
}

// ---- Batches, conditions, request ids, dry runs ----

TEST_F(OracleTest, BatchTakesOneRevisionAndIsDecidedInOrder) {
  const Receipt receipt = Do({Change::Share(kFree, TU("bob"), "viewer"),
                              Change::Share(kFree, TU("bob"), "editor")});
  EXPECT_EQ(receipt.revision, 2u);
  EXPECT_TRUE(receipt.changed);
  EXPECT_EQ(receipt.changes[0].share->grant_after, "viewer");
  EXPECT_EQ(receipt.changes[1].share->grant_before, "viewer");
  EXPECT_EQ(Role(U("bob")), "editor");
}

TEST_F(OracleTest, RefusedBatchChangesNothingAndNamesTheIndex) {
  EXPECT_EQ(Try({Change::Share(kFree, TU("bob"), "viewer"),
                 Change::Share(kFree, TU("no"), "viewer")}),
            "NotFound USER_NOT_FOUND @1");
  EXPECT_EQ(Role(U("bob")), "none");
  EXPECT_EQ(model_.revision(), 1u);
}

TEST_F(OracleTest, ActorGivesUpAdminInABatchCantShareAfterwards) {
  Do({Change::Share(kFree, TU("bob"), "admin")});
  EXPECT_EQ(TryAs(U("bob"), {Change::Share(kFree, TU("bob"), "viewer"),
                             Change::Share(kFree, TU("cat"), "viewer")}),
            "PermissionDenied NOT_ADMIN @1");
  EXPECT_EQ(TryAs(U("bob"), {Change::Unshare(kFree, TU("bob")),
                             Change::Share(kFree, TU("cat"), "viewer")}),
            "NotFound RESOURCE_NOT_FOUND @1");
}

TEST_F(OracleTest, FormOfALaterChangeBeforeTheDecisionOfAnEarlier) {
  EXPECT_EQ(
      Try({Change::Share(kFree, TU("no"), "viewer"), Change::AddUser("")}),
      "InvalidArgument MALFORMED @1");
  EXPECT_EQ(Try({Change::Share(kFree, TU("no"), "viewer"),
                 Change::Share(kFree, TU("bob"), "owner")}),
            "NotFound USER_NOT_FOUND @0");
}

TEST_F(OracleTest, BatchThatLeavesTheStateAsItWasTakesNoRevision) {
  const Receipt receipt =
      Do({Change::Share(kFree, TU("bob"), "viewer"), Change::AddUser("dan"),
          Change::Unshare(kFree, TU("bob")), Change::RemoveUser("dan")});
  EXPECT_FALSE(receipt.changed);
  EXPECT_EQ(receipt.revision, 1u);
  EXPECT_EQ(model_.revision(), 1u);
}

TEST_F(OracleTest, RoleOfALadderSetInTheBatchCanBeGranted) {
  EXPECT_EQ(Try({Change::SetLadder({"viewer", "editor", "admin", "owner"}),
                 Change::Share(kFree, TU("bob"), "owner")}),
            "ok");
  EXPECT_EQ(Role(U("bob")), "owner");
}

TEST_F(OracleTest, ExpectedRevisionIsComparedLast) {
  const Options wrong{false, 7, ""};
  EXPECT_EQ(Try({Change::Share(kFree, TU("bob"), "viewer")}, wrong),
            "Aborted REVISION_MISMATCH");
  EXPECT_EQ(Try({Change::Share(kFree, TU("no"), "viewer")}, wrong),
            "NotFound USER_NOT_FOUND @0");
  EXPECT_EQ(Try({Change::SetLimit(100)}, wrong), "Aborted REVISION_MISMATCH");
  EXPECT_EQ(Try({Change::Share(kFree, TU("bob"), "viewer")}, {false, 1, ""}),
            "ok");
  EXPECT_EQ(model_.revision(), 2u);
}

TEST_F(OracleTest, SameRequestIdGivesTheFirstAnswerAndDoesNothing) {
  const Options id{false, std::nullopt, "r1"};
  const std::vector<Change> share = {Change::Share(kFree, TU("bob"), "editor")};
  Receipt first = Do(share, id);
  EXPECT_FALSE(first.replayed);
  Do({Change::Unshare(kFree, TU("bob"))});
  const Receipt second = Do(share, id);
  EXPECT_TRUE(second.replayed);
  first.replayed = true;
  EXPECT_EQ(second, first);
  EXPECT_EQ(second.revision, 2u);
  EXPECT_EQ(Role(U("bob")), "none");
  EXPECT_EQ(model_.revision(), 3u);
}

TEST_F(OracleTest, SameRequestIdAfterNoChangeGivesTheFirstAnswer) {
  const Options id{false, std::nullopt, "r1"};
  Do({Change::Unshare(kFree, TU("bob"))}, id);
  Do({Change::Share(kFree, TU("bob"), "editor")});
  const Receipt second = Do({Change::Unshare(kFree, TU("bob"))}, id);
  EXPECT_TRUE(second.replayed);
  EXPECT_EQ(second.revision, 1u);
  EXPECT_EQ(Role(U("bob")), "editor");
}

TEST_F(OracleTest, SameRequestIdWithAnythingElseIsReused) {
  const Options id{false, std::nullopt, "r1"};
  const std::vector<Change> share = {Change::Share(kFree, TU("bob"), "editor")};
  Do(share, id);
  const std::string reused = "FailedPrecondition REQUEST_ID_REUSED";
  EXPECT_EQ(Try({Change::Share(kFree, TU("no"), "owner")}, id), reused);
  // Another caller has request ids of its own.
  EXPECT_EQ(TryAs(U("wanda"), share, id), "ok");
  EXPECT_EQ(Try(share, {false, 1, "r1"}), reused);
  EXPECT_EQ(Try({Change::Share(kFree, TU(""), "editor")}, id),
            "InvalidArgument MALFORMED @0");
}

TEST_F(OracleTest, SameRequestIdWithTheEmailWrittenDifferentlyIsReused) {
  const Options id{false, std::nullopt, "r1"};
  Do({Change::Share(kFree, TE("bob@x.io"), "editor")}, id);
  EXPECT_EQ(Try({Change::Share(kFree, TE(" BOB@x.io"), "editor")}, id),
            "FailedPrecondition REQUEST_ID_REUSED");
}

TEST_F(OracleTest, RefusedChangeDoesNotUseUpItsRequestId) {
  const Options id{false, std::nullopt, "r1"};
  EXPECT_EQ(Try({Change::Share(kFree, TU("no"), "viewer")}, id),
            "NotFound USER_NOT_FOUND @0");
  EXPECT_FALSE(Do({Change::Share(kFree, TU("bob"), "viewer")}, id).replayed);
}

TEST_F(OracleTest, RetentionWindowForgetsTheOldestFirst) {
  Model model(model_.state(), 2);
  const auto set = [&](const char* id, uint64_t limit) {
    return Outcome(model.Apply(Actor::System(), {Change::SetLimit(limit)},
                               {false, std::nullopt, id}));
  };
  EXPECT_EQ(set("a", 1), "ok");
  EXPECT_EQ(set("b", 2), "ok");
  EXPECT_EQ(set("a", 9), "FailedPrecondition REQUEST_ID_REUSED");
  EXPECT_EQ(set("c", 3), "ok");
  EXPECT_EQ(set("b", 9), "FailedPrecondition REQUEST_ID_REUSED");
  EXPECT_EQ(set("a", 9), "ok");
}

TEST_F(OracleTest, MalformedRequestIdIsTheFaultOfTheCall) {
  EXPECT_EQ(Try({Change::AddUser("")}, {false, std::nullopt, "\x01"}),
            "InvalidArgument MALFORMED");
}

TEST_F(OracleTest, DryRunGivesTheSameReceiptAndChangesNothing) {
  const std::vector<Change> share = {Change::Share(kFree, TU("bob"), "editor")};
  const Receipt dry = Do(share, {true, std::nullopt, ""});
  EXPECT_EQ(Role(U("bob")), "none");
  EXPECT_EQ(model_.revision(), 1u);
  EXPECT_EQ(dry.revision, 2u);
  EXPECT_EQ(Do(share), dry);
}

TEST_F(OracleTest, DryRunThatIsRefusedGivesTheSameRefusal) {
  EXPECT_EQ(Try({Change::Share(kMade, TU("ann"), "viewer")},
                {true, std::nullopt, ""}),
            "PermissionDenied CREATOR_PROTECTED @0");
  EXPECT_EQ(Try({Change::SetLimit(1)}, {true, 7, ""}),
            "Aborted REVISION_MISMATCH");
}

TEST_F(OracleTest, DryRunNeitherUsesNorRecordsARequestId) {
  const Options dry{true, std::nullopt, "r1"};
  const Options wet{false, std::nullopt, "r1"};
  Do({Change::SetLimit(1)}, dry);
  EXPECT_FALSE(Do({Change::SetLimit(2)}, wet).replayed);
  EXPECT_FALSE(Do({Change::SetLimit(2)}, dry).replayed);
  EXPECT_EQ(Try({Change::SetLimit(3)}, dry), "ok");
}

TEST_F(OracleTest, SnapshotAnswersFromItsRevision) {
  Do({Change::Share(kFree, TU("bob"), "editor")});
  const Model snapshot = model_;
  Do({Change::RemoveUser("bob")});
  const auto answer = std::get<RoleAnswer>(snapshot.Role(U("bob"), kFree));
  EXPECT_EQ(answer.role, "editor");
  EXPECT_EQ(answer.revision, 2u);
  EXPECT_EQ(Role(U("bob")), "none");
}

}  // namespace
}  // namespace acl::oracle
