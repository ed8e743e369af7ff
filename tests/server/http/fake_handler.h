// A handler that does what a test sets, and a server for it.
#ifndef TESTS_SERVER_HTTP_FAKE_HANDLER_H_
#define TESTS_SERVER_HTTP_FAKE_HANDLER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "acl/server/http/message.h"
#include "acl/server/http/server.h"
#include "gtest/gtest.h"

namespace acl {

// Answers with a description of the request; a refusal contains the reason.
// Targets that begin with `/wait` may block.
class FakeHandler : public HttpHandler {
 public:
  // Must be set before the server starts.
  std::function<HttpResponse(const HttpRequest&)> handle = Echo;
  std::function<bool(const HttpRequest&)> may_wait =
      [](const HttpRequest& request) {
        return absl::StartsWith(request.target, "/wait");
      };
  std::function<HttpResponse(int, absl::string_view)> refuse = Words;

  static HttpResponse Echo(const HttpRequest& request) {
    HttpResponse response;
    response.content_type = "text/plain";
    response.body =
        absl::StrCat(request.method, " ", request.target, "\n", request.body);
    return response;
  }
  static HttpResponse Words(int status, absl::string_view message) {
    HttpResponse response;
    response.status = status;
    response.content_type = "text/plain";
    response.body = std::string(message);
    return response;
  }

  bool MayWait(const HttpRequest& request) const override {
    return may_wait(request);
  }
  HttpResponse Handle(const HttpRequest& request) override {
    return handle(request);
  }
  HttpResponse Refusal(int status, absl::string_view message,
                       const std::string&) override {
    return refuse(status, message);
  }
};

// A server with its handler. Call Start(); the server stops at the end of the
// test.
class HttpServerTest : public testing::Test {
 protected:
  void Start() {
    absl::StatusOr<std::unique_ptr<HttpServer>> started =
        HttpServer::Start(options_, &handler_);
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
  }
  uint16_t port() const { return server_->port(); }

  HttpOptions options_;
  FakeHandler handler_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace acl

#endif  // TESTS_SERVER_HTTP_FAKE_HANDLER_H_
