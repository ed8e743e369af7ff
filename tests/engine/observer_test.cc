// What an observer is told, and when it is no longer told anything.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

// Records what it is told.
class Recorder : public Observer {
 public:
  void OnDecision(absl::string_view workspace, Revision revision,
                  bool allowed) override {
    told.push_back(absl::StrCat("decision ", workspace, " ", revision, " ",
                                allowed ? "yes" : "no"));
  }
  void OnChange(absl::string_view workspace, const Actor& actor,
                const std::vector<Change>& changes,
                const ChangeOptions& options, const Receipt& receipt) override {
    told.push_back(absl::StrCat(
        "change ", workspace, " by ", actor.ToString(), ": ", changes.size(),
        " to ", receipt.revision, receipt.replayed ? " again" : "",
        options.reason.empty() ? "" : " because ", options.reason));
  }
  void OnRefusal(absl::string_view workspace, const Actor& actor,
                 const std::vector<Change>& changes,
                 const absl::Status& refusal) override {
    told.push_back(absl::StrCat("refusal ", workspace, " by ", actor.ToString(),
                                ": ", changes.size(), " ",
                                v1::Fault_Name(FaultOf(refusal))));
  }
  void OnWorkspace(absl::string_view workspace, const Actor& actor,
                   WorkspaceEvent event) override {
    told.push_back(absl::StrCat("workspace ", workspace, " by ",
                                actor.ToString(), " ",
                                static_cast<int>(event)));
  }
  std::vector<std::string> Take() { return std::exchange(told, {}); }

  std::vector<std::string> told;
};

using Told = std::vector<std::string>;

class Observed : public testing::Test {
 protected:
  void SetUp() override {
    EngineOptions options;
    options.observer = &recorder_;
    engine_ = std::make_unique<Engine>(options);
    ASSERT_TRUE(engine_->AddWorkspace(Subject::User("op"), "studio").ok());
    ASSERT_TRUE(studio().Apply(Actor::System(), StudioChanges()).ok());
    EXPECT_EQ(recorder_.Take(), (Told{"workspace studio by user:op 0",
                                      "change studio by system: 19 to 1"}));
  }
  Workspace studio() const { return *engine_->FindWorkspace("studio"); }

  const ResourceId v_{"voice", "v"};
  Recorder recorder_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(Observed, EveryAnsweredQuestionIsOneDecision) {
  const Workspace workspace = studio();
  const Subject ann = Subject::User("ann");
  const Subject dan = Subject::User("dan");
  ASSERT_TRUE(workspace.Check(ann, "admin", v_).ok());
  ASSERT_TRUE(workspace.EffectiveRole(dan, v_).ok());
  ASSERT_TRUE(workspace
                  .EffectiveRole(*workspace.FindSubject(ann),
                                 *workspace.FindResource(v_))
                  .ok());
  const std::vector<Question> questions = {{ann, "admin", v_},
                                           {dan, "viewer", v_}};
  ASSERT_TRUE(workspace.CheckMany(questions).ok());
  EXPECT_EQ(recorder_.Take(),
            (Told{"decision studio 1 yes", "decision studio 1 no",
                  "decision studio 1 yes", "decision studio 1 yes",
                  "decision studio 1 no"}));
}

// A batch that is too long for a pin holds a version instead, with no other
// difference.
TEST_F(Observed, LongBatchIsAnsweredAsItsQuestionsAloneAndEachIsADecision) {
  constexpr size_t kMany = 10'000;
  const Workspace workspace = studio();
  const Subject subjects[] = {Subject::User("ann"), Subject::User("dan"),
                              Subject::User("bob"), Subject::User("nobody")};
  std::vector<Question> questions;
  std::vector<HandleQuestion> by_handle;
  const ResourceHandle v = *workspace.FindResource(v_);
  for (size_t i = 0; i < kMany; ++i) {
    const Subject& subject = subjects[i % 4];
    questions.push_back({subject, "viewer", v_});
    by_handle.push_back(
        {workspace.FindSubject(subject).value_or(SubjectHandle()), v});
  }
  recorder_.Take();
  const CheckManyAnswer checked = *workspace.CheckMany(questions);
  EXPECT_EQ(recorder_.Take().size(), kMany);
  std::vector<RoleAnswer> roles(kMany);
  ASSERT_TRUE(workspace.EffectiveRoles(by_handle, absl::MakeSpan(roles)).ok());
  EXPECT_EQ(recorder_.Take().size(), kMany);
  ASSERT_EQ(checked.allowed.size(), kMany);
  for (size_t i = 0; i < kMany; ++i) {
    const RoleAnswer alone = *workspace.EffectiveRole(subjects[i % 4], v_);
    ASSERT_EQ(roles[i].role, alone.role);
    ASSERT_EQ(roles[i].revision, alone.revision);
    ASSERT_EQ(checked.allowed[i], static_cast<bool>(alone.role));
  }
  questions[kMany - 1].role = "owner";
  EXPECT_TRUE(IsRefusal(workspace.CheckMany(questions),
                        absl::StatusCode::kInvalidArgument, v1::ROLE_UNKNOWN,
                        "question 9999: "));
}

TEST_F(Observed, ListsExplanationsAndMalformedQuestionsAreNoDecisions) {
  const Workspace workspace = studio();
  const Subject ann = Subject::User("ann");
  EXPECT_TRUE(workspace.ListResources(ann, "", "").ok());
  EXPECT_TRUE(workspace.ListPrincipals(v_, "").ok());
  EXPECT_TRUE(workspace.Explain(ann, v_).ok());
  EXPECT_FALSE(workspace.Check(ann, "owner", v_).ok());
  const std::vector<Question> questions = {{ann, "admin", v_},
                                           {ann, "owner", v_}};
  EXPECT_FALSE(workspace.CheckMany(questions).ok());
  EXPECT_EQ(recorder_.Take(), Told{});
}

TEST_F(Observed, ChangesRefusalsAndRepeatsAreTold) {
  Workspace workspace = studio();
  ChangeOptions options;
  options.request_id = "q";
  options.reason = "ticket 7";
  const Actor ann = Subject::User("ann");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(
        workspace.Share(ann, v_, Target::User("dan"), "viewer", options).ok());
  }
  EXPECT_FALSE(
      workspace.Unshare(Subject::User("dan"), v_, Target::User("bob")).ok());
  EXPECT_EQ(recorder_.Take(),
            (Told{"change studio by user:ann: 1 to 2 because ticket 7",
                  "change studio by user:ann: 1 to 2 again because ticket 7",
                  "refusal studio by user:dan: 1 NOT_ADMIN"}));
}

