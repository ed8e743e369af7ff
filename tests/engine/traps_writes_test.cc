// Traps of other engines: writes that are reported as done but are lost, and
// batches that name a target more than once. docs/traps.md has the whole list.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/encoding/file.h"
#include "acl/engine.h"
#include "acl/world/world_file.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/every_way.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

using absl::StatusCode;

absl::Status WriteWorldOf(const Engine& engine, const std::string& path) {
  return WriteWorldFile(
      path, [&](const WorldSink& sink) { return engine.Export(sink); });
}

class TrapsOfWrites : public Studio {
 protected:
  std::string Folder() const {
    const std::string folder = absl::StrCat(
        std::getenv("TEST_TMPDIR"), "/",
        testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder);
    return folder;
  }
  // The role of dan on `voice:w` in an engine that imports the file.
  static std::string RoleInFile(const std::string& path) {
    const auto file = WorldReader::Open(path);
    if (!file.ok()) return std::string(file.status().message());
    Engine engine;
    const absl::Status status =
        engine.Import(Actor::System(), (*file)->Source());
    if (!status.ok()) return std::string(status.message());
    return RoleEveryWay(*engine.FindWorkspace("studio"), Subject::User("dan"),
                        {"voice", "w"});
  }
  static size_t FilesIn(const std::string& folder) {
    size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      files += entry.is_regular_file() ? 1 : 0;
    }
    return files;
  }
};

// Trap: a write is reported as done but is lost (SpiceDB CVE-2025-64529). What
// a share reported is, word for word, in every later export.
TEST_F(TrapsOfWrites, ShareThatReturnedIsInTheExport) {
  const char* const kRoles[] = {"viewer", "commenter", "editor", "admin"};
  const Target kTargets[] = {Target::User("dan"), Target::Group("inner"),
                             Target::ServiceAccount("bot"), Target::Default()};
  for (const Target& target : kTargets) {
    for (const char* role : kRoles) {
      const Receipt receipt = Must({Share{w_, target, role}});
      ASSERT_TRUE(receipt.changed);
      const v1::Workspace world = *studio_.Export();
      ASSERT_EQ(world.revision(), receipt.revision);
      std::string found;
      for (const v1::Grant& grant : world.resources(1).grants()) {
        if (grant.target() == target.ToString()) found = grant.role();
      }
      EXPECT_EQ(found, role) << target.ToString();
    }
  }
  EXPECT_EQ(studio_.Export()->resources(1).grants_size(), 4);
}

// Shares, writes the world to a file, reports this through a pipe, and dies at
// once.
void ShareWriteAndDie(Workspace workspace, const Engine& engine,
                      const std::string& path, const char* role, int pipe) {
  const ResourceId w{"voice", "w"};
  const bool done =
      workspace.Share(Actor::System(), w, Target::User("dan"), role).ok() &&
      WriteWorldOf(engine, path).ok();
  const char answer = done ? 'y' : 'n';
  if (write(pipe, &answer, 1) == 1) raise(SIGKILL);
  _exit(1);
}

// As above: if a process is killed right after it reported that the world was
// written, this process can read the world back.
TEST_F(TrapsOfWrites, WorldThatWasWrittenOutlivesAKilledProcess) {
  const char* const kRoles[] = {"viewer", "commenter", "editor", "admin"};
  for (const char* name : {"/w.yaml", "/w.binpb"}) {
    const std::string path = Folder() + name;
    for (int round = 0; round < 12; ++round) {
      int ends[2];
      ASSERT_EQ(pipe(ends), 0);
      const char* role = kRoles[round % 4];
      const pid_t child = fork();
      if (child == 0) ShareWriteAndDie(studio_, engine_, path, role, ends[1]);
      char answer = 0;
      ASSERT_EQ(read(ends[0], &answer, 1), 1);
      ASSERT_EQ(answer, 'y');
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      close(ends[0]);
      close(ends[1]);
      EXPECT_EQ(RoleInFile(path), role) << name;
    }
  }
  EXPECT_EQ(FilesIn(Folder()), 2u);
  EXPECT_EQ(Role(Subject::User("dan"), w_), "none");  // here nothing was shared
}

