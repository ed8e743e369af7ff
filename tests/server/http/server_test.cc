// The server over real sockets: requests and answers, threads, failures.
#include "acl/server/http/server.h"

#include <condition_variable>
#include <limits>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/server/http/client.h"
#include "tests/server/http/fake_handler.h"

namespace acl {
namespace {

constexpr absl::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

TEST_F(HttpServerTest, ARequestIsAnswered) {
  Start();
  Client client = Client::To(port());
  const Reply reply = client.Ask(
      "POST /a%20b?c HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("Content-Type"), "text/plain");
  EXPECT_TRUE(absl::EndsWith(reply.Header("Date"), " GMT"));
  EXPECT_EQ(reply.Header("Connection"), "");
  EXPECT_EQ(reply.body, "POST /a%20b?c\nabc");
}

TEST_F(HttpServerTest, ThePeerIsAnAddress) {
  handler_.handle = [](const HttpRequest& request) {
    HttpResponse response;
    response.body = request.peer;
    return response;
  };
  Start();
  EXPECT_EQ(Client::To(port()).Get("/").body, "127.0.0.1");
}

TEST_F(HttpServerTest, Ipv6IsServedAndIpv4ThroughItIsIpv4) {
  handler_.handle = [](const HttpRequest& request) {
    HttpResponse response;
    response.body = request.peer;
    return response;
  };
  options_.address = "[::1]";
  if (!HttpServer::Start(options_, &handler_).ok()) GTEST_SKIP() << "no IPv6";
  Start();
  EXPECT_EQ(server_->address(), "::1");
  Client client(AF_INET6);
  ASSERT_TRUE(client.Connect(port()));
  EXPECT_EQ(client.Get("/").body, "::1");

  options_.address = "::";
  Start();
  Client v4;
  if (!v4.Connect(port())) GTEST_SKIP() << "`::` is IPv6 only here";
  EXPECT_EQ(v4.Get("/").body, "127.0.0.1");
}

TEST_F(HttpServerTest, AConnectionIsKeptUnlessAsked) {
  Start();
  Client client = Client::To(port());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.Get("/").status, 200);
  const Reply last =
      client.Ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(last.Header("Connection"), "close");
  EXPECT_EQ(client.WaitForEnd(), End::kClosed);
  EXPECT_EQ(server_->counters().connections_served, 1u);
  EXPECT_EQ(server_->counters().requests, 4u);
}

TEST_F(HttpServerTest, AnHttp10ConnectionIsKeptOnlyIfAsked) {
  Start();
  Client client = Client::To(port());
  const Reply first =
      client.Ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.Header("Connection"), "keep-alive");
  EXPECT_EQ(client.Ask("GET / HTTP/1.0\r\n\r\n").Header("Connection"), "close");
  EXPECT_EQ(client.WaitForEnd(), End::kClosed);
}

TEST_F(HttpServerTest, AClientThatSendsNoMoreIsAnswered) {
  Start();
  Client client = Client::To(port());
  client.Send(kGet);
  client.EndSending();
  EXPECT_EQ(client.Receive().status, 200);
  EXPECT_EQ(client.WaitForEnd(), End::kClosed);
}

TEST_F(HttpServerTest, HeadHasTheLengthAndNoBody) {
  handler_.handle = [](const HttpRequest& request) {
    HttpResponse response;
    response.body = absl::StrCat("asked by ", request.method);
    return response;
  };
  Start();
  Client client = Client::To(port());
  client.Send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  const Reply head = client.Receive(/*to_head=*/true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Header("Content-Length"), "13");
  const Reply get = client.Get("/");
  EXPECT_EQ(get.status, 200);
  EXPECT_EQ(get.body, "asked by GET");
}

TEST_F(HttpServerTest, AnswersWithoutABodyLeaveTheConnectionInOrder) {
  handler_.handle = [](const HttpRequest& request) {
    HttpResponse response;
    response.status = request.target == "/none" ? 204 : 304;
    response.body = "never sent";
    return response;
  };
  Start();
  Client client = Client::To(port());
  EXPECT_EQ(client.Get("/none").status, 204);
  EXPECT_EQ(client.Get("/same").status, 304);
  EXPECT_EQ(client.Get("/none").status, 204);
}

TEST_F(HttpServerTest, RequestsInARowAreAnsweredInTheirOrder) {
  // Requests that block are mixed with requests that do not.
  handler_.handle = [](const HttpRequest& request) {
    if (request.target == "/wait") absl::SleepFor(absl::Milliseconds(20));
    return FakeHandler::Echo(request);
  };
  Start();
  std::string all;
  std::vector<std::string> bodies;
  for (int i = 0; i < 1000; ++i) {
    const std::string target = i % 400 == 7 ? "/wait" : absl::StrCat("/", i);
    const std::string body(static_cast<size_t>(i % 50), 'x');
    absl::StrAppend(&all, "POST ", target,
                    " HTTP/1.1\r\nHost: h\r\nContent-Length: ", body.size(),
                    "\r\n\r\n", body);
    bodies.push_back(absl::StrCat("POST ", target, "\n", body));
  }
  Client client = Client::To(port());
  std::thread sender([&] { EXPECT_TRUE(client.Send(all)); });
  Client* const reader = &client;
  for (const std::string& body : bodies) {
    const Reply reply = reader->Receive();
    ASSERT_EQ(reply.body, body);
  }
  sender.join();
}

TEST_F(HttpServerTest, AClientThatWaitsIsToldToGoOn) {
  Start();
  Client client = Client::To(port());
  for (int i = 0; i < 2; ++i) {
    client.Send(
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
        "Content-Length: 3\r\n\r\n");
    EXPECT_EQ(client.Receive().status, 100);
    EXPECT_EQ(client.Ask("abc").body, "POST /\nabc");
  }
}

TEST_F(HttpServerTest, ABodyTooLongIsRefusedBeforeItIsSent) {
  options_.max_body_bytes = 1000;
  Start();
  Client client = Client::To(port());
  const Reply reply = client.Ask(
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
      "Content-Length: 1001\r\n\r\n");
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.Header("Connection"), "close");
}

