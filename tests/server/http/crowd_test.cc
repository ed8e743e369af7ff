// More than there is room for: connections, file descriptors, slow clients.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/server/http/server.h"
#include "gtest/gtest.h"
#include "tests/server/http/client.h"
#include "tests/server/http/fake_handler.h"

namespace acl {
namespace {

class Crowd : public HttpServerTest {
 protected:
  bool Served(size_t connections) {
    return Eventually(
        [&] { return server_->counters().connections == connections; });
  }
};

TEST_F(Crowd, WhoIsOneTooManyIsToldAndMayTryAgain) {
  options_.max_connections = 2;
  Start();
  Client first = Client::To(port()), second = Client::To(port());
  EXPECT_EQ(first.Get("/").status, 200);
  EXPECT_EQ(second.Get("/").status, 200);
  Client third = Client::To(port());
  const Reply reply = third.Get("/");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.Header("Retry-After"), "1");
  EXPECT_EQ(reply.Header("Connection"), "close");
  EXPECT_EQ(third.WaitForEnd(), End::kClosed);
  EXPECT_EQ(server_->counters().connections_refused, 1u);

  second.Close();
  ASSERT_TRUE(Served(1));
  EXPECT_EQ(Client::To(port()).Get("/").status, 200);
  EXPECT_EQ(first.Get("/").status, 200);
}

TEST_F(Crowd, WhoIsOneTooManyAndSaysNothingIsToldAfterASecond) {
  options_.max_connections = 1;
  Start();
  Client first = Client::To(port());
  EXPECT_EQ(first.Get("/").status, 200);
  EXPECT_EQ(Client::To(port()).Receive().status, 503);
}

TEST_F(Crowd, OneAddressLeavesRoomForOthers) {
  options_.max_connections_per_address = 2;
  Start();
  Client first = Client::To(port()), second = Client::To(port());
  EXPECT_EQ(first.Get("/").status, 200);
  EXPECT_EQ(second.Get("/").status, 200);
  EXPECT_EQ(Client::To(port()).Get("/").status, 503);
  Client other;
  if (!other.Connect(port(), "127.0.0.2")) GTEST_SKIP() << strerror(errno);
  EXPECT_EQ(other.Get("/").status, 200);
}

TEST_F(Crowd, FarTooManyAreClosedAndTheServedGoOn) {
  options_.max_connections = 1;
  Start();
  Client first = Client::To(port());
  EXPECT_EQ(first.Get("/").status, 200);
  std::vector<Client> crowd;
  for (int i = 0; i < 200; ++i) crowd.push_back(Client::To(port()));
  EXPECT_TRUE(Eventually(
      [&] { return server_->counters().connections_refused == 200; }));
  EXPECT_EQ(first.Get("/").status, 200);
  int told = 0;
  for (Client& each : crowd) told += each.Get("/").status == 503 ? 1 : 0;
  EXPECT_GE(told, 1);
  EXPECT_LE(told, 64);
}

double CpuSeconds() {
  return static_cast<double>(clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

TEST_F(Crowd, WithoutFileDescriptorsItWaitsForSome) {
  Start();
  Client before = Client::To(port());
  EXPECT_EQ(before.Get("/").status, 200);
  Client client;
  rlimit usual;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
  rlimit none = usual;
  none.rlim_cur = static_cast<rlim_t>(client.fd()) + 1;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  std::vector<int> holes;
  for (int fd = dup(0); fd >= 0; fd = dup(0)) holes.push_back(fd);

  ASSERT_TRUE(client.Connect(port()));
  EXPECT_TRUE(
      Eventually([&] { return server_->counters().accept_failures >= 2; }));
  const double cpu = CpuSeconds();
  const uint64_t failures = server_->counters().accept_failures;
  absl::SleepFor(absl::Milliseconds(500));
  EXPECT_LE(server_->counters().accept_failures - failures, 20u);
  EXPECT_LT(CpuSeconds() - cpu, 0.25);
  EXPECT_EQ(before.Get("/").status, 200);

  for (const int fd : holes) close(fd);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
  EXPECT_EQ(client.Get("/").status, 200);
}

size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

TEST_F(Crowd, AnAttackLeavesRoomAndTimeForOthers) {
  constexpr size_t kAnswer = size_t{1} << 20;
  options_.max_connections = options_.max_connections_per_address = 1000;
  handler_.handle = [](const HttpRequest& request) {
    HttpResponse response;
    if (request.target == "/large") response.body = std::string(kAnswer, 'x');
    return response;
  };
  Start();
  EXPECT_EQ(Client::To(port()).Get("/").status, 200);
  ASSERT_TRUE(Served(0));
  const size_t before = ResidentBytes();

  // Half of them send nothing, the other half an incomplete header.
  std::vector<Client> half_open;
  for (int i = 0; i < 300; ++i) {
    half_open.push_back(Client::To(port()));
    if (i % 2 == 0) {
      half_open.back().Send("GET / HTTP/1.1\r\nHost: h\r\nA: ");
    }
  }
  constexpr size_t kSlowReaders = 5;
  std::vector<Client> slow_readers;
  for (size_t i = 0; i < kSlowReaders; ++i) {
    slow_readers.emplace_back(AF_INET, /*receive_buffer=*/4096);
    ASSERT_TRUE(slow_readers.back().Connect(port()));
    slow_readers.back().Send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  ASSERT_TRUE(Served(300 + kSlowReaders));
  std::atomic<bool> over{false};
  std::thread endless([&] {
    while (!over) {
      Client client = Client::To(port());
      client.Send("GET / HTTP/1.1\r\n");
      while (!over && client.Send("A: b\r\n")) {
      }
    }
  });

  absl::Duration slowest = absl::ZeroDuration();
  for (int i = 0; i < 100; ++i) {
    const absl::Time begin = absl::Now();
    Client client = Client::To(port());
    EXPECT_EQ(client.Get(i % 2 == 0 ? "/" : "/wait").status, 200);
    slowest = std::max(slowest, absl::Now() - begin);
    absl::SleepFor(absl::Milliseconds(3));
  }
  const size_t after = ResidentBytes();
  over = true;
  endless.join();
  EXPECT_LT(slowest, absl::Seconds(1));
  const size_t grown = after > before ? after - before : 0;
  std::cout << "slowest answer " << slowest << ", memory grew by "
            << grown / 1024 << " KiB\n";
  if (kSanitized) return;
  // The answers that nobody reads, plus a few MiB.
  EXPECT_LT(grown, kSlowReaders * kAnswer + (size_t{6} << 20));
}

}  // namespace
}  // namespace acl
