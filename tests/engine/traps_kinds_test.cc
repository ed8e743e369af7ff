// Traps of other engines: things of different kinds are confused if their ids
// are equal. docs/traps.md has the whole list.
#include <string>
#include <vector>

#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/every_way.h"

namespace acl {
namespace {

using absl::StatusCode;

// Everything has the id `1`: the workspace, a user, a service account, its key,
// a group with the member `m`, and resources of three types, one of which is
// `1` as well. The user `k` has the personal key `p`.
class TrapsOfKinds : public testing::Test {
 protected:
  void SetUp() override {
    Must({SetResourceTypes{{"1", "voice", "songs"}}, AddUser{"1"},
          AddServiceAccount{"1"}, AddKey{"1", PrincipalId::ServiceAccount("1")},
          AddUser{"m"}, AddGroup{"1"}, AddMember{"1", Member::User("m")},
          AddResource{{"1", "1"}}, AddResource{{"voice", "1"}},
          AddResource{{"songs", "1"}}, AddUser{"k"},
          AddKey{"p", PrincipalId::User("k")}});
  }
  void Must(const std::vector<Change>& changes) {
    const auto receipt = one_.Apply(Actor::System(), changes);
    ASSERT_TRUE(receipt.ok()) << receipt.status();
  }
  std::string Role(const Subject& subject, const ResourceRef& resource) const {
    return RoleEveryWay(one_, subject, resource);
  }
  // The roles on the resource of user `1`, account `1`, key `1` and member `m`.
  std::vector<std::string> Roles(const ResourceRef& resource) const {
    return {Role(Subject::User("1"), resource),
            Role(Subject::ServiceAccount("1"), resource),
            Role(Subject::Key("1"), resource),
            Role(Subject::User("m"), resource)};
  }

