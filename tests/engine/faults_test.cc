// Every refusal of a change: its code, fault and words; that nothing has
// changed; and which comes first if several apply.
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

struct Case {
  Actor actor;
  Change change;
  Fault fault;
  const char* words;
};

const ResourceId kV{"voice", "v"};
const ResourceId kGone{"voice", "gone"};
const ResourceId kBadType{"voices", "v"};

Actor User(absl::string_view id) { return Subject::User(id); }
Actor Key(absl::string_view id) { return Subject::Key(id); }

std::vector<std::string> TypesOf(int count) {
  std::vector<std::string> types;
  for (int i = 0; i < count; ++i) types.push_back(absl::StrCat("type-", i));
  return types;
}

class Faults : public Studio {
 protected:
  void ExpectAll(StatusCode code, const std::vector<Case>& cases) {
    const std::string before = Everything();
    for (const Case& c : cases) {
      EXPECT_TRUE(
          IsRefusal(studio_.Apply(c.actor, {c.change}), code, c.fault, c.words))
          << ToString(c.change) << " by " << c.actor.ToString();
      EXPECT_EQ(Everything(), before) << ToString(c.change);
    }
  }
};

TEST_F(Faults, MalformedIsInvalidArgument) {
  const Actor system = Actor::System();
  const std::string long_id(513, 'x');
  ExpectAll(
      StatusCode::kInvalidArgument,
      {{system, AddUser{""}, v1::MALFORMED, "user id is empty"},
       {system, AddUser{"default"}, v1::MALFORMED, "`default` is reserved"},
       {system, AddServiceAccount{"default"}, v1::MALFORMED, "reserved"},
       {system, AddGroup{"default"}, v1::MALFORMED, "reserved"},
       {system, AddKey{"default", PrincipalId::User("ann")}, v1::MALFORMED,
        "reserved"},
       {system, AddUser{long_id}, v1::MALFORMED, "at most 512"},
       {system, AddUser{"a\nb"}, v1::MALFORMED, "control character at byte 1"},
       {system, AddUser{"a\xff"}, v1::MALFORMED, "not valid utf-8 at byte 1"},
       {system, AddUser{"z", "no-address"}, v1::MALFORMED, "`no-address`"},
       {system, AddUser{"z", "", "a\tb"}, v1::MALFORMED, "name"},
       {system, UpdateUser{"ann", "a@b@c"}, v1::MALFORMED, "`a@b@c`"},
       {system, AddResource{{"voice", ""}}, v1::MALFORMED, "resource id"},
       {system, AddResource{{"vo:ice", "x"}}, v1::MALFORMED, "colon"},
       {system, Share{kV, Target::User(""), "viewer"}, v1::MALFORMED,
        "user id"},
       {system, Share{kV, Target::Email("x"), "viewer"}, v1::MALFORMED, "`x`"},
       {User(""), Unshare{kV, Target::User("bob")}, v1::MALFORMED, "user id"},
       {system, SetLadder{{}}, v1::MALFORMED, "1 to 15 roles"},
       {system, SetLadder{{"a", "a"}}, v1::MALFORMED, "twice"},
       {system, SetLadder{{"none"}}, v1::MALFORMED, "`none`"},
       {system, SetResourceTypes{{}}, v1::MALFORMED, "1 to 1024"},
       {system, SetResourceTypes{TypesOf(1025)}, v1::MALFORMED, "not 1025"},
       {system, SetResourceTypes{{"a", "a"}}, v1::MALFORMED, "twice"}});
}

TEST_F(Faults, UnknownTypeOrRoleIsInvalidArgument) {
  const Actor system = Actor::System();
  ExpectAll(StatusCode::kInvalidArgument,
            {{system, AddResource{kBadType}, v1::TYPE_UNKNOWN, "`voices`"},
             {system, UpdateResource{kBadType}, v1::TYPE_UNKNOWN, "`voices`"},
             {system, RemoveResource{kBadType}, v1::TYPE_UNKNOWN, "`voices`"},
             {system, Unshare{kBadType, Target::User("bob")}, v1::TYPE_UNKNOWN,
              "`voices`"},
             {system, Share{kV, Target::User("bob"), "none"}, v1::ROLE_UNKNOWN,
              "unshare"},
             {system, Share{kV, Target::User("bob"), "owner"}, v1::ROLE_UNKNOWN,
              "`viewer`, `commenter`, `editor`, `admin`"},
             {system, Share{kV, Target::User("bob"), "Editor"},
              v1::ROLE_UNKNOWN, "`Editor`"}});
}

