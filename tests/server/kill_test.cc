// A server under concurrent shares is killed, again and again: every share that
// was answered 200 is there afterwards, and none that got a definite refusal.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/encoding/file.h"
#include "acl/engine.h"
#include "acl/server/serve.h"
#include "gtest/gtest.h"
#include "tests/server/http/client.h"

namespace acl::server {
namespace {

constexpr int kKills = 25;
constexpr int kClients = 8;
constexpr int kUsers = 20'000;
constexpr char kSecret[] = "the-operator-of-the-kill-test-says-so";

std::string Folder() {
  return absl::StrCat(std::getenv("TEST_TMPDIR"), "/data");
}

ServeOptions Options() {
  ServeOptions options;
  options.folder = Folder();
  options.folder_options.journal_file_bytes = 64 << 10;
  options.operator_key_file = Folder() + ".operator";
  return options;
}

// A process that serves, and its port.
struct Process {
  pid_t pid;
  uint16_t port;
};

Process Serve() {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    const absl::StatusOr<std::unique_ptr<Server>> server =
        Server::Start(Options());
    if (!server.ok()) {
      std::fprintf(stderr, "%s\n", server.status().ToString().c_str());
      _exit(1);
    }
    const uint16_t port = (*server)->port();
    if (write(ends[1], &port, sizeof port) != sizeof port) _exit(2);
    for (;;) pause();
  }
  close(ends[1]);
  Process process{pid, 0};
  EXPECT_EQ(read(ends[0], &process.port, sizeof process.port),
            ssize_t{sizeof process.port});
  close(ends[0]);
  return process;
}

// What one client was told.
struct Told {
  std::vector<int> accepted;
  std::vector<int> refused;
};

std::string Request(const std::string& changes, const std::string& more) {
  const std::string body =
      absl::StrCat("{", more, R"("changes":[)", changes, "]}");
  return absl::StrCat(
      "POST /acl/v1/changes HTTP/1.1\r\nHost: h\r\nxi-api-key: ", kSecret,
      "\r\nacl-workspace: w\r\nContent-Type: application/json\r\n"
      "Content-Length: ",
      body.size(), "\r\n\r\n", body);
}

std::string ShareOf(int client, int user) {
  return absl::StrCat(R"({"share":{"resource":"voice:)", client,
                      R"(","target":"user:)", user, R"(","role":"viewer"}})");
}

// Shares its own resource with one user after the other, and every third time
// asks for what can't be.
void ShareUntilKilled(uint16_t port, int client, int from, Told* told) {
  Client connection;
  if (!connection.Connect(port)) return;
  for (int user = from; user < kUsers; ++user) {
    const bool impossible = user % 3 == 0;
    const Reply reply = connection.Ask(Request(
        ShareOf(client, user), impossible ? R"("expected_revision":1,)" : ""));
    if (reply.status == 0) return;
    if (reply.status == 200) told->accepted.push_back(user);
    if (reply.status == 409) told->refused.push_back(user);
    if (reply.status != (impossible ? 409 : 200)) {
      ADD_FAILURE() << reply.status << " " << reply.body;
      return;
    }
  }
}

void MakeWorld() {
  ASSERT_TRUE(WriteFile(Options().operator_key_file, kSecret).ok());
  absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Open(Folder());
  ASSERT_TRUE(engine.ok()) << engine.status();
  Workspace workspace = *(*engine)->AddWorkspace(Actor::System(), "w");
  std::vector<Change> changes = {SetLimit{0}};
  for (int i = 0; i < kUsers; ++i) changes.push_back(AddUser{absl::StrCat(i)});
  for (int i = 0; i < kClients; ++i) {
    changes.push_back(AddResource{{"voice", absl::StrCat(i)}});
  }
  // Revision 1 is gone.
  ASSERT_TRUE(workspace.Apply(Actor::System(), changes).ok());
  ASSERT_TRUE(workspace.Apply(Actor::System(), {AddGroup{"g"}}).ok());
}

void Check(const std::vector<Told>& told) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::OpenAt(Folder(), {});
  ASSERT_TRUE(engine.ok()) << engine.status();
  const Workspace workspace = *(*engine)->FindWorkspace("w");
  for (int client = 0; client < kClients; ++client) {
    const std::string id = absl::StrCat(client);
    const auto has = [&](int user) {
      return *workspace.Check(Subject::User(absl::StrCat(user)), "viewer",
                              {"voice", id});
    };
    for (const int user : told[client].accepted) {
      ASSERT_TRUE(has(user)) << client << " " << user;
    }
    for (const int user : told[client].refused) {
      ASSERT_FALSE(has(user)) << client << " " << user;
    }
  }
}

TEST(KilledServer, KeepsWhatItAnsweredAndNothingThatItRefused) {
  MakeWorld();
  std::vector<Told> told(kClients);
  size_t accepted = 0;
  for (int kill_number = 0; kill_number < kKills; ++kill_number) {
    const Process process = Serve();
    ASSERT_NE(process.port, 0);
    std::vector<std::thread> clients;
    for (int client = 0; client < kClients; ++client) {
      // Those that nobody answered are asked for again.
      const int from =
          told[client].accepted.empty() ? 0 : told[client].accepted.back() + 1;
      clients.emplace_back(ShareUntilKilled, process.port, client, from,
                           &told[client]);
    }
    usleep(static_cast<useconds_t>(20'000 + 7'000 * kill_number));
    ASSERT_EQ(kill(process.pid, SIGKILL), 0);
    for (std::thread& client : clients) client.join();
    int status = 0;
    ASSERT_EQ(waitpid(process.pid, &status, 0), process.pid);
    Check(told);
    if (HasFatalFailure()) return;
  }
  for (const Told& one : told) accepted += one.accepted.size();
  std::printf("%d kills, %zu shares were accepted\n", kKills, accepted);
  EXPECT_GT(accepted, 500u);
}

}  // namespace
}  // namespace acl::server
