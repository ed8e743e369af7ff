#include "acl/cli/difference_list.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/text.h"

namespace acl::cli {

void DifferenceList::Add(const std::string& workspace, const std::string& who,
                         const std::string& resource, const std::string& before,
                         const std::string& after) {
  ++size_;
  if (summary_) {
    sums_.Add(workspace, who, resource, before, after);
  } else if (form_ == Form::kText) {
    if (!workspace.empty()) {
      absl::StrAppend(&lines_, "  ", Printable(workspace));
    }
    absl::StrAppend(&lines_, "  ", Printable(who), " on ", Printable(resource),
                    ": ", Printable(before), " -> ", Printable(after), "\n");
  } else {
    Json item = Json::object();
    if (!workspace.empty()) item["workspace"] = workspace;
    item[who_] = who;
    item["resource"] = resource;
    item["before"] = before;
    item["after"] = after;
    items_.push_back(std::move(item));
  }
}

std::string DifferenceList::Text() const {
  return summary_ ? sums_.Text(who_) : lines_;
}

Json DifferenceList::ToJson() const {
  return summary_ ? sums_.ToJson(who_) : items_;
}

}  // namespace acl::cli
