// The server without its sockets: a request in, an answer out. Internal.
#ifndef ACL_SERVER_SERVICE_H_
#define ACL_SERVER_SERVICE_H_

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "acl/engine.h"
#include "acl/server/admin_api.h"
#include "acl/server/call.h"
#include "acl/server/http/message.h"
#include "acl/server/http/server.h"
#include "acl/server/metrics.h"
#include "acl/server/outcome.h"
#include "acl/server/question_api.h"
#include "acl/server/rate_limit.h"
#include "acl/server/route.h"
#include "acl/server/turns.h"

namespace acl::server {

struct ServiceOptions {
  // The operator's secret, hashed by HashOfSecret(); empty: there is none.
  std::string operator_hash;
  // How long a question waits for the least revision that it names.
  absl::Duration max_wait = absl::Seconds(5);
  // How many may wait so at once: fewer than there are threads for waiting.
  int max_waiting = 32;
  // How many may be given an explanation at once; fewer, too.
  int max_explanations = 16;
  // How long a question may be thought about. Who waits for a turn or for a
  // revision waits within it.
  absl::Duration max_answer = absl::Seconds(10);
  // How deep the JSON of a body may be.
  int max_depth = 32;
  // How often each key may ask, by which clock; null: the machine's.
  RateLimit rate;
  RateLimiter::Clock rate_clock;
  // Gets a line for each request: a JSON object, without its end of line. Many
  // threads call it at once, and others wait meanwhile. Null: no log.
  std::function<void(const std::string& line)> log;
};

// Routes, authenticates and answers. It decides nothing that the engine does
// not decide.
class Service : public HttpHandler {
 public:
  // `engine` and `metrics` are not owned.
  Service(Engine* engine, Metrics* metrics, ServiceOptions options);

  bool MayWait(const HttpRequest& request) const override;
  HttpResponse Handle(const HttpRequest& request) override;
  HttpResponse Refusal(int status, absl::string_view message,
                       const std::string& peer) override;
  void Abort() override { aborted_ = true; }

  // Where the counters of connections come from; none without it.
  void set_http(const HttpServer* http) { http_ = http; }
  // From now on the server is not ready for more.
  void set_stopping() { stopping_ = true; }

  // All of them; routes.cc has the table.
  static const std::vector<Route>& Routes();

 private:
  // The answer, and `route` set.
  HttpResponse Answer(const HttpRequest& request, const std::string& id,
                      Call* call);
  Outcome Dispatch(const Route& route, Call* call);
  // The refusal of a key that asks too often. Takes a token of a key that does
  // not. The operator has no bucket, and neither have those without a key.
  std::optional<Outcome> RefusedByRate(const Call& call);
  Outcome Health(Call* call);
  Outcome Ready(Call* call);
  Outcome MetricsText(Call* call);
  Outcome OpenApi(Call* call);
  Json LogLine(const std::string& id, int status, const std::string& peer,
               absl::string_view route, absl::Duration took) const;
  void Log(const Call& call, const std::string& id, int status,
           absl::Duration took) const;

  Engine& engine_;
  Metrics& metrics_;
  const ServiceOptions options_;
  const Gate gate_;
  AdminApi admin_;
  QuestionApi questions_;
  Turns turns_;
  RateLimiter rate_limiter_;
  std::atomic<const HttpServer*> http_{nullptr};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> aborted_{false};
};

}  // namespace acl::server

#endif  // ACL_SERVER_SERVICE_H_
