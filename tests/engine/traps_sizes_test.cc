// Traps of other engines: sizes that overflow at 16 bits. docs/traps.md has the
// whole list; groups_test.cc has the groups of a user and the members of a
// group.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/every_way.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

using absl::StatusCode;

constexpr int kSizes[] = {65535, 65536, 65537};

class TrapsOfSizes : public Studio {
 protected:
  void SetUp() override {
    Studio::SetUp();
    Must({SetLimit{0}});
  }

  // Calls `add` for each number from `*have` up to `size`, in one batch.
  template <class AddOne>
  void Grow(int* have, int size, const AddOne& add) {
    std::vector<Change> changes;
    for (; *have < size; ++*have) add(*have, &changes);
    Must(changes);
  }

  static std::string U(int i) { return absl::StrCat("u", i); }
  static std::vector<int> Probes(int size) { return {0, size / 2, size - 1}; }
};

// Trap: a size overflows at 16 bits, and everything beyond has no role or a
// wrong one (SpiceDB CVE-2024-27101). Here: grants of users on one resource.
TEST_F(TrapsOfSizes, EveryOneOfManyGrantsOnAResourceCounts) {
  int have = 0;
  for (const int size : kSizes) {
    Grow(&have, size, [this](int i, std::vector<Change>* changes) {
      changes->push_back(AddUser{U(i)});
      changes->push_back(
          Share{w_, Target::User(U(i)), i % 2 == 0 ? "viewer" : "editor"});
    });
    const auto page = studio_.ListPrincipals(w_, "", OnePage());
    EXPECT_EQ(page->items.size(), static_cast<size_t>(size) + 1);  // and boss
    EXPECT_EQ(studio_.ListPrincipals(w_, "editor", OnePage())->items.size(),
              static_cast<size_t>(size) / 2 + 1);
    for (const int i : Probes(size)) {
      EXPECT_EQ(RoleEveryWay(studio_, Subject::User(U(i)), w_),
                i % 2 == 0 ? "viewer" : "editor");
    }
    EXPECT_EQ(Role(Subject::User("dan"), w_), "none");
    EXPECT_EQ(studio_.Export()->resources(1).grants_size(), size);
  }
  for (const int i : Probes(have)) {
    Must({Unshare{w_, Target::User(U(i))}});
    EXPECT_EQ(Role(Subject::User(U(i)), w_), "none");
  }
  const Receipt receipt = Must({RemoveResource{w_}});
  EXPECT_EQ(receipt.changes[0].removed->grants, 65534u);
}

// As above, for the limit itself: it is exact on both sides of 2^16.
TEST_F(TrapsOfSizes, LimitAroundTheBoundIsExact) {
  int have = 0;
  for (const int size : kSizes) {
    Must({SetLimit{static_cast<uint32_t>(size)}});
    Grow(&have, size, [this](int i, std::vector<Change>* changes) {
      changes->push_back(AddGroup{U(i)});
      changes->push_back(Share{w_, Target::Group(U(i)), "viewer"});
    });
    EXPECT_TRUE(IsRefusal(Apply({Share{w_, Target::User("dan"), "viewer"}}),
                          StatusCode::kResourceExhausted, v1::LIMIT,
                          absl::StrCat("the limit is ", size)));
    EXPECT_TRUE(Must({Share{w_, Target::Default(), "viewer"}}).changed);
    EXPECT_TRUE(Must({Unshare{w_, Target::Default()}}).changed);
  }
}

// As above, for the resources that one principal or group is granted or has
// created.
TEST_F(TrapsOfSizes, EveryOneOfManyResourcesOfAPrincipalCounts) {
  int have = 0;
  const auto song = [](int i) { return ResourceId{"songs", U(i)}; };
  for (const int size : kSizes) {
    Grow(&have, size, [&](int i, std::vector<Change>* changes) {
      changes->push_back(
          AddResource{song(i), "", PrincipalId::ServiceAccount("bot")});
      changes->push_back(Share{song(i), Target::User("bob"), "viewer"});
      changes->push_back(Share{song(i), Target::Group("inner"), "editor"});
    });
    const auto count = [&](const Subject& subject, const char* at_least) {
      return studio_.ListResources(subject, at_least, "songs", OnePage())
          ->items.size();
    };
    EXPECT_EQ(count(Subject::User("bob"), ""), static_cast<size_t>(size));
    EXPECT_EQ(count(Subject::User("dan"), "editor"), static_cast<size_t>(size));
    EXPECT_EQ(count(Subject::Key("k1"), "admin"), static_cast<size_t>(size));
    EXPECT_EQ(count(Subject::User("boss"), "admin"), static_cast<size_t>(size));
    EXPECT_EQ(studio_.Export()->resources_size(), size + 2);
    for (const int i : Probes(size)) {
      EXPECT_EQ(Role(Subject::User("bob"), song(i)), "viewer");
      EXPECT_EQ(Role(Subject::User("dan"), song(i)), "editor");
      EXPECT_EQ(Role(Subject::Key("k2"), song(i)), "admin");
    }
  }
  EXPECT_EQ(Must({RemoveServiceAccount{"bot"}}).changes[0].removed->creators,
            65537u);
  EXPECT_EQ(Must({RemoveUser{"bob"}}).changes[0].removed->grants, 65538u);
  EXPECT_EQ(Must({RemoveGroup{"inner"}}).changes[0].removed->grants, 65537u);
}

