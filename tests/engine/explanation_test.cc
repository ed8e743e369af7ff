// Explanations and remedies of examples that are small enough to work out by
// hand.
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
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
  // Two ways of two steps to `top`, and a longer one through smaller ids.
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

// `editors` may edit `voice:v` and `voice:w`, so that joining them raises `dan`
// on two resources; a grant to `inner` or `outer` raises `dan` and `bot`.
TEST_F(Explanations, RemediesOfADenialStandFewestRaisedFirst) {
  Must({AddGroup{"editors"}, AddGroup{"sub"},
        AddMember{"editors", Member::Group("sub")},
        Share{w_, Target::Group("editors"), "editor"},
        Share{v_, Target::Group("editors"), "editor"}});
  const Explanation explanation =
      *studio_.Explain(Subject::User("dan"), w_, "editor");
  EXPECT_FALSE(explanation.allowed);
  EXPECT_EQ(explanation.deciding, 0u);
  // A baseline raises ann, bob, dan and bot; boss is admin, lea is locked.
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

// Each remedy, carried out, does what it promises.
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

// `dan` is in 5,000 groups, each of which could be granted something.
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

TEST_F(LongExplanation, IsGivenUpWhenItsTimeIsOver) {
  const absl::Time deadline = absl::Now() + absl::Milliseconds(20);
  ExplainOptions options;
  options.cancelled = [&] { return absl::Now() >= deadline; };
  EXPECT_EQ(FaultOf(Ask(options).status()), v1::CANCELLED_BY_CALLER);
  EXPECT_LT(absl::Now(), deadline + absl::Seconds(5));
  // And at once where it was over before.
  EXPECT_EQ(FaultOf(Ask(options).status()), v1::CANCELLED_BY_CALLER);
}

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

}  // namespace
}  // namespace acl
