// Traps of other engines: decoded input is trusted. docs/traps.md has the whole
// list; tests/world has tests of the files themselves.
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/engine/every_way.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

// Trap: decoded input is trusted (Cedar validates it since 4.12). Starts from a
// correct world and makes one thing wrong at a time.
class TrapsOfImports : public Studio {
 protected:
  // With a ladder and a type table of its own, which an export includes.
  void SetUp() override {
    Studio::SetUp();
    Must({SetLadder{{"guest", "viewer", "commenter", "editor", "admin"}},
          SetResourceTypes{{"songs", "voice"}}});
  }

  // The studio and a second workspace, equal except for its id, so that a place
  // must name the right one.
  v1::World Good() const {
    v1::World world = engine_.Export();
    *world.add_workspaces() = world.workspaces(0);
    world.mutable_workspaces(0)->set_id("before");
    return world;
  }

  struct Row {
    const char* place;  // within `workspaces[1].`
    Fault fault;
    std::function<void(v1::Workspace*)> spoil;
  };

  // The world with this fault is refused, with the fault and its place first,
  // and nothing of it is imported.
  void ExpectRefused(const Row& row) {
    SCOPED_TRACE(row.place);
    v1::World world = Good();
    row.spoil(world.mutable_workspaces(1));
    Engine engine;
    ASSERT_TRUE(engine.AddWorkspace(Actor::System(), "own").ok());
    std::vector<WorldFault> faults;
    const absl::Status status = engine.Import(Actor::System(), world, &faults);
    ASSERT_FALSE(status.ok());
    ASSERT_FALSE(faults.empty());
    EXPECT_EQ(v1::Fault_Name(FaultOf(status)), v1::Fault_Name(row.fault))
        << status;
    EXPECT_EQ(FaultOf(faults[0].refusal), row.fault);
    const std::string place = absl::StrCat("workspaces[1].", row.place);
    EXPECT_TRUE(absl::StartsWith(faults[0].path, place)) << faults[0].path;
    EXPECT_TRUE(absl::StrContains(status.message(), place)) << status;
    EXPECT_EQ(engine.WorkspaceIds(), std::vector<std::string>{"own"});
  }
};

using W = v1::Workspace*;

v1::Grant* AddGrant(W w, int resource, const char* target, const char* role) {
  v1::Grant* grant = w->mutable_resources(resource)->add_grants();
  grant->set_target(target);
  grant->set_role(role);
  return grant;
}

TEST_F(TrapsOfImports, WorldThatIsRightIsAccepted) {
  Engine engine;
  const absl::Status status = engine.Import(Actor::System(), Good());
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(engine.Export().DebugString(), Good().DebugString());
  for (const char* id : {"before", "studio"}) {
    EXPECT_EQ(RoleEveryWay(*engine.FindWorkspace(id), Subject::User("bob"), v_),
              "editor");
  }
}