TEST_F(Faults, ActorWithoutStandingIsDenied) {
  const Change change = Share{kV, Target::User("dan"), "viewer"};
  ExpectAll(
      StatusCode::kPermissionDenied,
      {{User("gone"), change, v1::ACTOR_UNKNOWN, "`user:gone`"},
       {Key("gone"), change, v1::ACTOR_UNKNOWN, "`key:gone`"},
       {Subject::Email("gone@x.org"), change, v1::ACTOR_UNKNOWN, "gone@x.org"},
       {Key("off"), change, v1::ACTOR_KEY_DISABLED, "`key:off` is disabled"},
       {User("lea"), change, v1::ACTOR_LOCKED, "`user:lea` is locked"},
       {Key("lea-key"), change, v1::ACTOR_LOCKED, "`key:lea-key` is locked"}});
}

TEST_F(Faults, ActorBelowAdminIsDenied) {
  ExpectAll(StatusCode::kPermissionDenied,
            {{User("bob"), Share{kV, Target::User("dan"), "viewer"},
              v1::NOT_ADMIN, "is editor on `voice:v`; sharing it needs admin"},
             {User("bob"), Unshare{kV, Target::User("bob")}, v1::NOT_ADMIN,
              "`user:bob`"}});
}

TEST_F(Faults, InvisibleAndAbsentResourceAreOneAnswer) {
  const Target bob = Target::User("bob");
  const auto ask = [&](const ResourceId& resource) {
    return studio_.Share(User("dan"), resource, bob, "viewer").status();
  };
  const absl::Status invisible = ask(kV);
  const absl::Status absent = ask({"voice", "x"});
  EXPECT_TRUE(IsRefusal(invisible, StatusCode::kNotFound,
                        v1::RESOURCE_NOT_FOUND, "`voice:v` is not found"));
  std::string words(absent.message());
  words.replace(words.find("voice:x"), 7, "voice:v");
  EXPECT_EQ(words, invisible.message());
  EXPECT_EQ(FaultOf(absent), FaultOf(invisible));
}

TEST_F(Faults, AbsentThingIsNotFound) {
  const Actor system = Actor::System();
  const Target bob = Target::User("bob");
  ExpectAll(
      StatusCode::kNotFound,
      {{system, Share{kGone, bob, "viewer"}, v1::RESOURCE_NOT_FOUND, "gone"},
       {system, UpdateResource{kGone}, v1::RESOURCE_NOT_FOUND, "gone"},
       {system, RemoveResource{kGone}, v1::RESOURCE_NOT_FOUND, "gone"},
       {system, Share{kV, Target::User("gone"), "viewer"}, v1::USER_NOT_FOUND,
        "user `gone`"},
       {system, Share{kV, Target::Email("g@x.org"), "viewer"},
        v1::USER_NOT_FOUND, "`g@x.org`"},
       {system, Unshare{kV, Target::ServiceAccount("gone")},
        v1::SERVICE_ACCOUNT_NOT_FOUND, "service account `gone`"},
       {system, Share{kV, Target::Group("gone"), "viewer"}, v1::GROUP_NOT_FOUND,
        "group `gone`"},
       {system, Share{kV, Target::Key("gone"), "viewer"}, v1::KEY_NOT_FOUND,
        "key `gone`"},
       {system, Share{kV, Target::Key("ann-key"), "viewer"}, v1::KEY_NOT_FOUND,
        "personal"},
       {system, UpdateUser{"gone"}, v1::USER_NOT_FOUND, "`gone`"},
       {system, RemoveUser{"gone"}, v1::USER_NOT_FOUND, "`gone`"},
       {system, UpdateServiceAccount{"gone"}, v1::SERVICE_ACCOUNT_NOT_FOUND,
        "`gone`"},
       {system, RemoveServiceAccount{"gone"}, v1::SERVICE_ACCOUNT_NOT_FOUND,
        "`gone`"},
       {system, UpdateKey{"gone"}, v1::KEY_NOT_FOUND, "`gone`"},
       {system, RemoveKey{"gone"}, v1::KEY_NOT_FOUND, "`gone`"},
       {system, AddKey{"z", PrincipalId::User("gone")}, v1::USER_NOT_FOUND,
        "`gone`"},
       {system, UpdateGroup{"gone"}, v1::GROUP_NOT_FOUND, "`gone`"},
       {system, RemoveGroup{"gone"}, v1::GROUP_NOT_FOUND, "`gone`"},
       {system, AddMember{"gone", Member::User("ann")}, v1::GROUP_NOT_FOUND,
        "`gone`"},
       {system, AddMember{"inner", Member::User("gone")}, v1::USER_NOT_FOUND,
        "`gone`"},
       {system, RemoveMember{"inner", Member::Group("gone")},
        v1::GROUP_NOT_FOUND, "`gone`"},
       {system, AddResource{kGone, "", PrincipalId::ServiceAccount("gone")},
        v1::SERVICE_ACCOUNT_NOT_FOUND, "`gone`"}});
}

