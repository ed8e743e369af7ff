// Closing an engine waits for the running hooks of its own observer, and for
// nothing else: not for other engines, not for questions.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"

namespace acl {
namespace {

// Runs `work` on a thread of its own. If it hangs, ends the test program, since
// a thread cannot be stopped.
void ExpectItEnds(const std::function<void()>& work) {
  std::packaged_task<void()> task(work);
  std::future<void> done = task.get_future();
  std::thread thread(std::move(task));
  if (done.wait_for(std::chrono::seconds(60)) != std::future_status::ready) {
    std::fputs("it hangs\n", stderr);
    std::abort();
  }
  thread.join();
}

// An engine with a user who is a viewer of a resource.
class World {
 public:
  explicit World(Observer* observer = nullptr) {
    EngineOptions options;
    options.observer = observer;
    engine_ = std::make_unique<Engine>(options);
    workspace_ = std::make_unique<Workspace>(
        *engine_->AddWorkspace(Actor::System(), "w"));
    EXPECT_TRUE(
        workspace_
            ->Apply(Actor::System(),
                    {AddUser{"ann"}, AddServiceAccount{"bot"},
                     AddKey{"k", PrincipalId::User("ann")}, AddGroup{"g"},
                     AddMember{"g", Member::User("ann")},
                     AddResource{{"voice", "v"}},
                     acl::Share{{"voice", "v"}, Target::User("ann"), "viewer"}})
            .ok());
  }
  Engine& engine() { return *engine_; }
  Workspace& workspace() { return *workspace_; }
  void Destroy() { engine_.reset(); }

 private:
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Workspace> workspace_;
};

// Runs `work` inside each hook, until it is told to stop.
class WorkingObserver : public Observer {
 public:
  explicit WorkingObserver(std::function<void()> work)
      : work_(std::move(work)) {}
  void OnDecision(absl::string_view, Revision, bool) override { Work(); }
  void OnChange(absl::string_view, const Actor&, const std::vector<Change>&,
                const ChangeOptions&, const Receipt&) override {
    Work();
  }
  void OnRefusal(absl::string_view, const Actor&, const std::vector<Change>&,
                 const absl::Status&) override {
    Work();
  }
  void OnWorkspace(absl::string_view, const Actor&, WorkspaceEvent) override {
    Work();
  }
  void Begin() { working_ = true; }
  int calls() const { return calls_; }

 private:
  void Work() {
    if (!working_) return;
    ++calls_;
    work_();
  }

