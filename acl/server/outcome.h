// The result of a request, before it is an HTTP response. Internal.
#ifndef ACL_SERVER_OUTCOME_H_
#define ACL_SERVER_OUTCOME_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "acl/audit/answer_json.h"
#include "acl/server/http/message.h"

namespace acl::server {

// A body that is not JSON.
struct Document {
  std::string content_type;
  std::string text;
};

// A fault in the form of a request, as pydantic reports it.
struct SchemaFault {
  std::string type;
  Json where;  // the path: `["body", "role"]`
  std::string message;
  Json input = nullptr;  // as it was sent; the answer has ShortenedInput()
};

// Every other refusal.
struct ApiError {
  int status;
  std::string type;
  std::string code;
  std::string message;
  std::string param = {};  // the field at fault; may be empty
  // The engine's own fault (acl.v1.Fault), for programs: the header
  // `acl-fault`. May be empty.
  std::string fault = {};
  // All faults, if there are several.
  Json faults = nullptr;
  // For a 429: when to retry, the header `Retry-After`.
  int64_t retry_after_seconds = 0;
};

using Outcome =
    std::variant<Json, Document, std::vector<SchemaFault>, ApiError>;

// The refusals of authentication.
ApiError MissingKey();
ApiError InvalidKey();
// The caller lacks a right that is not one on a resource.
ApiError NotAllowed(absl::string_view message);
// The server can't answer now; the client may retry.
ApiError Unavailable(absl::string_view code, absl::string_view message);
// The caller asks too often; `wait` is how long it has to pause.
ApiError TooManyRequests(absl::Duration wait);
ApiError BadRequest(absl::string_view message, absl::string_view param = "");

// The HTTP error for a refusal of the engine: the table in docs/server.md.
// REQUIRES: !refusal.ok().
ApiError ErrorOf(const absl::Status& refusal);

// How much of a request's input an answer quotes: at most this many bytes, in
// whole characters. A text is truncated; any other value if its JSON is longer.
constexpr size_t kMaxEchoedBytes = 256;
std::string Shortened(absl::string_view text);
Json ShortenedInput(const Json& input);

// The response. Bodies are never empty. Errors include `request_id`.
HttpResponse ToResponse(const Outcome& outcome, const std::string& request_id);

// Only the status.
int StatusOf(const Outcome& outcome);

}  // namespace acl::server

#endif  // ACL_SERVER_OUTCOME_H_
