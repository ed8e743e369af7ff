// Explanations and remedies for examples that are small enough to work out by
// hand.
#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

using Explanations = Studio;

TEST_F(Explanations, SourcesStandHighestFirstAndThenInTheOrderOfTheWitness) {
  Must({Share{v_, Target::User("dan"), "viewer"},
        Share{v_, Target::Group("inner"), "editor"},
        Share{v_, Target::Group("outer"), "editor"},
        Share{v_, Target::Default(), "viewer"}});
  const Explanation explanation =
      *studio_.Explain(Subject::User("dan"), v_, "editor");
  const std::vector<Source> sources = {
      {SourceKind::kGroup, "editor", {"inner"}},
      {SourceKind::kGroup, "editor", {"inner", "outer"}},
      {SourceKind::kDirect, "viewer", {}},
      {SourceKind::kBaseline, "viewer", {}}};
  EXPECT_EQ(explanation.sources, sources);
  EXPECT_EQ(explanation.deciding, 2u);
  EXPECT_EQ(explanation.role, "editor");
  EXPECT_EQ(explanation.asked, "editor");
  EXPECT_TRUE(explanation.allowed);
  EXPECT_TRUE(explanation.remedies.empty());
  EXPECT_TRUE(explanation.resource_exists);
  EXPECT_EQ(explanation.standing, Standing::kActive);
  EXPECT_EQ(explanation.revision, Now());
}

TEST_F(Explanations, ShortestPathWithTheSmallestIdsIsShown) {
  // Two paths of two steps to `top`, and a longer one through smaller ids.
  Must(
      {AddGroup{"top"}, AddGroup{"b"}, AddGroup{"c"}, AddGroup{"a"},
       AddGroup{"a2"}, AddMember{"top", Member::Group("b")},
       AddMember{"top", Member::Group("c")},
       AddMember{"top", Member::Group("a2")},
       AddMember{"a2", Member::Group("a")}, AddMember{"c", Member::User("ann")},
       AddMember{"b", Member::User("ann")}, AddMember{"a", Member::User("ann")},
       Share{w_, Target::Group("top"), "editor"}});
  const Explanation explanation =
      *studio_.Explain(Subject::User("ann"), w_, "");
  ASSERT_EQ(explanation.sources.size(), 1u);
  EXPECT_EQ(explanation.sources[0].path,
            (std::vector<std::string>{"b", "top"}));
}

TEST_F(Explanations, WitnessAmongGroupsIsTheNearestAndThenTheSmallest) {
  Must({AddGroup{"g10"}, AddGroup{"g9"}, AddMember{"g9", Member::User("dan")},
        AddMember{"g10", Member::User("dan")},
        Share{w_, Target::Group("g9"), "editor"},
        Share{w_, Target::Group("g10"), "editor"},
        Share{w_, Target::Group("outer"), "editor"}});
  const RoleAnswer answer = *studio_.EffectiveRole(Subject::User("dan"), w_);
  EXPECT_EQ(studio_.GroupId(answer.witness.group), "g10");
}

// This does not depend on which was added first. Groups with a lower role come
// before and after them.
TEST_F(Explanations, WitnessAmongEqualGroupsIsTheSmallest) {
  for (const std::vector<std::string>& order :
       {std::vector<std::string>{"l1", "b1", "a1", "l2"},
        std::vector<std::string>{"l3", "a2", "b2", "l4"}}) {
    const ResourceId r{"voice", order[0]};
    Must({AddResource{r}});
    for (const std::string& id : order) {
      Must({AddGroup{id}, AddMember{id, Member::User("ann")},
            Share{r, Target::Group(id), id[0] == 'l' ? "viewer" : "editor"}});
    }
    const RoleAnswer answer = *studio_.EffectiveRole(Subject::User("ann"), r);
    EXPECT_EQ(answer.witness.kind, SourceKind::kGroup);
    EXPECT_EQ(studio_.GroupId(answer.witness.group)[0], 'a');
  }
}

