// Readers alongside a writer: every answer is right for the revision that it
// names, whatever else happens. Run with ThreadSanitizer as well.
// Trap: data races between readers and a writer (casbin 1491; casbin-cpp 226;
// SpiceDB CVE-2026-55866); traps_races_test.cc has every kind of change.
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"

namespace acl {
namespace {

const ResourceId kVoice{"voice", "r"};

// Runs `work` repeatedly in several threads until the scope ends. Counts the
// failures without test macros, which are only for the main thread.
class Crowd {
 public:
  Crowd(int threads, std::function<bool()> work) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this, work] {
        while (!stop_.load()) {
          if (!work()) wrong_.fetch_add(1);
          rounds_.fetch_add(1);
        }
      });
    }
  }
  ~Crowd() { Stop(); }

  void Stop() {
    stop_.store(true);
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  // Waits until this many more rounds have ended.
  void AwaitRounds(int rounds) const {
    const int goal = rounds_.load() + rounds;
    while (rounds_.load() < goal) std::this_thread::yield();
  }
  int wrong() const { return wrong_.load(); }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> wrong_{0};
  std::atomic<int> rounds_{0};
  std::vector<std::thread> threads_;
};

void Fill(Workspace workspace) {
  ASSERT_TRUE(
      workspace
          .Apply(Actor::System(),
                 {AddUser{"u"}, AddUser{"w"}, AddGroup{"g"},
                  AddMember{"g", Member::User("u")},
                  AddMember{"g", Member::User("w")}, AddResource{kVoice}})
          .ok());
}

bool Write(Workspace workspace, const Change& change) {
  return workspace.Apply(Actor::System(), {change}).ok();
}

// An engine with the workspace `studio`, in which `u` and `w` are members of
// `g`. Nobody has a role on the resource.
class Concurrency : public testing::Test {
 protected:
  void Start(const EngineOptions& options = {}) {
    engine_ = std::make_unique<Engine>(options);
    ASSERT_TRUE(engine_->AddWorkspace(Actor::System(), "studio").ok());
    Fill(studio());
  }
  Workspace studio() const { return *engine_->FindWorkspace("studio"); }

  std::unique_ptr<Engine> engine_;
};

// What `u` has in each of the writer's four steps: none; viewer by its own
// grant; also editor through the group; editor through the group alone.
struct Phase {
  const char* role;
  SourceKind witness;
  size_t grants;
};
constexpr Phase kPhases[] = {{"none", SourceKind::kNone, 0},
                             {"viewer", SourceKind::kDirect, 1},
                             {"editor", SourceKind::kGroup, 2},
                             {"editor", SourceKind::kGroup, 1}};
constexpr Revision kFirst = 1;

const Phase& PhaseAt(Revision revision) {
  return kPhases[(revision - kFirst) % 4];
}

bool WriteRound(Workspace workspace) {
  return Write(workspace, Share{kVoice, Target::User("u"), "viewer"}) &&
         Write(workspace, Share{kVoice, Target::Group("g"), "editor"}) &&
         Write(workspace, Unshare{kVoice, Target::User("u")}) &&
         Write(workspace, Unshare{kVoice, Target::Group("g")});
}

bool AnswerIsRight(const Reader& reader,
                   const absl::StatusOr<RoleAnswer>& answer) {
  if (!answer.ok()) return false;
  const Phase& phase = PhaseAt(answer->revision);
  return reader.RoleName(answer->role) == phase.role &&
         answer->witness.kind == phase.witness &&
         reader.GroupId(answer->witness.group) ==
             (phase.witness == SourceKind::kGroup ? "g" : "");
}

bool RolesAreRight(const Reader& reader, SubjectHandle user,
                   ResourceHandle resource) {
  if (!AnswerIsRight(reader,
                     reader.EffectiveRole(Subject::User("u"), kVoice)) ||
      !AnswerIsRight(reader, reader.EffectiveRole(user, resource))) {
    return false;
  }
  const std::vector<HandleQuestion> questions(3, {user, resource});
  std::vector<RoleAnswer> answers(3);
  if (!reader.EffectiveRoles(questions, absl::MakeSpan(answers)).ok()) {
    return false;
  }
  for (const RoleAnswer& answer : answers) {
    if (answer.revision != answers[0].revision ||
        !AnswerIsRight(reader, answer)) {
      return false;
    }
  }
  return true;
}