TEST_F(HttpServerTest, AClientThatSendsTooMuchSeesTheAnswer) {
  options_.max_body_bytes = 1000;
  Start();
  const std::string body(2000000, 'x');
  for (const absl::string_view framing :
       {"Content-Length: 2000000\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1e8480\r\n"}) {
    Client client = Client::To(port());
    EXPECT_TRUE(client.Send(
        absl::StrCat("POST / HTTP/1.1\r\nHost: h\r\n", framing, body)));
    EXPECT_EQ(client.Receive().status, 413);
    client.EndSending();
    EXPECT_EQ(client.WaitForEnd(), End::kClosed);
  }
}

TEST_F(HttpServerTest, WhatIsDrainedIsBounded) {
  options_.max_body_bytes = 1000;
  options_.max_drain_bytes = 100000;
  Start();
  Client client = Client::To(port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n");
  // Far more than fits into the kernel's buffers.
  const std::string body(100000, 'x');
  bool taken = true;
  for (int i = 0; i < 1000 && taken; ++i) taken = client.Send(body);
  EXPECT_FALSE(taken);
}

TEST_F(HttpServerTest, AMalformedRequestIsRefusedAndNothingBehindItIsServed) {
  Start();
  for (const absl::string_view bytes :
       {"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2"
        "\r\n\r\nab",
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "x\r\n\r\n\r\n",
        "GET / HTTP/1.1\nHost: h\n\n", "G(T / HTTP/1.1\r\nHost: h\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02"}) {
    Client client = Client::To(port());
    const Reply reply = client.Ask(absl::StrCat(bytes, kGet));
    EXPECT_EQ(reply.status, 400) << bytes;
    EXPECT_TRUE(absl::StartsWith(reply.body, "malformed request: "));
    EXPECT_EQ(reply.Header("Connection"), "close");
    EXPECT_EQ(client.ReceiveAll(absl::Seconds(10)), "") << bytes;
  }
  EXPECT_EQ(server_->counters().requests, 0u);
}

TEST_F(HttpServerTest, OtherRefusalsHaveTheirStatus) {
  Start();
  const auto status = [&](absl::string_view bytes) {
    return Client::To(port()).Ask(bytes).status;
  };
  EXPECT_EQ(status(absl::StrCat("GET /", std::string(9000, 'a'))), 414);
  EXPECT_EQ(
      status(absl::StrCat("GET / HTTP/1.1\r\nA: ", std::string(20000, 'a'))),
      431);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n"), 417);
  EXPECT_EQ(
      status("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n"),
      501);
}

// Lets threads in one at a time, and out all at once.
class Gate {
 public:
  void Pass() {
    std::unique_lock<std::mutex> lock(mutex_);
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  bool WaitForInside(int count) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, absl::ToChronoNanoseconds(kPatience),
                             [&] { return inside_ >= count; });
  }
  void Open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  bool open_ = false;
};

