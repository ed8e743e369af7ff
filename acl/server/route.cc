#include "acl/server/route.h"

#include <algorithm>
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

// `takes `a` and `b``, or that there is nothing to take.
std::string WhatItTakes(const Words& words, const char* nothing) {
  if (words.empty()) return absl::StrCat("this route takes ", nothing);
  std::vector<std::string> quoted;
  for (const absl::string_view word : words) quoted.push_back(Quoted(word));
  const std::string last = std::move(quoted.back());
  quoted.pop_back();
  return absl::StrCat("this route takes ", absl::StrJoin(quoted, ", "),
                      quoted.empty() ? "" : " and ", last);
}

std::optional<Outcome> RefusedParameters(const Route& route, const Call& call) {
  const Words& known = route.takes.parameters;
  std::vector<bool> seen(known.size());
  for (const auto& [name, value] : call.target.parameters) {
    const auto at = static_cast<size_t>(
        std::find(known.begin(), known.end(), name) - known.begin());
    const auto refused = [&](const std::string& what) {
      return BadRequest(
          absl::StrCat("the query parameter ", Quoted(name), " ", what), name);
    };
    if (at == known.size()) {
      return refused(absl::StrCat("is unknown here; ",
                                  WhatItTakes(known, "no query parameters")));
    }
    if (seen[at]) return refused("is given twice; give it once");
    seen[at] = true;
    // The public API has texts that may be empty.
    if (value.empty() && route.door == Door::kOwn) {
      return refused("is empty; give it a value, or leave it out");
    }
  }
  return std::nullopt;
}

// As it is written in documents.
std::optional<std::string> OwnHeader(absl::string_view name) {
  std::string lower = absl::AsciiStrToLower(name);
  if (lower == kKeyHeader || lower == kIdempotencyKeyHeader ||
      absl::StartsWith(lower, kOwnHeaderPrefix)) {
    return lower;
  }
  return std::nullopt;
}

std::optional<Outcome> RefusedHeaders(const Route& route, const Call& call) {
  Words known = route.takes.headers;
  known.insert(known.end(), route.takes.explained.begin(),
               route.takes.explained.end());
  Words seen;
  for (const auto& [sent_name, value] : call.request.headers) {
    const std::optional<std::string> name = OwnHeader(sent_name);
    if (!name) continue;
    const bool is_key = *name == kKeyHeader;
    const auto at = std::find(known.begin(), known.end(), *name);
    if (!is_key && at == known.end()) {
      return BadRequest(
          absl::StrCat(
              "the header ", Quoted(*name), " has no meaning here; ",
              WhatItTakes(route.takes.headers, "no headers of this kind")),
          *name);
    }
    const absl::string_view documented = is_key ? kKeyHeader : *at;
    if (std::find(seen.begin(), seen.end(), documented) != seen.end()) {
      return BadRequest(absl::StrCat("the header ", Quoted(documented),
                                     " is given twice; send it once"),
                        documented);
    }
    seen.push_back(documented);
    if (is_key) continue;  // authentication has words for it
    const std::string what = absl::StrCat("the header ", Quoted(documented));
    if (absl::Status s = CheckId(what, value); !s.ok()) {
      ApiError error = ErrorOf(s);
      error.param = std::string(documented);
      return error;
    }
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
