// Traps of other engines: ids that a joined key confuses, malformed and long
// ids. docs/traps.md has the whole list; traps_case_test.cc has look-alikes.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/every_way.h"

namespace acl {
namespace {

using absl::StatusCode;
using Ids = std::vector<std::string>;

const char* const kSeparators[] = {" ",
                                   "#",
                                   "@",
                                   ":",
                                   "::",
                                   "|",
                                   "||",
                                   "/",
                                   "//",
                                   "$",
                                   "$$",
                                   "\\",
                                   ",",
                                   ";",
                                   "->",
                                   ".",
                                   "..",
                                   "-",
                                   "_",
                                   "*",
                                   "?",
                                   "&",
                                   "=",
                                   "%",
                                   "%2F",
                                   "'",
                                   "\"",
                                   "`",
                                   "(",
                                   ")",
                                   "[",
                                   "]",
                                   "{}",
                                   "<",
                                   ">",
                                   "~",
                                   "^",
                                   "+",
                                   "\xc2\xa0",
                                   "\xe2\x80\xa8",
                                   "!",
                                   "\xe2\x80\x8b",
                                   "\xe2\x80\xae",
                                   "\xef\xbb\xbf"};

// Ids that start with, end with, contain and equal a separator. Many pairs of
// them give the same text when joined: (`x$$y`, `z`), (`x`, `y$$z`).
Ids IdsAround(const std::string& s) {
  return {"x",
          "y",
          "z",
          s + "x",
          "x" + s,
          s + "y",
          s + "z",
          "y" + s,
          "x" + s + "y",
          "y" + s + "z",
          "x" + s + "y" + s + "z"};
}

using Pair = std::pair<std::string, std::string>;

// Those pairs of ids that are the first with their joined text. `*twins` is the
// number of the other pairs.
std::set<Pair> FirstOfEachText(const Ids& ids, const std::string& separator,
                               size_t* twins) {
  std::set<std::string> texts;
  std::set<Pair> first;
  *twins = 0;
  for (const std::string& a : ids) {
    for (const std::string& b : ids) {
      if (texts.insert(a + separator + b).second) {
        first.insert({a, b});
      } else {
        ++*twins;
      }
    }
  }
  return first;
}

class TrapsOfIds : public testing::Test {
 protected:
  Workspace Add(const std::string& id) {
    WorkspaceSettings settings;
    settings.max_principals_per_resource = 0;
    return *engine_.AddWorkspace(Actor::System(), id, settings);
  }
  void Must(Workspace workspace, const std::vector<Change>& changes) {
    const auto receipt = workspace.Apply(Actor::System(), changes);
    ASSERT_TRUE(receipt.ok()) << receipt.status();
  }

  // Adds things of every kind with these ids: an account `a` has the key `a`, a
  // group `a` has no members.
  void AddAllKinds(const Workspace& workspace, const Ids& ids) {
    std::vector<Change> changes;
    for (const std::string& id : ids) {
      changes.insert(changes.end(),
                     {AddUser{id}, AddServiceAccount{id}, AddGroup{id},
                      AddKey{id, PrincipalId::ServiceAccount(id)},
                      AddResource{{"voice", id}}});
    }
    Must(workspace, changes);
  }

  // The export can be imported by another engine, whose export is the same.
  void ExpectTravels() const {
    const v1::World world = engine_.Export();
    Engine other;
    const absl::Status status = other.Import(Actor::System(), world);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(other.Export().DebugString(), world.DebugString());
  }

