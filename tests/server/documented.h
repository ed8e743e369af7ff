// The responses that docs/openapi.yaml documents for a route.
#ifndef TESTS_SERVER_DOCUMENTED_H_
#define TESTS_SERVER_DOCUMENTED_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "acl/server/openapi.h"

namespace acl::server {

// The documented statuses of each path and method, read from the document's
// lines.
using DocumentedStatuses =
    std::map<std::pair<std::string, std::string>, std::set<std::string>>;
inline const DocumentedStatuses& Documented() {
  static const auto& documented = *[] {
    auto* const all = new DocumentedStatuses;
    std::string path, method;
    for (absl::string_view line : absl::StrSplit(OpenApiYaml(), '\n')) {
      if (absl::StartsWith(line, "components:")) break;
      const size_t indent = line.find_first_not_of(' ');
      if (indent == 2 && line[2] == '/') {
        path = std::string(absl::StripSuffix(line.substr(2), ":"));
      } else if (indent == 4 && absl::EndsWith(line, ":")) {
        method = std::string(absl::StripSuffix(line.substr(4), ":"));
      } else if (indent == 8 && line[8] == '"') {
        (*all)[{path, method}].insert(std::string(line.substr(9, 3)));
      }
    }
    return all;
  }();
  return documented;
}

// The query parameters and headers of each path and method. References to
// shared ones are resolved.
using DocumentedTexts =
    std::map<std::pair<std::string, std::string>, std::set<std::string>>;
inline const DocumentedTexts& DocumentedInputs() {
  static const auto& documented = *[] {
    // `{name: at, in: query, ...`: returns the name, unless it is part of the
    // path.
    const auto input_of = [](absl::string_view line) -> std::string {
      for (const char* in : {", in: query", ", in: header"}) {
        const size_t begin = line.find("{name: ");
        const size_t end = line.find(in);
        if (begin != absl::string_view::npos &&
            end != absl::string_view::npos) {
          return std::string(line.substr(begin + 7, end - begin - 7));
        }
      }
      return "";
    };
    std::map<std::string, std::string> common;
    for (absl::string_view line : absl::StrSplit(OpenApiYaml(), '\n')) {
      const size_t colon = line.find(':');
      if (colon != absl::string_view::npos && !input_of(line).empty()) {
        common[std::string(absl::StripAsciiWhitespace(line.substr(0, colon)))] =
            input_of(line);
      }
    }
    auto* const all = new DocumentedTexts;
    std::string path, method;
    for (absl::string_view line : absl::StrSplit(OpenApiYaml(), '\n')) {
      if (absl::StartsWith(line, "components:")) break;
      const size_t indent = line.find_first_not_of(' ');
      if (indent == 2 && line[2] == '/') {
        path = std::string(absl::StripSuffix(line.substr(2), ":"));
      } else if (indent == 4 && absl::EndsWith(line, ":")) {
        method = std::string(absl::StripSuffix(line.substr(4), ":"));
        (*all)[{path, method}];
      } else if (indent == 8 && absl::StrContains(line, "- {")) {
        constexpr absl::string_view kReference = "#/components/parameters/";
        const size_t at = line.find(kReference);
        const std::string input =
            at == absl::string_view::npos
                ? input_of(line)
                : common[std::string(absl::StripSuffix(
                      line.substr(at + kReference.size()), "\"}"))];
        if (!input.empty()) (*all)[{path, method}].insert(input);
      }
    }
    return all;
  }();
  return documented;
}

// Whether a template, such as `/a/{id}`, matches the path.
inline bool IsPathOf(absl::string_view path, absl::string_view pattern) {
  const std::vector<absl::string_view> a = absl::StrSplit(path, '/');
  const std::vector<absl::string_view> b = absl::StrSplit(pattern, '/');
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && !absl::StartsWith(b[i], "{")) return false;
  }
  return true;
}

// Also true for a path that is not a route.
inline bool IsDocumented(absl::string_view method, absl::string_view target,
                         int status) {
  const absl::string_view path = target.substr(0, target.find('?'));
  const std::string verb =
      method == "HEAD" ? "get" : absl::AsciiStrToLower(method);
  bool known = false;
  for (const auto& [route, statuses] : Documented()) {
    if (route.second != verb || !IsPathOf(path, route.first)) continue;
    if (statuses.count(absl::StrCat(status)) != 0) return true;
    known = true;
  }
  return !known;
}

}  // namespace acl::server

#endif  // TESTS_SERVER_DOCUMENTED_H_