TEST_F(Faults, CreatorIsProtectedByEveryName) {
  Must({AddResource{{"voice", "b"}, "", PrincipalId::ServiceAccount("bot")}});
  const ResourceId b{"voice", "b"};
  const Actor system = Actor::System();
  const Fault fault = v1::CREATOR_PROTECTED;
  const char* ann = "user `ann` created `voice:v` and stays admin";
  const char* bot = "service_account `bot` created `voice:b`";
  ExpectAll(
      StatusCode::kPermissionDenied,
      {{system, Share{kV, Target::User("ann"), "editor"}, fault, ann},
       {system, Unshare{kV, Target::User("ann")}, fault, ann},
       {system, Unshare{kV, Target::Email(" ANN@example.com ")}, fault, ann},
       {User("ann"), Unshare{kV, Target::User("ann")}, fault, ann},
       {User("boss"), Share{kV, Target::User("ann"), "viewer"}, fault, ann},
       {system, Share{b, Target::Key("k1"), "viewer"}, fault, bot},
       {system, Unshare{b, Target::Key("off")}, fault, bot},
       {system, Unshare{b, Target::Email("bot@example.com")}, fault, bot},
       {system, Unshare{b, Target::ServiceAccount("bot")}, fault, bot}});
}

TEST_F(Faults, ExistingIdOrAddressIsAlreadyExists) {
  const Actor system = Actor::System();
  ExpectAll(StatusCode::kAlreadyExists,
            {{system, AddUser{"ann"}, v1::ALREADY_EXISTS, "user `ann`"},
             {system, AddServiceAccount{"bot"}, v1::ALREADY_EXISTS, "`bot`"},
             {system, AddKey{"k1", PrincipalId::User("ann")},
              v1::ALREADY_EXISTS, "key `k1`"},
             {system, AddGroup{"inner"}, v1::ALREADY_EXISTS, "group `inner`"},
             {system, AddResource{kV}, v1::ALREADY_EXISTS, "`voice:v`"},
             {system, AddUser{"z", "BOT@example.com"}, v1::EMAIL_TAKEN,
              "`bot@example.com` belongs to service_account `bot`"},
             {system, AddServiceAccount{"z", "", "ann@example.com"},
              v1::EMAIL_TAKEN, "user `ann`"},
             {system, UpdateUser{"bob", "Ann@Example.com"}, v1::EMAIL_TAKEN,
              "user `ann`"},
             {system, UpdateServiceAccount{"bot", {}, "ann@example.com"},
              v1::EMAIL_TAKEN, "user `ann`"}});
}

TEST_F(Faults, MisfitWithTheStateIsFailedPrecondition) {
  const Actor system = Actor::System();
  ExpectAll(
      StatusCode::kFailedPrecondition,
      {{system, AddMember{"inner", Member::Group("inner")}, v1::GROUP_CYCLE,
        "`inner` > `inner`"},
       {system, AddMember{"inner", Member::Group("outer")}, v1::GROUP_CYCLE,
        "`outer` > `inner` > `outer`"},
       {system, SetLadder{{"viewer", "admin"}}, v1::ROLE_IN_USE, "`editor`"},
       {system, SetLadder{{"commenter", "viewer", "editor", "admin"}},
        v1::ROLE_ORDER, "`viewer` and `commenter`"},
       {system, SetResourceTypes{{"songs"}}, v1::TYPE_IN_USE, "`voice`"}});
}

