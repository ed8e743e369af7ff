#include "acl/server/outcome.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"

namespace acl::server {
namespace {

ApiError Authentication(absl::string_view code, absl::string_view message) {
  return {401, "authentication_error", std::string(code), std::string(message)};
}

// Status, type and code of a fault; an empty code is the fault's own name.
struct Mapping {
  int status;
  const char* type;
  const char* code;
};

Mapping MappingOf(Fault fault) {
  switch (fault) {
    case v1::MALFORMED:
    case v1::TYPE_UNKNOWN:
    case v1::ROLE_UNKNOWN:
    case v1::FILE_MALFORMED:
    case v1::DUPLICATE_GRANT:
    case v1::CREATOR_LOWERED:
      return {400, "validation_error", "invalid_parameters"};
    case v1::LIMIT:
    case v1::CANCELLED_BY_CALLER:
      return {400, "invalid_request", "invalid_parameters"};
    case v1::ACTOR_UNKNOWN:
    case v1::ACTOR_KEY_DISABLED:
    case v1::ACTOR_LOCKED:
      return {401, "authentication_error", "invalid_api_key"};
    case v1::NOT_ADMIN:
    case v1::CREATOR_PROTECTED:
      return {403, "authorization_error", "insufficient_permissions"};
    case v1::RESOURCE_NOT_FOUND:
      return {404, "not_found", "resource_not_found"};
    case v1::USER_NOT_FOUND:
    case v1::SERVICE_ACCOUNT_NOT_FOUND:
      return {404, "not_found", "user_not_found"};
    case v1::GROUP_NOT_FOUND:
      return {404, "not_found", "group_not_found"};
    case v1::KEY_NOT_FOUND:
      return {404, "not_found", "api_key_not_found"};
    case v1::WORKSPACE_NOT_FOUND:
    case v1::REVISION_NOT_AVAILABLE:
      return {404, "not_found", ""};
    case v1::ALREADY_EXISTS:
    case v1::EMAIL_TAKEN:
    case v1::GROUP_CYCLE:
    case v1::ROLE_IN_USE:
    case v1::ROLE_ORDER:
    case v1::TYPE_IN_USE:
    case v1::REVISION_MISMATCH:
    case v1::REQUEST_ID_REUSED:
      return {409, "conflict", ""};
    case v1::REVISION_TIMEOUT:
    case v1::DEADLINE_EXCEEDED:
    case v1::ENGINE_CLOSED:
    case v1::DISK_FULL:
    case v1::READ_ONLY:
    case v1::OUTCOME_UNKNOWN:
      return {503, "service_unavailable", ""};
    default:
      return {500, "internal_error", ""};
  }
}

Json FaultsJson(const std::vector<SchemaFault>& faults) {
  Json items = Json::array();
  for (const SchemaFault& fault : faults) {
    items.push_back({{"type", fault.type},
                     {"loc", fault.where},
                     {"msg", fault.message},
                     {"input", ShortenedInput(fault.input)}});
  }
  return {{"detail", std::move(items)}};
}

Json ErrorJson(const ApiError& error, const std::string& request_id) {
  Json detail = {
      {"type", error.type},
      {"code", error.code},
      {"message", error.message},
      {"status", error.code},
      {"request_id", request_id},
      {"param", error.param.empty() ? Json(nullptr) : Json(error.param)}};
  if (!error.faults.is_null()) detail["faults"] = error.faults;
  return {{"detail", std::move(detail)}};
}

}  // namespace

std::string Shortened(absl::string_view text) {
  if (text.size() <= kMaxEchoedBytes) return std::string(text);
  constexpr absl::string_view kMore = "...";
  size_t end = kMaxEchoedBytes - kMore.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  return absl::StrCat(text.substr(0, end), kMore);
}

Json ShortenedInput(const Json& input) {
  if (input.is_string()) {
    return Shortened(input.get_ref<const std::string&>());
  }
  if (!input.is_structured()) return input;
  const std::string text = Dump(input);
  if (text.size() <= kMaxEchoedBytes) return input;
  return Shortened(text);
}

ApiError MissingKey() {
  return Authentication("missing_api_key",
                        "no api key; send one in the header `xi-api-key`");
}

ApiError InvalidKey() {
  return Authentication("invalid_api_key",
                        "the api key is not valid, or is disabled");
}

ApiError NotAllowed(absl::string_view message) {
  return {403, "authorization_error", "insufficient_permissions",
          std::string(message)};
}

ApiError Unavailable(absl::string_view code, absl::string_view message) {
  return {503, "service_unavailable", std::string(code), std::string(message)};
}

ApiError TooManyRequests(absl::Duration wait) {
  const int64_t seconds =
      absl::ToInt64Seconds(absl::Ceil(wait, absl::Seconds(1)));
  ApiError error{429, "rate_limit_error", "rate_limit_exceeded",
                 absl::StrCat("this api key asks too often; wait ", seconds,
                              seconds == 1 ? " second" : " seconds",
                              ", as `Retry-After` says")};
  error.retry_after_seconds = seconds;
  return error;
}

ApiError BadRequest(absl::string_view message, absl::string_view param) {
  return {400, "invalid_request", "invalid_parameters", std::string(message),
          Shortened(param)};
}

ApiError ErrorOf(const absl::Status& refusal) {
  const Fault fault = FaultOf(refusal);
  const Mapping mapping = MappingOf(fault);
  std::string code = mapping.code;
  if (code.empty()) code = absl::AsciiStrToLower(v1::Fault_Name(fault));
  ApiError error{mapping.status, mapping.type, std::move(code),
                 std::string(refusal.message())};
  error.fault = v1::Fault_Name(fault);
  return error;
}

HttpResponse ToResponse(const Outcome& outcome, const std::string& request_id) {
  HttpResponse response;
  response.status = StatusOf(outcome);
  if (const auto* json = std::get_if<Json>(&outcome)) {
    response.body = Dump(*json);
  } else if (const auto* document = std::get_if<Document>(&outcome)) {
    response.content_type = document->content_type;
    response.body = document->text;
  } else if (const auto* faults =
                 std::get_if<std::vector<SchemaFault>>(&outcome)) {
    response.body = Dump(FaultsJson(*faults));
  } else {
    const auto& error = std::get<ApiError>(outcome);
    response.body = Dump(ErrorJson(error, request_id));
    if (!error.fault.empty()) {
      response.headers.emplace_back("acl-fault", error.fault);
    }
  }
  response.headers.emplace_back("x-request-id", request_id);
  if (const auto* error = std::get_if<ApiError>(&outcome);
      error != nullptr && error->retry_after_seconds > 0) {
    response.headers.emplace_back("Retry-After",
                                  absl::StrCat(error->retry_after_seconds));
  }
  if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

int StatusOf(const Outcome& outcome) {
  if (std::holds_alternative<std::vector<SchemaFault>>(outcome)) return 422;
  if (const auto* error = std::get_if<ApiError>(&outcome)) {
    return error->status;
  }
  return 200;
}

}  // namespace acl::server
