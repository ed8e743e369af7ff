#include "acl/cli/counts.h"

#include "absl/strings/str_cat.h"
#include "acl/cli/print.h"

namespace acl::cli {

std::string CountsText(const Counts& counts) {
  return absl::StrCat(
      Some(counts.workspaces, "workspace"), ", ", Some(counts.users, "user"),
      ", ", Some(counts.service_accounts, "service account"), ", ",
      Some(counts.api_keys, "key"), ", ", Some(counts.groups, "group"), ", ",
      Some(counts.resources, "resource"), ", ", Some(counts.grants, "grant"));
}

Json CountsJson(const Counts& counts) {
  return {{"workspaces", counts.workspaces},
          {"users", counts.users},
          {"service_accounts", counts.service_accounts},
          {"api_keys", counts.api_keys},
          {"groups", counts.groups},
          {"resources", counts.resources},
          {"grants", counts.grants}};
}

}  // namespace acl::cli
