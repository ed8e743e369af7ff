// Slow clients: each is cut off, but not before its time.
#include <string>

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

constexpr absl::Duration kShort = absl::Milliseconds(200);
// For tests in which one request must arrive in time before another does not.
constexpr absl::Duration kLonger = absl::Milliseconds(700);
constexpr absl::string_view kPost =
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n";

class Deadlines : public HttpServerTest {
 protected:
  // All timeouts that a test does not set are too long to matter.
  Deadlines() {
    options_.header_timeout = options_.body_timeout = options_.queue_timeout =
        options_.write_timeout = options_.idle_timeout =
            options_.drain_timeout = absl::Hours(1);
  }

  // Sends `piece` repeatedly until the server ends the connection.
  static void SendWithoutEnd(Client* client, absl::string_view piece) {
    const absl::Time give_up = absl::Now() + kPatience;
    while (absl::Now() < give_up && client->Send(piece) &&
           client->WaitForEnd(absl::Milliseconds(10)) == End::kNone) {
    }
  }

  bool AllGone() {
    return Eventually([&] { return server_->counters().connections == 0; });
  }
};

// How long `what` takes.
template <class What>
absl::Duration Took(What what) {
  const absl::Time begin = absl::Now();
  what();
  return absl::Now() - begin;
}

TEST_F(Deadlines, AConnectionThatSaysNothingIsClosedWithoutAWord) {
  options_.header_timeout = kShort;
  Start();
  const absl::Duration took = Took([&] {
    Client client = Client::To(port());
    EXPECT_EQ(client.ReceiveAll(), "");
    EXPECT_EQ(client.WaitForEnd(), End::kClosed);
  });
  EXPECT_GE(took, kShort);
  EXPECT_LT(took, kPatience);
}

TEST_F(Deadlines, AHeaderThatNeverEndsIsCutOffHoweverItComes) {
  options_.header_timeout = kShort;
  // Large enough that the limit on the header's size is not what cuts it off.
  options_.max_header_bytes = size_t{1} << 20;
  options_.drain_timeout = absl::Milliseconds(50);
  Start();
  for (const absl::string_view piece : {"a", "A: b\r\n"}) {
    const absl::Duration took = Took([&] {
      Client client = Client::To(port());
      client.Send("GET / HTTP/1.1\r\nHost: h\r\n");
      SendWithoutEnd(&client, piece);
      EXPECT_EQ(client.Receive().status, 408);
    });
    EXPECT_GE(took, kShort);
    EXPECT_LT(took, kPatience);
  }
  EXPECT_TRUE(AllGone());
}

TEST_F(Deadlines, AHeaderWithoutEndIsCutOffByItsSizeToo) {
  options_.drain_timeout = absl::Milliseconds(50);
  Start();
  Client client = Client::To(port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n");
  SendWithoutEnd(&client, "A: b\r\nC: d\r\n" + std::string(1000, 'e'));
  EXPECT_EQ(client.Receive().status, 431);
  EXPECT_TRUE(AllGone());
}

TEST_F(Deadlines, TheSecondHeaderHasItsOwnTime) {
  options_.header_timeout = kLonger;
  Start();
  Client client = Client::To(port());
  EXPECT_EQ(client.Get("/").status, 200);
  // Idle for longer than a header may take.
  EXPECT_EQ(client.WaitForEnd(kLonger + kShort), End::kNone);
  const absl::Duration took = Took([&] {
    client.Send("GET");
    EXPECT_EQ(client.Receive().status, 408);
  });
  EXPECT_GE(took, kLonger);
  EXPECT_LT(took, kPatience);
}

TEST_F(Deadlines, AHeaderThatCameAlongWithTheRequestBeforeHasItsTime) {
  options_.header_timeout = kLonger;
  Start();
  Client client = Client::To(port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HT");
  EXPECT_EQ(client.Receive().status, 200);
  EXPECT_EQ(client.Receive().status, 408);
}

TEST_F(Deadlines, ABodyThatNeverEndsIsCutOffHoweverItComes) {
  options_.body_timeout = kShort;
  options_.drain_timeout = absl::Milliseconds(50);
  Start();
  for (const absl::string_view piece : {"", "a"}) {
    const absl::Duration took = Took([&] {
      Client client = Client::To(port());
      client.Send(kPost);
      if (!piece.empty()) SendWithoutEnd(&client, piece);
      EXPECT_EQ(client.Receive().status, 408);
    });
    EXPECT_GE(took, kShort);
    EXPECT_LT(took, kPatience);
  }
}

TEST_F(Deadlines, AClientThatIsToldToGoOnAndDoesNotIsCutOff) {
  options_.body_timeout = kShort;
  Start();
  Client client = Client::To(port());
  client.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
      "Content-Length: 1\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 100);
  EXPECT_EQ(client.Receive().status, 408);
}

TEST_F(Deadlines, AnIdleConnectionIsClosedWithoutAWord) {
  options_.idle_timeout = kShort;
  Start();
  Client client = Client::To(port());
  EXPECT_EQ(client.Get("/").status, 200);
  const absl::Duration took = Took([&] {
    EXPECT_EQ(client.ReceiveAll(), "");
    EXPECT_EQ(client.WaitForEnd(), End::kClosed);
  });
  EXPECT_GE(took, kShort / 2);  // the time began before the answer arrived
  EXPECT_LT(took, kPatience);
}

TEST_F(Deadlines, AReaderThatDoesNotReadIsCutOff) {
  options_.write_timeout = kShort;
  handler_.handle = [](const HttpRequest&) {
    HttpResponse response;
    response.body = std::string(size_t{64} << 20, 'x');
    return response;
  };
  Start();
  Client client(AF_INET, /*receive_buffer=*/4096);
  ASSERT_TRUE(client.Connect(port()));
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(Eventually([&] { return server_->counters().connections == 1; }));
  EXPECT_TRUE(AllGone());
  // The kernel did not keep the rest of the answer for the client.
  EXPECT_EQ(client.WaitForEnd(), End::kReset);
}

TEST_F(Deadlines, AReaderThatReadsSlowlyIsCutOffAllTheSame) {
  options_.write_timeout = kShort;
  handler_.handle = [](const HttpRequest&) {
    HttpResponse response;
    response.body = std::string(size_t{64} << 20, 'x');
    return response;
  };
  Start();
  Client client(AF_INET, /*receive_buffer=*/4096);
  ASSERT_TRUE(client.Connect(port()));
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  char bytes[1024];
  const absl::Time give_up = absl::Now() + kPatience;
  ssize_t got = 1;
  while (got > 0 && absl::Now() < give_up) {
    got = recv(client.fd(), bytes, sizeof(bytes), 0);
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_LE(got, 0);
  EXPECT_TRUE(AllGone());
}

TEST_F(Deadlines, AClientThatDoesNotEndIsLeftAfterARefusal) {
  options_.drain_timeout = kShort;
  Start();
  Client client = Client::To(port());
  const absl::Duration took = Took([&] {
    EXPECT_EQ(client.Ask("bad\n").status, 400);
    EXPECT_TRUE(AllGone());
  });
  EXPECT_GE(took, kShort);
  EXPECT_LT(took, kPatience);
}

TEST_F(Deadlines, ADrippedRequestInTimeIsServed) {
  options_.header_timeout = options_.body_timeout = kPatience;
  Start();
  Client client = Client::To(port());
  for (const char c : absl::string_view(
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")) {
    client.Send(absl::string_view(&c, 1));
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_EQ(client.Receive().body, "POST /\nabc");
}

}  // namespace
}  // namespace acl
