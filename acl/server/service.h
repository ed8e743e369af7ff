// The server without its sockets: requests in, answers out. Internal.
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
  // The hash of the operator's secret, from HashOfSecret(); empty: no operator.
  std::string operator_hash;
  // How long a question waits for the least revision that it names.
  absl::Duration max_wait = absl::Seconds(5);
  // How many may wait at once: fewer than the threads for blocking calls.
  int max_waiting = 32;
  // How many explanations may be computed at once: also fewer.
  int max_explanations = 16;
  // The time limit for answering a question. It includes waiting for a turn or
  // for a revision.
  absl::Duration max_answer = absl::Seconds(10);
  // The maximum nesting of JSON in a body.
  int max_depth = 32;
  // How often each key may send requests, and by which clock; null: the
  // machine's.
  RateLimit rate;
  RateLimiter::Clock rate_clock;
  // Receives a line for each request: a JSON object, without a line end. Called
  // by many threads at once, which block meanwhile. Null: no log.
  std::function<void(const std::string& line)> log;
};

// Routes, authenticates and answers. All decisions are the engine's.
class Service : public HttpHandler {
 public:
  // `engine` and `metrics` are not owned.
  Service(Engine* engine, Metrics* metrics, ServiceOptions options);

  bool MayWait(const HttpRequest& request) const override;
  HttpResponse Handle(const HttpRequest& request) override;
  HttpResponse Refusal(int status, absl::string_view message,
                       const std::string& peer) override;
  void Abort() override { aborted_ = true; }

  // The source of connection counters; without it there are none.
  void set_http(const HttpServer* http) { http_ = http; }
  // From now on the server reports that it is not ready for more.
  void set_stopping() { stopping_ = true; }

  // All routes; routes.cc has the table.
  static const std::vector<Route>& Routes();

 private:
  // The answer; sets `route`.
  HttpResponse Answer(const HttpRequest& request, const std::string& id,
                      Call* call);
  Outcome Dispatch(const Route& route, Call* call);
  // The refusal of a key that sends too many requests; otherwise takes a token
  // from its bucket. The operator and callers without a key have no bucket.
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