  const std::function<void()> work_;
  bool working_ = false;
  int calls_ = 0;
};

// A call that takes a callback, and how to make it.
struct CallingBack {
  const char* name;
  std::function<void(World* world, const std::function<void()>& inside)> call;
};

using Inside = std::function<void()>;

// A callback that runs `inside` and then lets the call continue.
auto Continue(const Inside& inside) {
  return [&inside](const auto&...) {
    inside();
    return true;
  };
}
std::function<bool()> NotCancelled(const Inside& inside) {
  return [&inside] {
    inside();
    return false;
  };
}
WorldSink Sink(const Inside& inside) {
  return [&inside](const v1::Workspace&) {
    inside();
    return absl::OkStatus();
  };
}

const std::vector<CallingBack>& Questions() {
  static const auto& all = *new std::vector<CallingBack>{
      {"VisitUsers",
       [](World* w, const Inside& inside) {
         EXPECT_TRUE(w->workspace().VisitUsers(Continue(inside)).ok());
       }},
      {"VisitServiceAccounts",
       [](World* w, const Inside& inside) {
         EXPECT_TRUE(
             w->workspace().VisitServiceAccounts(Continue(inside)).ok());
       }},
      {"VisitGroups",
       [](World* w, const Inside& inside) {
         EXPECT_TRUE(w->workspace().VisitGroups(Continue(inside)).ok());
       }},
      {"VisitKeys",
       [](World* w, const Inside& inside) {
         EXPECT_TRUE(w->workspace()
                         .VisitKeys(PrincipalId::User("ann"), Continue(inside))
                         .ok());
       }},
      {"VisitPrincipals",
       [](World* w, const Inside& inside) {
         EXPECT_TRUE(w->workspace().VisitPrincipals(Continue(inside)).ok());
       }},
      {"VisitMatrix",
       [](World* w, const Inside& inside) {
         EXPECT_TRUE(w->workspace().VisitMatrix(Continue(inside)).ok());
       }},
      {"VisitMatrix of a snapshot",
       [](World* w, const Inside& inside) {
         const Snapshot snapshot = *w->workspace().TakeSnapshot();
         EXPECT_TRUE(snapshot.VisitMatrix(Continue(inside)).ok());
       }},
      {"Export of a workspace",
       [](World* w, const Inside& inside) {
         EXPECT_TRUE(w->workspace().Export(Sink(inside)).ok());
       }},
      {"ListResources",
       [](World* w, const Inside& inside) {
         PageOptions options;
         options.cancelled = NotCancelled(inside);
         EXPECT_TRUE(w->workspace()
                         .ListResources(Subject::User("ann"), "", "", options)
                         .ok());
       }},
      {"ListPrincipals",
       [](World* w, const Inside& inside) {
         PageOptions options;
         options.cancelled = NotCancelled(inside);
         EXPECT_TRUE(
             w->workspace().ListPrincipals({"voice", "v"}, "", options).ok());
       }},
      {"Explain",
       [](World* w, const Inside& inside) {
         ExplainOptions options;
         options.cancelled = NotCancelled(inside);
         EXPECT_TRUE(w->workspace()
                         .Explain(Subject::User("ann"), {"voice", "v"}, "admin",
                                  options)
                         .ok());
       }},
  };
  return all;
}

TEST(Closing, AnotherEngineCanBeDestroyedInsideEveryCallback) {
  for (const CallingBack& question : Questions()) {
    SCOPED_TRACE(question.name);
    int called = 0;
    ExpectItEnds([&] {
      World world;
      question.call(&world, [&] {
        ++called;
        World another;
        EXPECT_TRUE(another.engine().Close().ok());
        Engine third;
      });
    });
    EXPECT_GT(called, 0);
  }
}

TEST(Closing, AnEngineCanBeDestroyedInsideItsOwnQuestions) {
  for (const CallingBack& question : Questions()) {
    SCOPED_TRACE(question.name);
    int called = 0;
    ExpectItEnds([&] {
      World world;
      question.call(&world, [&] {
        ++called;
        world.Destroy();
      });
      // Questions already asked are answered completely, and so are later ones.
      EXPECT_TRUE(world.workspace().Token().ok());
    });
    EXPECT_GT(called, 0);
  }
}

TEST(Closing, AnotherEngineCanBeDestroyedInsideEveryHook) {
  ExpectItEnds([] {
    WorkingObserver observer([] {
      World another;
      EXPECT_TRUE(another.engine().Close().ok());
    });
    World world(&observer);
    observer.Begin();
    const Subject ann = Subject::User("ann");
    const ResourceRef voice{"voice", "v"};
    EXPECT_TRUE(world.workspace().Check(ann, "viewer", voice).ok());
    EXPECT_TRUE(world.workspace().EffectiveRole(ann, voice).ok());
    const std::vector<Question> questions(3, {ann, "viewer", voice});
    EXPECT_TRUE(world.workspace().CheckMany(questions).ok());
    const HandleQuestion by_handle{*world.workspace().FindSubject(ann),
                                   *world.workspace().FindResource(voice)};
    RoleAnswer answer;
    EXPECT_TRUE(world.workspace()
                    .EffectiveRoles(absl::MakeConstSpan(&by_handle, 1),
                                    absl::MakeSpan(&answer, 1))
                    .ok());
    EXPECT_TRUE(
        world.workspace().Apply(Actor::System(), {AddUser{"bob"}}).ok());
    EXPECT_FALSE(
        world.workspace().Apply(Actor::System(), {AddUser{"bob"}}).ok());
    EXPECT_TRUE(world.engine().AddWorkspace(Actor::System(), "x").ok());
    EXPECT_EQ(observer.calls(), 9);
  });
}

TEST(Closing, IsRefusedInsideEveryHookOfItsOwn) {
  ExpectItEnds([] {
    World* world = nullptr;
    std::vector<absl::Status> refusals;
    WorkingObserver observer(
        [&] { refusals.push_back(world->engine().Close()); });
    World observed(&observer);
    world = &observed;
    observer.Begin();
    const Subject ann = Subject::User("ann");
    EXPECT_TRUE(observed.workspace().Check(ann, "viewer", {"voice", "v"}).ok());
    EXPECT_TRUE(
        observed.workspace().Apply(Actor::System(), {AddUser{"bob"}}).ok());
    EXPECT_FALSE(
        observed.workspace().Apply(Actor::System(), {AddUser{"bob"}}).ok());
    EXPECT_TRUE(observed.engine().AddWorkspace(Actor::System(), "x").ok());
    ASSERT_EQ(refusals.size(), 4u);
    for (const absl::Status& refusal : refusals) {
      EXPECT_TRUE(IsRefusal(refusal, absl::StatusCode::kInvalidArgument,
                            v1::MALFORMED, "close it on another thread"));
    }
    // The other engine is unaffected.
    EXPECT_TRUE(
        observed.workspace().Apply(Actor::System(), {AddUser{"cem"}}).ok());
  });
}

TEST(Closing, DoesNotWaitForALongQuestionOfAnotherThread) {
  for (const CallingBack& question : Questions()) {
    SCOPED_TRACE(question.name);
    std::promise<void> inside, done;
    std::thread reader([&] {
      World world;
      bool waited = false;
      question.call(&world, [&] {
        if (std::exchange(waited, true)) return;
        inside.set_value();
        done.get_future().wait();
      });
    });
    inside.get_future().wait();
    ExpectItEnds([] {
      World another;
      EXPECT_TRUE(another.engine().Close().ok());
    });
    done.set_value();
    reader.join();
  }
}

double CpuSecondsOfThisThread() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         static_cast<double>(now.tv_nsec) / 1e9;
}

TEST(Closing, SleepsUntilAHookOfAnotherThreadIsDone) {
  constexpr auto kHook = std::chrono::milliseconds(300);
  std::promise<void> inside;
  bool done = false;
  WorkingObserver observer([&] {
    inside.set_value();
    std::this_thread::sleep_for(kHook);
    done = true;
  });
  auto world = std::make_unique<World>(&observer);
  const Workspace workspace = world->workspace();
  observer.Begin();
  std::thread reader([&] {
    EXPECT_TRUE(
        *workspace.Check(Subject::User("ann"), "viewer", {"voice", "v"}));
  });
  inside.get_future().wait();
  const double before = CpuSecondsOfThisThread();
  world->Destroy();
  EXPECT_TRUE(done);
  EXPECT_LT(CpuSecondsOfThisThread() - before, 0.1);
  reader.join();
  // The observer is no longer told anything.
  EXPECT_TRUE(*workspace.Check(Subject::User("ann"), "viewer", {"voice", "v"}));
  EXPECT_EQ(observer.calls(), 1);
}

}  // namespace
}  // namespace acl
