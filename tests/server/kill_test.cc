// A server with concurrent shares is killed, or told to stop, repeatedly. Every
// share that was answered with 200 is there afterwards, and none that was
// definitely refused.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "acl/server/secret.h"
#include "acl/server/serve.h"
#include "gtest/gtest.h"
#include "tests/server/http/client.h"

namespace acl::server {
namespace {

constexpr int kKills = 25;
constexpr int kClients = 8;
constexpr int kUsers = 20'000;

std::string Folder() {
  return absl::StrCat(std::getenv("TEST_TMPDIR"), "/data");
}

ServeOptions Options() {
  ServeOptions options;
  options.folder = Folder();
  options.folder_options.journal_file_bytes = 64 << 10;
  return options;
}

// A process that serves until it is terminated.
struct Process {
  pid_t pid;
  uint16_t port;
};

Process Serve() {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &term, nullptr);
    const absl::StatusOr<std::unique_ptr<Server>> server =
        Server::Start(Options());
    if (!server.ok()) {
      std::fprintf(stderr, "%s\n", server.status().ToString().c_str());
      _exit(1);
    }
    const uint16_t port = (*server)->port();
    if (write(ends[1], &port, sizeof port) != sizeof port) _exit(2);
    int signal = 0;
    sigwait(&term, &signal);
    _exit((*server)->Stop().ok() ? 0 : 3);
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

// Secrets of API keys: of the creator of every resource, of a viewer of each,
// and of someone who has no role on any.
struct Secrets {
  std::string creator, viewer, stranger;
};

// A share over the sharing API, and its expected status.
struct Asked {
  const std::string& secret;
  const char* role;
  int status;
};

// Some must be refused: the caller may not share, the resource is not visible
// to the caller, or the role does not exist.
Asked AskedOf(const Secrets& secrets, int user) {
  switch (user % 6) {
    case 0:
      return {secrets.viewer, "viewer", 403};
    case 2:
      return {secrets.stranger, "viewer", 404};
    case 4:
      return {secrets.creator, "king", 422};
    default:
      return {secrets.creator, "viewer", 200};
  }
}

std::string Email(int user) { return absl::StrCat(user, "@x.io"); }

std::string Request(int client, int user, const Asked& asked) {
  const std::string body =
      absl::StrCat(R"({"resource_type":"voice","role":")", asked.role,
                   R"(","user_email":")", Email(user), "\"}");
  return absl::StrCat(
      "POST /v1/workspace/resources/", client,
      "/share HTTP/1.1\r\nHost: h\r\nxi-api-key: ", asked.secret,
      "\r\nContent-Type: application/json\r\n"
      "Content-Length: ",
      body.size(), "\r\n\r\n", body);
}

// Shares the client's own resource with one user after the other, until the
// server no longer answers.
void ShareUntilTheEnd(uint16_t port, const Secrets& secrets, int client,
                      int from, Told* told) {
  Client connection;
  if (!connection.Connect(port)) return;
  for (int user = from; user < kUsers; ++user) {
    const Asked asked = AskedOf(secrets, user);
    const Reply reply = connection.Ask(Request(client, user, asked));
    if (reply.status == 0) return;
    if (reply.status != asked.status) {
      ADD_FAILURE() << reply.status << " " << reply.body;
      return;
    }
    (reply.status == 200 ? told->accepted : told->refused).push_back(user);
    // The server is stopping.
    if (reply.Header("Connection") == "close") return;
  }
}

// Adds a key, and returns its secret.
std::string KeyOf(const char* user, std::vector<Change>* changes) {
  const absl::StatusOr<NewKey> key =
      MakeKey("w", absl::StrCat(user, "-key"), "");
  AddKey change{key->id, PrincipalId::User(user)};
  change.annotation = key->note.Write();
  changes->push_back(change);
  return key->secret;
}

Secrets MakeWorld() {
  absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Open(Folder());
  EXPECT_TRUE(engine.ok()) << engine.status();
  Workspace workspace = *(*engine)->AddWorkspace(Actor::System(), "w");
  std::vector<Change> changes = {SetLimit{0}, AddUser{"creator"},
                                 AddUser{"viewer"}, AddUser{"stranger"}};
  for (int i = 0; i < kUsers; ++i) {
    changes.push_back(AddUser{absl::StrCat(i), Email(i)});
  }
  for (int i = 0; i < kClients; ++i) {
    const ResourceId id{"voice", absl::StrCat(i)};
    changes.push_back(AddResource{id, "", PrincipalId::User("creator")});
    changes.push_back(Share{id, Target::User("viewer"), "viewer"});
  }
  const Secrets secrets{KeyOf("creator", &changes), KeyOf("viewer", &changes),
                        KeyOf("stranger", &changes)};
  EXPECT_TRUE(workspace.Apply(Actor::System(), changes).ok());
  return secrets;
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

std::vector<std::thread> StartClients(const Process& process,
                                      const Secrets& secrets,
                                      std::vector<Told>* told) {
  std::vector<std::thread> clients;
  for (int client = 0; client < kClients; ++client) {
    Told& mine = (*told)[client];
    // Shares that nobody answered are requested again.
    const int from = mine.accepted.empty() ? 0 : mine.accepted.back() + 1;
    clients.emplace_back(ShareUntilTheEnd, process.port, std::cref(secrets),
                         client, from, &mine);
  }
  return clients;
}

size_t Accepted(const std::vector<Told>& told) {
  size_t accepted = 0;
  for (const Told& one : told) accepted += one.accepted.size();
  return accepted;
}

class ServerThatEnds : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(Folder());
    secrets_ = MakeWorld();
  }
  Secrets secrets_;
  std::vector<Told> told_ = std::vector<Told>(kClients);
};

TEST_F(ServerThatEnds, KeepsWhatItAnsweredAndNothingThatItRefusedWhenKilled) {
  for (int kill_number = 0; kill_number < kKills; ++kill_number) {
    const Process process = Serve();
    ASSERT_NE(process.port, 0);
    std::vector<std::thread> clients = StartClients(process, secrets_, &told_);
    usleep(static_cast<useconds_t>(20'000 + 7'000 * kill_number));
    ASSERT_EQ(kill(process.pid, SIGKILL), 0);
    for (std::thread& client : clients) client.join();
    int status = 0;
    ASSERT_EQ(waitpid(process.pid, &status, 0), process.pid);
    Check(told_);
    if (HasFatalFailure()) return;
  }
  size_t refused = 0;
  for (const Told& one : told_) refused += one.refused.size();
  std::printf("%d kills, %zu shares were accepted, %zu refused\n", kKills,
              Accepted(told_), refused);
  EXPECT_GT(Accepted(told_), 500u);
  EXPECT_GT(refused, 500u);
}

TEST_F(ServerThatEnds, AnswersWhatIsInFlightAndClosesWhenTerminated) {
  for (int round = 0; round < 5; ++round) {
    const Process process = Serve();
    ASSERT_NE(process.port, 0);
    const size_t before = Accepted(told_);
    std::vector<std::thread> clients = StartClients(process, secrets_, &told_);
    usleep(150'000);
    ASSERT_EQ(kill(process.pid, SIGTERM), 0);
    for (std::thread& client : clients) client.join();
    int status = 0;
    ASSERT_EQ(waitpid(process.pid, &status, 0), process.pid);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_GT(Accepted(told_), before);
    Check(told_);
    FolderReport report;
    ASSERT_TRUE(Engine::Open(Folder(), {}, {}, &report).ok());
    EXPECT_TRUE(report.closed);
  }
}

}  // namespace
}  // namespace acl::server
