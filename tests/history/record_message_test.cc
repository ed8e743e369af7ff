// Calls, receipts and settings as messages: they survive a round trip, and
// impossible ones are refused.
#include "acl/history/record_message.h"

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/history/called_state.h"

namespace acl {
namespace {

const ResourceId kOne{"voice", "one"};

testing::AssertionResult IsDamage(const absl::Status& status,
                                  absl::string_view words) {
  return IsRefusal(status, absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED,
                   words);
}

// The answered requests of FullState(), which has one of each kind.
std::vector<v1::AnsweredRequest> AllRequests() {
  std::vector<v1::AnsweredRequest> requests;
  const CalledState full = FullState();
  VisitRequests(full.state(), [&](const std::string& id,
                                  const AnsweredRequest& request) {
    requests.push_back(ToMessage(id, request));
    return absl::OkStatus();
  }).IgnoreError();
  return requests;
}

TEST(AnsweredRequestMessage, IsReadAsItWas) {
  const CalledState full = FullState();
  int requests = 0;
  const absl::Status visited = VisitRequests(
      full.state(), [&](const std::string& id, const AnsweredRequest& request) {
        ++requests;
        const v1::AnsweredRequest message = ToMessage(id, request);
        const absl::StatusOr<AnsweredRequest> read =
            ReadAnsweredRequest(message);
        if (!read.ok()) return read.status();
        EXPECT_EQ(read->actor, request.actor);
        EXPECT_EQ(read->expected_revision, request.expected_revision);
        EXPECT_EQ(read->changes.size(), request.changes.size());
        for (size_t i = 0; i < request.changes.size(); ++i) {
          EXPECT_TRUE(SameChange(read->changes[i], request.changes[i]));
        }
        EXPECT_EQ(ToMessage(id, *read).DebugString(), message.DebugString());
        return absl::OkStatus();
      });
  EXPECT_TRUE(visited.ok()) << visited;
  EXPECT_GE(requests, 5);
}

TEST(ReceiptMessage, SourcesAreTheSameOnlyIfAllOfThemIs) {
  const Source source{SourceKind::kGroup, "editor", {"g"}};
  EXPECT_TRUE(source == Source(source));
  Source other = source;
  other.kind = SourceKind::kDirect;
  EXPECT_FALSE(source == other);
  other = source;
  other.role = "viewer";
  EXPECT_FALSE(source == other);
  other = source;
  other.path = {"h"};
  EXPECT_FALSE(source == other);
  other = source;
  other.path_omitted = true;
  EXPECT_FALSE(source == other);
}

TEST(ReceiptMessage, OfAShareByEmailIsThatOfWhoeverHasTheAddress) {
  CalledState w = SmallState();
  w.Apply({AddServiceAccount{"mail", "Mail", "mail@example.org"},
           AddUser{"post", "post@example.org"}, AddGroup{"all"}});
  const std::pair<Target, Target> owners[] = {
      {Target::Email("mail@example.org"), Target::ServiceAccount("mail")},
      {Target::Email("post@example.org"), Target::User("post")}};
  for (const auto& [address, owner] : owners) {
    const std::vector<Change> changes = {Share{kOne, address, "viewer"}};
    v1::Receipt message = ToMessage(w.Apply(changes));
    const absl::StatusOr<Receipt> read = ReadReceipt(message, changes);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->changes[0].share->target, owner);
    message.mutable_changes(0)->mutable_share()->set_target("group:all");
    EXPECT_TRUE(IsDamage(ReadReceipt(message, changes).status(),
                         "can't be kept for `group:all`"));
  }
}

TEST(ReceiptMessage, OfAShareIsReadToTheLastSource) {
  CalledState w = SmallState();
  const std::vector<Change> changes = {
      Share{kOne, Target::User("bob"), "viewer"},
      Unshare{kOne, Target::Default()}};
  const Receipt receipt = w.Apply(changes);
  const absl::StatusOr<Receipt> read = ReadReceipt(ToMessage(receipt), changes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->revision, receipt.revision);
  EXPECT_TRUE(read->changed);
  EXPECT_FALSE(read->dry_run);
  EXPECT_FALSE(read->replayed);
  const ShareEffect& share = *read->changes[0].share;
  EXPECT_EQ(share.resource, kOne);
  EXPECT_EQ(share.target, Target::User("bob"));
  EXPECT_EQ(share.grant_before, "editor");
  EXPECT_EQ(share.grant_after, "viewer");
  EXPECT_EQ(share.effective_before, "none");  // bob is locked
  const ShareEffect& unshare = *read->changes[1].share;
  EXPECT_EQ(unshare.target, Target::Default());
  EXPECT_EQ(unshare.grant_before, "viewer");
  EXPECT_EQ(unshare.grant_after, "none");
}

TEST(ReceiptMessage, NoRoleIsAnEmptyText) {
  CalledState w = SmallState();
  const v1::Receipt message =
      ToMessage(w.Apply({Unshare{kOne, Target::Group("i")}}));
  EXPECT_FALSE(message.changed());
  EXPECT_EQ(message.changes(0).share().grant_before(), "");
  EXPECT_EQ(message.changes(0).share().grant_after(), "");
}

TEST(ReceiptMessage, PathOfWhatHoldsARoleUpIsKept) {
  CalledState w = SmallState();
  const std::vector<Change> changes = {
      Share{kOne, Target::ServiceAccount("bot"), "viewer"}};
  const Receipt receipt = w.Apply(changes);
  const absl::StatusOr<Receipt> read = ReadReceipt(ToMessage(receipt), changes);
  ASSERT_TRUE(read.ok()) << read.status();
  const std::vector<Source>& held_by = read->changes[0].share->held_by;
  ASSERT_FALSE(held_by.empty());
  EXPECT_EQ(held_by, receipt.changes[0].share->held_by);
  EXPECT_EQ(held_by[0].path, (std::vector<std::string>{"h", "g"}));
}

TEST(ReceiptMessage, WhatARemovalTookAlongIsKept) {
  CalledState w = SmallState();
  const std::vector<Change> changes = {RemoveServiceAccount{"bot"}};
  const absl::StatusOr<Receipt> read =
      ReadReceipt(ToMessage(w.Apply(changes)), changes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->changes[0].removed->grants, 1u);
  EXPECT_EQ(read->changes[0].removed->memberships, 1u);
  EXPECT_EQ(read->changes[0].removed->keys, 1u);
  EXPECT_EQ(read->changes[0].removed->creators, 0u);
}

// One modification of a request that shares a resource with a user who keeps
// the role through nested groups, removes a grant by e-mail address, and
// removes a user. All of these had an effect.
struct Hostile {
  const char* name;
  std::function<void(v1::AnsweredRequest&)> change;
  const char* words;
};

std::ostream& operator<<(std::ostream& out, const Hostile& hostile) {
  return out << hostile.name;
}

v1::AnsweredRequest SomeRequest() {
  CalledState w = SmallState();
  w.Apply({Share{kOne, Target::ServiceAccount("bot"), "viewer"}});
  w.Answer("r", Subject::Email("ann@x"),
           {Share{kOne, Target::Key("k"), "commenter"},
            Unshare{kOne, Target::Email("bob@x")}, RemoveGroup{"i"}},
           w.state().revision);
  return ToMessage("r", *FindRequest(w.state(), "email:ann@x", "r"));
}

class HostileRequest : public testing::TestWithParam<Hostile> {};

TEST_P(HostileRequest, IsRefusedWithWords) {
  v1::AnsweredRequest message = SomeRequest();
  ASSERT_TRUE(ReadAnsweredRequest(message).ok());
  GetParam().change(message);
  EXPECT_TRUE(
      IsDamage(ReadAnsweredRequest(message).status(), GetParam().words));
}

v1::ChangeReceipt& ReceiptOf(v1::AnsweredRequest& r, int i) {
  return *r.mutable_receipt()->mutable_changes(i);
}
v1::ShareEffect& Effect(v1::AnsweredRequest& r, int i) {
  return *ReceiptOf(r, i).mutable_share();
}

INSTANTIATE_TEST_SUITE_P(
    Call, HostileRequest,
    testing::Values(
        Hostile{"IdIsEmpty", [](auto& r) { r.clear_request_id(); },
                "request id is empty"},
        Hostile{"ActorIsNoSubject", [](auto& r) { r.set_actor("group:g"); },
                "the actor: `group:g` is a target, not a subject"},
        Hostile{"ActorIsMalformed", [](auto& r) { r.set_actor("user:"); },
                "the actor: user id is empty"},
        Hostile{"ChangeIsEmpty", [](auto& r) { r.mutable_changes(1)->Clear(); },
                "changes[1]: a change is empty"},
        Hostile{"ChangeIsMalformed",
                [](auto& r) {
                  r.mutable_changes(2)->mutable_remove_group()->set_id("");
                },
                "changes[2]: group id is empty"},
        Hostile{"ExpectedRevisionIsAnother",
                [](auto& r) { r.set_expected_revision(3); },
                "a call that expected revision 3 was accepted at revision 4"}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    ReceiptOfIt, HostileRequest,
    testing::Values(
        Hostile{"IsMissing", [](auto& r) { r.clear_receipt(); },
                "a call with 3 changes has a receipt of 0"},
        Hostile{"HasTooMany",
                [](auto& r) { r.mutable_receipt()->add_changes(); },
                "a call with 3 changes has a receipt of 4"},
        Hostile{"SaysThatNothingChanged",
                [](auto& r) {
                  r.mutable_receipt()->mutable_changes()->DeleteSubrange(1, 2);
                  r.mutable_changes()->DeleteSubrange(1, 2);
                  r.mutable_receipt()->set_changed(false);
                },
                "a receipt with 1 changes that had an effect says that the "
                "state stayed the same"},
        Hostile{"SaysThatNothingHadAnEffect",
                [](auto& r) {
                  r.mutable_receipt()->mutable_changes()->DeleteSubrange(1, 2);
                  r.mutable_changes()->DeleteSubrange(1, 2);
                  ReceiptOf(r, 0).set_changed(false);
                  Effect(r, 0).set_grant_before("commenter");
                },
                "a receipt with 0 changes that had an effect says that the "
                "state became another"},
        Hostile{"HasRevisionZero",
                [](auto& r) { r.mutable_receipt()->set_revision(0); },
                "a receipt of a change has revision 0"},
        Hostile{"HasNoShare", [](auto& r) { ReceiptOf(r, 0).clear_share(); },
                "the receipt of change 0: it is not that of a change such as "},
        Hostile{"HasAShareOfARemoval", [](auto& r) { Effect(r, 2); },
                "the receipt of change 2: it is not that of a change such as "},
        Hostile{"HasNoCascade",
                [](auto& r) { ReceiptOf(r, 2).clear_removed(); },
                "the receipt of change 2: it is not that of a change such as "},
        Hostile{"HasACascadeOfAShare",
                [](auto& r) { ReceiptOf(r, 0).mutable_removed(); },
                "the receipt of change 0: it is not that of a change such as "},
        Hostile{"HasARemovalWithoutEffect",
                [](auto& r) { ReceiptOf(r, 2).set_changed(false); },
                "the receipt of change 2: it is not that of a change such as "},
        Hostile{"ContradictsItself",
                [](auto& r) { ReceiptOf(r, 1).set_changed(false); },
                "the receipt of change 1: the grant before and after it"}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    EffectOfAShare, HostileRequest,
    testing::Values(
        Hostile{"TargetIsNoReference",
                [](auto& r) { Effect(r, 0).set_target("x"); },
                "the receipt of change 0: `x` is not a target"},
        Hostile{"TargetIsMalformed",
                [](auto& r) { Effect(r, 1).set_target("user:"); },
                "the receipt of change 1: user id is empty"},
        Hostile{"KeyStandsForAUser",
                [](auto& r) { Effect(r, 0).set_target("user:bob"); },
                "a grant to `key:k` can't be kept for `user:bob`"},
        Hostile{"AddressStandsForAGroup",
                [](auto& r) { Effect(r, 1).set_target("group:g"); },
                "a grant to `email:bob@x` can't be kept for `group:g`"},
        Hostile{"RoleIsTheWordNone",
                [](auto& r) { Effect(r, 1).set_grant_after("none"); },
                "the receipt of change 1: role `none` is the absence"},
        Hostile{"RoleIsMalformed",
                [](auto& r) { Effect(r, 0).set_effective_before("\n"); },
                "the receipt of change 0: role `\\u{a}` has a control"},
        Hostile{
            "SourceIsUnknown",
            [](auto& r) { Effect(r, 0).mutable_held_by(0)->set_kind("none"); },
            "there is no source of the kind `none`"},
        Hostile{"SourceHasNoRole",
                [](auto& r) { Effect(r, 0).mutable_held_by(0)->clear_role(); },
                "the receipt of change 0: role is empty"},
        Hostile{"GroupHasNoPath",
                [](auto& r) { Effect(r, 0).mutable_held_by(0)->clear_path(); },
                "a source of the kind `group` has 0 groups in its path"},
        Hostile{"BaselineHasAPath",
                [](auto& r) {
                  Effect(r, 0).mutable_held_by(0)->set_kind("baseline");
                },
                "a source of the kind `baseline` has 2 groups in its path"},
        Hostile{
            "PathHasNoId",
            [](auto& r) { Effect(r, 0).mutable_held_by(0)->set_path(1, ""); },
            "the receipt of change 0: group id is empty"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(AnsweredRequestMessage, EveryOneThatIsKeptIsAccepted) {
  for (const v1::AnsweredRequest& request : AllRequests()) {
    EXPECT_TRUE(ReadAnsweredRequest(request).ok()) << request.DebugString();
  }
}

TEST(SettingsMessage, IsReadAsItWas) {
  const absl::StatusOr<std::shared_ptr<const Settings>> settings =
      Settings::Make({{"a", "b"}, {"y", "x"}, 7});
  const v1::Settings message = ToMessage(**settings);
  EXPECT_EQ(message.max_principals_per_resource(), 7u);
  const absl::StatusOr<std::shared_ptr<const Settings>> read =
      ReadSettings(message);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ((*read)->ladder.names(), (*settings)->ladder.names());
  EXPECT_EQ((*read)->types, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ((*read)->max_principals, 7u);
}

TEST(SettingsMessage, OfDefaultSettingsIsWrittenOutAndReadAsTheSharedObject) {
  const std::shared_ptr<const Settings> usual = *Settings::Make({});
  const v1::Settings message = ToMessage(*usual);
  EXPECT_EQ(message.roles_size(), 4);
  EXPECT_EQ(static_cast<size_t>(message.resource_types_size()),
            DefaultResourceTypes().size());
  EXPECT_EQ(*ReadSettings(message), usual);
}

TEST(SettingsMessage, WithoutRolesOrTypesIsRefused) {
  v1::Settings message = ToMessage(**Settings::Make({}));
  message.clear_roles();
  EXPECT_TRUE(IsDamage(ReadSettings(message).status(),
                       "the settings: a ladder has 1 to 15 roles, not 0"));
  message = ToMessage(**Settings::Make({}));
  message.clear_resource_types();
  EXPECT_TRUE(IsDamage(ReadSettings(message).status(),
                       "the settings: a workspace has 1 to 1024 resource"));
}

}  // namespace
}  // namespace acl
