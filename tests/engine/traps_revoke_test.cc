// Traps of other engines: access that was taken away still works. docs/traps.md
// has the whole list.
#include <algorithm>
#include <array>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/engine/every_way.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

// One way to get the role editor on `voice:v`, and one change that ends it.
struct Way {
  const char* name;
  Subject subject;
  std::vector<Change> give;
  std::vector<Change> take;
  // Changes that must follow `take` before `give` can be repeated.
  std::vector<Change> mend;
  // The role that is left.
  const char* left = "none";
};

std::vector<Way> Ways() {
  const ResourceId v{"voice", "v"};
  const Subject dan = Subject::User("dan");
  const Subject k1 = Subject::Key("k1");
  const Subject bot = Subject::ServiceAccount("bot");
  const Change outer = Share{v, Target::Group("outer"), "editor"};
  const Change inner = Share{v, Target::Group("inner"), "editor"};
  const Change direct = Share{v, Target::User("dan"), "editor"};
  const Change account = Share{v, Target::ServiceAccount("bot"), "editor"};
  const Change baseline = Share{v, Target::Default(), "editor"};
  const Change not_outer = Unshare{v, Target::Group("outer")};
  const Change not_inner = Unshare{v, Target::Group("inner")};
  const Change not_direct = Unshare{v, Target::User("dan")};
  const Change join_inner = AddMember{"inner", Member::User("dan")};
  const Change nest = AddMember{"outer", Member::Group("inner")};
  return {
      {"unshare", dan, {direct}, {not_direct}, {}},
      {"unshare by address",
       Subject::User("bob"),
       {Share{v, Target::User("bob"), "editor"}},
       {Unshare{v, Target::Email("BOB@example.com")}},
       {}},
      {"unshare by key", bot, {account}, {Unshare{v, Target::Key("off")}}, {}},
      {"unshare a group", dan, {inner}, {not_inner}, {}},
      {"unshare an outer group", dan, {outer}, {not_outer}, {}},
      {"unshare default", dan, {baseline}, {Unshare{v, Target::Default()}}, {}},
      {"lower",
       dan,
       {direct},
       {Share{v, Target::User("dan"), "viewer"}},
       {},
       "viewer"},
      {"lower a group",
       k1,
       {outer},
       {Share{v, Target::Group("outer"), "commenter"}},
       {},
       "commenter"},
      {"lower the baseline",
       dan,
       {not_outer, not_direct, baseline},
       {Share{v, Target::Default(), "viewer"}},
       {},
       "viewer"},
      {"end the baseline",
       dan,
       {baseline},
       {Unshare{v, Target::Default()}},
       {}},
      {"leave a group",
       dan,
       {inner, join_inner},
       {RemoveMember{"inner", Member::User("dan")}},
       {}},
      {"leave the inner of two groups",
       dan,
       {not_inner, outer, join_inner},
       {RemoveMember{"inner", Member::User("dan")}},
       {join_inner}},
      {"take an account out of a group",
       k1,
       {outer, AddMember{"inner", Member::ServiceAccount("bot")}},
       {RemoveMember{"inner", Member::ServiceAccount("bot")}},
       {AddMember{"inner", Member::ServiceAccount("bot")}}},
      {"take a group out of a group",
       dan,
       {outer, nest},
       {RemoveMember{"outer", Member::Group("inner")}},
       {nest}},
      {"remove a group",
       dan,
       {AddGroup{"g"}, AddMember{"g", Member::User("dan")}, not_outer,
        Share{v, Target::Group("g"), "editor"}},
       {RemoveGroup{"g"}},
       {}},
      {"remove the group between",
       dan,
       {AddGroup{"g"}, AddMember{"g", Member::User("dan")},
        AddMember{"outer", Member::Group("g")},
        RemoveMember{"inner", Member::User("dan")}, outer},
       {RemoveGroup{"g"}},
       {not_outer, join_inner}},
      {"lock",
       dan,
       {direct, UpdateUser{"dan", {}, {}, false}},
       {UpdateUser{"dan", {}, {}, true}},
       {}},
      {"lock again",
       Subject::User("lea"),
       {UpdateUser{"lea", {}, {}, false},
        Share{v, Target::User("lea"), "editor"}},
       {UpdateUser{"lea", {}, {}, true}},
       {}},
      {"lock the owner of a key",
       Subject::Key("lea-key"),
       {UpdateUser{"lea", {}, {}, false},
        Share{v, Target::User("lea"), "editor"}},
       {UpdateUser{"lea", {}, {}, true}},
       {}},
      {"disable a key",
       k1,
       {account, UpdateKey{"k1", true}},
       {UpdateKey{"k1", false}},
       {UpdateKey{"k1", true}}},
      {"remove a key",
       Subject::Key("k3"),
       {account, AddKey{"k3", PrincipalId::ServiceAccount("bot")}},
       {RemoveKey{"k3"}},
       {Unshare{v, Target::Key("k1")}}},
      {"remove a user",
       Subject::User("eve"),
       {AddUser{"eve"}, Share{v, Target::User("eve"), "editor"}},
       {RemoveUser{"eve"}},
       {}},
      {"remove a service account",
       Subject::Key("k4"),
       {AddServiceAccount{"tmp"},
        AddKey{"k4", PrincipalId::ServiceAccount("tmp")},
        Share{v, Target::Key("k4"), "editor"}},
       {RemoveServiceAccount{"tmp"}},
       {}}};
}

