#include "acl/server/route.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/text.h"
#include "acl/server/headers.h"

namespace acl::server {
namespace {

using Words = std::vector<absl::string_view>;

// `takes `a` and `b``, or `nothing` if there are no words.
std::string WhatItTakes(const Words& words, const char* nothing) {
  if (words.empty()) return absl::StrCat("this route takes ", nothing);
  std::vector<std::string> quoted;
  for (const absl::string_view word : words) quoted.push_back(Quoted(word));
  const std::string last = std::move(quoted.back());
  quoted.pop_back();
  return absl::StrCat("this route takes ", absl::StrJoin(quoted, ", "),
                      quoted.empty() ? "" : " and ", last);
}

// Tracks which words have occurred.
class Seen {
 public:
  // False if it has occurred before. REQUIRES: `index` < 64.
  bool Add(size_t index) {
    const uint64_t bit = uint64_t{1} << index;
    const bool first = (bits_ & bit) == 0;
    bits_ |= bit;
    return first;
  }

 private:
  uint64_t bits_ = 0;
};

std::optional<Outcome> RefusedParameters(const Route& route, const Call& call) {
  const Words& known = route.takes.parameters;
  Seen seen;
  for (const auto& [name, value] : call.target.parameters) {
    const auto at = static_cast<size_t>(
        std::find(known.begin(), known.end(), name) - known.begin());
    const auto refused = [&, &name = name](const std::string& what) {
      return BadRequest(
          absl::StrCat("the query parameter ", Quoted(name), " ", what), name);
    };
    if (at == known.size()) {
      return refused(absl::StrCat("is unknown here; ",
                                  WhatItTakes(known, "no query parameters")));
    }
    if (!seen.Add(at)) return refused("is given twice; give it once");
    // In the public API some texts may be empty.
    if (value.empty() && route.door == Door::kOwn) {
      return refused("is empty; give it a value, or leave it out");
    }
  }
  return std::nullopt;
}

constexpr absl::string_view kOwnHeaders[] = {
    kKeyHeader, kWorkspaceHeader, kLeastRevisionHeader, kReasonHeader,
    kIdempotencyKeyHeader};

// The index in kOwnHeaders; their number if it is not one of them.
size_t OwnHeader(absl::string_view name) {
  size_t at = 0;
  while (at < std::size(kOwnHeaders) &&
         !absl::EqualsIgnoreCase(kOwnHeaders[at], name)) {
    ++at;
  }
  return at;
}

bool Has(const Words& words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The fault of an allowed header's value, if any.
std::optional<Outcome> RefusedValue(absl::string_view name,
                                    const std::string& value) {
  // Authentication reports faults of the key itself.
  if (name == kKeyHeader) return std::nullopt;
  absl::Status s = CheckId(absl::StrCat("the header ", Quoted(name)), value);
  if (s.ok()) return std::nullopt;
  ApiError error = ErrorOf(s);
  error.param = std::string(name);
  return error;
}

std::optional<Outcome> RefusedHeaders(const Route& route, const Call& call) {
  Seen seen;
  for (const auto& [sent, value] : call.request.headers) {
    const size_t at = OwnHeader(sent);
    const bool known = at < std::size(kOwnHeaders);
    if (!known && !absl::StartsWithIgnoreCase(sent, kOwnHeaderPrefix)) continue;
    if (!known || !(kOwnHeaders[at] == kKeyHeader ||
                    Has(route.takes.headers, kOwnHeaders[at]) ||
                    Has(route.takes.explained, kOwnHeaders[at]))) {
      const std::string name = absl::AsciiStrToLower(sent);
      return BadRequest(
          absl::StrCat(
              "the header ", Quoted(name), " has no meaning here; ",
              WhatItTakes(route.takes.headers, "no headers of this kind")),
          name);
    }
    const absl::string_view name = kOwnHeaders[at];
    if (!seen.Add(at)) {
      return BadRequest(absl::StrCat("the header ", Quoted(name),
                                     " is given twice; send it once"),
                        name);
    }
    if (std::optional<Outcome> no = RefusedValue(name, value)) return no;
  }
  return std::nullopt;
}

}  // namespace

bool Route::Matches(const std::vector<std::string>& path_segments,
                    std::vector<std::string>* ids) const {
  if (path_segments.size() != segments.size()) return false;
  ids->clear();
  for (size_t i = 0; i < segments.size(); ++i) {
    if (segments[i] == "{}") {
      ids->push_back(path_segments[i]);
    } else if (segments[i] != path_segments[i]) {
      return false;
    }
  }
  return true;
}

std::optional<Outcome> RefusedByForm(const Route& route, const Call& call) {
  if (std::optional<Outcome> no = RefusedParameters(route, call)) return no;
  if (std::optional<Outcome> no = RefusedHeaders(route, call)) return no;
  if (!route.has_body() && route.door != Door::kSharing &&
      !call.request.body.empty()) {
    return BadRequest("this route takes no body; leave it out");
  }
  return std::nullopt;
}

void FindUnknownFields(const Route& route, Call* call) {
  if (route.takes.body != Takes::Body::kFields ||
      route.door == Door::kSharing) {
    return;
  }
  call->Body().RefuseOthers(route.takes.fields);
}

}  // namespace acl::server