bool ChecksAreRight(const Reader& reader) {
  const Subject user = Subject::User("u");
  const std::vector<Question> questions = {{user, "viewer", kVoice},
                                           {user, "commenter", kVoice},
                                           {user, "admin", kVoice}};
  const auto answer = reader.CheckMany(questions);
  if (!answer.ok()) return false;
  const std::string role = PhaseAt(answer->revision).role;
  return answer->allowed ==
         std::vector<bool>{role != "none", role == "editor", false};
}

bool ListsAreRight(const Reader& reader) {
  const auto resources = reader.ListResources(Subject::User("u"), "", "");
  const auto principals = reader.ListPrincipals(kVoice, "commenter");
  if (!resources.ok() || !principals.ok()) return false;
  const Phase& phase = PhaseAt(resources->revision);
  const bool any = phase.witness != SourceKind::kNone;
  if (resources->items.size() != (any ? 1 : 0)) return false;
  if (any && reader.RoleName(resources->items[0].role) != phase.role) {
    return false;
  }
  const bool group =
      PhaseAt(principals->revision).witness == SourceKind::kGroup;
  return principals->items.size() == (group ? 2 : 0);
}

bool ExplanationIsRight(const Reader& reader) {
  const auto explanation =
      reader.Explain(Subject::User("u"), kVoice, "commenter");
  if (!explanation.ok()) return false;
  const Phase& phase = PhaseAt(explanation->revision);
  const bool allowed = std::string(phase.role) == "editor";
  return explanation->role == phase.role &&
         explanation->sources.size() == phase.grants &&
         explanation->allowed == allowed &&
         explanation->remedies.empty() == allowed;
}

