// Pins the oracle to docs/semantics.md. Every expectation is read off the page.

#include "tests/oracle/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace acl::oracle {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Subject U(std::string id) { return {SubjectKind::kUser, std::move(id)}; }
Subject E(std::string id) { return {SubjectKind::kEmail, std::move(id)}; }
Subject S(std::string id) {
  return {SubjectKind::kServiceAccount, std::move(id)};
}
Subject K(std::string id) { return {SubjectKind::kKey, std::move(id)}; }

Target TU(std::string id) { return {TargetKind::kUser, std::move(id)}; }
Target TE(std::string id) { return {TargetKind::kEmail, std::move(id)}; }
Target TS(std::string id) {
  return {TargetKind::kServiceAccount, std::move(id)};
}
Target TK(std::string id) { return {TargetKind::kKey, std::move(id)}; }
Target TG(std::string id) { return {TargetKind::kGroup, std::move(id)}; }
Target Default() { return {TargetKind::kDefault, ""}; }

Member MU(std::string id) { return {MemberKind::kUser, std::move(id)}; }
Member MS(std::string id) {
  return {MemberKind::kServiceAccount, std::move(id)};
}
Member MG(std::string id) { return {MemberKind::kGroup, std::move(id)}; }

Principal PU(std::string id) { return {PrincipalKind::kUser, std::move(id)}; }
Principal PS(std::string id) {
  return {PrincipalKind::kServiceAccount, std::move(id)};
}

Change Lock(std::string id, bool locked) {
  Change change = Change::UpdateUser(std::move(id));
  change.locked = locked;
  return change;
}
Change SetEmail(std::string id, std::string email) {
  Change change = Change::UpdateUser(std::move(id));
  change.email = std::move(email);
  return change;
}

const ResourceId kMade{"doc", "made"};   // created by ann
const ResourceId kFree{"doc", "free"};   // no creator
const ResourceId kNote{"note", "note"};  // no creator
const ResourceId kLost{"doc", "lost"};   // does not exist

std::string Show(const Source& source) {
  static const char* const kKinds[] = {
      "creator", "workspace_admin", "direct", "key", "group", "baseline"};
  std::string text = kKinds[static_cast<int>(source.kind)];
  text += " " + source.role;
  for (const std::string& group : source.path) text += " " + group;
  return text;
}

std::string Show(const Remedy& remedy) {
  static const char* const kKinds[] = {"grant",          "grant_group",
                                       "grant_baseline", "join_group",
                                       "unlock",         "enable_key"};
  std::string text = kKinds[static_cast<int>(remedy.kind)];
  if (!remedy.group.empty()) text += " " + remedy.group;
  return text + " +" + std::to_string(remedy.raised);
}

std::string Show(const Fault& fault) {
  std::string text = fault.code + " " + fault.fault;
  if (fault.index >= 0) text += " @" + std::to_string(fault.index);
  return text;
}

template <typename T>
std::vector<std::string> ShowAll(const std::vector<T>& all) {
  std::vector<std::string> texts;
  texts.reserve(all.size());
  for (const T& one : all) texts.push_back(Show(one));
  return texts;
}

// "ok", or the fault.
template <typename T>
std::string Outcome(const std::variant<T, Fault>& result) {
  const Fault* fault = std::get_if<Fault>(&result);
  return fault == nullptr ? "ok" : Show(*fault);
}

// Users: ann, bob, cat; wanda is a workspace admin; lou is locked.
// svc has the keys k1, k2 and the disabled koff; bot has none. ann has the
// personal key pk, lou pkl. Groups one, two, three are empty.
class OracleTest : public testing::Test {
 protected:
  OracleTest() {
    Do({Change::SetResourceTypes({"doc", "note"}),
        Change::AddUser("ann", "ann@x.io"), Change::AddUser("bob", "bob@x.io"),
        Change::AddUser("cat"), Change::AddUser("wanda", "", "", false, true),
        Change::AddUser("lou", "", "", true),
        Change::AddServiceAccount("svc", "", "svc@x.io"),
        Change::AddServiceAccount("bot"), Change::AddKey("k1", PS("svc")),
        Change::AddKey("k2", PS("svc")),
        Change::AddKey("koff", PS("svc"), false),
        Change::AddKey("pk", PU("ann")), Change::AddKey("pkl", PU("lou")),
        Change::AddGroup("one"), Change::AddGroup("two"),
        Change::AddGroup("three"), Change::AddResource(kMade, "", PU("ann")),
        Change::AddResource(kFree), Change::AddResource(kNote)});
  }