TEST_F(Observed, DryRunsAreNotTold) {
  Workspace workspace = studio();
  ChangeOptions dry;
  dry.dry_run = true;
  EXPECT_TRUE(workspace.Apply(Actor::System(), {AddUser{"z"}}, dry).ok());
  EXPECT_FALSE(workspace.Apply(Actor::System(), {AddUser{"ann"}}, dry).ok());
  EXPECT_EQ(recorder_.Take(), Told{});
}

TEST_F(Observed, WorkspaceEventsAreTold) {
  v1::World world;
  world.add_workspaces()->set_id("imported");
  ASSERT_TRUE(engine_->Import(Actor::System(), world).ok());
  ASSERT_TRUE(engine_->RemoveWorkspace(Subject::User("op"), "studio").ok());
  EXPECT_EQ(recorder_.Take(), (Told{"workspace imported by system 1",
                                    "workspace studio by user:op 2"}));
}

TEST_F(Observed, RemovedWorkspaceTellsNothingOnceTheEngineIsDestroyed) {
  Workspace workspace = studio();
  const Snapshot snapshot = *workspace.TakeSnapshot();
  ASSERT_TRUE(engine_->RemoveWorkspace(Actor::System(), "studio").ok());
  engine_.reset();
  recorder_.Take();
  EXPECT_FALSE(*workspace.Check(Subject::User("ann"), "viewer", v_));
  EXPECT_TRUE(*snapshot.Check(Subject::User("ann"), "viewer", v_));
  EXPECT_FALSE(workspace.Apply(Actor::System(), {AddUser{"z"}}).ok());
  EXPECT_EQ(recorder_.Take(), Told{});
}

TEST_F(Observed, WorkspaceTellsNothingOnceTheEngineIsDestroyed) {
  Workspace workspace = studio();
  engine_.reset();
  recorder_.Take();
  EXPECT_TRUE(*workspace.Check(Subject::User("ann"), "viewer", v_));
  EXPECT_TRUE(IsRefusal(workspace.Apply(Actor::System(), {AddUser{"z"}}),
                        absl::StatusCode::kFailedPrecondition,
                        v1::ENGINE_CLOSED, "only answers questions"));
  EXPECT_EQ(recorder_.Take(), Told{});
}

}  // namespace
}  // namespace acl