// `editors` may edit `voice:v` and `voice:w`, so joining it raises `dan` on two
// resources; a grant to `inner` or `outer` raises `dan` and `bot`.
TEST_F(Explanations, RemediesOfADenialStandFewestRaisedFirst) {
  Must({AddGroup{"editors"}, AddGroup{"sub"},
        AddMember{"editors", Member::Group("sub")},
        Share{w_, Target::Group("editors"), "editor"},
        Share{v_, Target::Group("editors"), "editor"}});
  const Explanation explanation =
      *studio_.Explain(Subject::User("dan"), w_, "editor");
  EXPECT_FALSE(explanation.allowed);
  EXPECT_EQ(explanation.deciding, 0u);
  // A baseline raises ann, bob, dan and bot; boss is a workspace admin, and lea
  // is locked.
  const std::vector<Remedy> remedies = {{RemedyKind::kGrant, "", 1},
                                        {RemedyKind::kGrantGroup, "inner", 2},
                                        {RemedyKind::kGrantGroup, "outer", 2},
                                        {RemedyKind::kJoinGroup, "editors", 2},
                                        {RemedyKind::kJoinGroup, "sub", 2},
                                        {RemedyKind::kGrantBaseline, "", 4}};
  EXPECT_EQ(explanation.remedies, remedies);
}

TEST_F(Explanations, RemedyThatWouldBeRefusedIsNotListed) {
  Must({SetLimit{2}});  // ann and bob
  const Explanation explanation =
      *studio_.Explain(Subject::User("dan"), v_, "viewer");
  const std::vector<Remedy> remedies = {{RemedyKind::kGrantBaseline, "", 2}};
  EXPECT_EQ(explanation.remedies, remedies);  // raises dan and bot
}

TEST_F(Explanations, LockedUserIsShownWhatWouldCountAndUnlocked) {
  Must({Share{v_, Target::User("lea"), "editor"},
        Share{w_, Target::User("lea"), "viewer"}});
  const Explanation explanation =
      *studio_.Explain(Subject::User("lea"), v_, "viewer");
  EXPECT_EQ(explanation.role, "none");
  EXPECT_EQ(explanation.standing, Standing::kLocked);
  EXPECT_EQ(explanation.deciding, 0u);
  const std::vector<Source> sources = {{SourceKind::kDirect, "editor", {}}};
  EXPECT_EQ(explanation.sources, sources);
  const std::vector<Remedy> remedies = {{RemedyKind::kUnlock, "", 2}};
  EXPECT_EQ(explanation.remedies, remedies);
  EXPECT_TRUE(
      studio_.Explain(Subject::User("lea"), v_, "admin")->remedies.empty());
}

// Enough resources that the rows of removed ones have been freed.
TEST_F(Explanations, LockedAdminIsRaisedOnWhatIsThere) {
  std::vector<Change> changes = {
      UpdateUser{"boss", std::nullopt, std::nullopt, true}};
  const auto song = [](int i) { return ResourceId{"songs", absl::StrCat(i)}; };
  for (int i = 0; i < 200; ++i) changes.push_back(AddResource{song(i)});
  Must(changes);
  changes.clear();
  for (int i = 10; i < 190; ++i) changes.push_back(RemoveResource{song(i)});
  Must(changes);
  // 20 songs, `voice:v` and `voice:w`.
  const std::vector<Remedy> remedies = {{RemedyKind::kUnlock, "", 22}};
  EXPECT_EQ(studio_.Explain(Subject::User("boss"), v_, "admin")->remedies,
            remedies);
  ExplainOptions options;
  options.row_budget = 5;
  const Explanation cut =
      *studio_.Explain(Subject::User("boss"), v_, "admin", options);
  ASSERT_EQ(cut.remedies.size(), 1u);
  EXPECT_TRUE(cut.remedies[0].at_least);
  EXPECT_LE(cut.remedies[0].raises, 6u);
}