// In the good world: users ann, bob, boss, dan, lea; account bot; keys ann-key,
// k1, k2, lea-key, off; groups inner, outer; resources voice:v, voice:w.
TEST_F(TrapsOfImports, IdThatStandsTwiceIsRefusedWithItsPlace) {
  const Row kRows[] = {
      {"users[5]", v1::ALREADY_EXISTS,
       [](W w) { *w->add_users() = w->users(1); }},
      {"users[4]", v1::ALREADY_EXISTS,
       [](W w) { w->mutable_users(4)->set_id("ann"); }},
      {"service_accounts[1]", v1::ALREADY_EXISTS,
       [](W w) { w->add_service_accounts()->set_id("bot"); }},
      {"api_keys[5]", v1::ALREADY_EXISTS,
       [](W w) { *w->add_api_keys() = w->api_keys(0); }},
      {"groups[2]", v1::ALREADY_EXISTS,
       [](W w) { w->add_groups()->set_id("inner"); }},
      {"resources[2]", v1::ALREADY_EXISTS,
       [](W w) { *w->add_resources() = w->resources(0); }},
      {"users[5]", v1::EMAIL_TAKEN,
       [](W w) {
         w->add_users()->set_id("x");
         w->mutable_users(5)->set_email("ANN@example.com");
       }},
      {"service_accounts[0]", v1::EMAIL_TAKEN,
       [](W w) {
         w->mutable_service_accounts(0)->set_email("bob@example.com");
       }},
      {"groups[1].members[1]", v1::ALREADY_EXISTS,
       [](W w) { w->mutable_groups(1)->add_members("group:inner"); }},
      {"resources[0].grants[1]", v1::DUPLICATE_GRANT,
       [](W w) { AddGrant(w, 0, "user:bob", "editor"); }},
      {"resources[1].grants[1]", v1::DUPLICATE_GRANT,
       [](W w) {
         AddGrant(w, 1, "default", "viewer");
         AddGrant(w, 1, "default", "editor");
       }},
      {"resources[1].grants[1]", v1::DUPLICATE_GRANT,
       [](W w) {
         AddGrant(w, 1, "group:inner", "viewer");
         AddGrant(w, 1, "group:inner", "viewer");
       }},
      {"roles", v1::MALFORMED, [](W w) { w->add_roles("viewer"); }},
      {"resource_types", v1::MALFORMED,
       [](W w) { w->add_resource_types("voice"); }},
      {"id", v1::ALREADY_EXISTS, [](W w) { w->set_id("before"); }}};
  for (const Row& row : kRows) ExpectRefused(row);
}

TEST_F(TrapsOfImports, DanglingReferenceIsRefusedWithItsPlace) {
  const Row kRows[] = {
      {"api_keys[1]", v1::SERVICE_ACCOUNT_NOT_FOUND,
       [](W w) { w->mutable_api_keys(1)->set_owner("service_account:gone"); }},
      {"api_keys[0]", v1::USER_NOT_FOUND,
       [](W w) { w->mutable_api_keys(0)->set_owner("user:bot"); }},
      {"groups[0].members[2]", v1::USER_NOT_FOUND,
       [](W w) { w->mutable_groups(0)->add_members("user:gone"); }},
      {"groups[0].members[2]", v1::SERVICE_ACCOUNT_NOT_FOUND,
       [](W w) { w->mutable_groups(0)->add_members("service_account:ann"); }},
      {"groups[1].members[0]", v1::GROUP_NOT_FOUND,
       [](W w) { w->mutable_groups(1)->set_members(0, "group:gone"); }},
      {"resources[0]", v1::USER_NOT_FOUND,
       [](W w) { w->mutable_resources(0)->set_creator("user:gone"); }},
      {"resources[0]", v1::SERVICE_ACCOUNT_NOT_FOUND,
       [](W w) {
         w->mutable_resources(0)->set_creator("service_account:ann");
       }},
      {"resources[0].grants[1]", v1::USER_NOT_FOUND,
       [](W w) { AddGrant(w, 0, "user:gone", "viewer"); }},
      {"resources[0].grants[1]", v1::GROUP_NOT_FOUND,
       [](W w) { AddGrant(w, 0, "group:ann", "viewer"); }},
      {"resources[0].grants[1]", v1::SERVICE_ACCOUNT_NOT_FOUND,
       [](W w) { AddGrant(w, 0, "service_account:k1", "viewer"); }}};
  for (const Row& row : kRows) ExpectRefused(row);
}

