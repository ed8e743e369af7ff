// Traps of other engines: answers that depend on the order of changes, and
// sources that are overlooked. docs/traps.md has the whole list.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/engine/every_way.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

// A workspace with the changes of the studio and then `changes`, each applied
// on its own or all in one batch.
struct World {
  World(const std::vector<Change>& changes, bool one_batch) {
    Apply(StudioChanges());
    Apply({SetLimit{0}});
    if (one_batch) {
      Apply(changes);
    } else {
      for (const Change& change : changes) Apply({change});
    }
  }
  void Apply(const std::vector<Change>& changes) {
    const auto receipt = workspace.Apply(Actor::System(), changes);
    ASSERT_TRUE(receipt.ok()) << receipt.status();
  }

  // Everything except the revision.
  std::string Export() const {
    v1::Workspace world = *workspace.Export();
    world.clear_revision();
    return world.DebugString();
  }
  // Every role with its sources and paths, every list, every remedy.
  std::string Answers() const {
    std::string text;
    for (const Subject& subject :
         {Subject::User("ann"), Subject::User("bob"), Subject::User("dan"),
          Subject::User("lea"), Subject::User("boss"), Subject::Key("k1"),
          Subject::Key("off"), Subject::User("zoe")}) {
      for (const char* id : {"v", "w"}) {
        const ResourceRef resource{"voice", id};
        const Explanation e = *workspace.Explain(subject, resource, "editor");
        absl::StrAppend(&text, subject.ToString(), " on ", id, " ", e.role, " ",
                        RoleEveryWay(workspace, subject, resource), " ",
                        e.deciding);
        for (const Source& source : e.sources) {
          absl::StrAppend(&text, ", ", ToString(source));
        }
        for (const Remedy& remedy : e.remedies) {
          absl::StrAppend(&text, "; ", RemedyWord(remedy.kind), " ",
                          remedy.group, " ", remedy.raises);
        }
        absl::StrAppend(&text, "\n");
      }
    }
    for (const std::string& line : MatrixLines(workspace)) {
      absl::StrAppend(&text, line, "\n");
    }
    return text;
  }

  Engine engine;
  Workspace workspace = *engine.AddWorkspace(Actor::System(), "studio");
};

// Sets of changes that commute.
std::vector<std::vector<Change>> CommutingSets() {
  const ResourceId v{"voice", "v"};
  const ResourceId w{"voice", "w"};
  const auto user = [](const char* id) { return Target::User(id); };
  const auto group = [](const char* id) { return Target::Group(id); };
  return {
      // Every kind of source.
      {Share{v, user("dan"), "viewer"}, Share{v, group("inner"), "commenter"},
       Share{v, group("outer"), "editor"},
       Share{v, Target::Default(), "viewer"},
       Share{v, Target::Key("k1"), "admin"}, Share{w, group("outer"), "admin"}},
      // Two paths of equal length to the same group, and a longer one.
      {AddMember{"inner", Member::User("bob")},
       AddMember{"outer", Member::User("lea")},
       AddMember{"inner", Member::User("lea")},
       AddMember{"outer", Member::User("bob")},
       Share{w, group("inner"), "editor"}, Share{w, group("outer"), "editor"}},
      // Locks, keys, admins, names.
      {UpdateUser{"dan", {}, {}, true}, UpdateUser{"lea", {}, {}, false},
       UpdateUser{"bob", {}, {}, {}, true}, UpdateKey{"off", true},
       UpdateKey{"k1", false}, Share{w, Target::Key("off"), "commenter"}},
      // Removals.
      {RemoveMember{"inner", Member::User("dan")}, Unshare{v, user("bob")},
       RemoveUser{"ann"}, RemoveKey{"k2"}, RemoveResource{w},
       UpdateUser{"boss", {}, {}, {}, false}},
      // Additions and removals.
      {AddUser{"zoe"}, RemoveGroup{"outer"}, Share{v, group("inner"), "viewer"},
       RemoveServiceAccount{"bot"},
       SetLadder{{"viewer", "commenter", "editor", "admin", "owner"}},
       AddResource{{"songs", "s"}}}};
}

