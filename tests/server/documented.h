// What docs/openapi.yaml says that a route answers.
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

// The statuses of each path and method, as the lines of the document have them.
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

// Whether a template, such as `/a/{id}`, is that of the path.
inline bool IsPathOf(absl::string_view path, absl::string_view pattern) {
  const std::vector<absl::string_view> a = absl::StrSplit(path, '/');
  const std::vector<absl::string_view> b = absl::StrSplit(pattern, '/');
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && !absl::StartsWith(b[i], "{")) return false;
  }
  return true;
}

// True also of what is no route at all.
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