TEST_F(TrapsOfImports, UnknownWordIsRefusedWithItsPlace) {
  const Row kRows[] = {
      {"resources[0].grants[0]", v1::ROLE_UNKNOWN,
       [](W w) {
         w->mutable_resources(0)->mutable_grants(0)->set_role("king");
       }},
      {"resources[0].grants[0]", v1::ROLE_UNKNOWN,
       [](W w) {
         w->mutable_resources(0)->mutable_grants(0)->set_role("none");
       }},
      {"resources[0].grants[0]", v1::ROLE_UNKNOWN,
       [](W w) {
         w->mutable_resources(0)->mutable_grants(0)->set_role("Editor");
       }},
      {"resources[0].grants[0]", v1::ROLE_UNKNOWN,
       [](W w) {
         for (const char* role : {"low", "high"}) w->add_roles(role);
         w->mutable_roles()->DeleteSubrange(0, 5);
       }},
      {"resources[1]", v1::TYPE_UNKNOWN,
       [](W w) { w->mutable_resources(1)->set_type("noise"); }},
      {"resources[0]", v1::TYPE_UNKNOWN,
       [](W w) {
         w->clear_resource_types();
         w->add_resource_types("songs");
       }},
      {"api_keys[0]", v1::MALFORMED,
       [](W w) { w->mutable_api_keys(0)->set_owner("group:inner"); }},
      {"api_keys[0]", v1::MALFORMED,
       [](W w) { w->mutable_api_keys(0)->set_owner("ann"); }},
      {"groups[0].members[2]", v1::MALFORMED,
       [](W w) { w->mutable_groups(0)->add_members("key:k1"); }},
      {"groups[0].members[2]", v1::MALFORMED,
       [](W w) { w->mutable_groups(0)->add_members("default"); }},
      {"resources[0]", v1::MALFORMED,
       [](W w) { w->mutable_resources(0)->set_creator("group:inner"); }},
      {"resources[0].grants[1]", v1::MALFORMED,
       [](W w) { AddGrant(w, 0, "key:k1", "viewer"); }},
      {"resources[0].grants[1]", v1::MALFORMED,
       [](W w) { AddGrant(w, 0, "email:bob@example.com", "viewer"); }},
      {"resources[0].grants[1]", v1::MALFORMED,
       [](W w) { AddGrant(w, 0, "", "viewer"); }},
      {"resources[0].grants[1]", v1::MALFORMED,
       [](W w) { AddGrant(w, 0, "everybody:x", "viewer"); }}};
  for (const Row& row : kRows) ExpectRefused(row);
}

TEST_F(TrapsOfImports, CycleOrLoweredCreatorIsRefusedWithItsPlace) {
  const Row kRows[] = {
      {"groups[0].members[2]", v1::GROUP_CYCLE,
       [](W w) { w->mutable_groups(0)->add_members("group:inner"); }},
      {"groups[1].members[0]", v1::GROUP_CYCLE,
       [](W w) { w->mutable_groups(0)->add_members("group:outer"); }},
      {"groups[6].members[0]", v1::GROUP_CYCLE,
       [](W w) {
         for (int i = 2; i <= 6; ++i) {
           w->add_groups()->set_id(absl::StrCat("g", i));
           w->mutable_groups(i)->add_members(
               absl::StrCat("group:g", i == 6 ? 2 : i + 1));
         }
       }},
      {"resources[0].grants[1]", v1::CREATOR_LOWERED,
       [](W w) { AddGrant(w, 0, "user:ann", "viewer"); }},
      {"resources[0].grants[1]", v1::CREATOR_LOWERED,
       [](W w) { AddGrant(w, 0, "user:ann", "editor"); }},
      {"resources[1].grants[0]", v1::CREATOR_LOWERED,
       [](W w) {
         w->mutable_resources(1)->set_creator("service_account:bot");
         AddGrant(w, 1, "service_account:bot", "editor");
       }},
      {"resources[0].grants[0]", v1::CREATOR_LOWERED, [](W w) {
         // The former top role is no longer the top.
         w->add_roles("owner");
         w->mutable_resources(0)->mutable_grants(0)->set_target("user:ann");
         w->mutable_resources(0)->mutable_grants(0)->set_role("admin");
       }}};
  for (const Row& row : kRows) ExpectRefused(row);
}

