// Requests and answers as a handler sees them, and the handler. Internal.
#ifndef ACL_SERVER_HTTP_MESSAGE_H_
#define ACL_SERVER_HTTP_MESSAGE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace acl {

struct HttpRequest {
  std::string method;  // a token, as it came: `GET` and `get` are two
  std::string target;  // as it came, escaped; for ParseTarget()
  // In the order in which they came. Values are trimmed and without control
  // characters. Of those that must not come twice (Authorization, Content-Type,
  // Expect, Host and what frames the body), none does.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // without the chunks in which it may have come
  std::string peer;  // the IP address of the other side, without port

  // The value of the first header with this name, in whatever case; null if
  // there is none. Lives as long as `headers`.
  const std::string* Header(absl::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (absl::EqualsIgnoreCase(key, name)) return &value;
    }
    return nullptr;
  }
};

struct HttpResponse {
  int status = 200;  // 200 to 599
  std::string content_type = "application/json";
  // Not sent in answer to HEAD, nor with 204 and 304.
  std::string body;
  // Beside Connection, Content-Length, Content-Type and Date, which the server
  // adds: an answer that has one of them itself, a name that is no token or a
  // value with control characters becomes a Refusal() of 500.
  std::vector<std::pair<std::string, std::string>> headers;
};

// Answers requests. Every method is called by many threads at once. What one
// throws becomes a Refusal() of 500; if that throws, an answer without a body.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // Whether Handle() may wait (for a disk, for another revision) or take long.
  // Then it is called by one of the threads that are there for waiting;
  // otherwise by the thread that serves the connection, and all its others wait
  // meanwhile. Must not wait itself.
  virtual bool MayWait(const HttpRequest& request) const = 0;

  // HEAD comes as HEAD: the answer to GET is right, its body is not sent.
  virtual HttpResponse Handle(const HttpRequest& request) = 0;

  // The answer where Handle() gave none. Before there is a request: 400
  // malformed, 408 too slow, 413 body too long, 414 target too long, 417 an
  // expectation that is not known, 431 headers too long or too many, 501 a
  // transfer coding that is not known. Then the connection is closed. 503 too
  // many connections, or no thread became free for a request in time; the
  // server adds `Retry-After: 1`. 500 Handle() threw, or its answer can't be
  // sent. `message` is lower case and fit for the other side, `peer` its
  // address. Must not wait.
  virtual HttpResponse Refusal(int status, absl::string_view message,
                               const std::string& peer) = 0;

  // Nobody waits for answers any more, and the server can't end before the
  // calls of Handle() that are under way do: they may give up. Once, and no
  // call of Handle() begins behind it but those that are about to.
  virtual void Abort() {}
};

}  // namespace acl

#endif  // ACL_SERVER_HTTP_MESSAGE_H_