  Engine engine_;
};

// Trap: cache keys built by joining strings, so that (`x$$y`, `z`) answers for
// (`x`, `y$$z`) (OpenFGA CVE-2026-34972, CVE-2026-41131, CVE-2026-48096;
// SpiceDB CVE-2026-46668; casbin-cpp).
TEST_F(TrapsOfIds, PairsWithTheSameJoinedTextHaveRolesOfTheirOwn) {
  for (const std::string separator : kSeparators) {
    SCOPED_TRACE("separator " + separator);
    const Ids ids = IdsAround(separator);
    size_t twins = 0;
    const std::set<Pair> first = FirstOfEachText(ids, separator, &twins);
    ASSERT_GE(twins, 4u);
    const Workspace workspace = Add("by " + separator);
    AddAllKinds(workspace, ids);
    std::vector<Change> changes;
    for (const auto& [a, b] : first) {
      changes.push_back(Share{{"voice", b}, Target::User(a), "viewer"});
      changes.push_back(Share{{"voice", b}, Target::Key(a), "editor"});
    }
    Must(workspace, changes);
    for (const std::string& a : ids) {
      for (const std::string& b : ids) {
        const bool granted = first.count({a, b}) > 0;
        const ResourceRef resource{"voice", b};
        ASSERT_EQ(RoleEveryWay(workspace, Subject::User(a), resource),
                  granted ? "viewer" : "none")
            << a << " on " << b;
        ASSERT_EQ(RoleEveryWay(workspace, Subject::Key(a), resource),
                  granted ? "editor" : "none")
            << a << " on " << b;
      }
    }
  }
  ExpectTravels();
}

// As above, for members of groups and for grants of groups.
TEST_F(TrapsOfIds, GroupsWithTheSameJoinedTextHaveMembersOfTheirOwn) {
  for (const std::string separator : kSeparators) {
    SCOPED_TRACE("separator " + separator);
    const Ids ids = IdsAround(separator);
    size_t twins = 0;
    const std::set<Pair> first = FirstOfEachText(ids, separator, &twins);
    const Workspace workspace = Add("by " + separator);
    AddAllKinds(workspace, ids);
    std::vector<Change> changes;
    for (const std::string& id : ids) {
      changes.push_back(Share{{"voice", id}, Target::Group(id), "editor"});
    }
    for (const auto& [a, b] : first) {
      changes.push_back(AddMember{a, Member::User(b)});
      changes.push_back(AddMember{a, Member::ServiceAccount(b)});
    }
    Must(workspace, changes);
    for (const std::string& a : ids) {
      for (const std::string& b : ids) {
        const std::string role = first.count({a, b}) > 0 ? "editor" : "none";
        ASSERT_EQ(RoleEveryWay(workspace, Subject::User(b), {"voice", a}), role)
            << b << " in " << a;
        ASSERT_EQ(RoleEveryWay(workspace, Subject::Key(b), {"voice", a}), role)
            << b << " in " << a;
      }
    }
  }
  ExpectTravels();
}

// As above, for workspaces and what is in them: domain `a` with user
// `b::alice`, domain `a::b` with user `alice` (casbin-cpp).
TEST_F(TrapsOfIds, WorkspacesWithTheSameJoinedTextHaveUsersOfTheirOwn) {
  for (const std::string separator : kSeparators) {
    SCOPED_TRACE("separator " + separator);
    const Ids ids = IdsAround(separator);
    size_t twins = 0;
    const std::set<Pair> first = FirstOfEachText(ids, separator, &twins);
    for (const std::string& a : ids) {
      std::vector<Change> changes = {AddResource{{"voice", "r"}}};
      for (const std::string& b : ids) {
        if (first.count({a, b}) == 0) continue;
        changes.push_back(AddUser{b});
        changes.push_back(Share{{"voice", "r"}, Target::User(b), "viewer"});
      }
      Must(Add(a), changes);
    }
    for (const std::string& a : ids) {
      const Workspace workspace = *engine_.FindWorkspace(a);
      for (const std::string& b : ids) {
        ASSERT_EQ(RoleEveryWay(workspace, Subject::User(b), {"voice", "r"}),
                  first.count({a, b}) > 0 ? "viewer" : "none")
            << b << " of " << a;
      }
    }
    for (const std::string& a : ids) {
      ASSERT_TRUE(engine_.RemoveWorkspace(Actor::System(), a).ok());
    }
  }
}

// As above, for types and ids of resources. A type has no colon, so the text
// `TYPE:ID` can be read in only one way.
TEST_F(TrapsOfIds, TypesAndIdsWithTheSameJoinedTextAreOtherResources) {
  for (const std::string separator : kSeparators) {
    SCOPED_TRACE("separator " + separator);
    const Ids ids = IdsAround(separator);
    Workspace workspace = Add("by " + separator);
    const auto types =
        workspace.Apply(Actor::System(), {SetResourceTypes{ids}});
    if (absl::StrContains(separator, ":")) {
      EXPECT_TRUE(IsRefusal(types, StatusCode::kInvalidArgument, v1::MALFORMED,
                            "colon"));
      continue;
    }
    ASSERT_TRUE(types.ok()) << types.status();
    size_t twins = 0;
    const std::set<Pair> first = FirstOfEachText(ids, separator, &twins);
    std::vector<Change> changes = {AddUser{"u"}};
    for (const auto& [type, id] : first) {
      changes.push_back(AddResource{{type, id}});
      changes.push_back(Share{{type, id}, Target::User("u"), "viewer"});
    }
    Must(workspace, changes);
    for (const std::string& type : ids) {
      for (const std::string& id : ids) {
        ASSERT_EQ(RoleEveryWay(workspace, Subject::User("u"), {type, id}),
                  first.count({type, id}) > 0 ? "viewer" : "none")
            << type << " and " << id;
      }
    }
  }
  ExpectTravels();
}

// As above, for references as text: each is parsed as what it was.
TEST_F(TrapsOfIds, TextOfAReferenceIsReadAsWhatItWas) {
  for (const std::string separator : kSeparators) {
    for (const std::string& id : IdsAround(separator)) {
      for (const Target& target :
           {Target::User(id), Target::ServiceAccount(id), Target::Key(id),
            Target::Group(id), Target::Email(id)}) {
        EXPECT_EQ(*Target::Parse(target.ToString()), target);
      }
      const ResourceId resource{"voice", id};
      EXPECT_EQ(*ResourceId::Parse(resource.ToString()), resource);
    }
  }
  EXPECT_EQ(*Target::Parse("group:user:1"), Target::Group("user:1"));
  EXPECT_EQ(*Target::Parse("user:group:1"), Target::User("group:1"));
  EXPECT_EQ(*Target::Parse("user:default"), Target::User("default"));
}

// Trap: a word that can be an id stands for everyone (the wildcard `*` of
// OpenFGA and SpiceDB). The reserved word of this engine cannot be an id.
TEST_F(TrapsOfIds, WildcardInAnIdStandsForItself) {
  const Ids ids = {"*", "user:*", "**", "%", "?", "any", "all", "x"};
  const Workspace workspace = Add("w");
  AddAllKinds(workspace, ids);
  for (const std::string& id : ids) {
    if (id == "x") continue;
    Must(workspace, {Share{{"voice", "x"}, Target::User(id), "viewer"},
                     Share{{"voice", id}, Target::User("x"), "viewer"}});
    EXPECT_EQ(RoleEveryWay(workspace, Subject::User(id), {"voice", "x"}),
              "viewer");
  }
  EXPECT_EQ(RoleEveryWay(workspace, Subject::User("x"), {"voice", "x"}),
            "none");
  EXPECT_EQ(workspace.ListPrincipals({"voice", "*"}, "")->items.size(), 1u);
}

std::vector<std::pair<std::string, std::string>> MalformedIds() {
  std::vector<std::pair<std::string, std::string>> table = {
      {"", "is empty"},
      {std::string(513, 'a'), "has 513 bytes; at most 512"},
      {std::string(65535, 'a'), "has 65535 bytes; at most 512"},
      {std::string(65536, 'a'), "has 65536 bytes; at most 512"},
      {std::string(65537, 'a'), "has 65537 bytes; at most 512"},
      {"a\xff", "utf-8 at byte 1"},
      {"\x80", "utf-8 at byte 0"},              // a continuation byte first
      {"ab\xc3", "utf-8 at byte 2"},            // cut
      {"\xc0\xaf", "utf-8 at byte 0"},          // overlong
      {"\xc0\x80", "utf-8 at byte 0"},          // an overlong NUL
      {"\xe0\x80\xaf", "utf-8 at byte 0"},      // overlong
      {"\xed\xa0\x80", "utf-8 at byte 0"},      // a surrogate
      {"\xf4\x90\x80\x80", "utf-8 at byte 0"},  // above U+10FFFF
      {"\xf5\x80\x80\x80", "utf-8 at byte 0"}};
  for (int c = 0; c < 0x20; ++c) {
    table.push_back({std::string("a") + static_cast<char>(c) + "b",
                     "control character at byte 1"});
  }
  table.push_back({std::string(1, '\0'), "control character at byte 0"});
  table.push_back({"a\x7f", "control character at byte 1"});
  for (int c = 0x80; c < 0xa0; ++c) {
    table.push_back({std::string("ab\xc2") + static_cast<char>(c),
                     "control character at byte 2"});
  }
  return table;
}

// Every change that has an id, with the words that name it in a message.
std::vector<std::pair<Change, std::string>> ChangesWith(const std::string& id) {
  const ResourceId r{"voice", "r"};
  const ResourceId bad{"voice", id};
  return {{AddUser{id}, "user id"},
          {UpdateUser{id}, "user id"},
          {RemoveUser{id}, "user id"},
          {AddServiceAccount{id}, "service account id"},
          {UpdateServiceAccount{id}, "service account id"},
          {RemoveServiceAccount{id}, "service account id"},
          {AddKey{id, PrincipalId::User("u")}, "key id"},
          {AddKey{"k", PrincipalId::User(id)}, "user id"},
          {UpdateKey{id}, "key id"},
          {RemoveKey{id}, "key id"},
          {AddGroup{id}, "group id"},
          {UpdateGroup{id}, "group id"},
          {RemoveGroup{id}, "group id"},
          {AddMember{id, Member::User("u")}, "group id"},
          {AddMember{"g", Member::User(id)}, "user id"},
          {AddMember{"g", Member::Group(id)}, "group id"},
          {RemoveMember{"g", Member::ServiceAccount(id)}, "service account id"},
          {AddResource{bad}, "resource id"},
          {AddResource{{id, "r"}}, "resource type"},
          {AddResource{r, "", PrincipalId::User(id)}, "user id"},
          {UpdateResource{bad}, "resource id"},
          {RemoveResource{bad}, "resource id"},
          {Share{bad, Target::User("u"), "viewer"}, "resource id"},
          {Share{r, Target::User(id), "viewer"}, "user id"},
          {Share{r, Target::Group(id), "viewer"}, "group id"},
          {Share{r, Target::Key(id), "viewer"}, "key id"},
          {Share{r, Target::User("u"), id}, "role"},
          {Unshare{r, Target::ServiceAccount(id)}, "service account id"},
          {SetLadder{{id}}, "role"},
          {SetResourceTypes{{id}}, "resource type"}};
}

// Whether a message is fit for a terminal and a log: short, and without raw
// control characters.
bool IsClear(absl::string_view message) {
  for (const char c : message) {
    if (static_cast<unsigned char>(c) < 0x20 || c == '\x7f') return false;
  }
  return message.size() < 700;
}

// Trap: NUL, control characters, the empty string and 64 KiB as ids (OpenFGA
// CVE-2026-48096 and similar ones). Each is refused, and the message says what
// is wrong with which id.
TEST_F(TrapsOfIds, MalformedIdIsRefusedInEveryChange) {
  Workspace workspace = Add("w");
  Must(workspace, {AddUser{"u"}, AddGroup{"g"}, AddResource{{"voice", "r"}}});
  const std::string before = workspace.Export()->SerializeAsString();
  for (const auto& [id, words] : MalformedIds()) {
    for (const auto& [change, what] : ChangesWith(id)) {
      const absl::Status status =
          workspace.Apply(Actor::System(), {change}).status();
      ASSERT_EQ(FaultOf(status), v1::MALFORMED) << what << " " << words;
      ASSERT_EQ(status.code(), StatusCode::kInvalidArgument);
      ASSERT_TRUE(absl::StrContains(status.message(), what)) << status;
      ASSERT_TRUE(IsClear(status.message())) << status;
      if (what == "role" || what == "resource type") continue;  // 64 bytes
      ASSERT_TRUE(absl::StrContains(status.message(), words)) << status;
    }
    EXPECT_TRUE(IsRefusal(engine_.AddWorkspace(Actor::System(), id),
                          StatusCode::kInvalidArgument, v1::MALFORMED, words));
  }
  EXPECT_EQ(workspace.Export()->SerializeAsString(), before);
  EXPECT_EQ(engine_.WorkspaceIds(), Ids{"w"});
}

// As above, for questions: a malformed id is an error, never `none`.
TEST_F(TrapsOfIds, MalformedIdIsRefusedInEveryQuestion) {
  const Workspace w = Add("w");
  Must(w, {AddUser{"u"}, AddResource{{"voice", "r"}}});
  const ResourceRef r{"voice", "r"};
  const Subject u = Subject::User("u");
  for (const auto& [id, words] : MalformedIds()) {
    const ResourceRef bad{"voice", id};
    for (const Subject& subject :
         {Subject::User(id), Subject::Key(id), Subject::ServiceAccount(id)}) {
      const std::vector<Question> questions = {{u, "viewer", r},
                                               {subject, "viewer", r}};
      for (const absl::Status& status :
           {w.EffectiveRole(subject, r).status(),
            w.Check(subject, "viewer", r).status(),
            w.CheckMany(questions).status(), w.Explain(subject, r).status(),
            w.ListResources(subject, "", "").status(),
            w.FindSubject(subject).status()}) {
        ASSERT_TRUE(IsRefusal(status, StatusCode::kInvalidArgument,
                              v1::MALFORMED, words));
        ASSERT_TRUE(IsClear(status.message())) << status;
      }
    }
    for (const absl::Status& status :
         {w.EffectiveRole(u, bad).status(), w.Check(u, "viewer", bad).status(),
          w.Explain(u, bad).status(), w.ListPrincipals(bad, "").status(),
          w.FindResource(bad).status(), w.FindGroup(id).status()}) {
      ASSERT_TRUE(IsRefusal(status, StatusCode::kInvalidArgument, v1::MALFORMED,
                            words));
    }
  }
}

// As above: the longest ids are stored completely and compared to the last
// byte.
TEST_F(TrapsOfIds, LongestIdsAreToldApartByTheirLastByte) {
  std::string emoji;
  for (int i = 0; i < 128; ++i) emoji += "\xf0\x9f\x8e\xa7";
  ASSERT_EQ(emoji.size(), 512u);
  const Ids ids = {std::string(511, 'a') + "b", std::string(511, 'a') + "c",
                   std::string(512, 'a'),       std::string(511, 'a'),
                   "b" + std::string(511, 'a'), emoji};
  const Workspace workspace = Add(ids[0]);
  AddAllKinds(workspace, ids);
  for (const std::string& id : ids) {
    Must(workspace, {Share{{"voice", id}, Target::User(id), "viewer"},
                     Share{{"voice", id}, Target::Key(id), "editor"}});
  }
  for (const std::string& user : ids) {
    for (const std::string& id : ids) {
      EXPECT_EQ(RoleEveryWay(workspace, Subject::User(user), {"voice", id}),
                user == id ? "viewer" : "none");
      EXPECT_EQ(RoleEveryWay(workspace, Subject::Key(user), {"voice", id}),
                user == id ? "editor" : "none");
    }
  }
  EXPECT_TRUE(engine_.FindWorkspace(ids[0]).ok());
  EXPECT_FALSE(engine_.FindWorkspace(ids[1]).ok());
  EXPECT_FALSE(workspace.FindSubject(Subject::User(emoji + "x")).ok());
  ExpectTravels();
}

}  // namespace
}  // namespace acl