// Runs in its own process: writes the file under a limit on the size of files.
// Returns 0 if it was written, 1 if it was refused as it should be.
int WriteWithin(size_t bytes, const std::string& path, const v1::World& world) {
  signal(SIGXFSZ, SIG_IGN);
  const struct rlimit limit = {bytes, bytes};
  setrlimit(RLIMIT_FSIZE, &limit);
  const absl::Status status =
      WriteFile(path, WriteMessage(Encoding::kBinary, world));
  if (status.ok()) return 0;
  return FaultOf(status) == v1::FILE_ACCESS ? 1 : 2;
}

// As above: a file that cannot be written completely, wherever the room ends,
// is reported as not written, and the old file stays intact.
TEST_F(TrapsOfWrites, WorldThatDoesNotFitIsReportedAndLeavesTheOldOne) {
  const std::string path = Folder() + "/w.binpb";
  ASSERT_TRUE(WriteWorldOf(engine_, path).ok());
  const std::string old = *ReadFile(path);
  Must({Share{w_, Target::User("dan"), "editor"}});
  const v1::World world = engine_.Export();
  const size_t size = world.ByteSizeLong();
  ASSERT_GT(size, old.size());
  for (size_t room = 0; room <= size; room += room + 7 < size ? 7 : 1) {
    const pid_t child = fork();
    if (child == 0) _exit(WriteWithin(room, path, world));
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_EQ(WEXITSTATUS(status), room < size ? 1 : 0) << room;
    ASSERT_EQ(RoleInFile(path), room < size ? "none" : "editor");
    if (room < size) {
      ASSERT_EQ(*ReadFile(path), old);
    }
    ASSERT_EQ(FilesIn(Folder()), 1u);
  }
}

// As above, the other way round: a refused batch leaves nothing behind,
// wherever the refused change is in it.
TEST_F(TrapsOfWrites, RefusedBatchLeavesNothingBehind) {
  const std::vector<Change> good = {
      AddUser{"x", "x@example.com"},
      AddGroup{"x"},
      AddMember{"x", Member::User("x")},
      AddServiceAccount{"x"},
      AddKey{"x", PrincipalId::ServiceAccount("x")},
      AddResource{{"voice", "x"}},
      Share{{"voice", "x"}, Target::Group("x"), "editor"},
      Share{v_, Target::User("x"), "viewer"},
      Unshare{v_, Target::User("bob")},
      RemoveUser{"lea"},
      UpdateUser{"ann", "new@example.com"},
      SetLimit{7},
      SetLadder{{"viewer", "commenter", "editor", "admin", "top"}}};
  const std::string before = Everything();
  for (size_t at = 0; at <= good.size(); ++at) {
    std::vector<Change> changes = good;
    changes.insert(changes.begin() + static_cast<std::ptrdiff_t>(at),
                   RemoveUser{"gone"});
    const absl::Status status = Apply(changes).status();
    EXPECT_TRUE(IsRefusal(status, StatusCode::kNotFound, v1::USER_NOT_FOUND,
                          absl::StrCat("change ", at, ": ")));
    EXPECT_EQ(ChangeIndexOf(status), at);
    ASSERT_EQ(Everything(), before);
    EXPECT_FALSE(studio_.FindSubject(Subject::Email("x@example.com")).ok());
    EXPECT_EQ(RoleEveryWay(studio_, Subject::User("bob"), v_), "editor");
  }
  // No id has been used up either.
  EXPECT_TRUE(Must(good).changed);
}

// As above: the first answer is repeated, and the change is not made again.
TEST_F(TrapsOfWrites, RepeatedRequestAfterALostAnswerIsDoneOnce) {
  ChangeOptions options;
  options.request_id = "r1";
  const std::vector<Change> changes = {AddUser{"x"},
                                       Share{w_, Target::User("x"), "viewer"}};
  const Receipt first = Must(changes, options);
  Must({Unshare{w_, Target::User("x")}});
  const Receipt again = Must(changes, options);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.revision, first.revision);
  EXPECT_EQ(Role(Subject::User("x"), w_), "none");
}