TEST_F(Faults, OnePrincipalTooManyIsResourceExhausted) {
  Must({SetLimit{2}});  // ann, who created it, and bob
  ExpectAll(StatusCode::kResourceExhausted,
            {{User("ann"), Share{kV, Target::User("dan"), "viewer"}, v1::LIMIT,
              "has grants for 2 principals, the limit is 2"},
             {Actor::System(), Share{kV, Target::Group("inner"), "viewer"},
              v1::LIMIT, "`voice:v`"}});
}

TEST_F(Faults, UnexpectedRevisionIsAborted) {
  ChangeOptions options;
  options.expected_revision = Now() + 1;
  const std::string before = Everything();
  EXPECT_TRUE(IsRefusal(Apply({AddUser{"z"}}, options), StatusCode::kAborted,
                        v1::REVISION_MISMATCH, "at revision 1, not 2"));
  EXPECT_EQ(Everything(), before);
  options.expected_revision = Now();
  EXPECT_TRUE(Must({AddUser{"z"}}, options).changed);
}

// Each row has all faults of the rows after it, and one more that comes before
// them.
TEST_F(Faults, FirstOfSeveralInTheOrderOfThePageIsReported) {
  Must({SetLimit{1}});
  ChangeOptions options;
  options.expected_revision = 999;
  const Target nobody = Target::User("gone");
  const Target dan = Target::User("dan");
  struct Row {
    Actor actor;
    ResourceId resource;
    Target target;
    const char* role;
    Fault fault;
  };
  const Row kRows[] = {
      {User("gone"), {"voices", ""}, Target::User(""), "", v1::MALFORMED},
      {User("gone"), kBadType, nobody, "owner", v1::TYPE_UNKNOWN},
      {User("gone"), kGone, nobody, "owner", v1::ROLE_UNKNOWN},
      {User("gone"), kGone, nobody, "viewer", v1::ACTOR_UNKNOWN},
      {Key("off"), kGone, nobody, "viewer", v1::ACTOR_KEY_DISABLED},
      {User("lea"), kGone, nobody, "viewer", v1::ACTOR_LOCKED},
      {User("dan"), kGone, nobody, "viewer", v1::RESOURCE_NOT_FOUND},
      {User("dan"), kV, nobody, "viewer", v1::RESOURCE_NOT_FOUND},
      {User("bob"), kV, nobody, "viewer", v1::NOT_ADMIN},
      {User("bob"), kV, Target::User("ann"), "viewer", v1::NOT_ADMIN},
      {User("ann"), kV, nobody, "viewer", v1::USER_NOT_FOUND},
      {User("ann"), kV, Target::User("ann"), "viewer", v1::CREATOR_PROTECTED},
      {User("ann"), kV, dan, "viewer", v1::LIMIT},
      {User("ann"), kV, Target::User("bob"), "viewer", v1::REVISION_MISMATCH},
  };
  for (const Row& row : kRows) {
    const auto receipt =
        studio_.Share(row.actor, row.resource, row.target, row.role, options);
    EXPECT_EQ(v1::Fault_Name(FaultOf(receipt.status())),
              v1::Fault_Name(row.fault))
        << receipt.status();
  }
}

TEST_F(Faults, FormOfTheWholeCallIsCheckedBeforeAnyChangeIsDecided) {
  const Change decided = AddUser{"ann"};  // already exists
  const Change malformed = AddUser{""};
  EXPECT_TRUE(IsRefusal(Apply({decided, malformed}),
                        StatusCode::kInvalidArgument, v1::MALFORMED,
                        "change 1: user id is empty"));
  ChangeOptions options;
  options.request_id = "a\x01";
  EXPECT_TRUE(IsRefusal(studio_.Apply(User(""), {malformed}, options),
                        StatusCode::kInvalidArgument, v1::MALFORMED,
                        "request id"));
  options.request_id = "";
  const absl::Status of_actor =
      studio_.Apply(User(""), {malformed, malformed}).status();
  EXPECT_TRUE(IsRefusal(of_actor, StatusCode::kInvalidArgument, v1::MALFORMED,
                        "user id is empty"));
  EXPECT_FALSE(ChangeIndexOf(of_actor)) << of_actor;
}