// Trap: answers that depend on the order in which things were added (SpiceDB
// CVE-2024-38361, CVE-2024-46989, CVE-2025-49011; OpenFGA CVE-2024-31452,
// CVE-2024-42473; casbin PR 859). All 720 orders of six changes, applied one by
// one and as one batch, lead to the same world with the same answers.
TEST(TrapsOfOrder, EveryOrderOfCommutingChangesGivesTheSameAnswers) {
  for (const std::vector<Change>& changes : CommutingSets()) {
    ASSERT_EQ(changes.size(), 6u);
    const World first(changes, false);
    const std::string exported = first.Export();
    const std::string answers = first.Answers();
    ASSERT_NE(answers, World({}, false).Answers());
    std::vector<size_t> order = {0, 1, 2, 3, 4, 5};
    do {
      std::vector<Change> permuted;
      for (const size_t i : order) permuted.push_back(changes[i]);
      for (const bool one_batch : {false, true}) {
        const World world(permuted, one_batch);
        ASSERT_EQ(world.Export(), exported) << ToString(permuted[0]);
        ASSERT_EQ(world.Answers(), answers) << ToString(permuted[0]);
      }
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

// Sets of changes; the changes within one set commute.
std::vector<std::vector<Change>> LargePhases(std::mt19937* random) {
  std::vector<std::vector<Change>> phases(2);
  for (int i = 0; i < 30; ++i) {
    phases[0].push_back(AddUser{absl::StrCat("u", i)});
    phases[0].push_back(AddGroup{absl::StrCat("g", i)});
    phases[0].push_back(AddResource{{"songs", absl::StrCat(i)}});
  }
  const auto name = [random](const char* kind, unsigned below) {
    return absl::StrCat(kind, (*random)() % below);
  };
  const char* const kRoles[] = {"viewer", "commenter", "editor", "admin"};
  for (int i = 0; i < 30; ++i) {
    const std::string group = absl::StrCat("g", i);
    for (int n = 0; n < 3; ++n) {
      phases[1].push_back(AddMember{group, Member::User(name("u", 30))});
      phases[1].push_back(AddMember{group, Member::User("dan")});
      // A group only contains groups with smaller numbers, so there is no
      // cycle.
      if (i == 0) continue;
      phases[1].push_back(
          AddMember{group, Member::Group(name("g", static_cast<unsigned>(i)))});
    }
    // One grant for each pair, so that the order does not matter.
    const ResourceId song{"songs", absl::StrCat(i)};
    phases[1].push_back(
        Share{song, Target::Group(name("g", 30)), kRoles[(*random)() % 4]});
    phases[1].push_back(
        Share{song, Target::User(name("u", 30)), kRoles[(*random)() % 4]});
    phases[1].push_back(
        Share{{"voice", "v"}, Target::Group(group), kRoles[(*random)() % 3]});
  }
  return phases;
}

std::string ExplanationsOfEverything(const Workspace& workspace) {
  std::string text;
  for (int u = -1; u < 12; ++u) {
    const std::string id = u < 0 ? "dan" : absl::StrCat("u", u);
    for (int r = -1; r < 12; ++r) {
      const std::string song = absl::StrCat(r);
      const ResourceRef resource =
          r < 0 ? ResourceRef{"voice", "v"} : ResourceRef{"songs", song};
      const Explanation e = *workspace.Explain(Subject::User(id), resource);
      absl::StrAppend(&text, e.role, e.deciding);
      for (const Source& source : e.sources) {
        absl::StrAppend(&text, ", ", ToString(source));
      }
      absl::StrAppend(&text, "\n");
    }
  }
  return text;
}

// As above, for hundreds of changes in random orders.
TEST(TrapsOfOrder, AnyShuffleOfManyChangesGivesTheSameAnswers) {
  std::mt19937 random(7);
  std::vector<std::vector<Change>> phases = LargePhases(&random);
  std::string exported, answers, explanations;
  for (int round = 0; round < 10; ++round) {
    std::vector<Change> changes;
    for (std::vector<Change>& phase : phases) {
      changes.insert(changes.end(), phase.begin(), phase.end());
      std::shuffle(phase.begin(), phase.end(), random);
    }
    const World world(changes, round % 2 == 0);
    if (round == 0) {
      exported = world.Export();
      answers = world.Answers();
      explanations = ExplanationsOfEverything(world.workspace);
    }
    ASSERT_EQ(world.Export(), exported) << round;
    ASSERT_EQ(world.Answers(), answers) << round;
    ASSERT_EQ(ExplanationsOfEverything(world.workspace), explanations) << round;
  }
}

template <class List>
void Shuffle(List* list, std::mt19937* random) {
  for (int i = list->size() - 1; i > 0; --i) {
    list->SwapElements(
        i, static_cast<int>((*random)() % static_cast<unsigned>(i + 1)));
  }
}

// As above, for the order of the parts of a world that is imported.
TEST(TrapsOfOrder, AnyOrderOfAnImportedWorldGivesTheSameWorld) {
  std::mt19937 random(8);
  std::vector<Change> changes;
  for (const auto& phase : LargePhases(&random)) {
    changes.insert(changes.end(), phase.begin(), phase.end());
  }
  const World original(changes, true);
  const v1::World world = original.engine.Export();
  const std::string expected = ExplanationsOfEverything(original.workspace);
  for (int round = 0; round < 10; ++round) {
    v1::World shuffled = world;
    v1::Workspace& workspace = *shuffled.mutable_workspaces(0);
    Shuffle(workspace.mutable_users(), &random);
    Shuffle(workspace.mutable_groups(), &random);
    Shuffle(workspace.mutable_resources(), &random);
    Shuffle(workspace.mutable_api_keys(), &random);
    for (v1::Group& group : *workspace.mutable_groups()) {
      Shuffle(group.mutable_members(), &random);
    }
    for (v1::Resource& resource : *workspace.mutable_resources()) {
      Shuffle(resource.mutable_grants(), &random);
    }
    ASSERT_NE(shuffled.DebugString(), world.DebugString());
    Engine engine;
    const absl::Status status = engine.Import(Actor::System(), shuffled);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(engine.Export().DebugString(), world.DebugString());
    EXPECT_EQ(ExplanationsOfEverything(*engine.FindWorkspace("studio")),
              expected);
  }
}

class TrapsOfSources : public Studio {
 protected:
  static std::string Id(int i) { return absl::StrCat("g", i); }

  // Puts `dan` into this many groups, which have viewer on `voice:w`.
  void AddGroups(int count) {
    std::vector<Change> changes = {SetLimit{0}};
    for (int i = 0; i < count; ++i) {
      changes.push_back(AddGroup{Id(i)});
      changes.push_back(AddMember{Id(i), Member::User("dan")});
      changes.push_back(Share{w_, Target::Group(Id(i)), "viewer"});
    }
    Must(changes);
  }
  void ExpectEditorBy(const std::string& group) {
    ASSERT_EQ(RoleEveryWay(studio_, Subject::User("dan"), w_), "editor")
        << group;
    const RoleAnswer answer = *studio_.EffectiveRole(Subject::User("dan"), w_);
    ASSERT_EQ(studio_.GroupId(answer.witness.group), group);
    const Explanation e = *studio_.Explain(Subject::User("dan"), w_);
    ASSERT_EQ(e.deciding, 1u) << group;
    ASSERT_EQ(e.sources[0].path.back(), group);
  }
};

// Trap: a check stops before every source was considered (the same advisories).
// The one high role is given to each of many groups in turn.
TEST_F(TrapsOfSources, HighestRoleCountsWhereverAmongManyGroupsItStands) {
  for (const int count : {1, 2, 15, 16, 17, 18, 100}) {
    AddGroups(count);
    for (int i = 0; i < count; ++i) {
      Must({Share{w_, Target::Group(Id(i)), "editor"}});
      ASSERT_NO_FATAL_FAILURE(ExpectEditorBy(Id(i)));
      Must({Share{w_, Target::Group(Id(i)), "viewer"}});
    }
    ASSERT_EQ(RoleEveryWay(studio_, Subject::User("dan"), w_), "viewer");
    ASSERT_TRUE(engine_.RemoveWorkspace(Actor::System(), "studio").ok());
    studio_ = *engine_.AddWorkspace(Actor::System(), "studio");
    SetUp();
  }
}

// As above, through each of many groups in turn, and at the end of a long path.
TEST_F(TrapsOfSources, HighestRoleCountsBehindWhicheverGroupItStands) {
  constexpr int kGroups = 100;
  AddGroups(kGroups);
  Must({AddGroup{"far"}, Share{w_, Target::Group("far"), "editor"}});
  for (int i = 0; i < kGroups; ++i) {
    Must({AddMember{"far", Member::Group(Id(i))}});
    ASSERT_NO_FATAL_FAILURE(ExpectEditorBy("far"));
    EXPECT_EQ(studio_.Explain(Subject::User("dan"), w_)->sources[0].path[0],
              Id(i));
    Must({RemoveMember{"far", Member::Group(Id(i))}});
  }
  // Each group is in the one before it, and `dan` only in the last.
  std::vector<Change> changes;
  for (int i = 0; i < kGroups; ++i) {
    if (i + 1 < kGroups) {
      changes.push_back(RemoveMember{Id(i), Member::User("dan")});
      changes.push_back(AddMember{Id(i), Member::Group(Id(i + 1))});
    }
  }
  Must(changes);
  for (int i = 0; i < kGroups; ++i) {
    Must({Share{w_, Target::Group(Id(i)), "editor"}});
    ASSERT_NO_FATAL_FAILURE(ExpectEditorBy(Id(i)));
    Must({Unshare{w_, Target::Group(Id(i))}});
  }
}

// As above: if one of two paths to a group is removed, the other still counts.
TEST_F(TrapsOfSources, SecondWayHoldsWhenTheFirstIsTaken) {
  Must({AddGroup{"a"}, AddGroup{"b"}, AddGroup{"top"},
        AddMember{"top", Member::Group("a")},
        AddMember{"top", Member::Group("b")},
        AddMember{"a", Member::User("dan")},
        AddMember{"b", Member::User("dan")},
        Share{w_, Target::Group("top"), "editor"}});
  const std::vector<Change> kTake[] = {
      {RemoveMember{"a", Member::User("dan")}},
      {RemoveMember{"top", Member::Group("b")}},
      {RemoveMember{"top", Member::Group("a")}},
      {RemoveMember{"b", Member::User("dan")}}};
  const std::vector<Change> kBack[] = {{AddMember{"a", Member::User("dan")}},
                                       {AddMember{"top", Member::Group("b")}},
                                       {AddMember{"top", Member::Group("a")}},
                                       {AddMember{"b", Member::User("dan")}}};
  for (int first = 0; first < 4; ++first) {
    Must(kTake[first]);
    EXPECT_EQ(RoleEveryWay(studio_, Subject::User("dan"), w_), "editor");
    for (int second = 0; second < 4; ++second) {
      if (second == first) continue;
      Must(kTake[second]);
      // Whether both removed memberships are on the same path.
      const bool way_a = first % 2 == second % 2;
      EXPECT_EQ(RoleEveryWay(studio_, Subject::User("dan"), w_),
                way_a ? "editor" : "none")
          << first << " and " << second;
      Must(kBack[second]);
    }
    Must(kBack[first]);
  }
}

}  // namespace
}  // namespace acl