// A snapshot repeats the same answers, from one revision.
bool SnapshotIsRight(const Reader& reader) {
  const Snapshot snapshot = *reader.TakeSnapshot();
  const Revision revision = snapshot.Token()->revision;
  const Phase& phase = PhaseAt(revision);
  for (int i = 0; i < 3; ++i) {
    const auto answer = snapshot.EffectiveRole(Subject::User("u"), kVoice);
    const auto exported = snapshot.Export();
    if (!AnswerIsRight(snapshot, answer) || answer->revision != revision ||
        !exported.ok() || exported->revision() != revision) {
      return false;
    }
    const size_t grants =
        static_cast<size_t>(exported->resources(0).grants_size());
    if (grants != phase.grants) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST_F(Concurrency, EveryAnswerBesideAWriterIsRightForItsRevision) {
  Start();
  const Workspace workspace = studio();
  ASSERT_EQ(workspace.Token()->revision, kFirst);
  const SubjectHandle user = *workspace.FindSubject(Subject::User("u"));
  const ResourceHandle resource = *workspace.FindResource(kVoice);
  Crowd roles(2, [=] { return RolesAreRight(workspace, user, resource); });
  Crowd others(2, [=] {
    return ChecksAreRight(workspace) && ListsAreRight(workspace) &&
           ExplanationIsRight(workspace) && SnapshotIsRight(workspace);
  });
  for (int i = 0; i < 1500; ++i) ASSERT_TRUE(WriteRound(studio()));
  roles.AwaitRounds(10);
  others.AwaitRounds(10);
  roles.Stop();
  others.Stop();
  EXPECT_EQ(roles.wrong(), 0);
  EXPECT_EQ(others.wrong(), 0);
}

TEST_F(Concurrency, RevisionsOfOneReaderNeverGoBack) {
  Start();
  const Workspace workspace = studio();
  std::vector<std::unique_ptr<Crowd>> crowds;
  for (int i = 0; i < 3; ++i) {
    auto last = std::make_shared<Revision>(0);
    crowds.push_back(std::make_unique<Crowd>(1, [workspace, last] {
      const Revision now = workspace.Token()->revision;
      const bool right = now >= *last;
      *last = now;
      return right;
    }));
  }
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(WriteRound(studio()));
    // A change that has returned is visible to every later read.
    ASSERT_EQ(workspace.Token()->revision, kFirst + 4 * (i + 1));
  }
  for (auto& crowd : crowds) {
    crowd->AwaitRounds(10);
    crowd->Stop();
    EXPECT_EQ(crowd->wrong(), 0);
  }
}

TEST_F(Concurrency, AccessTakenBeforeASharingNeverComesBack) {
  Start();
  const Workspace workspace = studio();
  const SubjectHandle user = *workspace.FindSubject(Subject::User("u"));
  const ResourceHandle resource = *workspace.FindResource(kVoice);
  Crowd by_string(2, [=] {
    const auto answer = workspace.EffectiveRole(Subject::User("u"), kVoice);
    const auto check = workspace.Check(Subject::User("u"), "viewer", kVoice);
    return answer.ok() && !answer->role && check.ok() && !*check;
  });
  Crowd by_handle(2, [=] {
    const auto answer = workspace.EffectiveRole(user, resource);
    const auto principals = workspace.ListPrincipals(kVoice, "");
    return answer.ok() && !answer->role && principals.ok() &&
           principals->items.size() < 2;
  });
  for (int i = 0; i < 1500; ++i) {
    ASSERT_TRUE(Write(studio(), RemoveMember{"g", Member::User("u")}));
    ASSERT_TRUE(Write(studio(), Share{kVoice, Target::Group("g"), "editor"}));
    ASSERT_TRUE(*workspace.Check(Subject::User("w"), "editor", kVoice));
    ASSERT_TRUE(Write(studio(), Unshare{kVoice, Target::Group("g")}));
    ASSERT_TRUE(Write(studio(), AddMember{"g", Member::User("u")}));
  }
  by_string.AwaitRounds(10);
  by_handle.AwaitRounds(10);
  by_string.Stop();
  by_handle.Stop();
  EXPECT_EQ(by_string.wrong(), 0);
  EXPECT_EQ(by_handle.wrong(), 0);
}

// Counts its calls, and separately those that come after it was declared dead.
class CountingObserver : public Observer {
 public:
  void OnDecision(absl::string_view, Revision, bool) override { Count(); }
  void OnChange(absl::string_view, const Actor&, const std::vector<Change>&,
                const ChangeOptions&, const Receipt&) override {
    Count();
  }
  void OnRefusal(absl::string_view, const Actor&, const std::vector<Change>&,
                 const absl::Status&) override {
    Count();
  }
  void Die() { dead_.store(true); }
  int calls() const { return calls_.load(); }
  int late_calls() const { return late_calls_.load(); }

 private:
  void Count() {
    calls_.fetch_add(1);
    if (dead_.load()) late_calls_.fetch_add(1);
    std::this_thread::yield();
    if (dead_.load()) late_calls_.fetch_add(1);
  }

  std::atomic<bool> dead_{false};
  std::atomic<int> calls_{0};
  std::atomic<int> late_calls_{0};
};

bool IsClosed(const absl::Status& status) {
  return FaultOf(status) == v1::ENGINE_CLOSED &&
         status.code() == absl::StatusCode::kFailedPrecondition;
}

TEST_F(Concurrency, NoHookIsCalledAfterTheEngineIsDestroyed) {
  for (int round = 0; round < 20; ++round) {
    CountingObserver observer;
    EngineOptions options;
    options.observer = &observer;
    Start(options);
    ASSERT_TRUE(Write(studio(), Share{kVoice, Target::User("u"), "viewer"}));
    const Workspace workspace = studio();
    const Snapshot snapshot = *workspace.TakeSnapshot();
    Crowd readers(2, [=] {
      const auto now = workspace.Check(Subject::User("u"), "viewer", kVoice);
      const auto held = snapshot.Check(Subject::User("u"), "viewer", kVoice);
      return now.ok() && *now && held.ok() && *held;
    });
    Crowd writers(2, [=]() mutable {
      Workspace own = workspace;
      const auto receipt =
          own.Share(Actor::System(), kVoice, Target::User("w"), "viewer");
      const auto undone =
          own.Unshare(Actor::System(), kVoice, Target::User("w"));
      return (receipt.ok() || IsClosed(receipt.status())) &&
             (undone.ok() || IsClosed(undone.status()));
    });
    readers.AwaitRounds(20);
    writers.AwaitRounds(20);
    engine_.reset();
    observer.Die();
    readers.AwaitRounds(50);
    writers.AwaitRounds(50);
    readers.Stop();
    writers.Stop();
    EXPECT_EQ(readers.wrong() + writers.wrong(), 0);
    EXPECT_GT(observer.calls(), 0);
    EXPECT_EQ(observer.late_calls(), 0);
    Workspace after = workspace;
    EXPECT_TRUE(IsRefusal(
        after.Unshare(Actor::System(), kVoice, Target::User("u")),
        absl::StatusCode::kFailedPrecondition, v1::ENGINE_CLOSED, "`studio`"));
    EXPECT_TRUE(*after.Check(Subject::User("u"), "viewer", kVoice));
  }
}

TEST_F(Concurrency, AtLeastWaitsForTheRevision) {
  Start();
  const Workspace workspace = studio();
  RevisionToken token = *workspace.Token();
  token.revision += 4;
  std::atomic<int> fresh{0};
  std::vector<std::thread> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.emplace_back([&fresh, workspace, token] {
      const auto snapshot = workspace.AtLeast(token, absl::Seconds(30));
      if (snapshot.ok() && snapshot->Token()->revision >= token.revision) {
        fresh.fetch_add(1);
      }
    });
  }
  absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(fresh.load(), 0);
  ASSERT_TRUE(WriteRound(studio()));
  for (std::thread& thread : waiting) thread.join();
  EXPECT_EQ(fresh.load(), 3);
}