// What one receipt of a batch says.
std::string ToText(const ChangeReceipt& receipt) {
  const ShareEffect& effect = *receipt.share;
  return absl::StrCat(receipt.changed ? "changed " : "idle ",
                      effect.target.ToString(), " ", effect.grant_before, ">",
                      effect.grant_after, " ", effect.effective_before, ">",
                      effect.effective_after, " ", effect.held_by.size());
}

// Trap: one batch names a target more than once, with undefined results
// (several engines). Here, the order counts: every batch of three changes to
// one slot, under any of its names, has the result of the three changes made
// one after the other. It takes one revision, or none if the state is
// unchanged, and each change has its receipt.
TEST_F(TrapsOfWrites, BatchThatNamesATargetTwiceIsDoneInItsOrder) {
  const Target kNames[] = {Target::Key("k1"), Target::Key("off"),
                           Target::Email("BOT@example.com"),
                           Target::ServiceAccount("bot")};
  std::vector<Change> steps;
  for (const Target& name : kNames) {
    steps.push_back(Share{w_, name, "viewer"});
    steps.push_back(Share{w_, name, "editor"});
    steps.push_back(Unshare{w_, name});
  }
  Must({Share{w_, Target::Group("outer"), "commenter"}, SetLimit{2}});
  for (size_t i = 0; i < steps.size() * steps.size() * steps.size(); ++i) {
    const std::vector<Change> batch = {steps[i % steps.size()],
                                       steps[i / steps.size() % steps.size()],
                                       steps[i / steps.size() / steps.size()]};
    Must({Unshare{w_, kNames[i % 4]}});
    Engine other;
    ASSERT_TRUE(other.Import(Actor::System(), engine_.Export()).ok());
    Workspace singly = *other.FindWorkspace("studio");
    const Revision before = Now();
    const Receipt receipt = Must(batch);
    ASSERT_EQ(receipt.changes.size(), 3u);
    for (size_t c = 0; c < batch.size(); ++c) {
      const auto one = singly.Apply(Actor::System(), {batch[c]});
      ASSERT_TRUE(one.ok()) << one.status();
      ASSERT_EQ(ToText(receipt.changes[c]), ToText(one->changes[0]));
    }
    v1::Workspace expected = *singly.Export();
    const bool changed = receipt.changes[2].share->grant_after != "none";
    ASSERT_EQ(receipt.changed, changed);
    expected.set_revision(before + (changed ? 1 : 0));
    ASSERT_EQ(studio_.Export()->DebugString(), expected.DebugString());
  }
}

// As above: a target that is named twice counts once towards the limit.
TEST_F(TrapsOfWrites, TargetThatIsNamedTwiceCountsOnce) {
  Must({SetLimit{1}});
  const Receipt receipt =
      Must({Share{w_, Target::User("bob"), "viewer"},
            Share{w_, Target::Email("bob@example.com"), "editor"}});
  EXPECT_EQ(receipt.changes[1].share->grant_before, "viewer");
  EXPECT_EQ(receipt.changes[1].share->grant_after, "editor");
  EXPECT_TRUE(IsRefusal(Apply({Share{w_, Target::User("bob"), "admin"},
                               Share{w_, Target::User("dan"), "viewer"}}),
                        StatusCode::kResourceExhausted, v1::LIMIT,
                        "change 1: "));
  EXPECT_EQ(Role(Subject::User("bob"), w_), "editor");
  // One takes the place that the other leaves free.
  Must({Unshare{w_, Target::User("bob")},
        Share{w_, Target::User("dan"), "viewer"}});
  EXPECT_EQ(Role(Subject::User("bob"), w_), "none");
}