// As above, for the keys of an account and of a user.
TEST_F(TrapsOfSizes, EveryOneOfManyKeysOfAnOwnerCounts) {
  Must({Share{w_, Target::ServiceAccount("bot"), "editor"},
        Share{w_, Target::User("dan"), "viewer"}});
  int have = 0;
  for (const int size : kSizes) {
    Grow(&have, size, [](int i, std::vector<Change>* changes) {
      changes->push_back(AddKey{U(i), PrincipalId::ServiceAccount("bot")});
      changes->push_back(
          AddKey{absl::StrCat("p", i), PrincipalId::User("dan")});
    });
    for (const int i : Probes(size)) {
      const std::string personal = absl::StrCat("p", i);
      EXPECT_EQ(RoleEveryWay(studio_, Subject::Key(U(i)), w_), "editor");
      EXPECT_EQ(RoleEveryWay(studio_, Subject::Key(personal), w_), "viewer");
      Must({UpdateKey{U(i), false}});
      EXPECT_EQ(Role(Subject::Key(U(i)), w_), "none");
      Must({UpdateKey{U(i), true}});
    }
  }
  EXPECT_EQ(Must({RemoveServiceAccount{"bot"}}).changes[0].removed->keys,
            65540u);
  EXPECT_EQ(Must({RemoveUser{"dan"}}).changes[0].removed->keys, 65537u);
  EXPECT_EQ(Role(Subject::Key(U(0)), w_), "none");
}

// As above, for groups in one group, and for users whom a baseline reaches.
TEST_F(TrapsOfSizes, EveryOneOfManyGroupsInAGroupCounts) {
  Must({AddGroup{"top"}, Share{w_, Target::Group("top"), "editor"}});
  int have = 0;
  for (const int size : kSizes) {
    Grow(&have, size, [](int i, std::vector<Change>* changes) {
      changes->push_back(AddGroup{U(i)});
      changes->push_back(AddMember{"top", Member::Group(U(i))});
    });
    for (const int i : Probes(size)) {
      Must({AddMember{U(i), Member::User("dan")}});
      EXPECT_EQ(RoleEveryWay(studio_, Subject::User("dan"), w_), "editor");
      EXPECT_TRUE(IsRefusal(Apply({AddMember{U(i), Member::Group("top")}}),
                            StatusCode::kFailedPrecondition, v1::GROUP_CYCLE,
                            U(i)));
      Must({RemoveMember{U(i), Member::User("dan")}});
      EXPECT_EQ(Role(Subject::User("dan"), w_), "none");
    }
  }
  EXPECT_EQ(Must({RemoveGroup{"top"}}).changes[0].removed->memberships, 65537u);
}

TEST_F(TrapsOfSizes, EveryOneOfManyUsersHasTheBaseline) {
  Must({Share{w_, Target::Default(), "viewer"}});
  int have = 0;
  for (const int size : kSizes) {
    Grow(&have, size, [](int i, std::vector<Change>* changes) {
      changes->push_back(AddUser{U(i), absl::StrCat(U(i), "@example.com")});
      changes->push_back(AddServiceAccount{U(i)});
    });
    EXPECT_EQ(studio_.ListPrincipals(w_, "", OnePage())->items.size(),
              2 * static_cast<size_t>(size) + 5);
    for (const int i : Probes(size)) {
      const std::string address = absl::StrCat(U(i), "@EXAMPLE.com");
      EXPECT_EQ(RoleEveryWay(studio_, Subject::Email(address), w_), "viewer");
      Must({UpdateUser{U(i), {}, {}, true}});
      EXPECT_EQ(Role(Subject::User(U(i)), w_), "none");
      EXPECT_EQ(Role(Subject::ServiceAccount(U(i)), w_), "viewer");
      Must({UpdateUser{U(i), {}, {}, false}});
    }
  }
}

// As above, for the length of a path through groups.
TEST_F(TrapsOfSizes, RoleComesThroughAChainOfManyGroups) {
  constexpr int kLength = 65537;
  std::vector<Change> changes = {AddGroup{U(0)}};
  // From the end of the path: the group that gets a member is not in any group
  // yet.
  for (int i = 1; i < kLength; ++i) {
    changes.push_back(AddGroup{U(i)});
    changes.push_back(AddMember{U(i), Member::Group(U(i - 1))});
  }
  Must(changes);
  Must({AddMember{U(0), Member::User("dan")}});
  for (const int end : {65534, 65535, 65536}) {
    Must({Share{w_, Target::Group(U(end)), "editor"}});
    EXPECT_EQ(RoleEveryWay(studio_, Subject::User("dan"), w_), "editor");
    EXPECT_EQ(studio_.Explain(Subject::User("dan"), w_)->sources[0].path.size(),
              static_cast<size_t>(end) + 1);
    Must({Unshare{w_, Target::Group(U(end))}});
    EXPECT_EQ(Role(Subject::User("dan"), w_), "none");
  }
  EXPECT_EQ(
      FaultOf(Apply({AddMember{U(0), Member::Group(U(kLength - 1))}}).status()),
      v1::GROUP_CYCLE);
}