  // Applies as the system; must be accepted.
  Receipt Do(const std::vector<Change>& changes,
             const Options& options = Options()) {
    const auto result = model_.Apply(Actor::System(), changes, options);
    EXPECT_EQ(Outcome(result), "ok");
    return Outcome(result) == "ok" ? std::get<Receipt>(result) : Receipt();
  }

  // Applies a single share or unshare as the system; must be accepted.
  ShareReceipt DoShare(const Change& change) {
    const Receipt receipt = Do({change});
    if (receipt.changes.size() != 1) return {};
    return receipt.changes[0].share.value_or(ShareReceipt());
  }

  RemovalReceipt DoRemove(const Change& change) {
    const Receipt receipt = Do({change});
    if (receipt.changes.size() != 1) return {};
    return receipt.changes[0].removal.value_or(RemovalReceipt{9, 9, 9, 9});
  }

  std::string Try(const std::vector<Change>& changes,
                  const Options& options = Options()) {
    return Outcome(model_.Apply(Actor::System(), changes, options));
  }

  std::string TryAs(const Subject& actor, const std::vector<Change>& changes,
                    const Options& options = Options()) {
    return Outcome(model_.Apply(Actor::Is(actor), changes, options));
  }

  std::string Role(const Subject& subject, const ResourceId& resource = kFree) {
    const auto result = model_.Role(subject, resource);
    const auto* answer = std::get_if<RoleAnswer>(&result);
    return answer == nullptr ? Outcome(result) : answer->role;
  }

  // The witness, or "none", or the fault.
  std::string Witness(const Subject& subject,
                      const ResourceId& resource = kFree) {
    const auto result = model_.Role(subject, resource);
    const auto* answer = std::get_if<RoleAnswer>(&result);
    if (answer == nullptr) return Outcome(result);
    return answer->witness ? Show(*answer->witness) : "none";
  }

  Explanation Explain(const Subject& subject,
                      const std::optional<std::string>& role = std::nullopt,
                      const ResourceId& resource = kFree) {
    const auto result = model_.Explain(subject, resource, role);
    EXPECT_EQ(Outcome(result), "ok");
    return Outcome(result) == "ok" ? std::get<Explanation>(result)
                                   : Explanation();
  }

  // The sources; those that reach the maximum are marked.
  std::vector<std::string> Sources(const Subject& subject,
                                   const ResourceId& resource = kFree) {
    std::vector<std::string> texts;
    for (const auto& s : Explain(subject, std::nullopt, resource).sources) {
      texts.push_back((s.reaches_maximum ? "* " : "") + Show(s.source));
    }
    return texts;
  }

  std::vector<std::string> Remedies(
      const Subject& subject,
      const std::optional<std::string>& role = std::nullopt,
      const ResourceId& resource = kFree) {
    return ShowAll(Explain(subject, role, resource).remedies);
  }

  Model model_;
};

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
  EXPECT_EQ(CanonicalEmail("\xC3\x84@x"), "\xC3\x84@x");  // ASCII only folds
  EXPECT_EQ(CanonicalEmail("a@b"), "a@b");
}

TEST(FormTest, MalformedEmailIsRefused) {
  for (const char* bad : {"", " ", "a", "@", "a@", "@b", "a@b@c", "a b@c",
                          "a@b\x01", "a@\xFF", "a\t@b", "a@b\x7F"}) {
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
  // bob is in "two" and, through it, in "one"; "three" is as near as "two".
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

// Collects every path that begins with `path` and goes on upwards.
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
  // The baseline raises ann, bob, cat, svc, bot: wanda is admin, lou locked.
  EXPECT_THAT(Remedies(U("bob")), ElementsAre("grant +1", "grant_baseline +5"));
}

TEST_F(OracleTest, DeniedHigherRoleLowerRolesAreRaised) {
  // A baseline of editor raises everyone but wanda, lou, and cat the editor.
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
  // "two" reaches editor itself, "one" through "two", "three" not.
  // Joining "two" also gives bob a role on the note.
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
  // One grant is allowed and cat has it; the baseline does not count.
  Do({Change::SetLimit(1), Change::AddMember("one", MU("bob")),
      Change::Share(kFree, TU("cat"), "viewer")});
  EXPECT_THAT(Remedies(U("bob")), ElementsAre("grant_baseline +4"));
  // Overriding is always possible.
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
  EXPECT_EQ(TryAs(U("wanda"), share, id), reused);
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
