// Requests and answers as a handler sees them, and the handler interface.
// Internal.
#ifndef ACL_SERVER_HTTP_MESSAGE_H_
#define ACL_SERVER_HTTP_MESSAGE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace acl {

struct HttpRequest {
  std::string method;  // a token, as received: `GET` and `get` differ
  std::string target;  // as received, escaped; for ParseTarget()
  // In the order received. Values are trimmed and have no control characters.
  // Headers that must not be repeated (Authorization, Content-Type, Expect,
  // Host and those that frame the body) occur at most once.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // decoded if it was chunked
  std::string peer;  // the client's IP address, without port

  // The value of the first header with this name, case-insensitive; null if
  // there is none. Valid as long as `headers`.
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
  // Not sent in answer to HEAD, or with 204 and 304.
  std::string body;
  // In addition to Connection, Content-Length, Content-Type and Date, which the
  // server adds. An answer that has one of those itself, a name that is not a
  // token, or a value with control characters becomes a Refusal() with 500.
  std::vector<std::pair<std::string, std::string>> headers;
};

// Answers requests. Every method is called by many threads at once. An
// exception becomes a Refusal() with 500; if that throws, an answer without a
// body.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // Whether Handle() may block (on a disk, or until another revision) or take
  // long. Then it is called on one of the threads reserved for blocking calls;
  // otherwise on the thread that serves the connection, whose other connections
  // wait meanwhile. Must not block itself.
  virtual bool MayWait(const HttpRequest& request) const = 0;

  // HEAD requests arrive as HEAD: return the answer to GET; its body is not
  // sent.
  virtual HttpResponse Handle(const HttpRequest& request) = 0;

  // The answer if Handle() returned none. Before there is a request: 400
  // malformed, 408 too slow, 413 body too long, 414 target too long, 417
  // unknown expectation, 431 headers too long or too many, 501 unknown transfer
  // coding; the connection is then closed. 503: too many connections, or no
  // thread became free for a request in time; the server adds `Retry-After: 1`.
  // 500: Handle() threw, or its answer can't be sent. `message` is lower case
  // and may be shown to the client, `peer` is the client's address. Must not
  // block.
  virtual HttpResponse Refusal(int status, absl::string_view message,
                               const std::string& peer) = 0;

  // Called when answers are no longer awaited but the server can't end before
  // running calls of Handle() do, so that they can give up. Called once; no
  // call of Handle() begins after it, except those about to begin.
  virtual void Abort() {}
};

}  // namespace acl

#endif  // ACL_SERVER_HTTP_MESSAGE_H_