// As above, for batches that name anything else twice: the second change is
// decided on the state that the first left, and if it is refused, so is the
// first.
TEST_F(TrapsOfWrites, SecondOfTwoIsDecidedOnWhatTheFirstLeft) {
  struct Row {
    std::vector<Change> changes;
    Fault fault;        // of the last change; FAULT_UNSPECIFIED: accepted
    bool idle = false;  // the last change has no effect
  };
  const Fault ok = v1::FAULT_UNSPECIFIED;
  const Row kRows[] = {
      {{AddUser{"x"}, AddUser{"x"}}, v1::ALREADY_EXISTS},
      {{AddUser{"x", "x@x"}, AddUser{"y", "X@x"}}, v1::EMAIL_TAKEN},
      {{AddUser{"x"}, RemoveUser{"x"}, AddUser{"x"}}, ok},
      {{RemoveUser{"bob"}, RemoveUser{"bob"}}, v1::USER_NOT_FOUND},
      {{RemoveUser{"bob"}, Share{v_, Target::User("bob"), "viewer"}},
       v1::USER_NOT_FOUND},
      {{UpdateUser{"dan", "d@x"}, UpdateUser{"dan", "D@X"}}, ok, true},
      {{AddGroup{"x"}, AddGroup{"x"}}, v1::ALREADY_EXISTS},
      {{AddMember{"inner", Member::User("bob")},
        AddMember{"inner", Member::User("bob")}},
       ok,
       true},
      {{RemoveMember{"outer", Member::Group("inner")},
        AddMember{"inner", Member::Group("outer")}},
       ok},
      {{AddGroup{"x"}, AddMember{"inner", Member::Group("x")},
        AddMember{"x", Member::Group("outer")}},
       v1::GROUP_CYCLE},
      {{AddKey{"x", PrincipalId::User("ann")},
        AddKey{"x", PrincipalId::ServiceAccount("bot")}},
       v1::ALREADY_EXISTS},
      {{RemoveKey{"k1"}, Share{w_, Target::Key("k1"), "viewer"}},
       v1::KEY_NOT_FOUND},
      {{AddResource{{"voice", "x"}}, AddResource{{"voice", "x"}}},
       v1::ALREADY_EXISTS},
      {{RemoveResource{v_}, Unshare{v_, Target::User("bob")}},
       v1::RESOURCE_NOT_FOUND},
      {{Share{v_, Target::User("ann"), "admin"},
        Share{v_, Target::User("ann"), "viewer"}},
       v1::CREATOR_PROTECTED},
      {{SetLadder{{"viewer", "editor", "admin"}},
        Share{w_, Target::User("bob"), "commenter"}},
       v1::ROLE_UNKNOWN},
      {{Share{w_, Target::User("bob"), "commenter"},
        SetLadder{{"viewer", "editor", "admin"}}},
       v1::ROLE_IN_USE},
      {{Unshare{v_, Target::User("bob")}, Unshare{v_, Target::User("bob")}},
       ok,
       true}};
  const std::string before = Everything();
  const v1::World world = engine_.Export();
  for (size_t i = 0; i < std::size(kRows); ++i) {
    const Row& row = kRows[i];
    const auto receipt = Apply(row.changes);
    EXPECT_EQ(v1::Fault_Name(FaultOf(receipt.status())),
              v1::Fault_Name(row.fault))
        << "row " << i;
    if (!receipt.ok()) {
      EXPECT_EQ(ChangeIndexOf(receipt.status()), row.changes.size() - 1);
      EXPECT_EQ(Everything(), before) << "row " << i;
      continue;
    }
    EXPECT_EQ(receipt->changes.size(), row.changes.size());
    EXPECT_EQ(receipt->changes.back().changed, !row.idle) << "row " << i;
    EXPECT_EQ(receipt->revision, 2u) << "row " << i;
    ASSERT_TRUE(engine_.RemoveWorkspace(Actor::System(), "studio").ok());
    ASSERT_TRUE(engine_.Import(Actor::System(), world).ok());
    studio_ = *engine_.FindWorkspace("studio");
  }
}

}  // namespace
}  // namespace acl