TEST_F(Explanations, DisabledKeyIsShownWhatWouldCountAndEnabled) {
  Must({Share{v_, Target::Key("off"), "editor"}});
  const Explanation explanation =
      *studio_.Explain(Subject::Key("off"), v_, "editor");
  EXPECT_EQ(explanation.standing, Standing::kKeyDisabled);
  const std::vector<Source> sources = {{SourceKind::kKey, "editor", {}}};
  EXPECT_EQ(explanation.sources, sources);
  const std::vector<Remedy> remedies = {{RemedyKind::kEnableKey, "", 1}};
  EXPECT_EQ(explanation.remedies, remedies);
}

TEST_F(Explanations, DisabledKeyOfALockedUserHasNoSingleRemedy) {
  Must({Share{v_, Target::User("lea"), "editor"}, UpdateKey{"lea-key", false}});
  EXPECT_TRUE(
      studio_.Explain(Subject::Key("lea-key"), v_, "viewer")->remedies.empty());
}

TEST_F(Explanations, AbsentSubjectOrResourceHasNoRemedies) {
  const Explanation nobody = *studio_.Explain(Subject::User("gone"), v_);
  EXPECT_EQ(nobody.standing, Standing::kUnknown);
  EXPECT_TRUE(nobody.resource_exists);
  EXPECT_TRUE(nobody.sources.empty() && nobody.remedies.empty());
  const Explanation nothing =
      *studio_.Explain(Subject::User("ann"), {"voice", "gone"});
  EXPECT_FALSE(nothing.resource_exists);
  EXPECT_EQ(nothing.role, "none");
  EXPECT_TRUE(nothing.sources.empty() && nothing.remedies.empty());
}

TEST_F(Explanations, LowestRoleIsMeantWhenNoneIsAskedFor) {
  EXPECT_EQ(studio_.Explain(Subject::User("dan"), v_)->asked, "viewer");
}

// Wherever the budget of rows runs out: among the groups, in a chain of them,
// among the resources that `dan` created or was granted.
TEST_F(Explanations, EveryRowBudgetMakesLowerBounds) {
  const ResourceId r{"voice", "r"};
  Must({AddGroup{"editors"}, AddGroup{"top"},
        AddMember{"top", Member::Group("outer")},
        AddResource{{"songs", "1"}, "", PrincipalId::User("dan")},
        AddResource{{"songs", "2"}, "", PrincipalId::User("dan")},
        AddResource{r}, Share{r, Target::User("dan"), "viewer"},
        Share{r, Target::Group("top"), "viewer"},
        Share{w_, Target::Group("editors"), "editor"},
        Share{r, Target::Group("editors"), "editor"}});
  const auto ask = [&](uint64_t budget) {
    ExplainOptions options;
    options.row_budget = budget;
    return studio_.Explain(Subject::User("dan"), w_, "editor", options)
        ->remedies;
  };
  std::map<std::pair<RemedyKind, std::string>, uint64_t> all;
  for (const Remedy& remedy : ask(1000)) {
    EXPECT_FALSE(remedy.at_least);
    all[{remedy.kind, remedy.group}] = remedy.raises;
  }
  EXPECT_EQ((all[{RemedyKind::kGrantGroup, "top"}]), 2u);
  EXPECT_EQ((all[{RemedyKind::kJoinGroup, "editors"}]), 2u);
  size_t bounds_before = all.size();
  for (uint64_t budget = 0; bounds_before > 0; ++budget) {
    ASSERT_LT(budget, 100u);
    const std::vector<Remedy> remedies = ask(budget);
    ASSERT_EQ(remedies.size(), all.size());
    size_t bounds = 0;
    for (const Remedy& remedy : remedies) {
      const uint64_t count = all.at({remedy.kind, remedy.group});
      if (remedy.at_least) {
        ++bounds;
        EXPECT_GE(remedy.raises, 1u);
        EXPECT_LE(remedy.raises, count);
      } else {
        EXPECT_EQ(remedy.raises, count);
      }
    }
    EXPECT_LE(bounds, bounds_before) << "with " << budget << " rows";
    bounds_before = bounds;
  }
}

