// The whole server over real sockets: many clients at once, from its first
// moment to its last.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/encoding/file.h"
#include "acl/server/serve.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/http/client.h"

namespace acl::server {
namespace {

using testing::HasSubstr;

constexpr char kSecret[] = "the-operator-of-the-serving-test-says";

// In the workspace `w`, once there is one.
std::string Request(const std::string& method, const std::string& target,
                    const std::string& body = "",
                    const char* workspace = "acl-workspace: w\r\n") {
  return absl::StrCat(
      method, " ", target, " HTTP/1.1\r\nHost: h\r\nxi-api-key: ", kSecret,
      "\r\n", workspace,
      "Content-Type: application/json\r\nContent-Length: ", body.size(),
      "\r\n\r\n", body);
}

class Serving : public testing::Test {
 protected:
  void SetUp() override {
    options_.operator_key_file =
        absl::StrCat(std::getenv("TEST_TMPDIR"), "/operator");
    ASSERT_TRUE(WriteFile(options_.operator_key_file, kSecret).ok());
  }
  void Start() {
    absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(options_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  // A workspace `w` with what these changes make.
  void Fill(const std::string& changes) {
    Client client = Client::To(server_->port());
    ASSERT_EQ(
        client.Ask(Request("POST", "/acl/v1/workspaces", R"({"id":"w"})", ""))
            .status,
        200);
    Change(changes);
  }
  void Change(const std::string& changes) {
    const Reply reply = Client::To(server_->port())
                            .Ask(Request("POST", "/acl/v1/changes",
                                         "{\"changes\":[" + changes + "]}"));
    ASSERT_EQ(reply.status, 200) << reply.body;
  }

  ServeOptions options_;
  std::unique_ptr<Server> server_;
};

TEST_F(Serving, MetricsAreThereFromTheFirstConnectionOn) {
  // A port that was free a moment ago.
  Start();
  options_.http.port = server_->port();
  server_ = nullptr;
  std::atomic<bool> asked{false};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      while (!asked) {
        Client client;
        if (!client.Connect(options_.http.port)) continue;
        if (client.Get("/metrics").status == 200) asked = true;
      }
    });
  }
  Start();
  for (std::thread& client : clients) client.join();
}

TEST_F(Serving, CrowdSharesAsksAndCountsAtOnce) {
  std::atomic<int> lines{0};
  options_.log = [&](const std::string&) { ++lines; };
  Start();
  Fill(R"({"add_user":{"id":"u"}},{"add_resource":{"resource":"voice:v"}})");
  std::vector<std::thread> clients;
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back([&, i] {
      Client client = Client::To(server_->port());
      const std::string share = absl::StrCat(
          R"({"changes":[{"share":{"resource":"voice:v","target":"user:u",)",
          R"("role":")", i % 2 == 0 ? "viewer" : "editor", "\"}}]}");
      for (int n = 0; n < 30; ++n) {
        EXPECT_EQ(client.Ask(Request("POST", "/acl/v1/changes", share)).status,
                  200);
        EXPECT_EQ(client
                      .Ask(Request("GET",
                                   "/acl/v1/explain?subject=user:u"
                                   "&resource=voice:v&role=admin"))
                      .status,
                  200);
        EXPECT_EQ(client
                      .Ask(Request("GET",
                                   "/acl/v1/check?subject=user:u&role=viewer"
                                   "&resource=voice:v"))
                      .status,
                  200);
        EXPECT_EQ(client.Get("/metrics").status, 200);
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_TRUE(server_->Stop().ok());
  EXPECT_EQ(lines, 6 * 30 * 4 + 2);
}

TEST_F(Serving, StopWaitsForNoExplanationAndNoRevision) {
  options_.max_answer = absl::Minutes(10);
  options_.max_wait = absl::Minutes(10);
  options_.grace = absl::Milliseconds(10);
  Start();
  Fill(R"({"add_user":{"id":"u"}},{"add_resource":{"resource":"voice:v"}})");
  // Each group is in the next two, so that an explanation takes long.
  for (int i = 0; i < 60'000;) {
    std::string changes;
    do {
      absl::StrAppend(&changes, changes.empty() ? "" : ",",
                      R"({"add_group":{"id":"g)", i, R"("}})");
      for (int below = std::max(i - 2, 0); below < i; ++below) {
        absl::StrAppend(&changes, R"(,{"add_member":{"group":"g)", i,
                        R"(","member":"group:g)", below, R"("}})");
      }
    } while (++i % 5000 != 0);
    Change(changes);
  }
  Change(R"({"add_member":{"group":"g0","member":"user:u"}})");
  Client slow = Client::To(server_->port());
  ASSERT_TRUE(slow.Send(Request("GET",
                                "/acl/v1/explain?subject=user:u"
                                "&resource=voice:v&role=admin")));
  Client waiting = Client::To(server_->port());
  const std::string token =
      waiting
          .Ask(Request("GET", "/acl/v1/role?subject=user:u&resource=voice:v"))
          .Header("acl-revision");
  ASSERT_TRUE(waiting.Send(absl::StrCat(
      "GET /acl/v1/role?subject=user:u&resource=voice:v HTTP/1.1\r\n"
      "Host: h\r\nxi-api-key: ",
      kSecret, "\r\nacl-workspace: w\r\nacl-min-revision: ", token,
      "0\r\n\r\n")));
  absl::SleepFor(absl::Milliseconds(50));
  // Others are answered meanwhile.
  EXPECT_EQ(Client::To(server_->port()).Get("/healthz").status, 200);
  const absl::Time begin = absl::Now();
  EXPECT_TRUE(server_->Stop().ok());
  EXPECT_LT(absl::Now() - begin, absl::Seconds(20));
  // Nobody was answered, or was told why not.
  for (Client* const client : {&slow, &waiting}) {
    EXPECT_THAT(client->Receive().status, testing::AnyOf(0, 503));
  }
}

TEST_F(Serving, RefusalOfTheTransportIsALineOfTheLog) {
  std::mutex mutex;
  std::vector<std::string> lines;
  options_.log = [&](const std::string& line) {
    const std::lock_guard<std::mutex> lock(mutex);
    lines.push_back(line);
  };
  Start();
  const Reply reply =
      Client::To(server_->port())
          .Ask(absl::StrCat("GET / HTTP/1.1\r\nHost: h\r\nx: ",
                            std::string(20'000, 'x'), "\r\n\r\n"));
  EXPECT_EQ(reply.status, 431);
  EXPECT_EQ(reply.Header("Cache-Control"), "no-store");
  EXPECT_TRUE(server_->Stop().ok());
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], HasSubstr("\"status\":431"));
  EXPECT_THAT(lines[0], HasSubstr("\"peer\":\"127.0.0.1\""));
  EXPECT_THAT(lines[0], HasSubstr(reply.Header("x-request-id")));
}

}  // namespace
}  // namespace acl::server
