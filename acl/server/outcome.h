// What comes of a request, before it is an HTTP response. Internal.
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

// A fault in the form of a request, as pydantic tells it.
struct SchemaFault {
  std::string type;
  Json where;  // the path: `["body", "role"]`
  std::string message;
  Json input = nullptr;  // what came; the answer has ShortenedInput()
};

// Every other refusal.
struct ApiError {
  int status;
  std::string type;
  std::string code;
  std::string message;
  std::string param = {};  // the field that it is about; may be empty
  // The engine's own word for it (acl.v1.Fault), for programs: the header
  // `acl-fault`. May be empty.
  std::string fault = {};
  // Everything that is wrong, where there is more than one thing.
  Json faults = nullptr;
  // Of a 429: when to come again, the header `Retry-After`.
  int64_t retry_after_seconds = 0;
};

using Outcome =
    std::variant<Json, Document, std::vector<SchemaFault>, ApiError>;

// The refusals of authentication.
ApiError MissingKey();
ApiError InvalidKey();
// The caller lacks a right that is not one on a resource.
ApiError NotAllowed(absl::string_view message);
// The server can't answer now; the client may come again.
ApiError Unavailable(absl::string_view code, absl::string_view message);
// The caller asks too often; `wait` is how long it has to rest.
ApiError TooManyRequests(absl::Duration wait);
ApiError BadRequest(absl::string_view message, absl::string_view param = "");

// What a refusal of the engine is over HTTP: the table in docs/server.md.
// REQUIRES: !refusal.ok().
ApiError ErrorOf(const absl::Status& refusal);

// What a request sent, for an answer: at most kMaxEchoedBytes of it, whole
// characters. A text is cut; of anything else a longer text of JSON is.
constexpr size_t kMaxEchoedBytes = 256;
std::string Shortened(absl::string_view text);
Json ShortenedInput(const Json& input);

// As it is sent. Bodies are never empty. `request_id` is in errors too.
HttpResponse ToResponse(const Outcome& outcome, const std::string& request_id);

// The status alone.
int StatusOf(const Outcome& outcome);

}  // namespace acl::server

#endif  // ACL_SERVER_OUTCOME_H_
