// The server on a disk that is slow, full or failing.
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/server/http/target.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journal/memory_files.h"
#include "tests/server/served.h"

namespace acl::server {
namespace {

using testing::HasSubstr;

constexpr char kShare[] =
    R"({"role":"viewer","resource_type":"voice","user_email":"cy@x.io"})";
constexpr char kQuestion[] =
    "/acl/v1/role?subject=user:bob&resource=voice:narrator";

// Whether a thread of this process is asleep.
bool IsAsleep(pid_t thread) {
  std::ifstream file(absl::StrCat("/proc/self/task/", thread, "/stat"));
  std::string stat;
  std::getline(file, stat);
  const size_t name_end = stat.rfind(')');
  return name_end != std::string::npos && stat.compare(name_end, 3, ") S") == 0;
}

// A disk whose behaviour the test sets. Declare it before what is stored on it.
class Disk {
 protected:
  Disk() {
    files_.SetSchedule([this](const FileStep& step) {
      StepOutcome outcome;
      if (step.call == FileStep::Call::kSync) {
        outcome.error = sync_error_;
        while (held_) {
          syncing_ = true;
          absl::SleepFor(absl::Milliseconds(1));
        }
        syncing_ = false;
      }
      if (step.call == FileStep::Call::kWrite) outcome.error = write_error_;
      return outcome;
    });
  }

  std::atomic<int> write_error_{0}, sync_error_{0};
  std::atomic<bool> held_{false}, syncing_{false};
  MemoryFiles files_;
};

class DiskTest : protected Disk, public Served {
 protected:
  DiskTest()
      : Served([this](EngineOptions options) {
          FolderOptions folder;
          folder.files = &files_;
          folder.checkpoints = false;
          return *Engine::Open("/data", std::move(options), folder);
        }) {}

  // Asks while `change` has been decided and is on its way to the disk, still
  // invisible to everyone. The answer must come from the engine: the caller was
  // let in.
  Replied AskBehind(const Change& change, const std::string& method,
                    const std::string& target, const std::string& body) {
    held_ = true;
    std::thread changer([&] { Must({change}); });
    while (!syncing_) absl::SleepFor(absl::Milliseconds(1));
    Replied reply{};
    std::atomic<pid_t> thread{0};
    std::thread asker([&] {
      thread = gettid();
      reply = Ask("ann", method, target, body);
    });
    // Until this thread waits for the disk, too.
    for (int asleep = 0; asleep < 10;) {
      absl::SleepFor(absl::Milliseconds(2));
      asleep = thread != 0 && IsAsleep(thread) ? asleep + 1 : 0;
    }
    held_ = false;
    changer.join();
    asker.join();
    return reply;
  }
};

struct Request {
  const char* method;
  const char* target;
  const char* body;
};

TEST_F(DiskTest, WhoseRightIsOnItsWayOutChangesNothingAnyMore) {
  UpdateUser demoted{"ann"};
  demoted.workspace_admin = false;
  UpdateUser promoted{"ann"};
  promoted.workspace_admin = true;
  for (const Request& one : {
           Request{"POST", "/acl/v1/changes",
                   R"({"changes":[{"add_user":{"id":"eve"}}]})"},
           Request{"POST", "/v1/workspace/members",
                   R"({"email":"bob@x.io","is_locked":true})"},
           Request{"POST", "/v1/workspace/groups/ops/members",
                   R"({"email":"bob@x.io"})"},
           Request{"POST", "/v1/workspace/groups/ops/members/remove",
                   R"({"email":"cy@x.io"})"},
           Request{"POST", "/v1/service-accounts", R"({"name":"x"})"},
           Request{"POST", "/v1/service-accounts/bot/api-keys",
                   R"({"name":"x","permissions":"all"})"},
           Request{"PATCH", "/v1/service-accounts/bot/api-keys/bot-key",
                   R"({"is_enabled":false})"},
           Request{"DELETE", "/v1/service-accounts/bot/api-keys/bot-key", ""},
           Request{"POST", "/acl/v1/keys", R"({"owner":"user:ann"})"},
           Request{"POST", "/acl/v1/keys/bot-key/secret", ""},
       }) {
    const Replied reply = AskBehind(demoted, one.method, one.target, one.body);
    EXPECT_EQ(reply.status, 403) << one.target;
    EXPECT_EQ(reply.Header("acl-fault"), "NOT_ADMIN") << one.target;
    Must({promoted});
  }
  EXPECT_FALSE(studio_.GetUser("eve").ok());
  EXPECT_FALSE(studio_.GetUser("bob")->locked());
  EXPECT_FALSE(studio_.GetKey("bot-key")->disabled());
}

TEST_F(DiskTest, WhoseKeyIsOnItsWayOutChangesNothingAnyMore) {
  const char* const add = R"({"changes":[{"add_user":{"id":"eve"}}]})";
  UpdateKey off{"ann-key"};
  off.enabled = false;
  Replied reply = AskBehind(off, "POST", "/acl/v1/changes", add);
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.Header("acl-fault"), "ACTOR_KEY_DISABLED");
  off.enabled = true;
  Must({off});
  UpdateUser locked{"ann"};
  locked.locked = true;
  reply = AskBehind(locked, "POST", "/acl/v1/changes", add);
  EXPECT_EQ(reply.Header("acl-fault"), "ACTOR_LOCKED");
  locked.locked = false;
  Must({locked});
  reply = AskBehind(RemoveKey{"ann-key"}, "POST", "/acl/v1/changes", add);
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.Header("acl-fault"), "ACTOR_UNKNOWN");
  EXPECT_FALSE(studio_.GetUser("eve").ok());
}