// The role by a handle that was found earlier.
std::string ByOldHandle(const Reader& reader, SubjectHandle subject,
                        ResourceHandle resource) {
  return reader.RoleName(reader.EffectiveRole(subject, resource)->role);
}

class TrapsOfRevoking : public Studio {
 protected:
  void SetUp() override {
    Studio::SetUp();
    Must({UpdateUser{"dan", {}, {}, false}});
  }
  void Begin(const Way& way) {
    Must(way.give);
    ASSERT_EQ(RoleEveryWay(studio_, way.subject, v_), "editor") << way.name;
  }
};

// Trap: access that was taken away is still answered from a stale cache (casbin
// 832, 1065, 1181, 1578; OpenFGA 2811, 3155; casbin-cpp, whose own test expects
// it).
TEST_F(TrapsOfRevoking, EndOfARoleIsVisibleToTheNextQuestionOfEveryKind) {
  for (const Way& way : Ways()) {
    for (int round = 0; round < 3; ++round) {
      Begin(way);
      const SubjectHandle subject = *studio_.FindSubject(way.subject);
      const ResourceHandle v = *studio_.FindResource(v_);
      ASSERT_EQ(ByOldHandle(studio_, subject, v), "editor") << way.name;
      Must(way.take);
      EXPECT_EQ(RoleEveryWay(studio_, way.subject, v_), way.left) << way.name;
      EXPECT_EQ(ByOldHandle(studio_, subject, v), way.left) << way.name;
      Must(way.mend);
    }
    // The next way starts without anything from this one.
    ASSERT_TRUE(engine_.RemoveWorkspace(Actor::System(), "studio").ok());
    studio_ = *engine_.AddWorkspace(Actor::System(), "studio");
    Studio::SetUp();
  }
}

// As above, for the removal of the whole resource or workspace.
TEST_F(TrapsOfRevoking, RemovedResourceOrWorkspaceGivesNobodyARole) {
  const ResourceHandle v = *studio_.FindResource(v_);
  const Subject kSubjects[] = {Subject::User("ann"), Subject::User("bob"),
                               Subject::User("boss"), Subject::Key("ann-key")};
  for (const Subject& subject : kSubjects) {
    ASSERT_NE(RoleEveryWay(studio_, subject, v_), "none");
  }
  Must({RemoveResource{v_}});
  for (const Subject& subject : kSubjects) {
    EXPECT_EQ(RoleEveryWay(studio_, subject, v_), "none");
    EXPECT_EQ(ByOldHandle(studio_, *studio_.FindSubject(subject), v), "none");
  }
  Must({AddResource{v_}});
  EXPECT_EQ(RoleEveryWay(studio_, kSubjects[0], v_), "none");
  EXPECT_EQ(RoleEveryWay(studio_, kSubjects[2], v_), "admin");
  ASSERT_TRUE(engine_.RemoveWorkspace(Actor::System(), "studio").ok());
  EXPECT_FALSE(*studio_.Check(kSubjects[2], "viewer", v_));
  EXPECT_TRUE(studio_.ListPrincipals(v_, "")->items.empty());
  EXPECT_TRUE(MatrixLines(studio_).empty());
}

// As above, when someone stops being a workspace admin or a creator.
TEST_F(TrapsOfRevoking, EndOfAWorkspaceAdminIsVisibleAtOnce) {
  for (int round = 0; round < 3; ++round) {
    Must({UpdateUser{"dan", {}, {}, {}, true}});
    EXPECT_EQ(RoleEveryWay(studio_, Subject::User("dan"), w_), "admin");
    Must({UpdateUser{"dan", {}, {}, {}, false}});
    EXPECT_EQ(RoleEveryWay(studio_, Subject::User("dan"), w_), "none");
  }
  Must({RemoveUser{"ann"}, AddUser{"ann"}});
  EXPECT_EQ(RoleEveryWay(studio_, Subject::User("ann"), v_), "none");
}