TEST_F(Faults, IdIsRefusedBeforeAnAddress) {
  EXPECT_TRUE(IsRefusal(Apply({AddUser{"ann", "bob@example.com"}}),
                        StatusCode::kAlreadyExists, v1::ALREADY_EXISTS,
                        "`ann`"));
  EXPECT_TRUE(IsRefusal(Apply({AddUser{"", "bad"}}),
                        StatusCode::kInvalidArgument, v1::MALFORMED,
                        "user id is empty"));
}

TEST_F(Faults, MalformedOrUnknownQuestionIsRefused) {
  const Subject ann = Subject::User("ann");
  const auto kInvalid = StatusCode::kInvalidArgument;
  EXPECT_TRUE(IsRefusal(studio_.EffectiveRole(Subject::User(""), kV), kInvalid,
                        v1::MALFORMED, "user id is empty"));
  EXPECT_TRUE(IsRefusal(studio_.EffectiveRole(ann, {"voice", ""}), kInvalid,
                        v1::MALFORMED, "resource id is empty"));
  EXPECT_TRUE(IsRefusal(studio_.EffectiveRole(ann, {"vo:ice", "v"}), kInvalid,
                        v1::MALFORMED, "colon"));
  EXPECT_TRUE(IsRefusal(studio_.EffectiveRole(ann, kBadType), kInvalid,
                        v1::TYPE_UNKNOWN, "`voices`"));
  EXPECT_TRUE(IsRefusal(studio_.Check(ann, "owner", kV), kInvalid,
                        v1::ROLE_UNKNOWN, "`owner`"));
  EXPECT_TRUE(IsRefusal(studio_.Check(ann, "none", kV), kInvalid,
                        v1::ROLE_UNKNOWN, "`none`"));
  EXPECT_TRUE(IsRefusal(studio_.FindRole("owner"), kInvalid, v1::ROLE_UNKNOWN,
                        "`owner`"));
  EXPECT_TRUE(IsRefusal(studio_.Explain(ann, kV, "owner"), kInvalid,
                        v1::ROLE_UNKNOWN, "`owner`"));
  const std::vector<Question> questions = {{ann, "viewer", kV},
                                           {ann, "owner", kV}};
  EXPECT_TRUE(IsRefusal(studio_.CheckMany(questions), kInvalid,
                        v1::ROLE_UNKNOWN, "question 1: "));
}

TEST_F(Faults, WorkspaceIsNotAddedWithMalformedSettings) {
  const struct {
    std::vector<std::string> roles, types;
    const char* words;
  } cases[] = {{{"a", "a"}, {}, "twice"},
               {{}, {"a", "a"}, "twice"},
               {{}, {"vo:ice"}, "colon"},
               {{}, TypesOf(1025), "not 1025"}};
  WorkspaceSettings settings;
  for (const auto& c : cases) {
    settings.roles = c.roles;
    settings.resource_types = c.types;
    EXPECT_TRUE(
        IsRefusal(engine_.AddWorkspace(Actor::System(), "other", settings),
                  StatusCode::kInvalidArgument, v1::MALFORMED, c.words));
    EXPECT_FALSE(engine_.FindWorkspace("other").ok());
  }
  settings.resource_types = TypesOf(1024);
  EXPECT_TRUE(engine_.AddWorkspace(Actor::System(), "other", settings).ok());
}

TEST_F(Faults, AbsentSubjectOrResourceHasNoneAndIsNoError) {
  EXPECT_EQ(Role(Subject::User("gone"), kV), "none");
  EXPECT_EQ(Role(Subject::Key("gone"), kV), "none");
  EXPECT_EQ(Role(Subject::Email("gone@x.org"), kV), "none");
  EXPECT_EQ(Role(Subject::User("boss"), kGone), "none");
  EXPECT_FALSE(*studio_.Check(Subject::User("boss"), "viewer", kGone));
}

}  // namespace
}  // namespace acl
