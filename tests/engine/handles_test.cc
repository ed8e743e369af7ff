// Handles, several workspaces, snapshots and tokens.
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

using absl::StatusCode;
using Handles = Studio;

TEST_F(Handles, HandleAnswersAsItsIdDoes) {
  Must({Share{v_, Target::Key("k1"), "commenter"}});
  const ResourceHandle v = *studio_.FindResource(v_);
  for (const Subject& subject :
       {Subject::User("ann"), Subject::User("bob"), Subject::User("dan"),
        Subject::User("lea"), Subject::Key("k1"), Subject::Key("off"),
        Subject::Key("ann-key"), Subject::Email("bob@example.com"),
        Subject::ServiceAccount("bot")}) {
    const RoleAnswer by_id = *studio_.EffectiveRole(subject, v_);
    const RoleAnswer by_handle =
        *studio_.EffectiveRole(*studio_.FindSubject(subject), v);
    EXPECT_EQ(by_id.role, by_handle.role) << subject.ToString();
    EXPECT_EQ(by_id.witness.kind, by_handle.witness.kind) << subject.ToString();
  }
}

TEST_F(Handles, AbsentThingHasNoHandle) {
  EXPECT_TRUE(IsRefusal(studio_.FindSubject(Subject::User("gone")),
                        StatusCode::kNotFound, v1::USER_NOT_FOUND, "`gone`"));
  EXPECT_TRUE(IsRefusal(studio_.FindSubject(Subject::ServiceAccount("gone")),
                        StatusCode::kNotFound, v1::SERVICE_ACCOUNT_NOT_FOUND,
                        "`gone`"));
  EXPECT_TRUE(IsRefusal(studio_.FindSubject(Subject::Key("gone")),
                        StatusCode::kNotFound, v1::KEY_NOT_FOUND, "`gone`"));
  EXPECT_TRUE(IsRefusal(studio_.FindResource({"voice", "gone"}),
                        StatusCode::kNotFound, v1::RESOURCE_NOT_FOUND, "gone"));
  EXPECT_TRUE(IsRefusal(studio_.FindGroup("gone"), StatusCode::kNotFound,
                        v1::GROUP_NOT_FOUND, "`gone`"));
  EXPECT_TRUE(IsRefusal(studio_.FindGroup(""), StatusCode::kInvalidArgument,
                        v1::MALFORMED, "group id"));
}

TEST_F(Handles, HandleOfWhatWasRemovedAnswersNoneForGood) {
  Must({Share{v_, Target::Key("k1"), "editor"},
        Share{v_, Target::Group("inner"), "viewer"}});
  const SubjectHandle bob = *studio_.FindSubject(Subject::User("bob"));
  const SubjectHandle key = *studio_.FindSubject(Subject::Key("k1"));
  const SubjectHandle ann = *studio_.FindSubject(Subject::User("ann"));
  const ResourceHandle v = *studio_.FindResource(v_);
  const GroupHandle inner = *studio_.FindGroup("inner");
  Must({RemoveUser{"bob"}, RemoveKey{"k1"}, RemoveGroup{"inner"}});
  Must({AddUser{"bob"}, AddKey{"k1", PrincipalId::ServiceAccount("bot")},
        AddGroup{"inner"}, Share{v_, Target::User("bob"), "editor"}});
  EXPECT_FALSE(studio_.EffectiveRole(bob, v)->role);
  EXPECT_FALSE(studio_.EffectiveRole(key, v)->role);
  EXPECT_EQ(studio_.GroupId(inner), "");
  EXPECT_EQ(Role(Subject::Key("k1"), v_), "editor");
  Must({RemoveResource{v_}, AddResource{v_, "", PrincipalId::User("ann")}});
  EXPECT_FALSE(studio_.EffectiveRole(ann, v)->role);
  EXPECT_EQ(Role(Subject::User("ann"), v_), "admin");
}

TEST_F(Handles, DefaultHandleAnswersNone) {
  const SubjectHandle ann = *studio_.FindSubject(Subject::User("ann"));
  const ResourceHandle v = *studio_.FindResource(v_);
  EXPECT_FALSE(studio_.EffectiveRole(SubjectHandle(), v)->role);
  EXPECT_FALSE(studio_.EffectiveRole(ann, ResourceHandle())->role);
  EXPECT_EQ(studio_.GroupId(GroupHandle()), "");
  EXPECT_EQ(studio_.RoleName(acl::Role()), "none");
  EXPECT_TRUE(IsRefusal(studio_.Check(ann, acl::Role(), v),
                        StatusCode::kInvalidArgument, v1::ROLE_UNKNOWN,
                        "not of this workspace"));
}

TEST_F(Handles, HandleOfAnotherWorkspaceAnswersNone) {
  Workspace twin = *engine_.AddWorkspace(Actor::System(), "twin");
  ASSERT_TRUE(twin.Apply(Actor::System(), StudioChanges()).ok());
  const SubjectHandle ann = *studio_.FindSubject(Subject::User("ann"));
  const SubjectHandle her = *twin.FindSubject(Subject::User("ann"));
  const ResourceHandle v = *studio_.FindResource(v_);
  const ResourceHandle its = *twin.FindResource(v_);
  EXPECT_TRUE(twin.EffectiveRole(her, its)->role);
  EXPECT_FALSE(twin.EffectiveRole(ann, its)->role);
  EXPECT_FALSE(twin.EffectiveRole(her, v)->role);
  const std::vector<HandleQuestion> questions = {{her, its}, {ann, its}};
  std::vector<RoleAnswer> answers(2);
  ASSERT_TRUE(twin.EffectiveRoles(questions, absl::MakeSpan(answers)).ok());
  EXPECT_TRUE(answers[0].role);
  EXPECT_FALSE(answers[1].role);
  EXPECT_EQ(twin.GroupId(*studio_.FindGroup("inner")), "");
  EXPECT_TRUE(IsRefusal(twin.Check(her, *studio_.FindRole("viewer"), its),
                        StatusCode::kInvalidArgument, v1::ROLE_UNKNOWN,
                        "not of this workspace"));
  EXPECT_EQ(twin.RoleName(*studio_.FindRole("viewer")), "");
}

