// The whole server: an engine, and what answers for it over HTTP.
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

// Deeper JSON than any API needs, and not deep enough for a stack.
constexpr int kMaxJsonDepth = 512;

struct ServeOptions {
  // The journal's folder. Empty: everything is in memory alone.
  std::string folder;
  FolderOptions folder_options;
  // A world file for an engine in which there is no workspace yet; empty: none.
  // A folder that has a workspace is refused.
  std::string world;
  ProgressSink world_progress = nullptr;
  // A file whose first line is the operator's secret; empty: no operator.
  std::string operator_key_file;
  // Where to listen, limits and TLS.
  HttpOptions http;
  // How long a question waits for the least revision that it names.
  absl::Duration max_wait = absl::Seconds(5);
  // How long the server may think about a question.
  absl::Duration max_answer = absl::Seconds(10);
  // How deep the JSON of a body may be: 1 to kMaxJsonDepth.
  int max_depth = 32;
  // How long requests under way have to end when the server stops.
  absl::Duration grace = absl::Seconds(10);
  // How often each API key may ask.
  RateLimit rate;
  // Gets a line for each request; null: no log. By many threads at once.
  std::function<void(const std::string& line)> log;
};

// Reads `HOST:PORT` or `[IPV6]:PORT`. MALFORMED.
absl::Status SetListen(const std::string& text, HttpOptions* options);

// Thread-safe, but for the destructor.
class Server {
 public:
  // Opens the folder, fills it, listens. The refusals of Engine::Open(),
  // ImportWorldFile() and HttpServer::Start(); MALFORMED for options out of
  // range, for a world where there are workspaces, and for a secret of the
  // operator that is too short.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServeOptions options);

  // As Stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // `http://127.0.0.1:8080`
  std::string url() const;
  uint16_t port() const;
  // What was found in the folder, and whether the world was imported.
  const FolderReport& found() const;
  bool imported() const;

  // Ends: accepts nothing more, lets requests under way end, closes the
  // journal. What is not OK is of Engine::Close(): it has ended all the same. A
  // second call does nothing.
  absl::Status Stop();

 private:
  class Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace acl::server

#endif  // ACL_SERVER_SERVE_H_