// With no rows to count, the time is spent on the groups that `dan` could join.
TEST_F(Explanations, EndsAmongGroupsToJoinWhenItsCallerCancels) {
  std::vector<Change> changes = {SetLimit{0}};
  for (int i = 0; i < 300; ++i) {
    const std::string id = absl::StrCat("g", i);
    changes.push_back(AddGroup{id});
    changes.push_back(Share{w_, Target::Group(id), "editor"});
  }
  Must(changes);
  int asked = 0;
  ExplainOptions options;
  options.row_budget = 0;
  options.cancelled = [&] { return ++asked == 3; };
  EXPECT_TRUE(IsRefusal(
      studio_.Explain(Subject::User("dan"), w_, "editor", options),
      absl::StatusCode::kCancelled, v1::CANCELLED_BY_CALLER, "cancelled"));
  EXPECT_EQ(asked, 3);
}

// Each remedy, applied on its own, does what it promises.
TEST_F(Explanations, EveryRemedyAloneIsEnough) {
  Must({AddGroup{"editors"}, Share{v_, Target::Group("editors"), "editor"}});
  const Explanation explanation =
      *studio_.Explain(Subject::User("dan"), v_, "editor");
  ASSERT_EQ(explanation.remedies.size(), 5u);
  for (const Remedy& remedy : explanation.remedies) {
    Engine engine;
    ASSERT_TRUE(engine.Import(Actor::System(), engine_.Export()).ok());
    Workspace copy = *engine.FindWorkspace("studio");
    const Change change =
        remedy.kind == RemedyKind::kJoinGroup
            ? Change(AddMember{remedy.group, Member::User("dan")})
        : remedy.kind == RemedyKind::kGrantGroup
            ? Change(Share{v_, Target::Group(remedy.group), "editor"})
        : remedy.kind == RemedyKind::kGrantBaseline
            ? Change(Share{v_, Target::Default(), "editor"})
            : Change(Share{v_, Target::User("dan"), "editor"});
    ASSERT_TRUE(copy.Apply(Actor::System(), {change}).ok());
    EXPECT_TRUE(*copy.Check(Subject::User("dan"), "editor", v_))
        << RemedyWord(remedy.kind);
  }
}

// `dan` is in 5,000 groups, any of which could be given a grant.
class LongExplanation : public Studio {
 protected:
  void SetUp() override {
    Studio::SetUp();
    std::vector<Change> changes;
    for (int i = 0; i < 5000; ++i) {
      const std::string id = absl::StrCat("g", i);
      changes.push_back(AddGroup{id});
      changes.push_back(AddMember{id, Member::User("dan")});
    }
    Must(changes);
  }
  absl::StatusOr<Explanation> Ask(const ExplainOptions& options) {
    return studio_.Explain(Subject::User("dan"), w_, "editor", options);
  }
};

TEST_F(LongExplanation, EndsWhenItsCallerCancels) {
  int asked = 0;
  ExplainOptions options;
  options.cancelled = [&] { return ++asked > 3; };
  EXPECT_TRUE(IsRefusal(Ask(options), absl::StatusCode::kCancelled,
                        v1::CANCELLED_BY_CALLER, "cancelled"));
  EXPECT_EQ(asked, 4);
}

TEST_F(LongExplanation, IsTheSameWhereNobodyCancels) {
  ExplainOptions options;
  options.cancelled = [] { return false; };
  const Explanation e =
      *studio_.Explain(Subject::User("bob"), v_, "admin", options);
  EXPECT_EQ(e.remedies,
            studio_.Explain(Subject::User("bob"), v_, "admin")->remedies);
  EXPECT_FALSE(e.remedies.empty());
}

TEST_F(LongExplanation, IsCancelledAtOnceWhereItIsNotWanted) {
  ExplainOptions options;
  options.cancelled = [] { return true; };
  EXPECT_EQ(FaultOf(Ask(options).status()), v1::CANCELLED_BY_CALLER);
}

// Random members, nested groups, resources and grants, the same in every run.
class RowBudget : public testing::Test {
 protected:
  static constexpr int kUsers = 60, kGroups = 15, kResources = 12;

