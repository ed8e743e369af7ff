// Traps of other engines: data races. Run with ThreadSanitizer as well.
// docs/traps.md has the whole list; concurrency_test.cc has more tests of
// readers alongside a writer.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

const ResourceId kVoice{"voice", "r"};

std::vector<Change> FirstChanges() {
  return {AddGroup{"g"}, AddUser{"u0"}, AddResource{kVoice}};
}

// All kinds of changes. Each is undone before the end, so that a round leaves
// the state as it was.
std::vector<std::vector<Change>> RoundOfEveryKind(int n) {
  const std::string x = absl::StrCat("x", n);
  const ResourceId r{"voice", x};
  return {
      {AddUser{x, x + "@example.com"}, AddServiceAccount{x}},
      {AddKey{x, PrincipalId::ServiceAccount(x)}, AddGroup{x}},
      {UpdateUser{x, {}, "X", true}, UpdateServiceAccount{x, "X"}},
      {UpdateKey{x, false}, UpdateGroup{x, "X"}},
      {AddMember{x, Member::User("u0")}, AddMember{"g", Member::Group(x)}},
      {AddResource{r, "", PrincipalId::User(x)}, UpdateResource{r, "R"}},
      {Share{r, Target::Key(x), "editor"},
       Share{kVoice, Target::Group(x), "viewer"}},
      {SetLimit{50},
       SetLadder{{"guest", "viewer", "commenter", "editor", "admin"}}},
      {SetResourceTypes{{"voice", "songs", "more"}}},
      {SetLimit{3}, SetLadder{{"viewer", "commenter", "editor", "admin"}},
       SetResourceTypes{{"voice", "songs"}}},
      {Unshare{kVoice, Target::Group(x)}, RemoveMember{"g", Member::Group(x)}},
      {RemoveKey{x}, RemoveResource{r}},
      {RemoveGroup{x}, RemoveUser{x}, RemoveServiceAccount{x}}};
}

// Asks every kind of question, about things that come and go.
bool AsksWork(const Reader& reader, int n) {
  const std::string x = absl::StrCat("x", n % 2);
  const ResourceRef r{"voice", x};
  const Subject kSubjects[] = {Subject::User(x), Subject::Key(x),
                               Subject::User("u0"),
                               Subject::Email("x0@example.com")};
  bool ok = true;
  for (const Subject& subject : kSubjects) {
    const auto answer = reader.EffectiveRole(subject, kVoice);
    ok = ok && answer.ok() && reader.Check(subject, "editor", r).ok() &&
         reader.Explain(subject, r, "editor").ok() &&
         reader.ListResources(subject, "viewer", "").ok();
    reader.RoleName(answer->role);
    reader.GroupId(answer->witness.group);
    const auto handle = reader.FindSubject(subject);
    const auto resource = reader.FindResource(r);
    if (handle.ok() && resource.ok()) {
      ok = ok && reader.EffectiveRole(*handle, *resource).ok();
    }
  }
  const std::vector<Question> questions(3, {kSubjects[2], "admin", kVoice});
  ok = ok && reader.CheckMany(questions).ok() &&
       reader.ListPrincipals(r, "").ok() && reader.Token().ok() &&
       reader.FindRole("viewer").ok() && reader.Roles().size() >= 4;
  static_cast<void>(reader.FindGroup(x));
  return ok && reader.id() == "w" &&
         reader
             .VisitMatrix([](const PrincipalId&, const ResourceRef&,
                             acl::Role) { return true; })
             .ok() &&
         reader.Export().ok();
}

// Trap: data races between readers and a writer (casbin 1491; casbin-cpp 226;
// SpiceDB CVE-2026-55866). Every kind of change runs alongside every kind of
// question, at the latest revision and in snapshots that are taken and
// released, while workspaces are added and removed. ThreadSanitizer decides.
TEST(TrapsOfRaces, EveryKindOfChangeBesideEveryKindOfQuestion) {
  Engine engine;
  Workspace workspace = *engine.AddWorkspace(Actor::System(), "w");
  ASSERT_TRUE(workspace.Apply(Actor::System(), FirstChanges()).ok());
  std::atomic<int> wrong{0}, writing{2}, asked{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t, workspace]() mutable {
      for (int i = 0; i < 60 || (asked.load() < 60 && i < 5000); ++i) {
        for (const std::vector<Change>& batch : RoundOfEveryKind(t)) {
          if (!workspace.Apply(Actor::System(), batch).ok()) wrong.fetch_add(1);
        }
      }
      writing.fetch_sub(1);
    });
    threads.emplace_back([&, workspace] {
      for (int i = 0; writing.load() > 0; ++i) {
        if (!AsksWork(workspace, i)) wrong.fetch_add(1);
        if (!AsksWork(*workspace.TakeSnapshot(), i)) wrong.fetch_add(1);
        asked.fetch_add(1);
      }
    });
  }
  threads.emplace_back([&] {
    const v1::World world = engine.Export();
    for (int i = 0; writing.load() > 0; ++i) {
      v1::World copy = world;
      copy.mutable_workspaces(0)->set_id("copy");
      if (!engine.Import(Actor::System(), copy).ok()) wrong.fetch_add(1);
      if (engine.Export().workspaces_size() != 2) wrong.fetch_add(1);
      if (!engine.RemoveWorkspace(Actor::System(), "copy").ok()) {
        wrong.fetch_add(1);
      }
    }
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_GE(asked.load(), 60);
  EXPECT_EQ(workspace.Export()->users_size(), 1);
}

}  // namespace
}  // namespace acl