TEST_F(TrapsOfImports, MalformedFieldIsRefusedWithItsPlace) {
  const std::string nul("a\0b", 3);
  const std::string long_id(513, 'a');
  const Row kRows[] = {
      {"id", v1::MALFORMED, [](W w) { w->clear_id(); }},
      {"id", v1::MALFORMED, [&](W w) { w->set_id(long_id); }},
      {"revision", v1::MALFORMED, [](W w) { w->set_revision(~uint64_t{0}); }},
      {"roles", v1::MALFORMED, [](W w) { w->set_roles(0, "none"); }},
      {"roles", v1::MALFORMED, [](W w) { w->set_roles(0, ""); }},
      {"roles", v1::MALFORMED,
       [](W w) {
         for (int i = 0; i < 12; ++i) w->add_roles(absl::StrCat("r", i));
       }},
      {"resource_types", v1::MALFORMED,
       [](W w) { w->add_resource_types("a:b"); }},
      {"users[0]", v1::MALFORMED, [](W w) { w->mutable_users(0)->clear_id(); }},
      {"users[4]", v1::MALFORMED,
       [&](W w) { w->mutable_users(4)->set_id(nul); }},
      {"users[5]", v1::MALFORMED,
       [](W w) { w->add_users()->set_id("default"); }},
      {"users[5]", v1::MALFORMED, [](W w) { w->add_users()->set_id("a\xff"); }},
      {"users[0]", v1::MALFORMED,
       [](W w) { w->mutable_users(0)->set_email("@"); }},
      {"users[0]", v1::MALFORMED,
       [](W w) { w->mutable_users(0)->set_name("a\nb"); }},
      {"service_accounts[1]", v1::MALFORMED,
       [&](W w) { w->add_service_accounts()->set_id(long_id); }},
      {"api_keys[2]", v1::MALFORMED,
       [](W w) { w->mutable_api_keys(2)->clear_id(); }},
      {"groups[2]", v1::MALFORMED, [&](W w) { w->add_groups()->set_id(nul); }},
      {"groups[0].members[2]", v1::MALFORMED,
       [](W w) { w->mutable_groups(0)->add_members("user:"); }},
      {"resources[2]", v1::MALFORMED,
       [](W w) { w->add_resources()->set_type("voice"); }},
      {"resources[0].grants[1]", v1::MALFORMED,
       [&](W w) { AddGrant(w, 0, ("user:" + long_id).c_str(), "viewer"); }}};
  for (const Row& row : kRows) ExpectRefused(row);
}

// As above: an existing workspace is neither merged with nor replaced.
TEST_F(TrapsOfImports, WorkspaceThatExistsIsLeftAsItIs) {
  const std::string before = Everything();
  v1::World world = Good();
  world.mutable_workspaces(1)->mutable_users(1)->set_workspace_admin(true);
  EXPECT_EQ(FaultOf(engine_.Import(Actor::System(), world)),
            v1::ALREADY_EXISTS);
  EXPECT_EQ(Everything(), before);
  EXPECT_EQ(engine_.WorkspaceIds(), std::vector<std::string>{"studio"});
}

// As above, for damaged bytes: whatever can be decoded is either refused with a
// place, or is a valid world that is exported unchanged.
TEST_F(TrapsOfImports, DamagedWorldIsRefusedOrAWorldByAllRules) {
  std::mt19937 random(9);
  const std::string bytes = Good().SerializeAsString();
  int decoded = 0, refused = 0, accepted = 0;
  for (int round = 0; round < 6000; ++round) {
    std::string damaged = bytes;
    for (int n = 0; n <= round % 3; ++n) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    if (round % 5 == 0) damaged.resize(random() % damaged.size());
    v1::World world;
    if (!world.ParseFromString(damaged)) continue;
    ++decoded;
    Engine engine;
    std::vector<WorldFault> faults;
    const absl::Status status = engine.Import(Actor::System(), world, &faults);
    if (!status.ok()) {
      ++refused;
      ASSERT_NE(FaultOf(status), v1::FAULT_UNSPECIFIED) << status;
      ASSERT_TRUE(absl::StartsWith(faults.at(0).path, "workspaces["));
      ASSERT_TRUE(engine.WorkspaceIds().empty());
      continue;
    }
    ++accepted;
    const v1::World exported = engine.Export();
    Engine again;
    ASSERT_TRUE(again.Import(Actor::System(), exported).ok());
    ASSERT_EQ(again.Export().DebugString(), exported.DebugString());
    for (const std::string& id : engine.WorkspaceIds()) {
      ASSERT_EQ(MatrixLines(*engine.FindWorkspace(id)),
                MatrixLines(*again.FindWorkspace(id)));
    }
  }
  EXPECT_GT(decoded, 500);
  EXPECT_GT(refused, 200);
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace acl