TEST_F(DiskTest, FullDiskRefusesAndGoesOnOnceThereIsRoom) {
  write_error_ = ENOSPC;
  const Replied full = Share("ann", kShare);
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(full.code(), "disk_full");
  EXPECT_EQ(full.Header("acl-fault"), "DISK_FULL");
  EXPECT_EQ(full.Header("Retry-After"), "1");
  EXPECT_EQ(Role(Subject::User("cy")), "none");
  EXPECT_EQ(Get("bob", kQuestion).body["role"], "editor");
  EXPECT_EQ(Get("", "/readyz").status, 200);
  write_error_ = 0;
  EXPECT_EQ(Share("ann", kShare).status, 200);
  EXPECT_EQ(Role(Subject::User("cy")), "viewer");
}

TEST_F(DiskTest, DiskThatFailsLeavesTheOutcomeOpenAndTheServerNotReady) {
  sync_error_ = EIO;
  const Replied unknown = Share("ann", kShare);
  EXPECT_EQ(unknown.status, 503);
  EXPECT_EQ(unknown.code(), "outcome_unknown");
  EXPECT_EQ(unknown.Header("acl-fault"), "OUTCOME_UNKNOWN");
  const Replied ready = Get("", "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.code(), "read_only");
  EXPECT_THAT(Get("", "/metrics").response.body, HasSubstr("acl_writable 0\n"));
  // The server still answers questions, but accepts no change, whatever the
  // disk does from now on.
  sync_error_ = 0;
  EXPECT_EQ(Get("bob", kQuestion).body["role"], "editor");
  EXPECT_EQ(Share("ann", kShare).status, 503);
  EXPECT_EQ(Role(Subject::User("cy")), "none");
}

TEST_F(DiskTest, SlowDiskHoldsUpNobodyWhoAsksOrChangesAnotherThing) {
  const std::string edit = R"({"name":"other"})";
  held_ = true;
  std::thread editor([&] {
    EXPECT_EQ(
        Ask("ann", "PATCH", "/v1/service-accounts/bot/api-keys/bot-key", edit)
            .status,
        200);
  });
  while (!syncing_) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(Get("bob", kQuestion).status, 200);
  std::atomic<bool> refused{false};
  // A request about another key is not held up, although a change is on its
  // way.
  std::thread other([&] {
    refused =
        Ask("ann", "PATCH", "/v1/service-accounts/bot/api-keys/none", edit)
            .status == 404;
  });
  other.join();
  EXPECT_TRUE(refused);
  held_ = false;
  editor.join();
}

TEST_F(DiskTest, PastIsAnsweredAndNamesItsRevision) {
  const RevisionToken then = *studio_.Token();
  Must({acl::Unshare{{"voice", "narrator"}, Target::User("bob")}});
  const Replied past =
      Get("ann", absl::StrCat(kQuestion, "&at=", then.revision));
  EXPECT_EQ(past.status, 200);
  EXPECT_EQ(past.body["role"], "editor");
  EXPECT_EQ(past.body["revision"], then.revision);
  EXPECT_EQ(past.Header("acl-revision"), then.ToString());
  EXPECT_EQ(Get("ann", kQuestion).body["role"], "none");
}

// This is what the refusal of a page token tells the caller to do.
TEST_F(DiskTest, ListContinuesAtItsRevisionAfterAChangeBetweenTwoPages) {
  Must({acl::Share{{"voice", "narrator"}, Target::Default(), "viewer"},
        RemoveUser{"lea"}});
  ASSERT_TRUE(engine_.Checkpoint().ok());
  const std::string list = "/acl/v1/who?resource=voice:narrator&page_size=";
  const Json whole = Get("ann", list + "100").body["items"];
  ASSERT_EQ(whole.size(), 4u);
  const Json first = Get("ann", list + "3").body;
  const std::string next = absl::StrCat(
      list,
      "3&page_token=", Escape(first["next_page_token"].get<std::string>()));
  Must({RemoveUser{"cy"}});
  EXPECT_EQ(Get("ann", next).code(), "revision_not_available");
  const Replied second =
      Get("ann", absl::StrCat(next, "&at=", first["revision"].get<Revision>()));
  ASSERT_EQ(second.status, 200) << second.response.body;
  ASSERT_EQ(second.body["items"].size(), 1u);
  EXPECT_EQ(second.body["items"][0], whole[3]);
}

TEST_F(DiskTest, FewAskAboutThePastAtOnce) {
  const std::string target = absl::StrCat(kQuestion, "&at=1");
  std::atomic<int> answered{0}, overloaded{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10; ++n) {
        const Replied reply = Get("ann", target);
        if (reply.status == 503) {
          EXPECT_EQ(reply.code(), "overloaded");
          ++overloaded;
        } else {
          EXPECT_EQ(reply.status, 200);
          ++answered;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(answered, 1);
  EXPECT_EQ(answered + overloaded, 160);
}

TEST_F(DiskTest, EveryAnswerOfOneRevisionNamesIt) {
  for (const Request& one : {
           Request{"GET",
                   "/v1/workspace/resources/narrator?resource_type=voice", ""},
           Request{"GET", "/v1/workspace/members", ""},
           Request{"GET", "/v1/workspace/groups", ""},
           Request{"GET", "/v1/workspace/groups/search?name=x", ""},
           Request{"GET", "/v1/service-accounts", ""},
           Request{"GET", "/v1/service-accounts/bot/api-keys", ""},
           Request{"GET", kQuestion, ""},
           Request{"GET", "/acl/v1/who?resource=voice:narrator", ""},
           Request{"GET", "/acl/v1/what?subject=user:bob", ""},
           Request{"GET", "/acl/v1/world", ""},
           Request{"POST", "/acl/v1/checks", R"({"questions":[]})"},
           Request{"POST", "/v1/workspace/resources/narrator/share", kShare},
           Request{"POST", "/v1/workspace/members", R"({"email":"cy@x.io"})"},
           Request{"POST", "/v1/service-accounts", R"({"name":"x"})"},
           Request{"POST", "/acl/v1/keys", R"({"owner":"user:cy"})"},
           Request{"POST", "/acl/v1/changes", R"({"changes":[]})"},
       }) {
    const Replied reply = Ask("ann", one.method, one.target, one.body);
    EXPECT_EQ(reply.status, 200) << one.target;
    EXPECT_EQ(reply.Header("acl-revision"), studio_.Token()->ToString())
        << one.target;
  }
  EXPECT_EQ(Post("ann", "/acl/v1/changes", R"({"changes":[],"dry_run":true})")
                .Header("acl-revision"),
            "");
  EXPECT_EQ(Get("operator", "/acl/v1/workspaces").Header("acl-revision"), "");
}

}  // namespace
}  // namespace acl::server
