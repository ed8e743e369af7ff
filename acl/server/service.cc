#include "acl/server/service.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "acl/base/text.h"
#include "acl/encoding/strict_json.h"
#include "acl/server/openapi.h"
#include "acl/server/route.h"

namespace acl::server {
namespace {

constexpr size_t kMaxRequestIdBytes = 128;
constexpr size_t kMaxLoggedBytes = 128;
// Reading a body takes time, so callers without a valid key may send this much.
constexpr size_t kMaxUnknownBodyBytes = size_t{64} << 10;
// A request with a larger body may take long.
constexpr size_t kQuickBodyBytes = size_t{16} << 10;
constexpr char kRequestId[] = "x-request-id";
// An answer may contain secrets, or is soon out of date.
constexpr char kCacheControl[] = "Cache-Control";
constexpr char kNoStore[] = "no-store";

// Distinguishes requests; it does not have to be unpredictable.
std::string NewRequestId() {
  thread_local absl::BitGen random;
  return absl::StrCat(
      "req_", absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16),
      absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
}

// The client's `x-request-id` if it is printable everywhere; otherwise a new
// one.
std::string RequestIdOf(const HttpRequest& request) {
  const std::string* const given = request.Header(kRequestId);
  if (given != nullptr && !given->empty() &&
      given->size() <= kMaxRequestIdBytes &&
      std::all_of(given->begin(), given->end(), absl::ascii_isgraph)) {
    return *given;
  }
  return NewRequestId();
}

bool IsJson(const HttpRequest& request) {
  const std::string* const type = request.Header("content-type");
  if (type == nullptr) return false;
  const absl::string_view media = absl::StripAsciiWhitespace(
      absl::string_view(*type).substr(0, type->find(';')));
  return absl::EqualsIgnoreCase(media, "application/json");
}

// Reads the body of a route that has one.
void ReadBody(int max_depth, Call* call) {
  const auto fault = [&](const char* type, absl::string_view message) {
    call->faults.push_back({type, Json::array({"body"}), std::string(message)});
  };
  if (call->request.body.empty()) return fault("missing", "Field required");
  if (!IsJson(call->request)) {
    return fault("dict_type",
                 "Input should be sent as `content-type: application/json`");
  }
  absl::StatusOr<Json> body = ReadStrictJson(call->request.body, max_depth);
  if (!body.ok()) return fault("json_invalid", body.status().message());
  call->body = *std::move(body);
  if (!call->body.is_object()) {
    fault("dict_type", "Input should be a valid dictionary");
  }
}

// An id for the log: truncated to whole characters.
std::string ForLog(absl::string_view text) {
  if (text.size() <= kMaxLoggedBytes) return std::string(text);
  size_t end = kMaxLoggedBytes;
  while ((text[end] & 0xc0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), "...");
}

// Records the names of a refusal for the log.
void NoteRefusal(const Outcome& outcome, Call* call) {
  if (const auto* error = std::get_if<ApiError>(&outcome)) {
    call->code = error->code;
    call->fault = error->fault;
  } else if (const auto* faults =
                 std::get_if<std::vector<SchemaFault>>(&outcome)) {
    call->code = faults->front().type;
  }
}

ApiError BodyTooLong() {
  return {413, "invalid_request", "invalid_parameters",
          absl::StrCat("the body has more than ", kMaxUnknownBodyBytes,
                       " bytes; that much is read only with a valid api key in "
                       "the header `xi-api-key`")};
}

HttpResponse PlainDetail(int status, const char* detail,
                         const std::string& id) {
  HttpResponse response;
  response.status = status;
  response.body = Dump({{"detail", detail}});
  response.headers.emplace_back(kRequestId, id);
  return response;
}

}  // namespace

Service::Service(Engine* engine, Metrics* metrics, ServiceOptions options)
    : engine_(*engine),
      metrics_(*metrics),
      options_(std::move(options)),
      gate_(engine, options_.operator_hash),
      admin_(engine),
      questions_(engine, options_.max_wait, options_.max_waiting,
                 options_.max_explanations),
      rate_limiter_(options_.rate, options_.rate_clock) {
  // The first call seeds the generator, before there are threads.
  static_cast<void>(NewRequestId());
}

bool Service::MayWait(const HttpRequest& request) const {
  const absl::string_view target = request.target;
  const absl::string_view path = target.substr(0, target.find('?'));
  const bool quick =
      path == "/acl/v1/role" || path == "/acl/v1/check" ||
      (path == "/acl/v1/checks" && request.body.size() <= kQuickBodyBytes) ||
      path == "/healthz" || path == "/readyz";
  if (!quick || request.Header("acl-min-revision") != nullptr) return true;
  // The past is read from the disk. An escaped name may be that of its
  // parameter.
  for (const absl::string_view parameter :
       absl::StrSplit(target.substr(path.size()), absl::ByAnyChar("?&"))) {
    const absl::string_view name = parameter.substr(0, parameter.find('='));
    if (name == "at" || absl::StrContains(name, '%')) return true;
  }
  return false;
}

HttpResponse Service::Handle(const HttpRequest& request) {
  const absl::Time begin = absl::Now();
  const std::string id = RequestIdOf(request);
  Call call{request, {}};
  call.allowance = {begin + options_.max_answer, &aborted_};
  call.turns = &turns_;
  HttpResponse response = Answer(request, id, &call);
  if (!call.revision.empty() && response.status < 300) {
    response.headers.emplace_back("acl-revision", call.revision);
  }
  response.headers.emplace_back(kCacheControl, kNoStore);
  const absl::Duration took = absl::Now() - begin;
  metrics_.OnRequest(request.method, call.route, response.status, took);
  Log(call, id, response.status, took);
  return response;
}

HttpResponse Service::Answer(const HttpRequest& request, const std::string& id,
                             Call* call) {
  call->route = "none";
  absl::StatusOr<RequestTarget> target = ParseTarget(request.target);
  if (!target.ok()) {
    const Outcome refused = ErrorOf(target.status());
    NoteRefusal(refused, call);
    return ToResponse(refused, id);
  }
  call->target = *std::move(target);
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  std::vector<absl::string_view> allowed;
  for (const Route& route : Routes()) {
    if (!route.Matches(call->target.segments, &call->ids)) continue;
    call->route = route.path;
    if (method == route.method) {
      const Outcome outcome = Dispatch(route, call);
      NoteRefusal(outcome, call);
      return ToResponse(outcome, id);
    }
    allowed.emplace_back(route.method);
  }
  if (allowed.empty()) return PlainDetail(404, "Not Found", id);
  HttpResponse response = PlainDetail(405, "Method Not Allowed", id);
  response.headers.emplace_back("Allow", absl::StrJoin(allowed, ", "));
  return response;
}

Outcome Service::Dispatch(const Route& route, Call* call) {
  if (std::optional<Outcome> no = RefusedByForm(route, *call)) return *no;
  if (route.door != Door::kOperations) {
    gate_.Admit(call);
    if (std::optional<Outcome> no = RefusedByRate(*call)) return *no;
  }
  if (route.has_body()) {
    if (call->caller_is_unknown() &&
        call->request.body.size() > kMaxUnknownBodyBytes) {
      return BodyTooLong();
    }
    ReadBody(options_.max_depth, call);
    if (!call->faults.empty()) return call->faults;
    FindUnknownFields(route, call);
  }
  return route.answer(this, call);
}

std::optional<Outcome> Service::RefusedByRate(const Call& call) {
  if (!call.caller.workspace || call.caller.is_operator()) return std::nullopt;
  const absl::Duration wait =
      rate_limiter_.Take(call.caller.workspace->id(), call.caller.key);
  if (wait <= absl::ZeroDuration()) return std::nullopt;
  return TooManyRequests(wait);
}

HttpResponse Service::Refusal(int status, absl::string_view message,
                              const std::string& peer) {
  ApiError error{status, "invalid_request", "invalid_parameters",
                 std::string(message)};
  if (status == 503) {
    error.type = "service_unavailable";
    error.code = "overloaded";
  } else if (status >= 500 && status != 501) {
    error.type = "internal_error";
    error.code = "internal_error";
  }
  metrics_.OnRequest("none", "refused", status, absl::ZeroDuration());
  const std::string id = NewRequestId();
  if (options_.log) {
    Json line = LogLine(id, status, peer, "refused", absl::ZeroDuration());
    line["code"] = error.code;
    line["message"] = error.message;
    options_.log(PrintableJson(Dump(line)));
  }
  HttpResponse response = ToResponse(error, id);
  // The transport adds Retry-After itself.
  if (status == 503) response.headers.pop_back();
  response.headers.emplace_back(kCacheControl, kNoStore);
  return response;
}

Outcome Service::Health(Call*) { return Json{{"status", "ok"}}; }

Outcome Service::Ready(Call*) {
  if (stopping_) {
    return ApiError{503, "service_unavailable", "stopping",
                    "the server is stopping"};
  }
  if (!metrics_.writable()) {
    return ApiError{503, "service_unavailable", "read_only",
                    "the journal takes no changes until the server is "
                    "started again"};
  }
  return Json{{"status", "ok"}};
}

Outcome Service::MetricsText(Call*) {
  // Requests may arrive before the server's Start() has returned.
  const HttpServer* const http = http_;
  return Document{"text/plain; version=0.0.4; charset=utf-8",
                  metrics_.Text(engine_, http == nullptr ? HttpCounters()
                                                         : http->counters())};
}

Outcome Service::OpenApi(Call*) {
  return Document{"application/yaml", std::string(OpenApiYaml())};
}

Json Service::LogLine(const std::string& id, int status,
                      const std::string& peer, absl::string_view route,
                      absl::Duration took) const {
  return {{"time", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(),
                                    absl::UTCTimeZone())},
          {"request_id", id},
          {"route", std::string(route)},
          {"status", status},
          {"ms", absl::ToDoubleMilliseconds(took)},
          {"peer", peer}};
}

void Service::Log(const Call& call, const std::string& id, int status,
                  absl::Duration took) const {
  if (!options_.log) return;
  Json line = LogLine(id, status, call.request.peer, call.route, took);
  line["method"] = ForLog(call.request.method);
  if (call.caller.workspace) {
    line["workspace"] = ForLog(call.caller.workspace->id());
  }
  if (!call.caller.key.empty()) line["key"] = ForLog(call.caller.key);
  if (!call.ids.empty()) {
    line["ids"] = Json::array();
    for (const std::string& one : call.ids) line["ids"].push_back(ForLog(one));
  }
  if (!call.revision.empty()) line["revision"] = call.revision;
  if (!call.code.empty()) line["code"] = call.code;
  if (!call.fault.empty()) line["fault"] = call.fault;
  options_.log(PrintableJson(Dump(line)));
}

}  // namespace acl::server
