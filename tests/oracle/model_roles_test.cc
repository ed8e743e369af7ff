// Ties the oracle to docs/semantics.md: names, roles, witnesses, lists. Every
// expectation is taken from that page.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/oracle/model.h"
#include "tests/oracle/model_fixture.h"

namespace acl::oracle {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// ---- Nouns and form ----

TEST(EmptyWorkspaceTest, AskedAnythingKnowsNoType) {
  Model model;
  EXPECT_EQ(model.revision(), 0u);
  EXPECT_EQ(Outcome(model.Role(U("u"), {"doc", "1"})),
            "InvalidArgument TYPE_UNKNOWN");
  EXPECT_THAT(model.state().ladder,
              ElementsAre("viewer", "commenter", "editor", "admin"));
  EXPECT_EQ(model.state().limit, 100u);
}

TEST(FormTest, IdLengthOneTo512Bytes) {
  EXPECT_FALSE(IsId(""));
  EXPECT_TRUE(IsId("1"));
  EXPECT_TRUE(IsId(std::string(512, 'a')));
  EXPECT_FALSE(IsId(std::string(513, 'a')));
  EXPECT_TRUE(IsId(" a:b$$c/\\\"d "));
}

TEST(FormTest, ControlCharactersAreRefused) {
  EXPECT_FALSE(IsId(std::string_view("a\0b", 3)));
  EXPECT_FALSE(IsId("\x1F"));
  EXPECT_TRUE(IsId("\x20"));
  EXPECT_TRUE(IsId("\x7E"));
  EXPECT_FALSE(IsId("\x7F"));
  EXPECT_FALSE(IsId("\xC2\x80"));  // U+0080
  EXPECT_FALSE(IsId("\xC2\x9F"));  // U+009F
  EXPECT_TRUE(IsId("\xC2\xA0"));   // U+00A0
}

TEST(FormTest, BytesThatAreNotUtf8AreRefused) {
  EXPECT_FALSE(IsId("\x80"));              // continuation alone
  EXPECT_FALSE(IsId("\xC3"));              // cut off
  EXPECT_FALSE(IsId("\xC3(a"));            // no continuation
  EXPECT_FALSE(IsId("\xC0\xAF"));          // overlong /
  EXPECT_FALSE(IsId("\xC1\xBF"));          // overlong U+007F
  EXPECT_FALSE(IsId("\xE0\x9F\xBF"));      // overlong U+07FF
  EXPECT_TRUE(IsId("\xE0\xA0\x80"));       // U+0800
  EXPECT_TRUE(IsId("\xED\x9F\xBF"));       // U+D7FF
  EXPECT_FALSE(IsId("\xED\xA0\x80"));      // U+D800
  EXPECT_FALSE(IsId("\xED\xBF\xBF"));      // U+DFFF
  EXPECT_TRUE(IsId("\xEE\x80\x80"));       // U+E000
  EXPECT_FALSE(IsId("\xF0\x8F\xBF\xBF"));  // overlong U+FFFF
  EXPECT_TRUE(IsId("\xF0\x90\x80\x80"));   // U+10000
  EXPECT_TRUE(IsId("\xF4\x8F\xBF\xBF"));   // U+10FFFF
  EXPECT_FALSE(IsId("\xF4\x90\x80\x80"));  // U+110000
  EXPECT_FALSE(IsId("\xF8\x88\x80\x80\x80"));
  EXPECT_FALSE(IsId("\xFF"));
}

TEST(FormTest, DefaultIsReservedForPrincipalsGroupsAndKeys) {
  EXPECT_FALSE(IsNamedId("default"));
  EXPECT_TRUE(IsNamedId("Default"));
  EXPECT_TRUE(IsId("default"));
}

TEST(FormTest, RoleAndTypeNamesAtMost64BytesNoNoneNoColon) {
  EXPECT_TRUE(IsRoleName(std::string(64, 'r')));
  EXPECT_FALSE(IsRoleName(std::string(65, 'r')));
  EXPECT_FALSE(IsRoleName(""));
  EXPECT_FALSE(IsRoleName("none"));
  EXPECT_TRUE(IsRoleName("None"));
  EXPECT_TRUE(IsRoleName("a:b"));
  EXPECT_TRUE(IsTypeName(std::string(64, 't')));
  EXPECT_FALSE(IsTypeName(std::string(65, 't')));
  EXPECT_FALSE(IsTypeName("a:b"));
  EXPECT_TRUE(IsTypeName("none"));
}

TEST(FormTest, EmailHasOneCanonicalForm) {
  EXPECT_EQ(CanonicalEmail(" \t\r\nAnn.B@X.IO\n "), "ann.b@x.io");
  EXPECT_EQ(CanonicalEmail("\xC3\x84@x"), "\xC3\x84@x");  // only ASCII folds
  EXPECT_EQ(CanonicalEmail("a@b"), "a@b");
}

TEST(FormTest, MalformedEmailIsRefused) {
  for (const char* bad :
       {"", " ", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\x01", "a@\xFF",
        "a\t@b", "a@b\x7F", "a\xC2\xA0@b",
        "\xE2\x80\x8B"
        "a@b",
        "a@b\xEF\xBB\xBF"}) {
    EXPECT_EQ(CanonicalEmail(bad), std::nullopt) << bad;
  }
  EXPECT_TRUE(CanonicalEmail(std::string(252, 'a') + "@b"));
  EXPECT_FALSE(CanonicalEmail(std::string(253, 'a') + "@b"));
}

TEST_F(OracleTest, IdsThatDifferInCaseAreTwo) {
  Do({Change::AddUser("Bob"), Change::Share(kFree, TU("Bob"), "editor")});
  EXPECT_EQ(Role(U("bob")), "none");
  EXPECT_EQ(Role(U("Bob")), "editor");
}

TEST_F(OracleTest, OneIdForEveryKindNothingIsMixedUp) {
  Do({Change::AddUser("1"), Change::AddServiceAccount("1"),
      Change::AddGroup("1"), Change::AddKey("1", PS("bot")),
      Change::AddResource({"doc", "1"}), Change::AddResource({"note", "1"}),
      Change::Share({"doc", "1"}, TG("1"), "admin"),
      Change::Share({"doc", "1"}, TU("1"), "viewer"),
      Change::Share({"note", "1"}, TK("1"), "editor")});
  EXPECT_EQ(Role(U("1"), {"doc", "1"}), "viewer");
  EXPECT_EQ(Role(S("1"), {"doc", "1"}), "none");
  EXPECT_EQ(Role(K("1"), {"doc", "1"}), "none");
  EXPECT_EQ(Role(U("1"), {"note", "1"}), "none");
  EXPECT_EQ(Role(S("1"), {"note", "1"}), "none");
  EXPECT_EQ(Role(K("1"), {"note", "1"}), "editor");
  EXPECT_EQ(Role(S("bot"), {"note", "1"}), "editor");
}

TEST_F(OracleTest, SubjectByEmailIsItsOwner) {
  Do({Change::Share(kFree, TU("bob"), "editor"),
      Change::Share(kFree, TS("svc"), "viewer")});
  EXPECT_EQ(Witness(E(" BOB@x.io ")), "direct editor");
  EXPECT_EQ(Witness(E("svc@x.io")), "direct viewer");
  EXPECT_EQ(Witness(E("nobody@x.io")), "none");
  EXPECT_EQ(Witness(E("nobody")), "InvalidArgument MALFORMED");
}

// ---- Resolving ----

TEST_F(OracleTest, NoSourceNoRole) { EXPECT_EQ(Witness(U("bob")), "none"); }

TEST_F(OracleTest, CreatorIsAdminWithoutGrant) {
  EXPECT_EQ(Witness(U("ann"), kMade), "creator admin");
  EXPECT_EQ(Witness(U("ann"), kFree), "none");
  EXPECT_TRUE(model_.state().resources.at(kMade).grants.empty());
}

TEST_F(OracleTest, ServiceAccountCreatorKeyHasCreatorToo) {
  Do({Change::AddResource({"doc", "s"}, "", PS("svc"))});
  EXPECT_EQ(Witness(S("svc"), {"doc", "s"}), "creator admin");
  EXPECT_EQ(Witness(K("k1"), {"doc", "s"}), "creator admin");
}

TEST_F(OracleTest, WorkspaceAdminIsAdminEverywhere) {
  EXPECT_EQ(Witness(U("wanda"), kMade), "workspace_admin admin");
  EXPECT_EQ(Witness(U("wanda"), kNote), "workspace_admin admin");
}

TEST_F(OracleTest, DirectGrantIsDirectForPrincipalAndKeyForWorkspaceKey) {
  Do({Change::Share(kFree, TS("svc"), "editor")});
  EXPECT_EQ(Witness(S("svc")), "direct editor");
  EXPECT_EQ(Witness(K("k1")), "key editor");
  EXPECT_EQ(Witness(K("k2")), "key editor");
}

TEST_F(OracleTest, PersonalKeyHasItsUsersDirectGrant) {
  Do({Change::Share(kFree, TU("ann"), "editor")});
  EXPECT_EQ(Witness(K("pk")), "direct editor");
  EXPECT_EQ(Witness(K("pk"), kMade), "creator admin");
}

TEST_F(OracleTest, GroupGrantReachesMembersOfSubgroups) {
  Do({Change::AddMember("one", MU("bob")), Change::AddMember("two", MG("one")),
      Change::AddMember("three", MG("two")),
      Change::Share(kFree, TG("three"), "editor")});
  EXPECT_EQ(Witness(U("bob")), "group editor one two three");
  EXPECT_EQ(Role(U("cat")), "none");
}

TEST_F(OracleTest, GroupGrantDoesNotReachMembersOfParents) {
  Do({Change::AddMember("two", MU("bob")), Change::AddMember("two", MG("one")),
      Change::Share(kFree, TG("one"), "editor")});
  EXPECT_EQ(Role(U("bob")), "none");
}

TEST_F(OracleTest, WorkspaceKeyHasItsAccountsGroups) {
  Do({Change::AddMember("one", MS("svc")),
      Change::Share(kFree, TG("one"), "editor")});
  EXPECT_EQ(Witness(K("k1")), "group editor one");
}

TEST_F(OracleTest, BaselineReachesUsersAndServiceAccounts) {
  Do({Change::Share(kFree, Default(), "viewer")});
  EXPECT_EQ(Witness(U("bob")), "baseline viewer");
  EXPECT_EQ(Witness(S("bot")), "baseline viewer");
  EXPECT_EQ(Witness(K("k1")), "baseline viewer");
  EXPECT_EQ(Witness(U("nobody")), "none");
}

TEST_F(OracleTest, LowerDirectGrantDoesNotSubtract) {
  Do({Change::Share(kFree, Default(), "editor"),
      Change::Share(kFree, TU("bob"), "viewer")});
  EXPECT_EQ(Witness(U("bob")), "baseline editor");
}

TEST_F(OracleTest, LockedUserHasNoneUntilUnlocked) {
  Do({Change::Share(kFree, TU("bob"), "editor"),
      Change::Share(kFree, Default(), "viewer"), Lock("bob", true)});
  EXPECT_EQ(Witness(U("bob")), "none");
  Do({Lock("bob", false)});
  EXPECT_EQ(Witness(U("bob")), "direct editor");
}

TEST_F(OracleTest, LockedCreatorOrWorkspaceAdminHasNone) {
  Do({Lock("ann", true), Lock("wanda", true)});
  EXPECT_EQ(Witness(U("ann"), kMade), "none");
  EXPECT_EQ(Witness(K("pk"), kMade), "none");
  EXPECT_EQ(Witness(U("wanda"), kMade), "none");
}

TEST_F(OracleTest, DisabledKeyHasNoneWhileItsAccountHasTheRole) {
  Do({Change::Share(kFree, TS("svc"), "editor")});
  EXPECT_EQ(Witness(K("koff")), "none");
  EXPECT_EQ(Witness(S("svc")), "direct editor");
  Do({Change::UpdateKey("koff", true)});
  EXPECT_EQ(Witness(K("koff")), "key editor");
  Do({Change::RemoveKey("koff")});
  EXPECT_EQ(Witness(K("koff")), "none");
}

TEST_F(OracleTest, UnknownSubjectOrResourceIsNoneAndNoError) {
  EXPECT_EQ(Witness(U("nobody")), "none");
  EXPECT_EQ(Witness(S("nobody")), "none");
  EXPECT_EQ(Witness(K("nobody")), "none");
  EXPECT_EQ(Witness(U("wanda"), kLost), "none");
}

TEST_F(OracleTest, MalformedQuestionIsInvalidArgumentSubjectFirst) {
  EXPECT_EQ(Witness(U("")), "InvalidArgument MALFORMED");
  EXPECT_EQ(Witness(U("bob"), {"doc", ""}), "InvalidArgument MALFORMED");
  EXPECT_EQ(Witness(U("bob"), {"no", "1"}), "InvalidArgument TYPE_UNKNOWN");
  EXPECT_EQ(Witness(U("bob"), {"no", ""}), "InvalidArgument MALFORMED");
  EXPECT_EQ(Outcome(model_.Check(U(""), "no", {"no", "1"})),
            "InvalidArgument MALFORMED");
  EXPECT_EQ(Outcome(model_.Check(U("bob"), "no", {"no", "1"})),
            "InvalidArgument TYPE_UNKNOWN");
  EXPECT_EQ(Outcome(model_.Check(U("bob"), "owner", kFree)),
            "InvalidArgument ROLE_UNKNOWN");
  EXPECT_EQ(Outcome(model_.Check(U("bob"), "none", kFree)),
            "InvalidArgument ROLE_UNKNOWN");
}

TEST_F(OracleTest, CheckIsEffectiveAtLeastRole) {
  Do({Change::Share(kFree, TU("bob"), "commenter")});
  EXPECT_TRUE(std::get<bool>(model_.Check(U("bob"), "viewer", kFree)));
  EXPECT_TRUE(std::get<bool>(model_.Check(U("bob"), "commenter", kFree)));
  EXPECT_FALSE(std::get<bool>(model_.Check(U("bob"), "editor", kFree)));
  EXPECT_FALSE(std::get<bool>(model_.Check(U("cat"), "viewer", kFree)));
}

TEST_F(OracleTest, AnswerCarriesTheRevision) {
  EXPECT_EQ(std::get<RoleAnswer>(model_.Role(U("bob"), kFree)).revision, 1u);
  Do({Change::SetLimit(7)});
  EXPECT_EQ(std::get<RoleAnswer>(model_.Role(U("bob"), kFree)).revision, 2u);
}

// ---- Witness and explanation ----

TEST_F(OracleTest, AllSourcesEqualListedInTheWitnessOrder) {
  Do({Change::AddResource({"doc", "w"}, "", PU("wanda")),
      Change::AddMember("one", MU("wanda")),
      Change::Share({"doc", "w"}, TG("one"), "admin"),
      Change::Share({"doc", "w"}, Default(), "admin")});
  EXPECT_THAT(Sources(U("wanda"), {"doc", "w"}),
              ElementsAre("* creator admin", "* workspace_admin admin",
                          "* group admin one", "* baseline admin"));
}

TEST_F(OracleTest, MixedSourcesHighestFirst) {
  Do({Change::AddMember("one", MU("bob")),
      Change::Share(kFree, TG("one"), "editor"),
      Change::Share(kFree, TU("bob"), "viewer"),
      Change::Share(kFree, Default(), "editor")});
  EXPECT_THAT(
      Sources(U("bob")),
      ElementsAre("* group editor one", "* baseline editor", "direct viewer"));
  EXPECT_EQ(Explain(U("bob")).role, "editor");
  EXPECT_EQ(Witness(U("bob")), "group editor one");
}

TEST_F(OracleTest, DirectBeforeGroupWithinOneRole) {
  Do({Change::AddMember("one", MS("svc")),
      Change::Share(kFree, TG("one"), "editor"),
      Change::Share(kFree, TS("svc"), "editor")});
  EXPECT_THAT(Sources(K("k1")),
              ElementsAre("* key editor", "* group editor one"));
}

TEST_F(OracleTest, GroupsOfOneRoleShortestPathThenSmallestId) {
  // bob is in "two" and, through it, in "one"; "three" is as close as "two".
  Do({Change::AddMember("two", MU("bob")),
      Change::AddMember("three", MU("bob")),
      Change::AddMember("one", MG("two")),
      Change::Share(kFree, TG("one"), "editor"),
      Change::Share(kFree, TG("two"), "editor"),
      Change::Share(kFree, TG("three"), "editor")});
  EXPECT_THAT(Sources(U("bob")),
              ElementsAre("* group editor three", "* group editor two",
                          "* group editor two one"));
}

TEST_F(OracleTest, SmallestIdIsBytewise) {
  Do({Change::AddGroup("B"), Change::AddGroup("a"),
      Change::AddGroup("\xC3\xA4"), Change::AddMember("\xC3\xA4", MU("bob")),
      Change::AddMember("a", MU("bob")), Change::AddMember("B", MU("bob")),
      Change::Share(kFree, TG("\xC3\xA4"), "viewer"),
      Change::Share(kFree, TG("a"), "viewer"),
      Change::Share(kFree, TG("B"), "viewer")});
  EXPECT_THAT(Sources(U("bob")),
              ElementsAre("* group viewer B", "* group viewer a",
                          "* group viewer \xC3\xA4"));
}

TEST_F(OracleTest, TwoWaysToOneGroupShorterPathIsShown) {
  Do({Change::AddMember("one", MU("bob")), Change::AddMember("two", MG("one")),
      Change::AddMember("three", MG("two")),
      Change::AddMember("three", MG("one")),
      Change::Share(kFree, TG("three"), "editor")});
  EXPECT_THAT(Sources(U("bob")), ElementsAre("* group editor one three"));
}

TEST_F(OracleTest, TwoPathsOfOneLengthSmallerIdsFromTheFirstOn) {
  // bob -> a -> z -> top and bob -> b -> c -> top: "a" decides.
  Do({Change::AddGroup("a"), Change::AddGroup("b"), Change::AddGroup("c"),
      Change::AddGroup("z"), Change::AddGroup("top"),
      Change::AddMember("a", MU("bob")), Change::AddMember("b", MU("bob")),
      Change::AddMember("z", MG("a")), Change::AddMember("c", MG("b")),
      Change::AddMember("top", MG("z")), Change::AddMember("top", MG("c")),
      Change::Share(kFree, TG("top"), "editor")});
  EXPECT_EQ(Witness(U("bob")), "group editor a z top");
}

TEST_F(OracleTest, LockedSubjectSourcesAreListedAndStateSaysWhy) {
  Do({Change::Share(kFree, TU("lou"), "editor")});
  const Explanation answer = Explain(U("lou"));
  EXPECT_EQ(answer.role, "none");
  EXPECT_EQ(answer.subject_state, SubjectState::kLocked);
  EXPECT_THAT(Sources(U("lou")), ElementsAre("direct editor"));
  EXPECT_EQ(Explain(K("pkl")).subject_state, SubjectState::kLocked);
}

TEST_F(OracleTest, DisabledKeySourcesAreListedAndStateSaysWhy) {
  Do({Change::Share(kFree, TS("svc"), "editor")});
  EXPECT_EQ(Explain(K("koff")).role, "none");
  EXPECT_EQ(Explain(K("koff")).subject_state, SubjectState::kKeyDisabled);
  EXPECT_THAT(Sources(K("koff")), ElementsAre("key editor"));
}

TEST_F(OracleTest, UnknownSubjectOrResourceExplanationIsEmpty) {
  Do({Change::Share(kFree, Default(), "viewer")});
  const Explanation nobody = Explain(U("nobody"));
  EXPECT_EQ(nobody.subject_state, SubjectState::kUnknown);
  EXPECT_TRUE(nobody.resource_exists);
  EXPECT_THAT(nobody.sources, IsEmpty());
  EXPECT_THAT(nobody.remedies, IsEmpty());
  const Explanation lost = Explain(U("wanda"), std::nullopt, kLost);
  EXPECT_EQ(lost.subject_state, SubjectState::kOk);
  EXPECT_FALSE(lost.resource_exists);
  EXPECT_THAT(lost.sources, IsEmpty());
  EXPECT_THAT(lost.remedies, IsEmpty());
}

// ---- Paths, against every path of every small world ----

// Collects `path` and every longer path that begins with it, upwards.
void EveryPath(const State& state, const std::vector<std::string>& path,
               std::vector<std::vector<std::string>>* all) {
  all->push_back(path);
  for (const auto& [id, group] : state.groups) {
    if (group.members.count(MG(path.back())) == 0) continue;
    std::vector<std::string> longer = path;
    longer.push_back(id);
    EveryPath(state, longer, all);
  }
}

// The best path to each group, chosen from all paths.
std::map<std::string, std::vector<std::string>> BestPaths(const State& state) {
  std::vector<std::vector<std::string>> all;
  for (const auto& [id, group] : state.groups) {
    if (group.members.count(MU("u")) != 0) EveryPath(state, {id}, &all);
  }
  std::map<std::string, std::vector<std::string>> best;
  for (const std::vector<std::string>& path : all) {
    std::vector<std::string>& known = best[path.back()];
    if (known.empty() || path.size() < known.size() ||
        (path.size() == known.size() && path < known)) {
      known = path;
    }
  }
  return best;
}

TEST(GroupPathsTest, EveryWorldOfFourGroupsBestOfAllPaths) {
  std::vector<std::string> names = {"a", "b", "c", "d"};
  do {
    for (unsigned bits = 0; bits < 1024; ++bits) {
      State state;
      unsigned bit = 0;
      for (size_t i = 0; i < 4; ++i) {
        state.groups[names[i]];
        if ((bits >> bit++) & 1) state.groups[names[i]].members.insert(MU("u"));
        for (size_t j = 0; j < i; ++j) {
          if ((bits >> bit++) & 1) {
            state.groups[names[i]].members.insert(MG(names[j]));
          }
        }
      }
      std::map<std::string, std::vector<std::string>> found;
      for (const GroupPath& path : GroupPaths(state, MU("u"))) {
        found[std::string(path.back())] = {path.begin(), path.end()};
      }
      ASSERT_EQ(found, BestPaths(state)) << bits;
    }
  } while (std::next_permutation(names.begin(), names.end()));
}

// ---- Remedies. Principals: ann bob cat wanda lou, svc bot. ----

TEST_F(OracleTest, AllowedNoRemedies) {
  Do({Change::Share(kFree, TU("bob"), "editor")});
  EXPECT_THAT(Remedies(U("bob"), "editor"), IsEmpty());
}

TEST_F(OracleTest, DeniedGrantAndBaselineFewestFirst) {
  // The baseline raises ann, bob, cat, svc and bot; wanda is an admin, and lou
  // is locked.
  EXPECT_THAT(Remedies(U("bob")), ElementsAre("grant +1", "grant_baseline +5"));
}

TEST_F(OracleTest, DeniedHigherRoleLowerRolesAreRaised) {
  // A baseline of editor raises everyone except wanda, lou and cat, who is an
  // editor.
  Do({Change::Share(kFree, Default(), "viewer"),
      Change::Share(kFree, TU("cat"), "editor")});
  EXPECT_THAT(Remedies(U("bob"), "editor"),
              ElementsAre("grant +1", "grant_baseline +4"));
}

TEST_F(OracleTest, MemberOfGroupsGroupsCanBeGrantedDirectlyOrNot) {
  // "one" holds bob and cat; "two" holds "one" and svc.
  Do({Change::AddMember("one", MU("bob")), Change::AddMember("one", MU("cat")),
      Change::AddMember("two", MG("one")),
      Change::AddMember("two", MS("svc"))});
  EXPECT_THAT(Remedies(U("bob")),
              ElementsAre("grant +1", "grant_group one +2",
                          "grant_group two +3", "grant_baseline +5"));
}

TEST_F(OracleTest, GroupWithEnoughCanBeJoined) {
  // "two" has editor itself, "one" has it through "two", and "three" does not
  // have it. Joining "two" also gives bob a role on the note.
  Do({Change::AddMember("two", MG("one")),
      Change::Share(kFree, TG("two"), "editor"),
      Change::Share(kFree, TG("three"), "viewer"),
      Change::Share(kNote, TG("one"), "viewer")});
  EXPECT_THAT(Remedies(U("bob"), "editor"),
              ElementsAre("grant +1", "join_group two +1", "join_group one +2",
                          "grant_baseline +5"));
}

TEST_F(OracleTest, LockedUserWithRoleUnlockIsTheOnlyRemedy) {
  Do({Change::Share(kFree, TU("lou"), "editor"),
      Change::Share(kNote, TU("lou"), "viewer")});
  EXPECT_THAT(Remedies(U("lou"), "viewer"), ElementsAre("unlock +2"));
  EXPECT_THAT(Remedies(K("pkl"), "viewer"), ElementsAre("unlock +2"));
  EXPECT_THAT(Remedies(U("lou"), "admin"), IsEmpty());
}

TEST_F(OracleTest, LockedUserWithoutRoleHasNoRemedy) {
  EXPECT_THAT(Remedies(U("lou")), IsEmpty());
}

TEST_F(OracleTest, DisabledKeyWithRoleEnableCountsTheKeysResources) {
  Do({Change::Share(kFree, TS("svc"), "editor"),
      Change::Share(kNote, Default(), "viewer")});
  EXPECT_THAT(Remedies(K("koff")), ElementsAre("enable_key +2"));
}

TEST_F(OracleTest, DisabledKeyOfLockedUserHasNoRemedy) {
  Do({Change::Share(kFree, TU("lou"), "editor"),
      Change::UpdateKey("pkl", false)});
  EXPECT_EQ(Explain(K("pkl")).subject_state, SubjectState::kKeyDisabled);
  EXPECT_THAT(Remedies(K("pkl")), IsEmpty());
}

TEST_F(OracleTest, LimitReachedNewGrantsAreNoRemedy) {
  // The limit is one grant, which cat has; the baseline does not count.
  Do({Change::SetLimit(1), Change::AddMember("one", MU("bob")),
      Change::Share(kFree, TU("cat"), "viewer")});
  EXPECT_THAT(Remedies(U("bob")), ElementsAre("grant_baseline +4"));
  // Overriding an existing grant is always possible.
  EXPECT_THAT(Remedies(U("cat"), "editor"),
              ElementsAre("grant +1", "grant_baseline +5"));
}

TEST_F(OracleTest, NoRoleAskedTheLowestIsMeant) {
  Do({Change::Share(kFree, TU("bob"), "viewer")});
  EXPECT_THAT(Remedies(U("bob")), IsEmpty());
  EXPECT_THAT(Remedies(U("bob"), "commenter"),
              ElementsAre("grant +1", "grant_baseline +5"));
  EXPECT_EQ(Outcome(model_.Explain(U("bob"), kFree, "owner")),
            "InvalidArgument ROLE_UNKNOWN");
}

// ---- Lists ----

TEST_F(OracleTest, ListResourcesOrderedByTypeThenId) {
  Do({Change::AddResource({"doc", "B"}), Change::AddResource({"doc", "a"}),
      Change::Share({"doc", "a"}, TU("bob"), "viewer"),
      Change::Share({"doc", "B"}, TU("bob"), "editor"),
      Change::Share(kNote, Default(), "admin")});
  const auto all = std::get<0>(model_.ListResources(U("bob"), "viewer"));
  EXPECT_THAT(all, ElementsAre(ResourceRole{{"doc", "B"}, "editor"},
                               ResourceRole{{"doc", "a"}, "viewer"},
                               ResourceRole{kNote, "admin"}));
  EXPECT_THAT(std::get<0>(model_.ListResources(U("bob"), "editor", "doc")),
              ElementsAre(ResourceRole{{"doc", "B"}, "editor"}));
  EXPECT_THAT(std::get<0>(model_.ListResources(U("nobody"), "viewer")),
              IsEmpty());
}

TEST_F(OracleTest, ListResourcesMalformedSubjectThenTypeThenRole) {
  EXPECT_EQ(Outcome(model_.ListResources(U(""), "no", "no")),
            "InvalidArgument MALFORMED");
  EXPECT_EQ(Outcome(model_.ListResources(U("bob"), "no", "no")),
            "InvalidArgument TYPE_UNKNOWN");
  EXPECT_EQ(Outcome(model_.ListResources(U("bob"), "none")),
            "InvalidArgument ROLE_UNKNOWN");
}

TEST_F(OracleTest, ListPrincipalsServiceAccountsFirstNoGroupsNoKeys) {
  Do({Change::AddMember("one", MU("cat")),
      Change::Share(kFree, TG("one"), "editor"),
      Change::Share(kFree, TK("k1"), "viewer"),
      Change::Share(kFree, TU("lou"), "admin")});
  EXPECT_THAT(std::get<0>(model_.ListPrincipals(kFree, "viewer")),
              ElementsAre(PrincipalRole{PS("svc"), "viewer"},
                          PrincipalRole{PU("cat"), "editor"},
                          PrincipalRole{PU("wanda"), "admin"}));
  EXPECT_THAT(std::get<0>(model_.ListPrincipals(kFree, "editor")),
              ElementsAre(PrincipalRole{PU("cat"), "editor"},
                          PrincipalRole{PU("wanda"), "admin"}));
  EXPECT_THAT(std::get<0>(model_.ListPrincipals(kLost, "viewer")), IsEmpty());
}

TEST_F(OracleTest, ListPrincipalsBaselineIsExpanded) {
  Do({Change::Share(kFree, Default(), "viewer")});
  EXPECT_THAT(std::get<0>(model_.ListPrincipals(kFree, "viewer")),
              ElementsAre(PrincipalRole{PS("bot"), "viewer"},
                          PrincipalRole{PS("svc"), "viewer"},
                          PrincipalRole{PU("ann"), "viewer"},
                          PrincipalRole{PU("bob"), "viewer"},
                          PrincipalRole{PU("cat"), "viewer"},
                          PrincipalRole{PU("wanda"), "admin"}));
}

TEST_F(OracleTest, MatrixIsEveryPairWithARole) {
  Do({Change::Share(kNote, TK("k1"), "viewer")});
  EXPECT_THAT(model_.Matrix(),
              ElementsAre(MatrixRow{PS("svc"), kNote, "viewer"},
                          MatrixRow{PU("ann"), kMade, "admin"},
                          MatrixRow{PU("wanda"), kFree, "admin"},
                          MatrixRow{PU("wanda"), kMade, "admin"},
                          MatrixRow{PU("wanda"), kNote, "admin"}));
}

}  // namespace
}  // namespace acl::oracle