TEST_F(HttpServerTest, ManyWaitTogetherWhileOthersAreAnswered) {
  constexpr int kWaiting = 64;
  Gate gate;
  handler_.handle = [&](const HttpRequest& request) {
    if (request.target == "/wait") gate.Pass();
    return FakeHandler::Echo(request);
  };
  Start();
  std::vector<Client> waiting;
  for (int i = 0; i < kWaiting; ++i) {
    waiting.push_back(Client::To(port()));
    waiting.back().Send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  ASSERT_TRUE(gate.WaitForInside(kWaiting));
  EXPECT_EQ(server_->counters().requests_waiting, size_t{kWaiting});
  Client other = Client::To(port());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(other.Get("/").status, 200);
  gate.Open();
  for (Client& each : waiting) EXPECT_EQ(each.Receive().status, 200);
  EXPECT_TRUE(
      Eventually([&] { return server_->counters().requests_waiting == 0; }));
}

TEST_F(HttpServerTest, ARequestThatNoThreadTakesInTimeIsRefused) {
  options_.waiting_threads = 1;
  options_.queue_timeout = absl::Milliseconds(700);
  Gate gate;
  handler_.handle = [&](const HttpRequest& request) {
    gate.Pass();
    return FakeHandler::Echo(request);
  };
  Start();
  Client first = Client::To(port());
  first.Send("GET /wait/1 HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(gate.WaitForInside(1));
  Client second = Client::To(port());
  const Reply refused = second.Get("/wait/2");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Header("Retry-After"), "1");
  gate.Open();
  // The first request is not interrupted, and the second client may try again.
  EXPECT_EQ(first.Receive().body, "GET /wait/1\n");
  EXPECT_EQ(second.Get("/wait/3").body, "GET /wait/3\n");
}

TEST_F(HttpServerTest, WhatAHandlerThrowsIsARefusal) {
  handler_.may_wait = [](const HttpRequest& request) {
    if (request.target == "/may") throw std::runtime_error("secret");
    return absl::StartsWith(request.target, "/wait");
  };
  handler_.handle = [](const HttpRequest& request) -> HttpResponse {
    if (absl::EndsWith(request.target, "/memory")) throw std::bad_alloc();
    if (absl::EndsWith(request.target, "/other")) throw 7;
    return FakeHandler::Echo(request);
  };
  Start();
  Client client = Client::To(port());
  for (const absl::string_view target :
       {"/may", "/memory", "/wait/memory", "/other", "/wait/other"}) {
    const Reply reply = client.Get(target);
    EXPECT_EQ(reply.status, 500) << target;
    EXPECT_EQ(reply.body, absl::EndsWith(target, "/memory")
                              ? "there is not enough memory"
                              : "internal error");
  }
  EXPECT_EQ(client.Get("/").status, 200);
}

TEST_F(HttpServerTest, AnAnswerThatCantBeSentIsARefusal) {
  handler_.handle = [](const HttpRequest&) {
    HttpResponse response;
    response.headers.emplace_back("A", "b\r\nSet-Cookie: c");
    return response;
  };
  Start();
  const Reply reply = Client::To(port()).Get("/");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.Header("Set-Cookie"), "");
}

TEST_F(HttpServerTest, ARefusalThatFailsIsAnAnswerAllTheSame) {
  handler_.refuse = [](int, absl::string_view) -> HttpResponse {
    throw std::bad_alloc();
  };
  Start();
  const Reply reply = Client::To(port()).Ask("bad\n");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body, "");
}