// As above, for the questions and the changes of one call.
TEST_F(TrapsOfSizes, EveryOneOfManyQuestionsAndChangesOfACallCounts) {
  for (const int size : kSizes) {
    const Question yes = {Subject::User("bob"), "editor", v_};
    const Question no = {Subject::User("bob"), "admin", v_};
    std::vector<Question> questions(static_cast<size_t>(size), yes);
    questions.back() = no;
    std::vector<bool> allowed(static_cast<size_t>(size), true);
    allowed.back() = false;
    EXPECT_EQ(studio_.CheckMany(questions)->allowed, allowed);

    std::vector<Change> changes;
    for (int i = 0; i < size; ++i) changes.push_back(AddUser{U(i)});
    changes.push_back(RemoveUser{"gone"});
    const std::string before = Everything();
    const absl::Status status = Apply(changes).status();
    EXPECT_EQ(ChangeIndexOf(status), static_cast<size_t>(size));
    EXPECT_EQ(Everything(), before);
  }
}

// As above, for revisions, and for names that come and go: the handle of the
// first never becomes the handle of a later one.
TEST_F(TrapsOfSizes, NamesAndRevisionsThatCameAndWentAreNotGivenOutAgain) {
  const Revision first = Now();
  Must({AddUser{"x"}, Share{w_, Target::User("x"), "viewer"}});
  const SubjectHandle old = *studio_.FindSubject(Subject::User("x"));
  const ResourceHandle w = *studio_.FindResource(w_);
  ASSERT_TRUE(studio_.EffectiveRole(old, w)->role);
  for (int i = 1; i < 65538; ++i) {
    // With a different name, since a batch that changes nothing would have no
    // effect.
    Must({RemoveUser{"x"}, AddUser{"x", "", U(i)},
          Share{w_, Target::User("x"), "viewer"}});
    if (studio_.EffectiveRole(old, w)->role) FAIL() << "after " << i;
  }
  EXPECT_EQ(Now(), first + 65538);
  EXPECT_EQ(Role(Subject::User("x"), w_), "viewer");
  EXPECT_EQ(studio_.EffectiveRole(Subject::User("x"), w_)->revision, Now());
}

// As above, for roles, whose numbers do have 16 bits: a number is not reused,
// and a role too many is refused.
TEST_F(TrapsOfSizes, LadderThatHadTooManyRolesTakesNoMore) {
  Must({Share{w_, Target::User("dan"), "viewer"}});
  int had = 4;
  const auto next = [&had](int count) {
    std::vector<std::string> roles = {"viewer", "editor"};
    for (int i = 0; i < count; ++i) roles.push_back(absl::StrCat("r", had++));
    return SetLadder{roles};
  };
  while (had + 13 < 65535) Must({next(13)});
  while (had < 65535) Must({next(1)});
  EXPECT_EQ(Role(Subject::User("dan"), w_), "viewer");
  EXPECT_EQ(Role(Subject::User("boss"), w_), "r65534");
  const std::string before = Everything();
  for (const int count : {1, 2, 13}) {
    EXPECT_TRUE(IsRefusal(Apply({next(count)}), StatusCode::kResourceExhausted,
                          v1::LIMIT, "has had 65,535 roles"));
  }
  EXPECT_EQ(Everything(), before);
  EXPECT_EQ(Role(Subject::User("dan"), w_), "viewer");
}

// As above, for the workspaces of an engine.
TEST(TrapsOfManyWorkspaces, EveryOneOfManyWorkspacesIsItsOwn) {
  Engine engine;
  int have = 0;
  for (const int size : kSizes) {
    for (; have < size; ++have) {
      ASSERT_TRUE(
          engine.AddWorkspace(Actor::System(), absl::StrCat("w", have)).ok());
    }
    EXPECT_EQ(engine.WorkspaceIds().size(), static_cast<size_t>(size));
    for (const int i : {0, size / 2, size - 1}) {
      Workspace w = *engine.FindWorkspace(absl::StrCat("w", i));
      const std::string user = absl::StrCat("only in ", i, " of ", size);
      ASSERT_TRUE(w.Apply(Actor::System(), {AddUser{user}}).ok());
      EXPECT_TRUE(w.FindSubject(Subject::User(user)).ok());
    }
  }
  int users = 0;
  const v1::World world = engine.Export();
  for (const v1::Workspace& w : world.workspaces()) users += w.users_size();
  EXPECT_EQ(world.workspaces_size(), 65537);
  EXPECT_EQ(users, 9);
}

}  // namespace
}  // namespace acl