  void SetUp() override {
    WorkspaceSettings settings;
    settings.max_principals_per_resource = 0;
    workspace_ = std::make_unique<Workspace>(
        *engine_.AddWorkspace(Actor::System(), "w", settings));
    std::vector<Change> changes;
    for (int i = 0; i < kUsers; ++i) changes.push_back(AddUser{Id("u", i)});
    for (int i = 0; i < kGroups; ++i) {
      changes.push_back(AddGroup{Id("g", i)});
      for (int j = 0; j < i; ++j) {
        if (Chance(12)) {
          changes.push_back(AddMember{Id("g", i), Member::Group(Id("g", j))});
        }
      }
      for (int j = 0; j < kUsers; ++j) {
        if (Chance(12)) {
          changes.push_back(AddMember{Id("g", i), Member::User(Id("u", j))});
        }
      }
    }
    for (int i = 0; i < kResources; ++i) {
      changes.push_back(AddResource{Voice(i)});
      for (int j = 0; j < kGroups; ++j)
        AddGrant(i, Target::Group(Id("g", j)), &changes);
      for (int j = 0; j < kUsers; ++j)
        AddGrant(i, Target::User(Id("u", j)), &changes);
    }
    ASSERT_TRUE(workspace_->Apply(Actor::System(), changes).ok());
  }

  static std::string Id(const char* kind, int i) {
    return absl::StrCat(kind, i);
  }
  static ResourceId Voice(int i) { return {"voice", Id("r", i)}; }
  bool Chance(uint32_t percent) { return random_() % 100 < percent; }
  void AddGrant(int resource, const Target& target,
                std::vector<Change>* changes) {
    if (!Chance(15)) return;
    const char* const roles[] = {"viewer", "commenter", "editor"};
    changes->push_back(Share{Voice(resource), target, roles[random_() % 3]});
  }

  std::mt19937 random_{17};
  Engine engine_;
  std::unique_ptr<Workspace> workspace_;
};

TEST_F(RowBudget, LessOfItMakesCountsLowerBoundsAndLeavesNoRemedyOut) {
  using Key = std::pair<RemedyKind, std::string>;
  const Subject subject = Subject::User("u0");
  int bounds = 0, exact = 0;
  for (int r = 0; r < kResources; ++r) {
    std::map<Key, uint64_t> all;
    const Explanation whole = *workspace_->Explain(subject, Voice(r), "editor");
    for (const Remedy& remedy : whole.remedies) {
      EXPECT_FALSE(remedy.at_least);
      all[{remedy.kind, remedy.group}] = remedy.raises;
    }
    for (uint64_t budget = 0; budget < 4000; budget += 1 + budget / 4) {
      ExplainOptions options;
      options.row_budget = budget;
      const std::vector<Remedy> remedies =
          workspace_->Explain(subject, Voice(r), "editor", options)->remedies;
      ASSERT_EQ(remedies.size(), all.size());
      for (size_t i = 0; i < remedies.size(); ++i) {
        const Remedy& remedy = remedies[i];
        const uint64_t count = all.at({remedy.kind, remedy.group});
        if (remedy.at_least) {
          ++bounds;
          EXPECT_GE(remedy.raises, 1u);
          EXPECT_LE(remedy.raises, count);
        } else {
          ++exact;
          EXPECT_EQ(remedy.raises, count);
        }
        if (i == 0) continue;
        const Remedy& before = remedies[i - 1];
        EXPECT_LE(std::tie(before.at_least, before.raises),
                  std::tie(remedy.at_least, remedy.raises));
      }
    }
  }
  EXPECT_GT(bounds, 100);
  EXPECT_GT(exact, 100);
}

// Either `u` is in the first of many groups, each of which is a member of the
// next and has a grant, or `u` is in all of them.
std::unique_ptr<Engine> ManyGroups(int count, bool chain) {
  v1::World world;
  v1::Workspace* const w = world.add_workspaces();
  w->set_id("w");
  w->set_max_principals_per_resource(0);
  w->add_users()->set_id("u");
  v1::Resource* const resource = w->add_resources();
  resource->set_type("voice");
  resource->set_id("r");
  for (int i = 0; i < count; ++i) {
    v1::Group* const group = w->add_groups();
    group->set_id(absl::StrCat("g", i));
    group->add_members(i == 0 || !chain ? "user:u"
                                        : absl::StrCat("group:g", i - 1));
    v1::Grant* const grant = resource->add_grants();
    grant->set_target(absl::StrCat("group:g", i));
    grant->set_role("viewer");
  }
  auto engine = std::make_unique<Engine>();
  EXPECT_TRUE(engine->Import(Actor::System(), world).ok());
  return engine;
}