TEST_F(Handles, NothingCrossesWorkspaces) {
  Workspace other = *engine_.AddWorkspace(Actor::System(), "other");
  ASSERT_TRUE(
      other.Apply(Actor::System(), {AddUser{"bob"}, AddResource{v_}}).ok());
  EXPECT_FALSE(*other.Check(Subject::User("bob"), "viewer", v_));
  EXPECT_FALSE(*other.Check(Subject::User("ann"), "viewer", v_));
  EXPECT_TRUE(IsRefusal(other.AtLeast(*studio_.Token(), absl::ZeroDuration()),
                        StatusCode::kOutOfRange, v1::REVISION_NOT_AVAILABLE,
                        "another incarnation"));
}

TEST_F(Handles, WorkspacesAreAddedFoundAndRemovedById) {
  EXPECT_TRUE(IsRefusal(engine_.AddWorkspace(Actor::System(), "studio"),
                        StatusCode::kAlreadyExists, v1::ALREADY_EXISTS,
                        "`studio`"));
  EXPECT_TRUE(IsRefusal(engine_.AddWorkspace(Actor::System(), ""),
                        StatusCode::kInvalidArgument, v1::MALFORMED,
                        "workspace id is empty"));
  WorkspaceSettings settings;
  settings.roles = {"a", "a"};
  EXPECT_TRUE(IsRefusal(engine_.AddWorkspace(Actor::System(), "x", settings),
                        StatusCode::kInvalidArgument, v1::MALFORMED, "twice"));
  EXPECT_TRUE(IsRefusal(engine_.FindWorkspace("x"), StatusCode::kNotFound,
                        v1::WORKSPACE_NOT_FOUND, "`x`"));
  EXPECT_TRUE(IsRefusal(engine_.RemoveWorkspace(Actor::System(), "x"),
                        StatusCode::kNotFound, v1::WORKSPACE_NOT_FOUND, "`x`"));
  ASSERT_TRUE(engine_.AddWorkspace(Actor::System(), "atelier").ok());
  EXPECT_EQ(engine_.WorkspaceIds(),
            (std::vector<std::string>{"atelier", "studio"}));
}

TEST_F(Handles, SettingsOfANewWorkspaceAreKept) {
  WorkspaceSettings settings;
  settings.roles = {"reader", "owner"};
  settings.resource_types = {"b", "a"};
  settings.max_principals_per_resource = 1;
  Workspace own = *engine_.AddWorkspace(Actor::System(), "own", settings);
  EXPECT_EQ(own.Roles(), settings.roles);
  const ResourceId a{"a", "1"};
  ASSERT_TRUE(
      own.Apply(Actor::System(), {AddUser{"u"}, AddUser{"w"}, AddResource{a},
                                  Share{a, Target::User("u"), "owner"}})
          .ok());
  EXPECT_EQ(
      FaultOf(
          own.Share(Actor::System(), a, Target::User("w"), "reader").status()),
      v1::LIMIT);
  EXPECT_EQ(
      FaultOf(
          own.Apply(Actor::System(), {AddResource{{"voice", "1"}}}).status()),
      v1::TYPE_UNKNOWN);
}

TEST_F(Handles, SnapshotAnswersFromItsRevisionAndOutlivesTheEngine) {
  auto engine = std::make_unique<Engine>();
  Workspace own = *engine->AddWorkspace(Actor::System(), "own");
  ASSERT_TRUE(own.Apply(Actor::System(), StudioChanges()).ok());
  const Snapshot before = *own.TakeSnapshot();
  ASSERT_TRUE(own.Apply(Actor::System(),
                        {RemoveUser{"ann"}, SetLadder{{"editor", "top"}}})
                  .ok());
  engine.reset();
  EXPECT_TRUE(*before.Check(Subject::User("ann"), "admin", v_));
  EXPECT_EQ(before.Token()->revision, 1u);
  EXPECT_EQ(before.Roles().size(), 4u);
  EXPECT_FALSE(*own.Check(Subject::User("ann"), "editor", v_));
  EXPECT_TRUE(*own.Check(Subject::User("boss"), "top", v_));
  EXPECT_EQ(before.TakeSnapshot()->Token()->revision, 1u);
}

TEST_F(Handles, TokenSurvivesItsText) {
  const RevisionToken token = *studio_.Token();
  EXPECT_TRUE(*RevisionToken::Parse(token.ToString()) == token);
  EXPECT_EQ(studio_.AtLeast(token, absl::ZeroDuration())->Token()->revision,
            token.revision);
}

TEST_F(Handles, ExportImportedElsewhereIsTheSame) {
  Must({Share{v_, Target::Group("outer"), "viewer"}, SetLimit{1}});
  Engine other;
  ASSERT_TRUE(other.Import(Actor::System(), engine_.Export()).ok());
  EXPECT_EQ(other.FindWorkspace("studio")->Export()->SerializeAsString(),
            Everything());
  EXPECT_TRUE(IsRefusal(other.Import(Actor::System(), engine_.Export()),
                        StatusCode::kAlreadyExists, v1::ALREADY_EXISTS,
                        "`studio`"));
}

}  // namespace
}  // namespace acl
