#include "acl/cli/sums.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "acl/base/text.h"
#include "acl/cli/print.h"
#include "acl/world/change_message.h"

namespace acl::cli {
namespace {

const std::string& KindOf(const v1::Change& change) {
  return v1::Change::descriptor()
      ->FindFieldByNumber(static_cast<int>(change.change_case()))
      ->name();
}

}  // namespace

Kinds KindsOf(const v1::ChangeFile& file) {
  Kinds kinds;
  for (const v1::Change& change : file.changes()) ++kinds[KindOf(change)];
  if (file.has_add_workspace()) ++kinds["add_workspace"];
  if (file.remove_workspace()) ++kinds["remove_workspace"];
  return kinds;
}

Kinds KindsOf(const std::vector<Change>& changes) {
  Kinds kinds;
  for (const Change& change : changes) ++kinds[KindOf(ToMessage(change))];
  return kinds;
}

std::string KindsText(const Kinds& kinds) {
  std::string text;
  for (const auto& [kind, count] : kinds) {
    absl::StrAppend(&text, "  ", count, " ", kind, "\n");
  }
  return text;
}

void RoleSums::Add(const std::string& workspace, const std::string& who,
                   const std::string& resource, const std::string& before,
                   const std::string& after) {
  Sum& sum = sums_[{workspace, before, after}];
  ++sum.count;
  sum.who.insert(who);
  sum.resources.insert(resource);
}

std::vector<RoleSums::Line> RoleSums::Lines() const {
  std::vector<Line> lines;
  for (const auto& [key, sum] : sums_) {
    lines.push_back(
        {std::get<0>(key), std::get<1>(key), std::get<2>(key), &sum});
  }
  std::stable_sort(
      lines.begin(), lines.end(), [](const Line& a, const Line& b) {
        return a.workspace != b.workspace ? a.workspace < b.workspace
                                          : a.sum->count > b.sum->count;
      });
  return lines;
}

std::string RoleSums::Text(const char* who) const {
  std::string text;
  for (const Line& line : Lines()) {
    absl::StrAppend(&text, "  ", Printable(line.workspace),
                    line.workspace.empty() ? "" : "  ", line.sum->count, " ",
                    Printable(line.before), " -> ", Printable(line.after),
                    ", for ", Some(line.sum->who.size(), who), " on ",
                    Some(line.sum->resources.size(), "resource"), "\n");
  }
  return text;
}

Json RoleSums::ToJson(const char* who) const {
  Json list = Json::array();
  for (const Line& line : Lines()) {
    Json item = {{"before", line.before},
                 {"after", line.after},
                 {"count", line.sum->count},
                 {absl::StrCat(who, "s"), line.sum->who.size()},
                 {"resources", line.sum->resources.size()}};
    if (!line.workspace.empty()) item["workspace"] = line.workspace;
    list.push_back(std::move(item));
  }
  return list;
}

}  // namespace acl::cli