// As above, for actors: the next share of someone who is no longer an admin is
// refused.
TEST_F(TrapsOfRevoking, ActorWhoLostAdminIsRefusedAtOnce) {
  const Actor dan = Subject::User("dan");
  const Target bob = Target::User("bob");
  for (const Target& by : {Target::User("dan"), Target::Group("outer")}) {
    Must({Share{v_, by, "admin"}});
    ASSERT_TRUE(studio_.Share(dan, v_, bob, "viewer").ok());
    Must({Share{v_, by, "editor"}});
    EXPECT_EQ(FaultOf(studio_.Share(dan, v_, bob, "admin").status()),
              v1::NOT_ADMIN);
    Must({Unshare{v_, by}});
    EXPECT_EQ(FaultOf(studio_.Share(dan, v_, bob, "admin").status()),
              v1::RESOURCE_NOT_FOUND);
  }
}

// A source that can be switched on and off, independently of the others.
struct Switch {
  Change on, off;
  int role;  // 1 to 4
};

std::vector<Switch> SwitchesOfDan() {
  const ResourceId v{"voice", "v"};
  return {
      {Share{v, Target::User("dan"), "commenter"},
       Unshare{v, Target::User("dan")}, 2},
      {Share{v, Target::Default(), "viewer"}, Unshare{v, Target::Default()}, 1},
      {Share{v, Target::Group("g"), "editor"}, Unshare{v, Target::Group("g")},
       3},
      {AddMember{"h", Member::User("dan")},
       RemoveMember{"h", Member::User("dan")}, 2},
      {AddMember{"top", Member::Group("mid")},
       RemoveMember{"top", Member::Group("mid")}, 4}};
}

// As above, after many interleavings: random sources are switched on and off,
// and between them, in questions of every kind, the role is the maximum of the
// sources that are on.
TEST_F(TrapsOfRevoking, RoleIsTheMaximumOfWhatIsLeftAfterAnyInterleaving) {
  const char* const kRoles[] = {"none", "viewer", "commenter", "editor",
                                "admin"};
  Must({AddGroup{"g"}, AddMember{"g", Member::User("dan")}, AddGroup{"h"},
        AddGroup{"mid"}, AddMember{"mid", Member::User("dan")}, AddGroup{"top"},
        Share{v_, Target::Group("h"), "commenter"},
        Share{v_, Target::Group("top"), "admin"}});
  const std::vector<Switch> switches = SwitchesOfDan();
  std::mt19937 random(1);
  std::array<bool, 5> on = {};
  const SubjectHandle dan = *studio_.FindSubject(Subject::User("dan"));
  const ResourceHandle v = *studio_.FindResource(v_);
  for (int step = 0; step < 3000; ++step) {
    const size_t i = random() % switches.size();
    const bool turn_on = random() % 2 == 0;
    on[i] = turn_on;
    Must({turn_on ? switches[i].on : switches[i].off});
    int best = 0;
    for (size_t s = 0; s < on.size(); ++s) {
      if (on[s]) best = std::max(best, switches[s].role);
    }
    ASSERT_EQ(ByOldHandle(studio_, dan, v), kRoles[best]) << step;
    if (random() % 4 == 0) continue;  // not every state is checked
    ASSERT_EQ(RoleEveryWay(studio_, Subject::User("dan"), v_), kRoles[best])
        << step;
  }
}

// As above, from other threads: once the change that took a role away has
// returned, no thread sees the role any more, whatever it asked before. `phase`
// is even while nobody can have the role, and odd while the writer may have
// given it.
TEST_F(TrapsOfRevoking, EndOfARoleIsVisibleToEveryThread) {
  std::atomic<int> phase{0};
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::atomic<int> certain{0};
  const Workspace workspace = studio_;
  const SubjectHandle dan = *studio_.FindSubject(Subject::User("dan"));
  const ResourceHandle v = *studio_.FindResource(v_);
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&, i, workspace] {
      while (!stop.load()) {
        const int before = phase.load();
        std::string role;
        if (i == 0) role = ByOldHandle(workspace, dan, v);
        if (i == 1) {
          role = *workspace.Check(Subject::User("dan"), "viewer", v_) ? "some"
                                                                      : "none";
        }
        if (i == 2) {
          const auto page =
              workspace.ListResources(Subject::User("dan"), "", "voice");
          role = page->items.empty() ? "none" : "some";
        }
        if (before % 2 != 0 || phase.load() != before) continue;
        certain.fetch_add(1);
        if (role != "none") wrong.fetch_add(1);
      }
    });
  }
  const std::vector<Way> ways = Ways();
  const Change kPairs[][2] = {{ways[0].give[0], ways[0].take[0]},
                              {ways[3].give[0], ways[3].take[0]},
                              {ways[4].give[0], ways[4].take[0]},
                              {ways[5].give[0], ways[5].take[0]}};
  for (int round = 0; round < 400; ++round) {
    for (const auto& [give, take] : kPairs) {
      phase.fetch_add(1);
      Must({give});
      Must({take});
      phase.fetch_add(1);
      if (round % 8 == 0) std::this_thread::yield();
    }
  }
  while (certain.load() < 100) std::this_thread::yield();
  stop.store(true);
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace acl