TEST_F(Concurrency, AtLeastTimesOutWhenTheRevisionDoesNotCome) {
  Start();
  const Workspace workspace = studio();
  RevisionToken token = *workspace.Token();
  EXPECT_TRUE(workspace.AtLeast(token, absl::ZeroDuration()).ok());
  ++token.revision;
  const absl::Time begin = absl::Now();
  EXPECT_TRUE(IsRefusal(workspace.AtLeast(token, absl::Milliseconds(50)),
                        absl::StatusCode::kDeadlineExceeded,
                        v1::REVISION_TIMEOUT, "the workspace is at 1"));
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(50));
}

TEST_F(Concurrency, AtLeastEndsWhenTheEngineIsDestroyed) {
  Start();
  const Workspace workspace = studio();
  RevisionToken token = *workspace.Token();
  ++token.revision;
  std::atomic<bool> closed{false};
  std::thread waiting([&closed, workspace, token] {
    closed.store(
        IsClosed(workspace.AtLeast(token, absl::InfiniteDuration()).status()));
  });
  absl::SleepFor(absl::Milliseconds(20));
  engine_.reset();
  waiting.join();
  EXPECT_TRUE(closed.load());
}

// Whether a snapshot either answers correctly or refuses because it was pushed
// out. Sets `*out` in the second case.
bool RightOrPushedOut(const Snapshot& snapshot, std::atomic<bool>* out) {
  const bool was_out = out->load();
  const auto answer = snapshot.EffectiveRole(Subject::User("u"), kVoice);
  const auto page = snapshot.ListPrincipals(kVoice, "");
  const absl::Status status = answer.ok() ? page.status() : answer.status();
  if (!status.ok()) {
    out->store(true);
    return FaultOf(status) == v1::REVISION_NOT_AVAILABLE &&
           status.code() == absl::StatusCode::kOutOfRange;
  }
  const bool viewer =
      answer->role && answer->witness.kind == SourceKind::kDirect;
  return !was_out && viewer && page->items.size() == 1;
}

TEST_F(Concurrency, SnapshotPushedOutByTheCapIsRefusedAndNeverWrong) {
  EngineOptions options;
  options.max_snapshot_rows = 40;
  for (int round = 0; round < 20; ++round) {
    Start(options);
    ASSERT_TRUE(Write(studio(), Share{kVoice, Target::User("u"), "viewer"}));
    const Snapshot snapshot = *studio().TakeSnapshot();
    std::atomic<bool> out{false};
    Crowd readers(3, [&] { return RightOrPushedOut(snapshot, &out); });
    readers.AwaitRounds(5);
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(WriteRound(studio()));
    readers.AwaitRounds(10);
    readers.Stop();
    EXPECT_TRUE(out.load());
    EXPECT_TRUE(IsRefusal(snapshot.Check(Subject::User("u"), "viewer", kVoice),
                          absl::StatusCode::kOutOfRange,
                          v1::REVISION_NOT_AVAILABLE, "pushed out"));
    EXPECT_TRUE(IsRefusal(snapshot.Export(), absl::StatusCode::kOutOfRange,
                          v1::REVISION_NOT_AVAILABLE, "pushed out"));
  }
}

TEST_F(Concurrency, SnapshotWithinTheCapStays) {
  EngineOptions options;
  options.max_snapshot_rows = 1000;
  Start(options);
  const Snapshot snapshot = *studio().TakeSnapshot();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(WriteRound(studio()));
  EXPECT_FALSE(*snapshot.Check(Subject::User("u"), "viewer", kVoice));
  EXPECT_EQ(snapshot.Token()->revision, kFirst);
}

