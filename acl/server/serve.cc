#include "acl/server/serve.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/encoding/file.h"
#include "acl/journal/observed_files.h"
#include "acl/server/metrics.h"
#include "acl/server/secret.h"
#include "acl/server/service.h"

namespace acl::server {
namespace {

constexpr size_t kMinOperatorBytes = 32;

// The hash of the secret in a file.
absl::StatusOr<std::string> ReadOperatorHash(const std::string& path) {
  if (path.empty()) return std::string();
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  const absl::string_view secret = absl::StripAsciiWhitespace(
      absl::string_view(*text).substr(0, text->find('\n')));
  if (secret.size() < kMinOperatorBytes) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat(Printable(path), ": the operator's secret has ",
                               secret.size(), " bytes; take at least ",
                               kMinOperatorBytes, " random ones"));
  }
  return HashOfSecret(secret);
}

absl::Status CheckOptions(const ServeOptions& o) {
  const std::pair<bool, absl::string_view> rules[] = {
      {o.max_wait >= absl::ZeroDuration(), "`max_wait` is negative"},
      {o.grace >= absl::ZeroDuration(), "`grace` is negative"},
      {o.max_answer > absl::ZeroDuration(), "`max_answer` is not positive"},
      {o.max_depth >= 1 && o.max_depth <= kMaxJsonDepth,
       "`max_depth` is not from 1 to 512"}};
  for (const auto& [good, what] : rules) {
    if (!good) {
      return Refuse(v1::MALFORMED, absl::StrCat("server option ", what));
    }
  }
  return CheckRateLimit(o.rate);
}

// Imports the world into an engine without workspaces.
absl::Status Fill(const ServeOptions& options, Engine* engine) {
  const std::vector<std::string> ids = engine->WorkspaceIds();
  if (ids.empty()) {
    return ImportWorld(options.world, engine, options.world_progress);
  }
  return Refuse(
      v1::MALFORMED,
      absl::StrCat("a world to begin with is for an empty folder, and ",
                   Printable(options.folder), " has the workspace ",
                   Quoted(ids.front()), "; leave `--world` out"));
}

}  // namespace

absl::Status SetListen(const std::string& text, HttpOptions* options) {
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port) || port > 65535) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat(Quoted(text),
                               " is no place to listen at; give HOST:PORT, "
                               "such as `127.0.0.1:8080`"));
  }
  options->address = text.substr(0, colon);
  options->port = static_cast<uint16_t>(port);
  return absl::OkStatus();
}

// In the order of creation; destroyed in reverse.
class Server::Parts {
 public:
  Metrics metrics;
  std::unique_ptr<ObservedFiles> files;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Service> service;
  std::unique_ptr<HttpServer> http;
  absl::Duration grace;
  FolderReport found;
  bool imported = false;
  bool tls = false;
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() { static_cast<void>(Stop()); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServeOptions options) {
  if (absl::Status s = CheckOptions(options); !s.ok()) return s;
  absl::StatusOr<std::string> operator_hash =
      ReadOperatorHash(options.operator_key_file);
  if (!operator_hash.ok()) return operator_hash.status();
  auto parts = std::make_unique<Parts>();
  EngineOptions engine;
  engine.observer = &parts->metrics;
  if (options.folder.empty()) {
    parts->engine = std::make_unique<Engine>(std::move(engine));
  } else {
    parts->files = std::make_unique<ObservedFiles>(
        [metrics = &parts->metrics](absl::Duration took) {
          metrics->OnSync(took);
        });
    options.folder_options.files = parts->files.get();
    absl::StatusOr<std::unique_ptr<Engine>> opened =
        Engine::Open(options.folder, std::move(engine), options.folder_options,
                     &parts->found);
    if (!opened.ok()) return opened.status();
    parts->engine = *std::move(opened);
  }
  if (!options.world.empty()) {
    if (absl::Status s = Fill(options, parts->engine.get()); !s.ok()) return s;
    parts->imported = true;
  }
  ServiceOptions service;
  service.operator_hash = *std::move(operator_hash);
  service.max_wait = options.max_wait;
  service.max_depth = options.max_depth;
  service.max_answer = options.max_answer;
  service.rate = options.rate;
  service.max_explanations = std::max(1, options.http.waiting_threads / 4);
  service.max_waiting = std::max(1, options.http.waiting_threads / 2);
  service.log = std::move(options.log);
  parts->service = std::make_unique<Service>(
      parts->engine.get(), &parts->metrics, std::move(service));
  absl::StatusOr<std::unique_ptr<HttpServer>> http =
      HttpServer::Start(options.http, parts->service.get());
  if (!http.ok()) return http.status();
  parts->http = *std::move(http);
  parts->service->set_http(parts->http.get());
  parts->grace = options.grace;
  parts->tls = !options.http.tls_certificate_file.empty();
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

std::string Server::url() const {
  const std::string& address = parts_->http->address();
  const bool ipv6 = absl::StrContains(address, ":");
  return absl::StrCat(parts_->tls ? "https" : "http", "://", ipv6 ? "[" : "",
                      address, ipv6 ? "]" : "", ":", port());
}
uint16_t Server::port() const { return parts_->http->port(); }
const FolderReport& Server::found() const { return parts_->found; }
bool Server::imported() const { return parts_->imported; }

absl::Status Server::Stop() {
  if (parts_->engine == nullptr) return absl::OkStatus();
  parts_->service->set_stopping();
  parts_->http->Stop(parts_->grace);
  absl::Status closed = parts_->engine->Close();
  if (closed.ok() && !parts_->metrics.writable()) {
    closed = Refuse(v1::OUTCOME_UNKNOWN,
                    "the disk failed while the server ran; what was answered "
                    "`outcome_unknown` may be there or not");
  }
  parts_->engine = nullptr;
  return closed;
}

}  // namespace acl::server