TEST(ExplanationOfManyGroups, HasEverySourceAndEveryRemedyAndBoundedPaths) {
  constexpr int kGroups = 20000;
  for (const bool chain : {true, false}) {
    const std::unique_ptr<Engine> engine = ManyGroups(kGroups, chain);
    const Workspace workspace = *engine->FindWorkspace("w");
    const Explanation e =
        *workspace.Explain(Subject::User("u"), {"voice", "r"}, "admin");
    ASSERT_EQ(e.sources.size(), static_cast<size_t>(kGroups));
    EXPECT_EQ(e.sources[9].path.size(), chain ? 10u : 1u);
    EXPECT_FALSE(e.sources[9].path_omitted);
    size_t groups = 0;
    for (const Source& source : e.sources) groups += source.path.size();
    EXPECT_LE(groups, 100000u + kGroups);
    const Source& last = e.sources.back();
    EXPECT_EQ(last.path_omitted, chain);
    EXPECT_EQ(last.path.size(), 1u);
    if (chain) {
      EXPECT_EQ(last.path[0], absl::StrCat("g", kGroups - 1));
    }
    // The subject, each of its groups, and everyone.
    EXPECT_EQ(e.remedies.size(), kGroups + 2u);
    for (const Remedy& remedy : e.remedies) {
      EXPECT_EQ(remedy.raises, 1u);
      EXPECT_FALSE(remedy.at_least);
    }
  }
}

// Each group is in all later ones, so there are many more memberships than
// groups. They take the time, so the budget must count them.
TEST(ExplanationOfManyGroups, CountsEveryMembershipAgainstTheBudget) {
  constexpr int kGroups = 60;
  v1::World world;
  v1::Workspace* const w = world.add_workspaces();
  w->set_id("w");
  w->add_users()->set_id("in");
  w->add_users()->set_id("out");
  v1::Resource* const resource = w->add_resources();
  resource->set_type("voice");
  resource->set_id("r");
  for (int i = 0; i < kGroups; ++i) {
    v1::Group* const group = w->add_groups();
    group->set_id(absl::StrCat("g", i));
    if (i == 0) group->add_members("user:in");
    for (int j = 0; j < i; ++j) {
      group->add_members(absl::StrCat("group:g", j));
    }
    v1::Grant* const grant = resource->add_grants();
    grant->set_target(absl::StrCat("group:g", i));
    grant->set_role("viewer");
  }
  Engine engine;
  ASSERT_TRUE(engine.Import(Actor::System(), world).ok());
  const Workspace workspace = *engine.FindWorkspace("w");

  // A grant to one of the user's groups, or the other user's joining one,
  // visits each group from each group below it: 1,830 groups through 35,990
  // memberships.
  const struct {
    const char* user;
    const char* role;
    RemedyKind kind;
  } cases[] = {{"in", "editor", RemedyKind::kGrantGroup},
               {"out", "viewer", RemedyKind::kJoinGroup}};
  for (const auto& c : cases) {
    for (const uint64_t budget : {6'000, 60'000}) {
      ExplainOptions options;
      options.row_budget = budget;
      const Explanation e = *workspace.Explain(Subject::User(c.user),
                                               {"voice", "r"}, c.role, options);
      int of_kind = 0, bounds = 0;
      for (const Remedy& remedy : e.remedies) {
        if (remedy.kind != c.kind) continue;
        ++of_kind;
        bounds += remedy.at_least ? 1 : 0;
      }
      EXPECT_EQ(of_kind, kGroups) << c.user;
      if (budget == 6'000) {
        EXPECT_GT(bounds, 0) << c.user;
      } else {
        EXPECT_EQ(bounds, 0) << c.user;
      }
    }
  }
}

}  // namespace
}  // namespace acl