  Engine engine_;
  Workspace one_ = *engine_.AddWorkspace(Actor::System(), "1");
  const ResourceId voice_{"voice", "1"};
  const ResourceId songs_{"songs", "1"};
  const ResourceId type_one_{"1", "1"};
};

using Words = std::vector<std::string>;

// Trap: user `1` gains what role `1` has (casbin 1396; casbin-cpp).
TEST_F(TrapsOfKinds, GrantCountsForItsKindOnly) {
  struct Row {
    Target target;
    Words roles;
  };
  const Row kRows[] = {
      {Target::User("1"), {"editor", "none", "none", "none"}},
      {Target::ServiceAccount("1"), {"none", "editor", "editor", "none"}},
      {Target::Key("1"), {"none", "editor", "editor", "none"}},
      {Target::Group("1"), {"none", "none", "none", "editor"}},
      {Target::Default(), {"editor", "editor", "editor", "editor"}}};
  for (const Row& row : kRows) {
    Must({Share{voice_, row.target, "editor"}});
    EXPECT_EQ(Roles(voice_), row.roles) << row.target.ToString();
    EXPECT_EQ(Roles(songs_), Words(4, "none")) << row.target.ToString();
    EXPECT_EQ(Roles(type_one_), Words(4, "none")) << row.target.ToString();
    Must({Unshare{voice_, row.target}});
    EXPECT_EQ(Roles(voice_), Words(4, "none")) << row.target.ToString();
  }
}

// As above: an unshare removes the grant of its kind, and no other.
TEST_F(TrapsOfKinds, UnshareTakesTheGrantOfItsKindOnly) {
  const Target kTargets[] = {Target::User("1"), Target::ServiceAccount("1"),
                             Target::Group("1"), Target::Default()};
  for (const Target& taken : kTargets) {
    std::vector<Change> changes;
    for (const Target& target : kTargets) {
      changes.push_back(Share{voice_, target, "viewer"});
    }
    changes.push_back(Unshare{voice_, taken});
    Must(changes);
    const v1::Workspace world = *one_.Export();
    ASSERT_EQ(world.resources(2).type(), "voice");
    EXPECT_EQ(world.resources(2).grants_size(), 3);
    for (const v1::Grant& grant : world.resources(2).grants()) {
      EXPECT_NE(grant.target(), taken.ToString());
    }
  }
}

// As above, for memberships.
TEST_F(TrapsOfKinds, MembershipCountsForItsKindOnly) {
  Must({AddGroup{"top"}, Share{voice_, Target::Group("top"), "editor"}});
  struct Row {
    Member member;
    Words roles;
  };
  const Row kRows[] = {
      {Member::User("1"), {"editor", "none", "none", "none"}},
      {Member::ServiceAccount("1"), {"none", "editor", "editor", "none"}},
      {Member::Group("1"), {"none", "none", "none", "editor"}}};
  for (const Row& row : kRows) {
    Must({AddMember{"top", row.member}});
    EXPECT_EQ(Roles(voice_), row.roles) << row.member.ToString();
    Must({RemoveMember{"top", row.member}});
    EXPECT_EQ(Roles(voice_), Words(4, "none")) << row.member.ToString();
  }
}

// As above, for creators, locks, workspace admins and disabled keys.
TEST_F(TrapsOfKinds, MarkCountsForItsKindOnly) {
  Must({AddResource{{"voice", "u"}, "", PrincipalId::User("1")},
        AddResource{{"voice", "s"}, "", PrincipalId::ServiceAccount("1")}});
  EXPECT_EQ(Roles({"voice", "u"}), (Words{"admin", "none", "none", "none"}));
  EXPECT_EQ(Roles({"voice", "s"}), (Words{"none", "admin", "admin", "none"}));
  Must({UpdateUser{"1", {}, {}, {}, true}});
  EXPECT_EQ(Roles(voice_), (Words{"admin", "none", "none", "none"}));
  Must({UpdateUser{"1", {}, {}, true, false},
        Share{voice_, Target::Default(), "viewer"}});
  EXPECT_EQ(Roles(voice_), (Words{"none", "viewer", "viewer", "viewer"}));
  Must({UpdateUser{"1", {}, {}, false}, UpdateKey{"1", false}});
  EXPECT_EQ(Roles(voice_), (Words{"viewer", "viewer", "none", "viewer"}));
}

// As above: removing one thing leaves the others, with all that they have.
TEST_F(TrapsOfKinds, RemovalTakesItsKindOnly) {
  const auto share_all = [this](const ResourceId& resource) {
    Must({Share{resource, Target::User("1"), "viewer"},
          Share{resource, Target::ServiceAccount("1"), "commenter"},
          Share{resource, Target::Group("1"), "editor"}});
  };
  share_all(voice_);
  share_all(songs_);
  Must({RemoveResource{songs_}});
  EXPECT_EQ(Roles(voice_),
            (Words{"viewer", "commenter", "commenter", "editor"}));
  Must({RemoveUser{"1"}});
  EXPECT_EQ(Roles(voice_), (Words{"none", "commenter", "commenter", "editor"}));
  Must({RemoveGroup{"1"}});
  EXPECT_EQ(Roles(voice_), (Words{"none", "commenter", "commenter", "none"}));
  Must({RemoveKey{"1"}});
  EXPECT_EQ(Roles(voice_), (Words{"none", "commenter", "none", "none"}));
  Must({AddUser{"1"}, AddKey{"1", PrincipalId::User("1")}});
  EXPECT_EQ(Roles(voice_), (Words{"none", "commenter", "none", "none"}));
  EXPECT_TRUE(engine_.FindWorkspace("1").ok());
}

// As above, for actors.
TEST_F(TrapsOfKinds, ActorOfAnotherKindHasNoRight) {
  Must({Share{voice_, Target::ServiceAccount("1"), "admin"},
        Share{voice_, Target::User("1"), "viewer"}});
  const Target m = Target::User("m");
  EXPECT_TRUE(IsRefusal(one_.Share(Subject::User("1"), voice_, m, "viewer"),
                        StatusCode::kPermissionDenied, v1::NOT_ADMIN,
                        "`user:1`"));
  EXPECT_TRUE(IsRefusal(one_.Share(Subject::User("m"), voice_, m, "viewer"),
                        StatusCode::kNotFound, v1::RESOURCE_NOT_FOUND,
                        "`voice:1`"));
  EXPECT_TRUE(one_.Share(Subject::Key("1"), voice_, m, "viewer").ok());
}

// As above, for handles: a handle of one kind is not a handle of another, even
// if the numbers inside are equal.
TEST_F(TrapsOfKinds, HandleOfOneKindIsNotTheHandleOfAnother) {
  Must({Share{voice_, Target::User("1"), "viewer"},
        Share{voice_, Target::Key("1"), "editor"}});
  const SubjectHandle user = *one_.FindSubject(Subject::User("1"));
  const SubjectHandle account = *one_.FindSubject(Subject::ServiceAccount("1"));
  const SubjectHandle key = *one_.FindSubject(Subject::Key("1"));
  EXPECT_NE(user, account);
  EXPECT_NE(user, key);
  EXPECT_NE(account, key);
  const ResourceHandle voice = *one_.FindResource(voice_);
  EXPECT_EQ(one_.EffectiveRole(user, voice)->witness.kind, SourceKind::kDirect);
  EXPECT_EQ(one_.EffectiveRole(account, voice)->witness.kind,
            SourceKind::kDirect);
  EXPECT_EQ(one_.EffectiveRole(key, voice)->witness.kind, SourceKind::kKey);
}

// As above, for ids that look like another kind's reference or like a role.
TEST_F(TrapsOfKinds, IdThatReadsLikeAnotherKindIsNone) {
  for (const std::string id :
       {"user:1", "group:1", "service_account:1", "key:1", "voice:1", "admin",
        "viewer", "workspace_admin", "system", "email:1@x"}) {
    const std::string member = "in " + id;
    Must({AddUser{member}, AddGroup{id}, AddMember{id, Member::User(member)},
          AddUser{id}, AddResource{{"voice", id}},
          Share{voice_, Target::Group(id), "editor"}});
    EXPECT_EQ(Roles(voice_), Words(4, "none")) << id;
    EXPECT_EQ(Role(Subject::User(id), voice_), "none") << id;
    EXPECT_EQ(Role(Subject::User(member), voice_), "editor") << id;
    Must({Unshare{voice_, Target::Group(id)},
          Share{voice_, Target::User(id), "commenter"},
          Share{{"voice", id}, Target::User("1"), "viewer"}});
    EXPECT_EQ(Roles(voice_), Words(4, "none")) << id;
    EXPECT_EQ(Role(Subject::User(member), voice_), "none") << id;
    EXPECT_EQ(Role(Subject::User(id), voice_), "commenter") << id;
    EXPECT_EQ(Role(Subject::User(id), {"voice", id}), "none") << id;
    Must({RemoveGroup{id}, RemoveUser{id}, RemoveResource{{"voice", id}}});
  }
}

// As above, between workspaces: handles, actors and ids mean nothing in another
// workspace, and domain `a` with `b::alice` is not `a::b` with `alice`.
TEST_F(TrapsOfKinds, WorkspaceIsNoUserAndNothingCrosses) {
  Must({Share{voice_, Target::User("1"), "admin"}});
  Workspace a = *engine_.AddWorkspace(Actor::System(), "a");
  Workspace b = *engine_.AddWorkspace(Actor::System(), "a::b");
  ASSERT_TRUE(a.Apply(Actor::System(),
                      {AddUser{"b::alice"}, AddUser{"1"}, AddResource{voice_},
                       Share{voice_, Target::User("b::alice"), "admin"}})
                  .ok());
  ASSERT_TRUE(
      b.Apply(Actor::System(), {AddUser{"alice"}, AddResource{voice_}}).ok());
  EXPECT_EQ(RoleEveryWay(a, Subject::User("b::alice"), voice_), "admin");
  EXPECT_EQ(RoleEveryWay(b, Subject::User("alice"), voice_), "none");
  EXPECT_EQ(RoleEveryWay(a, Subject::User("alice"), voice_), "none");
  EXPECT_EQ(RoleEveryWay(a, Subject::User("1"), voice_), "none");
  const SubjectHandle user = *one_.FindSubject(Subject::User("1"));
  EXPECT_FALSE(a.EffectiveRole(user, *a.FindResource(voice_))->role);
  EXPECT_FALSE(a.EffectiveRole(user, *one_.FindResource(voice_))->role);
  EXPECT_TRUE(IsRefusal(
      b.Share(Subject::User("1"), voice_, Target::User("alice"), "viewer"),
      StatusCode::kPermissionDenied, v1::ACTOR_UNKNOWN, "`user:1`"));
}

}  // namespace
}  // namespace acl
