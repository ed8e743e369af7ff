// The server with TLS: what it accepts, what it refuses, and how connections
// end.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/base/fault.h"
#include "acl/server/http/server.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/server/http/client.h"
#include "tests/server/http/fake_handler.h"
#include "tests/server/http/tls_client.h"

namespace acl {
namespace {

std::string TestFile(absl::string_view name) {
  const char* const folder = std::getenv("TEST_TMPDIR");
  return absl::StrCat(folder == nullptr ? "/tmp" : folder, "/", name);
}

class Tls : public HttpServerTest {
 protected:
  // OpenSSL writes to sockets without MSG_NOSIGNAL.
  static void SetUpTestSuite() { signal(SIGPIPE, SIG_IGN); }

  Tls() : files_(MakeCertificate(TestFile("server"))) {
    options_.tls_certificate_file = files_.certificate;
    options_.tls_key_file = files_.key;
  }

  bool AllGone() {
    return Eventually([&] { return server_->counters().connections == 0; });
  }
  absl::Status StartWith(const std::string& certificate,
                         const std::string& key) {
    options_.tls_certificate_file = certificate;
    options_.tls_key_file = key;
    return HttpServer::Start(options_, &handler_).status();
  }

  const PemFiles files_;
};

TEST_F(Tls, RequestsAreAnsweredInBothVersions) {
  Start();
  for (const int newest : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(files_.certificate);
    client.SetNewest(newest);
    ASSERT_TRUE(client.Handshake(port()));
    EXPECT_EQ(client.version(),
              newest == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
    for (const absl::string_view target : {"/a", "/wait/b", "/c"}) {
      EXPECT_EQ(client.Get(target).body, absl::StrCat("GET ", target, "\n"));
    }
  }
}

TEST_F(Tls, AnRsaKeyIsFineToo) {
  const PemFiles rsa = MakeCertificate(TestFile("rsa"), "RSA");
  options_.tls_certificate_file = rsa.certificate;
  options_.tls_key_file = rsa.key;
  Start();
  TlsClient client(rsa.certificate);
  ASSERT_TRUE(client.Handshake(port()));
  EXPECT_EQ(client.Get("/").status, 200);
}

TEST_F(Tls, OlderVersionsAreRefused) {
  Start();
  for (const int newest : {TLS1_VERSION, TLS1_1_VERSION}) {
    TlsClient client;
    client.SetNewest(newest);
    EXPECT_FALSE(client.Handshake(port()));
  }
  EXPECT_TRUE(AllGone());
}

TEST_F(Tls, TheProtocolIsHttp11OrNone) {
  Start();
  TlsClient both;
  both.Offer("\x02h2\x08http/1.1");
  ASSERT_TRUE(both.Handshake(port()));
  EXPECT_EQ(both.protocol(), "http/1.1");
  EXPECT_EQ(both.Get("/").status, 200);
  TlsClient other;
  other.Offer("\x02h2");
  EXPECT_FALSE(other.Handshake(port()));
}

TEST_F(Tls, LargeBodiesAndRequestsInARowComeWhole) {
  options_.max_body_bytes = size_t{2} << 20;
  Start();
  TlsClient client;
  ASSERT_TRUE(client.Handshake(port()));
  const std::string body(1000000, 'x');
  const std::string request = absl::StrCat(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n"
      "\r\n",
      body, "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  client.Send(request);
  EXPECT_EQ(client.Receive().body, absl::StrCat("POST /\n", body));
  EXPECT_EQ(client.Receive().body, "GET /2\n");
}

TEST_F(Tls, TheEndIsSaid) {
  Start();
  TlsClient client;
  ASSERT_TRUE(client.Handshake(port()));
  EXPECT_EQ(client.Ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                .status,
            200);
  EXPECT_EQ(client.WaitForEnd(), End::kClosed);
  EXPECT_TRUE(client.WasToldOfEnd());
  client.Close();
  EXPECT_TRUE(AllGone());
}

TEST_F(Tls, AClientThatSendsTooMuchSeesTheAnswer) {
  options_.max_body_bytes = 1000;
  Start();
  TlsClient client;
  ASSERT_TRUE(client.Handshake(port()));
  client.Send(absl::StrCat(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n",
      std::string(300000, 'x')));
  EXPECT_EQ(client.Receive().status, 413);
}

TEST_F(Tls, AClientWithoutTlsIsClosed) {
  Start();
  Client client = Client::To(port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(client.WaitForEnd(), End::kNone);
  EXPECT_TRUE(AllGone());
}

TEST_F(Tls, AHandshakeHasTheTimeOfAHeader) {
  options_.header_timeout = absl::Milliseconds(700);
  Start();
  const absl::Time begin = absl::Now();
  Client silent = Client::To(port()), begun = Client::To(port());
  begun.Send(absl::string_view("\x16\x03\x01\x02\x00\x01", 6));
  TlsClient no_request;
  ASSERT_TRUE(no_request.Handshake(port()));
  EXPECT_NE(silent.WaitForEnd(), End::kNone);
  EXPECT_NE(begun.WaitForEnd(), End::kNone);
  EXPECT_NE(no_request.WaitForEnd(), End::kNone);
  EXPECT_GE(absl::Now() - begin, options_.header_timeout);
  EXPECT_TRUE(AllGone());
}

TEST_F(Tls, ARequestThatIsTooSlowIsTold) {
  options_.header_timeout = absl::Milliseconds(700);
  Start();
  TlsClient client;
  ASSERT_TRUE(client.Handshake(port()));
  client.Send("GET /");
  EXPECT_EQ(client.Receive().status, 408);
}

TEST_F(Tls, AReaderThatDoesNotReadIsCutOff) {
  options_.write_timeout = absl::Milliseconds(200);
  handler_.handle = [](const HttpRequest&) {
    HttpResponse response;
    response.body = std::string(size_t{64} << 20, 'x');
    return response;
  };
  Start();
  TlsClient client;
  ASSERT_TRUE(client.Handshake(port()));
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(Eventually([&] { return server_->counters().requests == 1; }));
  EXPECT_TRUE(AllGone());
}

TEST_F(Tls, WhoIsOneTooManyIsClosed) {
  options_.max_connections = 1;
  Start();
  TlsClient first;
  ASSERT_TRUE(first.Handshake(port()));
  EXPECT_EQ(first.Get("/").status, 200);
  TlsClient second;
  EXPECT_FALSE(second.Handshake(port()));
  EXPECT_EQ(first.Get("/").status, 200);
}

TEST_F(Tls, StoppingEndsHandshakesAndIdleConnections) {
  Start();
  Client silent = Client::To(port());
  TlsClient idle, busy;
  ASSERT_TRUE(idle.Handshake(port()));
  ASSERT_TRUE(busy.Handshake(port()));
  EXPECT_EQ(idle.Get("/").status, 200);
  EXPECT_EQ(busy.Get("/").status, 200);
  busy.Send("GET /");
  const absl::Time begin = absl::Now();
  std::thread stopper([&] { server_->Stop(kPatience); });
  EXPECT_NE(silent.WaitForEnd(), End::kNone);
  EXPECT_NE(idle.WaitForEnd(), End::kNone);
  const Reply reply = busy.Ask(" HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("Connection"), "close");
  busy.Close();
  stopper.join();
  EXPECT_LT(absl::Now() - begin, kPatience);
}

TEST_F(Tls, FilesThatCantBeUsedAreNamed) {
  const PemFiles other = MakeCertificate(TestFile("other"));
  const PemFiles rsa = MakeCertificate(TestFile("rsa"), "RSA");
  const PemFiles weak = MakeCertificate(TestFile("weak"), "RSA", 512);
  const PemFiles locked =
      MakeCertificate(TestFile("locked"), "EC", 0, "passphrase");
  const std::string garbage = TestFile("garbage.pem");
  std::ofstream(garbage) << "no certificate\n";

  const auto malformed = [&](const std::string& certificate,
                             const std::string& key, absl::string_view words) {
    return IsRefusal(StartWith(certificate, key),
                     absl::StatusCode::kInvalidArgument, v1::FILE_MALFORMED,
                     words);
  };
  EXPECT_TRUE(IsRefusal(StartWith(TestFile("none.crt"), files_.key),
                        absl::StatusCode::kUnavailable, v1::FILE_ACCESS,
                        "none.crt: can't open: No such file"));
  EXPECT_TRUE(IsRefusal(StartWith(files_.certificate, TestFile("none.key")),
                        absl::StatusCode::kUnavailable, v1::FILE_ACCESS,
                        "none.key: can't open: No such file"));
  EXPECT_TRUE(
      malformed(garbage, files_.key, "garbage.pem: holds no certificate"));
  EXPECT_TRUE(
      malformed(files_.key, files_.key, "server.key: holds no certificate"));
  EXPECT_TRUE(malformed(TestFile(""), files_.key, "holds no certificate"));
  EXPECT_TRUE(malformed(weak.certificate, weak.key, "weak.crt: "));
  EXPECT_TRUE(
      malformed(files_.certificate, garbage, "garbage.pem: holds no key"));
  EXPECT_TRUE(malformed(files_.certificate, files_.certificate,
                        "server.crt: holds no key"));
  EXPECT_TRUE(malformed(files_.certificate, other.key,
                        "other.key: is not the key of the certificate in "));
  EXPECT_TRUE(malformed(files_.certificate, rsa.key,
                        "rsa.key: is not the key of the certificate in "));
  EXPECT_TRUE(malformed(locked.certificate, locked.key,
                        "locked.key: holds no key in PEM form that needs no "
                        "passphrase"));
}

}  // namespace
}  // namespace acl
