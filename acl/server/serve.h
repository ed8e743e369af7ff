// The complete server: an engine, and the HTTP service in front of it.
#ifndef ACL_SERVER_SERVE_H_
#define ACL_SERVER_SERVE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "acl/engine.h"
#include "acl/server/http/server.h"
#include "acl/server/rate_limit.h"

namespace acl::server {

// More nesting than any API needs, but not enough to overflow a stack.
constexpr int kMaxJsonDepth = 512;

struct ServeOptions {
  // The journal's folder. Empty: everything is only in memory.
  std::string folder;
  FolderOptions folder_options;
  // A world file for an engine that has no workspace yet; empty: none. A folder
  // that has a workspace is refused.
  std::string world;
  ProgressSink world_progress = nullptr;
  // A file whose first line is the operator's secret; empty: no operator.
  std::string operator_key_file;
  // Where to listen, limits and TLS.
  HttpOptions http;
  // How long a question waits for the least revision that it names.
  absl::Duration max_wait = absl::Seconds(5);
  // The time limit for answering a question.
  absl::Duration max_answer = absl::Seconds(10);
  // The maximum nesting of JSON in a body: 1 to kMaxJsonDepth.
  int max_depth = 32;
  // How long requests in progress may take when the server stops.
  absl::Duration grace = absl::Seconds(10);
  // How often each API key may send requests.
  RateLimit rate;
  // Receives a line for each request; null: no log. Called by many threads at
  // once.
  std::function<void(const std::string& line)> log;
};

// Parses `HOST:PORT` or `[IPV6]:PORT`. MALFORMED.
absl::Status SetListen(const std::string& text, HttpOptions* options);

// Thread-safe, except for the destructor.
class Server {
 public:
  // Opens the folder, fills it, and listens. Errors are those of
  // Engine::Open(), ImportWorldFile() and HttpServer::Start(); MALFORMED for
  // options out of range, for a world if there are workspaces already, and for
  // an operator's secret that is too short.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServeOptions options);

  // Calls Stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // `http://127.0.0.1:8080`
  std::string url() const;
  uint16_t port() const;
  // What was found in the folder, and whether the world was imported.
  const FolderReport& found() const;
  bool imported() const;

  // Stops: accepts nothing more, lets requests in progress finish, closes the
  // journal. An error is one of Engine::Close(); the server has stopped even
  // then. A second call does nothing.
  absl::Status Stop();

 private:
  class Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace acl::server

#endif  // ACL_SERVER_SERVE_H_
