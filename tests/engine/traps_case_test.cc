// Traps of other engines: ids whose case is folded, or that are normalised.
// docs/traps.md has the whole list.
#include <string>
#include <vector>

#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/every_way.h"

namespace acl {
namespace {

using absl::StatusCode;
using Ids = std::vector<std::string>;

// All ids in a group of look-alikes name different things, of every kind.
void ExpectAllApart(Engine* engine, const Ids& ids) {
  for (const std::string& id : ids) {
    ASSERT_TRUE(engine->AddWorkspace(Actor::System(), id).ok()) << id;
  }
  Workspace w = *engine->FindWorkspace(ids[0]);
  ASSERT_TRUE(
      w.Apply(Actor::System(), {SetResourceTypes{ids}, SetLadder{ids}}).ok());
  std::vector<Change> changes;
  for (const std::string& id : ids) {
    changes.insert(
        changes.end(),
        {AddUser{id}, AddUser{"m" + id}, AddServiceAccount{id},
         AddKey{id, PrincipalId::ServiceAccount(id)}, AddGroup{id},
         AddMember{id, Member::User("m" + id)}, AddResource{{id, id}},
         Share{{id, id}, Target::User(id), id},
         Share{{id, id}, Target::Key(id), id},
         Share{{id, id}, Target::Group(id), id}});
  }
  const auto receipt = w.Apply(Actor::System(), changes);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  for (const std::string& a : ids) {
    for (const std::string& b : ids) {
      const std::string role = a == b ? b : "none";
      const std::string member = "m" + a;
      EXPECT_EQ(RoleEveryWay(w, Subject::User(a), {b, b}), role);
      EXPECT_EQ(RoleEveryWay(w, Subject::ServiceAccount(a), {b, b}), role);
      EXPECT_EQ(RoleEveryWay(w, Subject::Key(a), {b, b}), role);
      EXPECT_EQ(RoleEveryWay(w, Subject::User(member), {b, b}), role);
      EXPECT_EQ(RoleEveryWay(w, Subject::User(a), {a, b}), role);
    }
  }
  for (const std::string& id : ids) {
    ASSERT_TRUE(engine->RemoveWorkspace(Actor::System(), id).ok());
  }
}

class TrapsOfCase : public testing::Test {
 protected:
  Engine engine_;
};

// Trap: ids of other scripts are cut, folded or normalised on the way (OpenFGA
// CVE-2026-55170; SpiceDB 3161).
TEST_F(TrapsOfCase, IdsOfEveryScriptAreApart) {
  ExpectAllApart(&engine_,
                 {"\u0645\u0631\u062d\u0628\u0627", "\u0645\u0631\u062d\u0628",
                  "\u4e2d\u6587", "\u4e2d", "\u65e5\u672c\u8a9e",
                  "\u05e9\u05dc\u05d5\u05dd", "\u0928\u092e\u0938\u094d\u0924",
                  "\u0928\u092e\u0938\u0924", "\U0001f3a7"});
  ExpectAllApart(&engine_, {"\U0001f468", "\U0001f468\u200d\U0001f469",
                            "\U0001f44d", "\U0001f44d\U0001f3fd", "\u2764",
                            "\u2764\ufe0f", "a", "a\u0301", "a\u0301\u0302",
                            "a\u0302\u0301", "\u200fa", "\u202ea", "a\u200b"});
}

// Trap: the case of ids is folded, so that `Ann` is `ann` (OpenFGA
// CVE-2026-55170; SpiceDB 3161). Ids are not normalised either.
TEST_F(TrapsOfCase, IdsThatDifferInCaseOrFormAreApart) {
  ExpectAllApart(&engine_, {"Ann", "ann", "ANN", "aNN"});
  ExpectAllApart(&engine_, {"stra\u00dfe", "STRASSE", "strasse", "STRA\u1e9eE",
                            "Stra\u00dfe"});
  ExpectAllApart(&engine_, {"i", "I", "\u0131", "\u0130", "i\u0307"});
  ExpectAllApart(&engine_, {"\u00e9", "e\u0301", "\u00c9", "E\u0301", "e"});
  ExpectAllApart(&engine_, {"k", "K", "\u212a", "s", "S", "\u017f"});
  ExpectAllApart(&engine_, {"\u00c5", "\u212b", "A\u030a", "\u00e5"});
  ExpectAllApart(&engine_, {"\uff21", "A", "\ufb01", "fi", "\u03c3", "\u03c2",
                            "\u03a3", "\u01c6", "\u01c5", "\u01c4"});
  ExpectAllApart(&engine_, {"x", " x", "x ", "x  ", "\u00a0x", "\u3000x"});
}

// As above: a reserved word in different case is not reserved.
TEST_F(TrapsOfCase, ReservedWordsInAnotherCaseAreIds) {
  ExpectAllApart(&engine_, {"Default", "DEFAULT", "default ", "None", "NONE"});
}

// As above: case is folded only in e-mail addresses, and only for ASCII
// letters.
TEST_F(TrapsOfCase, AddressFoldsTheCaseOfAsciiLettersOnly) {
  Workspace w = *engine_.AddWorkspace(Actor::System(), "w");
  const auto receipt = w.Apply(
      Actor::System(),
      {AddUser{"ann", "Ann@Example.COM"}, AddUser{"\u00e9", "\u00e9@x.org"},
       AddUser{"k", "k@x.org"}, AddUser{"i", "i@x.org"},
       AddUser{"s", "stra\u00dfe@x.org"}, AddUser{"d", "e\u0301d@x.org"},
       AddResource{{"voice", "r"}},
       Share{{"voice", "r"}, Target::Email("aNN@eXAMPLE.com"), "viewer"}});
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  const ResourceRef r{"voice", "r"};
  EXPECT_EQ(RoleEveryWay(w, Subject::Email(" ANN@EXAMPLE.COM\t"), r), "viewer");
  EXPECT_EQ(w.Export()->users(0).email(), "ann@example.com");
  EXPECT_TRUE(
      IsRefusal(w.Apply(Actor::System(), {AddUser{"Ann", "ANN@example.com"}}),
                StatusCode::kAlreadyExists, v1::EMAIL_TAKEN, "user `ann`"));
  // None of these is anyone's address.
  for (const char* other : {"\u00c9@x.org", "\u212a@x.org", "\u0130@x.org",
                            "\u0131@x.org", "STRASSE@x.org", "\u00e9d@x.org"}) {
    EXPECT_FALSE(w.FindSubject(Subject::Email(other)).ok()) << other;
    EXPECT_TRUE(w.Apply(Actor::System(), {AddUser{other, other}}).ok())
        << other;
  }
  EXPECT_FALSE(w.FindSubject(Subject::User("Ann")).ok());
}

// As above: an address with an invisible character would look like someone
// else's. It is refused wherever an address can be given.
TEST_F(TrapsOfCase, AddressWithAnInvisibleCharacterIsRefused) {
  Workspace w = *engine_.AddWorkspace(Actor::System(), "w");
  const ResourceRef r{"voice", "r"};
  ASSERT_TRUE(w.Apply(Actor::System(),
                      {AddUser{"ann", "ann@x.org"}, AddServiceAccount{"bot"},
                       AddResource{{"voice", "r"}}})
                  .ok());
  for (const char* odd : {"\u00a0", "\u200b", "\u202e", "\ufeff", "\u3000",
                          "\u2028", "\u00ad", "\U000e0020"}) {
    for (const std::string& email :
         {odd + std::string("ann@x.org"), std::string("an") + odd + "n@x.org",
          std::string("ann@x") + odd + ".org",
          std::string("ann@x.org") + odd}) {
      SCOPED_TRACE(testing::PrintToString(email));
      const auto refused = [](const auto& result) {
        return IsRefusal(result, StatusCode::kInvalidArgument, v1::MALFORMED,
                         "has the invisible character U+");
      };
      UpdateUser user{"ann"};
      user.email = email;
      UpdateServiceAccount account{"bot"};
      account.email = email;
      for (const Change& change : std::vector<Change>{
               AddUser{"new", email}, user, AddServiceAccount{"new", "", email},
               account, Share{{"voice", "r"}, Target::Email(email), "viewer"},
               Unshare{{"voice", "r"}, Target::Email(email)}}) {
        EXPECT_TRUE(refused(w.Apply(Actor::System(), {change})))
            << ToString(change);
      }
      const Subject subject = Subject::Email(email);
      EXPECT_TRUE(
          refused(w.Apply(Actor(subject), {RemoveResource{{"voice", "r"}}})));
      EXPECT_TRUE(refused(w.EffectiveRole(subject, r)));
      EXPECT_TRUE(refused(w.Check(subject, "viewer", r)));
      EXPECT_TRUE(refused(w.Explain(subject, r)));
      EXPECT_TRUE(refused(w.ListResources(subject, "viewer", "")));
      EXPECT_TRUE(refused(w.PrincipalOf(subject)));
      v1::World world;
      v1::Workspace* const other = world.add_workspaces();
      other->set_id("other");
      v1::User* const added = other->add_users();
      added->set_id("ann");
      added->set_email(email);
      EXPECT_TRUE(refused(engine_.Import(Actor::System(), world)));
    }
  }
}

}  // namespace
}  // namespace acl