TEST_F(HttpServerTest, ManyClientsAtOnceAreAnsweredEachItsOwn) {
  Start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int c = 0; c < 10; ++c) {
        Client client = Client::To(port());
        for (int i = 0; i < 20; ++i) {
          const std::string target =
              absl::StrCat(i % 5 == 0 ? "/wait/" : "/", t, "/", c, "/", i);
          ASSERT_EQ(client.Get(target).body,
                    absl::StrCat("GET ", target, "\n"));
        }
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(server_->counters().requests, 8u * 10 * 20);
  EXPECT_TRUE(Eventually([&] { return server_->counters().connections == 0; }));
}

TEST_F(HttpServerTest, AnAddressThatCantBeHadIsNamed) {
  Start();
  options_.port = port();
  EXPECT_TRUE(IsRefusal(HttpServer::Start(options_, &handler_).status(),
                        absl::StatusCode::kUnavailable, v1::FILE_ACCESS,
                        absl::StrCat("can't listen on 127.0.0.1:", port(),
                                     ": Address already in use")));
  options_.port = 0;
  options_.address = "192.0.2.1";
  EXPECT_TRUE(IsRefusal(HttpServer::Start(options_, &handler_).status(),
                        absl::StatusCode::kUnavailable, v1::FILE_ACCESS,
                        "can't listen on 192.0.2.1:0: "));
  for (const absl::string_view address :
       {"", "localhost", "1.2.3", "[127.0.0.1]", "::1]", "127.0.0.1:80"}) {
    options_.address = std::string(address);
    EXPECT_TRUE(IsRefusal(
        HttpServer::Start(options_, &handler_).status(),
        absl::StatusCode::kInvalidArgument, v1::MALFORMED,
        absl::StrCat("the address `", address, "` is no IP address")));
  }
}

TEST_F(HttpServerTest, APortIsFreeAgainBehindItsServer) {
  Start();
  Client client = Client::To(port());
  EXPECT_EQ(client.Get("/").status, 200);
  options_.port = port();
  server_ = nullptr;
  Start();
  EXPECT_EQ(Client::To(port()).Get("/").status, 200);
}

TEST_F(HttpServerTest, OptionsWithoutSenseAreRefused) {
  const auto refused = [&](absl::string_view words) {
    const HttpOptions options = std::exchange(options_, HttpOptions());
    return IsRefusal(HttpServer::Start(options, &handler_).status(),
                     absl::StatusCode::kInvalidArgument, v1::MALFORMED, words);
  };
  options_.io_threads = 0;
  EXPECT_TRUE(refused("`io_threads`"));
  options_.waiting_threads = -1;
  EXPECT_TRUE(refused("`waiting_threads`"));
  options_.io_threads = 257;
  EXPECT_TRUE(refused("`io_threads` is above 256"));
  options_.waiting_threads = 4097;
  EXPECT_TRUE(refused("`waiting_threads` is above 4096"));
  options_.max_body_bytes = std::numeric_limits<size_t>::max();
  EXPECT_TRUE(refused("`max_body_bytes` is above 1 GiB"));
  options_.max_connections = 1'000'001;
  EXPECT_TRUE(refused("`max_connections` is above 1,000,000"));
  options_.max_connections_per_address = 1'000'001;
  EXPECT_TRUE(refused("`max_connections_per_address` is above 1,000,000"));
  options_.max_header_bytes = 255;
  EXPECT_TRUE(refused("`max_header_bytes` is below"));
  options_.max_connections = 0;
  EXPECT_TRUE(refused("`max_connections`"));
  options_.idle_timeout = absl::ZeroDuration();
  EXPECT_TRUE(refused("`..._timeout`"));
  options_.tls_key_file = "key.pem";
  EXPECT_TRUE(refused("`tls_certificate_file` needs"));
  options_.idle_timeout = options_.write_timeout = absl::InfiniteDuration();
  EXPECT_TRUE(HttpServer::Start(options_, &handler_).ok());
}

}  // namespace
}  // namespace acl
