// Stopping the server while connections are in every possible phase.
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/server/http/server.h"
#include "gtest/gtest.h"
#include "tests/server/http/client.h"
#include "tests/server/http/fake_handler.h"

namespace acl {
namespace {

// Calls of the handler block until the test releases them.
class Stop : public HttpServerTest {
 protected:
  Stop() {
    handler_.handle = [this](const HttpRequest& request) {
      ++calls_;
      HttpResponse response = FakeHandler::Echo(request);
      if (request.target == "/large") {
        response.body = std::string(size_t{64} << 20, 'x');
      }
      if (request.target == "/wait") {
        std::unique_lock<std::mutex> lock(mutex_);
        ++inside_;
        changed_.wait(lock, [this] { return released_; });
      }
      return response;
    };
  }

  void Release() {
    const std::lock_guard<std::mutex> lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }
  bool WaitForInside(int count) {
    return Eventually([&] {
      const std::lock_guard<std::mutex> lock(mutex_);
      return inside_ >= count;
    });
  }
  // Waits until the server has begun to stop.
  bool Stopping() {
    return Eventually([&] {
      Client another;
      return !another.Connect(port());
    });
  }
  absl::Duration StopTook(absl::Duration grace) {
    const absl::Time begin = absl::Now();
    server_->Stop(grace);
    EXPECT_EQ(server_->counters().connections, 0u);
    return absl::Now() - begin;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  bool released_ = false;
  std::atomic<int> calls_{0};
};

constexpr absl::Duration kGrace = absl::Milliseconds(100);
constexpr absl::Duration kLong = absl::Seconds(25);

TEST_F(Stop, NobodyIsWaitedFor) {
  Start();
  EXPECT_LT(StopTook(absl::InfiniteDuration()), kLong);
  Client client;
  EXPECT_FALSE(client.Connect(port()));
}

TEST_F(Stop, IdleConnectionsAreClosedAtOnce) {
  Start();
  Client fresh = Client::To(port()), used = Client::To(port());
  EXPECT_EQ(used.Get("/").status, 200);
  EXPECT_TRUE(Eventually([&] { return server_->counters().connections == 2; }));
  EXPECT_LT(StopTook(kPatience), kLong);
  EXPECT_EQ(fresh.WaitForEnd(), End::kClosed);
  EXPECT_EQ(used.WaitForEnd(), End::kClosed);
}

TEST_F(Stop, ARequestThatHasBegunToComeIsAnswered) {
  for (const absl::string_view begun :
       {"GE", "GET / HTTP/1.1\r\nHost: h\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na"}) {
    Start();
    Client client = Client::To(port());
    EXPECT_EQ(client.Get("/").status, 200);
    client.Send(begun);
    std::thread stopper([&] { server_->Stop(kPatience); });
    EXPECT_TRUE(Stopping());
    const std::string whole =
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
    const std::string plain = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    client.Send(absl::string_view(begun.size() > 30 ? whole : plain)
                    .substr(begun.size()));
    const Reply reply = client.Receive();
    EXPECT_EQ(reply.status, 200) << begun;
    EXPECT_EQ(reply.Header("Connection"), "close");
    EXPECT_EQ(client.WaitForEnd(), End::kClosed);
    stopper.join();
  }
}

TEST_F(Stop, ARequestThatDoesNotComeIsLeftAfterTheGrace) {
  Start();
  Client header = Client::To(port()), body = Client::To(port());
  header.Send("GET /");
  body.Send("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na");
  EXPECT_TRUE(Eventually([&] { return server_->counters().connections == 2; }));
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_LT(StopTook(kGrace), kLong);
  EXPECT_EQ(calls_, 0);
}

TEST_F(Stop, ACallThatEndsInTimeIsAnswered) {
  Start();
  Client client = Client::To(port());
  client.Send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(WaitForInside(1));
  std::thread stopper([&] { server_->Stop(kPatience); });
  EXPECT_TRUE(Stopping());
  Release();
  const Reply reply = client.Receive();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("Connection"), "close");
  stopper.join();
}

TEST_F(Stop, ACallThatTakesLongerIsWaitedForAndNotAnswered) {
  options_.waiting_threads = 1;
  Start();
  Client client = Client::To(port()), in_line = Client::To(port());
  client.Send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(WaitForInside(1));
  in_line.Send("GET /wait/2 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(
      Eventually([&] { return server_->counters().requests_waiting == 2; }));
  std::atomic<bool> stopped{false};
  std::thread stopper([&] {
    server_->Stop(kGrace);
    stopped = true;
  });
  EXPECT_EQ(client.Receive().status, 0);
  EXPECT_EQ(in_line.Receive().status, 0);
  EXPECT_FALSE(stopped);
  Release();
  stopper.join();
  // The request that was waiting in line never reached the handler.
  EXPECT_EQ(calls_, 1);
}

TEST_F(Stop, AReaderThatDoesNotReadIsLeftAfterTheGrace) {
  Start();
  Client client(AF_INET, /*receive_buffer=*/4096);
  ASSERT_TRUE(client.Connect(port()));
  client.Send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(Eventually([&] { return calls_ == 1; }));
  EXPECT_LT(StopTook(kGrace), kLong);
  EXPECT_EQ(client.WaitForEnd(), End::kReset);
}

TEST_F(Stop, AClientThatIsBeingDrainedIsLeftAfterTheGrace) {
  options_.drain_timeout = absl::Hours(1);
  Start();
  Client client = Client::To(port());
  EXPECT_EQ(client.Ask("bad\n").status, 400);
  EXPECT_LT(StopTook(kGrace), kLong);
}

TEST_F(Stop, AClientThatIsBeingRefusedIsToldAtOnce) {
  options_.max_connections = 1;
  options_.drain_timeout = absl::Milliseconds(50);
  Start();
  Client first = Client::To(port());
  EXPECT_EQ(first.Get("/").status, 200);
  Client second = Client::To(port());
  EXPECT_TRUE(
      Eventually([&] { return server_->counters().connections_refused == 1; }));
  EXPECT_LT(StopTook(kPatience), kLong);
  EXPECT_EQ(second.Receive().status, 503);
}

TEST_F(Stop, TwoMayStopIt) {
  Start();
  Client client = Client::To(port());
  client.Send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(WaitForInside(1));
  std::thread first([&] { server_->Stop(kGrace); });
  std::thread second([&] { server_->Stop(kGrace); });
  absl::SleepFor(kGrace / 2);
  Release();
  first.join();
  second.join();
  server_->Stop(kGrace);
}

// At any moment and under any load, stopping ends and leaves nothing behind.
TEST_F(Stop, UnderLoadItEnds) {
  Release();
  for (int round = 0; round < 20; ++round) {
    options_.max_connections = 20;
    options_.drain_timeout = absl::Milliseconds(20);
    Start();
    const uint16_t at = port();
    std::atomic<bool> over{false};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        while (!over) {
          Client client;
          if (!client.Connect(at)) continue;
          const char* const bytes[] = {
              "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
              "GET /wait HTTP/1.1\r\nHost: h\r\n\r\nGET /wa",
              "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc",
              "bad\n"};
          client.Send(bytes[t]);
          if (t < 2) static_cast<void>(client.Receive());
        }
      });
    }
    absl::SleepFor(absl::Milliseconds(10 + round));
    const absl::Time begin = absl::Now();
    server_->Stop(round % 2 == 0 ? absl::ZeroDuration() : kGrace);
    EXPECT_EQ(server_->counters().connections, 0u);
    over = true;
    for (std::thread& each : threads) each.join();
    // No client was left with an open connection that the server had forgotten.
    EXPECT_LT(absl::Now() - begin, kLong);
  }
}

}  // namespace
}  // namespace acl
