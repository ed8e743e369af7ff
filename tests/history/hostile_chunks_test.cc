// Chunks with contents that no workspace can have are refused, with words that
// say what is wrong.
#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/directory/target_key.h"
#include "acl/history/chunk_columns.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/history/called_state.h"

namespace acl {
namespace {

using Chunks = std::vector<v1::WorkspaceChunk>;

// One modification of the chunk of SmallState().
struct Hostile {
  const char* name;
  std::function<void(v1::WorkspaceChunk&)> change;
  const char* words;
};

std::ostream& operator<<(std::ostream& out, const Hostile& hostile) {
  return out << hostile.name;
}

class HostileChunks : public testing::TestWithParam<Hostile> {};

TEST_P(HostileChunks, IsRefusedWithWords) {
  Chunks chunks = ChunksOf(SmallState().state(), 1000);
  ASSERT_EQ(chunks.size(), 1u);
  GetParam().change(chunks[0]);
  EXPECT_TRUE(IsRefusal(ReadChunks(chunks), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, GetParam().words));
}

// Replaces a text in a column.
void SetText(v1::Texts* texts, int index, const std::string& text) {
  std::string bytes;
  size_t at = 0;
  while (texts->lengths_size() <= index) texts->add_lengths(0);
  for (int i = 0; i < texts->lengths_size(); ++i) {
    bytes += i == index ? text : texts->bytes().substr(at, texts->lengths(i));
    at += texts->lengths(i);
  }
  texts->set_bytes(bytes);
  texts->set_lengths(index, static_cast<uint32_t>(text.size()));
}

void SetByte(std::string* column, size_t index, uint8_t byte) {
  (*column)[index] = static_cast<char>(byte);
}

std::string NameOf(const testing::TestParamInfo<Hostile>& info) {
  return info.param.name;
}

v1::WorkspaceBegin& Begin(v1::WorkspaceChunk& c) { return *c.mutable_begin(); }
v1::Settings& SettingsOf(v1::WorkspaceChunk& c) {
  return *Begin(c).mutable_settings();
}

INSTANTIATE_TEST_SUITE_P(
    Beginning, HostileChunks,
    testing::Values(
        Hostile{"WithoutABeginning", [](auto& c) { c.clear_begin(); },
                "a workspace does not begin"},
        Hostile{"IdIsEmpty", [](auto& c) { Begin(c).clear_id(); },
                "the beginning of a workspace: workspace id is empty"},
        Hostile{"RevisionIsTooHigh",
                [](auto& c) { Begin(c).set_revision(uint64_t{1} << 63); },
                "revision 9223372036854775808 is above 2^63 - 1"},
        Hostile{"SettingsAreMissing",
                [](auto& c) { Begin(c).clear_settings(); },
                "the settings: a workspace has 1 to 1024 resource types"},
        Hostile{"RolesAreMissing", [](auto& c) { SettingsOf(c).clear_roles(); },
                "the settings: a ladder has 1 to 15 roles, not 0"},
        Hostile{"RoleIsNone",
                [](auto& c) { SettingsOf(c).set_roles(0, "none"); },
                "the settings: `none` can't be in a ladder"},
        Hostile{"RoleStandsTwice",
                [](auto& c) { SettingsOf(c).set_roles(0, "admin"); },
                "role `admin` stands twice"},
        Hostile{"TypeHasAColon",
                [](auto& c) { SettingsOf(c).set_resource_types(0, "a:b"); },
                "resource type `a:b` has a colon"},
        Hostile{"TypesAreNotSorted",
                [](auto& c) {
                  SettingsOf(c).mutable_resource_types()->SwapElements(0, 1);
                },
                "the settings: resource types are not in bytewise order"}),
    NameOf);

v1::PrincipalColumns& Principals(v1::WorkspaceChunk& c) {
  return *c.mutable_principals();
}

INSTANTIATE_TEST_SUITE_P(
    Principal, HostileChunks,
    testing::Values(
        Hostile{"IdsAreTooMany",
                [](auto& c) { Principals(c).mutable_ids()->add_lengths(0); },
                "column `principals.ids` has 4 entries for 3 rows"},
        Hostile{"IdIsMissing",
                [](auto& c) { Principals(c).mutable_flags()->push_back(0); },
                "principal 3: id is empty"},
        Hostile{"BytesAreLeftOver",
                [](auto& c) {
                  *Principals(c).mutable_ids()->mutable_bytes() += "x";
                },
                "column `principals.ids` has 10 bytes for texts of 9"},
        Hostile{"BytesAreMissing",
                [](auto& c) {
                  Principals(c).mutable_ids()->set_lengths(0, 0xffffffff);
                },
                "column `principals.ids` has 9 bytes for texts of 4294967301"},
        Hostile{
            "EmailsAreTooMany",
            [](auto& c) { SetText(Principals(c).mutable_emails(), 3, "x@x"); },
            "column `principals.emails` has 4 entries for 3 rows"},
        Hostile{"NamesAreTooMany",
                [](auto& c) { SetText(Principals(c).mutable_names(), 3, "x"); },
                "column `principals.names` has 4 entries for 3 rows"},
        Hostile{"FlagIsUnknown",
                [](auto& c) { SetByte(Principals(c).mutable_flags(), 1, 8); },
                "principal 1 has flags 8 that it can't have"},
        Hostile{"ServiceAccountIsLocked",
                [](auto& c) { SetByte(Principals(c).mutable_flags(), 2, 3); },
                "principal 2 has flags 3 that it can't have"},
        Hostile{"ServiceAccountIsWorkspaceAdmin",
                [](auto& c) { SetByte(Principals(c).mutable_flags(), 2, 5); },
                "principal 2 has flags 5 that it can't have"},
        Hostile{
            "IdIsNoUtf8",
            [](auto& c) { SetText(Principals(c).mutable_ids(), 1, "\xff"); },
            "principal 1: id `\\xff` is not valid utf-8"},
        Hostile{
            "IdIsReserved",
            [](auto& c) { SetText(Principals(c).mutable_ids(), 1, "default"); },
            "principal 1: id `default` is reserved"},
        Hostile{"IdStandsTwice",
                [](auto& c) { SetText(Principals(c).mutable_ids(), 1, "ann"); },
                "principals 0 and 1 both have the id `ann`"},
        Hostile{
            "EmailIsNone",
            [](auto& c) { SetText(Principals(c).mutable_emails(), 1, "x"); },
            "principal 1: e-mail `x` is not an address"},
        Hostile{
            "EmailIsNotCanonical",
            [](auto& c) { SetText(Principals(c).mutable_emails(), 1, "B@x"); },
            "principal 1 has the e-mail `B@x`, which is kept as `b@x`"},
        Hostile{"EmailStandsTwice",
                [](auto& c) {
                  SetText(Principals(c).mutable_emails(), 2, "ann@x");
                },
                "principals 0 and 2 both have the e-mail `ann@x`"},
        Hostile{
            "NameHasAControlCharacter",
            [](auto& c) { SetText(Principals(c).mutable_names(), 0, "\n"); },
            "principal 0: name `\\u{a}` has a control character"}),
    NameOf);

v1::KeyColumns& Keys(v1::WorkspaceChunk& c) { return *c.mutable_keys(); }
v1::GroupColumns& Groups(v1::WorkspaceChunk& c) { return *c.mutable_groups(); }

// Adds another key of bob.
void AddKeyNamed(const std::string& id, v1::WorkspaceChunk& c) {
  SetText(Keys(c).mutable_ids(), 1, id);
  Keys(c).add_owners(1);
  Keys(c).mutable_flags()->push_back(0);
}

INSTANTIATE_TEST_SUITE_P(
    Key, HostileChunks,
    testing::Values(
        Hostile{"IdsAreTooMany",
                [](auto& c) { SetText(Keys(c).mutable_ids(), 1, "x"); },
                "column `keys.ids` has 2 entries for 1 rows"},
        Hostile{"OwnerIsMissing", [](auto& c) { Keys(c).clear_owners(); },
                "column `keys.owners` has 0 entries for 1 rows"},
        Hostile{"OwnerIsNotThere", [](auto& c) { Keys(c).set_owners(0, 3); },
                "key 0 has an owner 3 who is not there"},
        Hostile{"FlagIsUnknown",
                [](auto& c) { SetByte(Keys(c).mutable_flags(), 0, 2); },
                "key 0 has flags 2 that it can't have"},
        Hostile{"IdIsReserved", [](auto& c) { AddKeyNamed("default", c); },
                "key 1: id `default` is reserved"},
        Hostile{"IdStandsTwice", [](auto& c) { AddKeyNamed("k", c); },
                "keys 0 and 1 both have the id `k`"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Group, HostileChunks,
    testing::Values(
        Hostile{"BytesAreLeftOver",
                [](auto& c) { Groups(c).mutable_ids()->set_bytes("ghij"); },
                "column `groups.ids` has 4 bytes for texts of 3"},
        Hostile{"NamesAreTooMany",
                [](auto& c) { SetText(Groups(c).mutable_names(), 3, "x"); },
                "column `groups.names` has 4 entries for 3 rows"},
        Hostile{"IdIsEmpty",
                [](auto& c) { SetText(Groups(c).mutable_ids(), 1, ""); },
                "group 1: id is empty"},
        Hostile{"IdIsReserved",
                [](auto& c) { SetText(Groups(c).mutable_ids(), 2, "default"); },
                "group 2: id `default` is reserved"},
        Hostile{"IdStandsTwice",
                [](auto& c) { SetText(Groups(c).mutable_ids(), 2, "g"); },
                "groups 0 and 2 both have the id `g`"},
        Hostile{"NameIsTooLong",
                [](auto& c) {
                  SetText(Groups(c).mutable_names(), 0, std::string(513, 'x'));
                },
                "has 513 bytes; at most 512 are allowed"}),
    NameOf);

v1::MembershipColumns& Members(v1::WorkspaceChunk& c) {
  return *c.mutable_memberships();
}

// In SmallState(): g has ann and h (0, 3), h has bob and bot (2, 4), i has g
// (1).
INSTANTIATE_TEST_SUITE_P(
    Membership, HostileChunks,
    testing::Values(
        Hostile{"CountIsMissing",
                [](auto& c) { Members(c).mutable_counts()->RemoveLast(); },
                "column `memberships.counts` has 2 entries for 3 rows"},
        Hostile{"MemberIsLeftOver", [](auto& c) { Members(c).add_members(4); },
                "column `memberships.members` has 6 entries for 5 rows"},
        Hostile{"CountIsHuge",
                [](auto& c) { Members(c).set_counts(0, 0xffffffff); },
                "column `memberships.members` has 5 entries for 4294967298"},
        Hostile{"GroupIsNotThere", [](auto& c) { Members(c).set_groups(2, 3); },
                "group 3 has members and is not there"},
        Hostile{
            "GroupsAreNotInOrder",
            [](auto& c) { Members(c).mutable_groups()->SwapElements(0, 1); },
            "the members of group 0 stand behind those of group 1"},
        Hostile{"PrincipalIsNotThere",
                [](auto& c) { Members(c).set_members(3, 6); },
                "group 1 has a member principal 3, which is not there"},
        Hostile{"MemberGroupIsNotThere",
                [](auto& c) { Members(c).set_members(4, 7); },
                "group 2 has a member group 3, which is not there"},
        Hostile{"MemberHasTheHighestNumber",
                [](auto& c) { Members(c).set_members(4, 0xffffffff); },
                "group 2 has a member group 2147483647, which is not there"},
        Hostile{"MemberStandsTwice",
                [](auto& c) { Members(c).set_members(3, 2); },
                "group 1 has principal 1 twice"},
        Hostile{"MembersAreNotInOrder",
                [](auto& c) { Members(c).set_members(3, 0); },
                "group 1 has principal 0 twice, or not in the order"},
        Hostile{"GroupIsItsOwnMember",
                [](auto& c) { Members(c).set_members(4, 5); },
                "group 2 is below itself"},
        Hostile{"GroupsAreInEachOther",
                [](auto& c) { Members(c).set_members(3, 5); },
                "is below itself"}),
    NameOf);

v1::ResourceColumns& Resources(v1::WorkspaceChunk& c) {
  return *c.mutable_resources();
}

// In SmallState(): `one` is ann's and has grants to group g (1) and bob (2),
// `two` one to bot (4).
INSTANTIATE_TEST_SUITE_P(
    Resource, HostileChunks,
    testing::Values(
        Hostile{"IdsAreTooMany",
                [](auto& c) { SetText(Resources(c).mutable_ids(), 2, "x"); },
                "column `resources.ids` has 3 entries for 2 rows"},
        Hostile{"NamesAreTooMany",
                [](auto& c) { SetText(Resources(c).mutable_names(), 2, "x"); },
                "column `resources.names` has 3 entries for 2 rows"},
        Hostile{"TypeIsMissing",
                [](auto& c) { Resources(c).mutable_types()->RemoveLast(); },
                "column `resources.ids` has 2 entries for 1 rows"},
        Hostile{"CreatorIsMissing",
                [](auto& c) { Resources(c).mutable_creators()->RemoveLast(); },
                "column `resources.creators` has 1 entries for 2 rows"},
        Hostile{"BaselineIsMissing",
                [](auto& c) { Resources(c).mutable_baselines()->pop_back(); },
                "column `resources.baselines` has 1 entries for 2 rows"},
        Hostile{
            "CountIsMissing",
            [](auto& c) { Resources(c).mutable_grant_counts()->RemoveLast(); },
            "column `resources.grant_counts` has 1 entries for 2 rows"},
        Hostile{"GrantIsMissing",
                [](auto& c) { Resources(c).mutable_grants()->RemoveLast(); },
                "column `resources.grants` has 2 entries for 3 rows"},
        Hostile{"TypeIsUnknown", [](auto& c) { Resources(c).set_types(1, 2); },
                "resource 1 has a type 2 that the table does not have"},
        Hostile{"IdIsEmpty",
                [](auto& c) { SetText(Resources(c).mutable_ids(), 1, ""); },
                "resource 1: resource id is empty"},
        Hostile{"IdStandsTwice",
                [](auto& c) { SetText(Resources(c).mutable_ids(), 1, "one"); },
                "resources 0 and 1 are both `voice:one`"},
        Hostile{
            "NameIsNoUtf8",
            [](auto& c) { SetText(Resources(c).mutable_names(), 1, "\xc0"); },
            "resource 1: name `\\xc0` is not valid utf-8"},
        Hostile{"CreatorIsNotThere",
                [](auto& c) { Resources(c).set_creators(1, 4); },
                "resource 1 has a creator 3 who is not there"},
        Hostile{
            "BaselineIsUnknown",
            [](auto& c) { SetByte(Resources(c).mutable_baselines(), 1, 5); },
            "resource 1 has a role 5 that the ladder does not have"},
        Hostile{"RoleIsNone",
                [](auto& c) { Resources(c).set_grants(2, 4 << 4); },
                "resource 1 has a role 0 that the ladder does not have"},
        Hostile{"RoleIsUnknown",
                [](auto& c) { Resources(c).set_grants(2, 4 << 4 | 9); },
                "resource 1 has a role 9 that the ladder does not have"},
        Hostile{"PrincipalIsNotThere",
                [](auto& c) { Resources(c).set_grants(2, 6 << 4 | 1); },
                "resource 1 has a grant to principal 3, which is not there"},
        Hostile{"GroupIsNotThere",
                [](auto& c) { Resources(c).set_grants(2, 7 << 4 | 1); },
                "resource 1 has a grant to group 3, which is not there"},
        Hostile{"TargetStandsTwice",
                [](auto& c) { Resources(c).set_grants(1, 1 << 4 | 3); },
                "resource 0 has a grant to group 0 twice"},
        Hostile{
            "GrantsAreNotInOrder",
            [](auto& c) { Resources(c).mutable_grants()->SwapElements(0, 1); },
            "resource 0 has a grant to group 0 twice, or not in the order"},
        Hostile{"CreatorHasAGrant",
                [](auto& c) { Resources(c).set_grants(0, 1); },
                "resource 0 has a grant to its creator"}),
    NameOf);

v1::AnsweredRequest& Request(v1::WorkspaceChunk& c, int i) {
  return *c.mutable_requests(i);
}

INSTANTIATE_TEST_SUITE_P(
    Request, HostileChunks,
    testing::Values(
        Hostile{"IdIsEmpty", [](auto& c) { Request(c, 1).clear_request_id(); },
                "request 1: request id is empty"},
        Hostile{"IdStandsTwice",
                [](auto& c) { Request(c, 1).set_request_id("first"); },
                "request 1 has the id `first` of one before"},
        Hostile{
            "RevisionIsToCome",
            [](auto& c) { Request(c, 1).mutable_receipt()->set_revision(4); },
            "request 1 was answered at revision 4, which is not one from 3 to "
            "3"},
        Hostile{
            "RevisionsFall",
            [](auto& c) { Request(c, 1).mutable_receipt()->set_revision(2); },
            "request 1 was answered at revision 2, which is not one from 3 to "
            "3"},
        Hostile{"ChangesAreOfOneRevision",
                [](auto& c) { c.mutable_requests()->SwapElements(0, 1); },
                "request 1 was answered at revision 3, which is not one from 4 "
                "to 3"},
        Hostile{"CallersAreNotInOrder",
                [](auto& c) { c.mutable_requests()->SwapElements(1, 2); },
                "request 2 is of `user:ann`, which should come before "
                "`user:bob`"},
        Hostile{"ReceiptIsMissing",
                [](auto& c) { Request(c, 0).clear_receipt(); },
                "request 0: a call with 1 changes has a receipt of 0"}),
    NameOf);

TEST(NumbersLeft, MoreThingsThanTheStoreHasNumbersForAreRefused) {
  EXPECT_TRUE(CheckNumbersLeft("keys", 0, kMaxTargetNumber).ok());
  EXPECT_TRUE(CheckNumbersLeft("keys", kMaxTargetNumber, 0).ok());
  EXPECT_TRUE(IsRefusal(CheckNumbersLeft("keys", kMaxTargetNumber - 1, 2),
                        absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED,
                        "there are 134217728 keys, more than 134217727"));
}

// The parts of a chunk one by one.
Chunks InParts() {
  const v1::WorkspaceChunk whole = ChunksOf(SmallState().state(), 1000)[0];
  Chunks parts(7);
  *parts[0].mutable_begin() = whole.begin();
  *parts[1].mutable_principals() = whole.principals();
  *parts[2].mutable_keys() = whole.keys();
  *parts[3].mutable_groups() = whole.groups();
  *parts[4].mutable_memberships() = whole.memberships();
  *parts[5].mutable_resources() = whole.resources();
  *parts[6].mutable_requests() = whole.requests();
  return parts;
}

TEST(OrderOfParts, InTheirOrderIsRead) {
  const absl::StatusOr<State> read = ReadChunks(InParts());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(SameState(*read, SmallState().state()));
}

TEST(OrderOfParts, PartThatWasThereAlreadyBehindAnotherIsRefused) {
  const char* const names[] = {"principals",  "keys",      "groups",
                               "memberships", "resources", "requests"};
  for (size_t late = 1; late < 7; ++late) {
    for (size_t last = late + 1; last < 7; ++last) {
      Chunks parts = InParts();
      parts.resize(last + 1);
      parts.push_back(parts[late]);
      EXPECT_TRUE(IsRefusal(
          ReadChunks(parts), absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED,
          absl::StrCat("`", names[late - 1], "` stand behind `",
                       names[last - 1], "`")));
    }
  }
}

TEST(OrderOfParts, SecondBeginningIsRefused) {
  Chunks parts = InParts();
  parts[3].mutable_begin()->CopyFrom(parts[0].begin());
  EXPECT_TRUE(IsRefusal(ReadChunks(parts), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED,
                        "a workspace begins in the middle of another"));
}

TEST(OrderOfParts, ChunkThatComesTwiceIsRefused) {
  for (size_t twice = 0; twice < 7; ++twice) {
    Chunks parts = InParts();
    parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(twice),
                 parts[twice]);
    EXPECT_TRUE(IsRefusal(ReadChunks(parts), absl::StatusCode::kDataLoss,
                          v1::JOURNAL_DAMAGED, ""))
        << twice;
  }
}

TEST(OrderOfParts, MemberAgainInTheNextChunkIsRefused) {
  Chunks parts = InParts();
  v1::MembershipColumns& more =
      *parts.insert(parts.begin() + 5, v1::WorkspaceChunk())
           ->mutable_memberships();
  more.add_groups(2);
  more.add_counts(1);
  more.add_members(1);
  EXPECT_TRUE(IsRefusal(ReadChunks(parts), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, "group 2 has group 0 twice"));
  more.set_members(0, 2);
  EXPECT_TRUE(ReadChunks(parts).ok());
}

TEST(ChunkColumns, HaveNoMoreThingsThanThereAreNumbers) {
  EXPECT_EQ(CheckNumbersLeft("keys", kMaxTargetNumber - 2, 2),
            absl::OkStatus());
  EXPECT_TRUE(IsRefusal(CheckNumbersLeft("keys", kMaxTargetNumber - 2, 3),
                        absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED,
                        absl::StrCat("there are ", kMaxTargetNumber + 1,
                                     " keys, more than ", kMaxTargetNumber)));
}

}  // namespace
}  // namespace acl