TEST_F(Concurrency, LatestIsAnsweredUnderTheSmallestCap) {
  EngineOptions options;
  options.max_snapshot_rows = 1;
  Start(options);
  const Workspace workspace = studio();
  const SubjectHandle user = *workspace.FindSubject(Subject::User("u"));
  const ResourceHandle resource = *workspace.FindResource(kVoice);
  Crowd readers(3, [=] { return RolesAreRight(workspace, user, resource); });
  for (int i = 0; i < 1500; ++i) ASSERT_TRUE(WriteRound(studio()));
  readers.AwaitRounds(10);
  readers.Stop();
  EXPECT_EQ(readers.wrong(), 0);
}

TEST_F(Concurrency, WorkspaceRemovedWhileInUseAnswersNone) {
  Start();
  for (int round = 0; round < 50; ++round) {
    Workspace old = studio();
    ASSERT_TRUE(Write(old, Share{kVoice, Target::User("u"), "viewer"}));
    const RevisionToken old_token = *old.Token();
    const SubjectHandle user = *old.FindSubject(Subject::User("u"));
    const ResourceHandle resource = *old.FindResource(kVoice);
    std::atomic<bool> removed{false};
    Crowd readers(3, [=, &removed] {
      const bool was_removed = removed.load();
      const auto answer = old.EffectiveRole(user, resource);
      const auto check = old.Check(Subject::User("u"), "viewer", kVoice);
      if (!answer.ok() || !check.ok()) return false;
      return !was_removed || (!answer->role && !*check);
    });
    readers.AwaitRounds(5);
    ASSERT_TRUE(engine_->RemoveWorkspace(Actor::System(), "studio").ok());
    removed.store(true);
    ASSERT_TRUE(engine_->AddWorkspace(Actor::System(), "studio").ok());
    Fill(studio());
    ASSERT_TRUE(Write(studio(), Share{kVoice, Target::User("u"), "viewer"}));
    readers.AwaitRounds(5);
    readers.Stop();
    ASSERT_EQ(readers.wrong(), 0);
    const Workspace fresh = studio();
    EXPECT_TRUE(*fresh.Check(Subject::User("u"), "viewer", kVoice));
    EXPECT_FALSE(fresh.EffectiveRole(user, resource)->role);
    EXPECT_TRUE(IsRefusal(fresh.AtLeast(old_token, absl::ZeroDuration()),
                          absl::StatusCode::kOutOfRange,
                          v1::REVISION_NOT_AVAILABLE, "another incarnation"));
    EXPECT_TRUE(IsRefusal(
        old.Share(Actor::System(), kVoice, Target::User("w"), "viewer"),
        absl::StatusCode::kNotFound, v1::WORKSPACE_NOT_FOUND, "`studio`"));
    ASSERT_TRUE(engine_->RemoveWorkspace(Actor::System(), "studio").ok());
    ASSERT_TRUE(engine_->AddWorkspace(Actor::System(), "studio").ok());
    Fill(studio());
  }
}

TEST_F(Concurrency, TableOfWorkspacesIsReadWhileItChanges) {
  Start();
  const Engine& engine = *engine_;
  Crowd readers(3, [&engine] {
    const std::vector<std::string> ids = engine.WorkspaceIds();
    const auto other = engine.FindWorkspace("other");
    const v1::World world = engine.Export();
    return !ids.empty() && ids.size() <= 2 && ids.back() == "studio" &&
           engine.FindWorkspace("studio").ok() && world.workspaces_size() > 0 &&
           (other.ok() || FaultOf(other.status()) == v1::WORKSPACE_NOT_FOUND);
  });
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(engine_->AddWorkspace(Actor::System(), "other").ok());
    ASSERT_TRUE(engine_->RemoveWorkspace(Actor::System(), "other").ok());
  }
  readers.AwaitRounds(10);
  readers.Stop();
  EXPECT_EQ(readers.wrong(), 0);
}

TEST_F(Concurrency, WritersTakeTurnsAndLoseNothing) {
  Start();
  std::vector<std::thread> writers;
  std::atomic<int> accepted{0};
  for (int t = 0; t < 4; ++t) {
    writers.emplace_back([this, t, &accepted] {
      Workspace workspace = studio();
      for (int i = 0; i < 100; ++i) {
        const auto receipt = workspace.Apply(
            Actor::System(), {AddUser{absl::StrCat("t", t, "-", i)}});
        if (receipt.ok() && receipt->changed) accepted.fetch_add(1);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(accepted.load(), 400);
  EXPECT_EQ(studio().Token()->revision, kFirst + 400);
  EXPECT_EQ(studio().Export()->users_size(), 402);
}

}  // namespace
}  // namespace acl
