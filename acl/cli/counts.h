// The number of items in a world, for summaries.
#ifndef ACL_CLI_COUNTS_H_
#define ACL_CLI_COUNTS_H_

#include <cstddef>
#include <string>

#include "acl/audit/answer_json.h"
#include "proto/acl/v1/world.pb.h"

namespace acl::cli {

// The number of items in a world.
struct Counts {
  size_t workspaces = 0;
  size_t users = 0;
  size_t service_accounts = 0;
  size_t api_keys = 0;
  size_t groups = 0;
  size_t resources = 0;
  size_t grants = 0;

  // Adds the counts of a part of a world.
  void Add(const v1::Workspace& part) {
    workspaces += part.continued() ? 0 : 1;
    users += static_cast<size_t>(part.users_size());
    service_accounts += static_cast<size_t>(part.service_accounts_size());
    api_keys += static_cast<size_t>(part.api_keys_size());
    groups += static_cast<size_t>(part.groups_size());
    resources += static_cast<size_t>(part.resources_size());
    for (const v1::Resource& resource : part.resources()) {
      grants += static_cast<size_t>(resource.grants_size());
    }
  }
};

// "1 workspace, 2 users, ...".
std::string CountsText(const Counts& counts);
Json CountsJson(const Counts& counts);

}  // namespace acl::cli

#endif  // ACL_CLI_COUNTS_H_
