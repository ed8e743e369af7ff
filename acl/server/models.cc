#include "acl/server/models.h"

#include <utility>

#include "absl/strings/match.h"

namespace acl::server {
namespace {

bool IsPrincipal(const std::string& member) {
  return !absl::StartsWith(member, "group:");
}

}  // namespace

std::string FirstOf(const std::string& a, const std::string& b,
                    const std::string& c) {
  return !a.empty() ? a : !b.empty() ? b : c;
}

std::string IdIn(const std::string& reference) {
  const size_t colon = reference.find(':');
  return colon == std::string::npos ? reference : reference.substr(colon + 1);
}

Json GroupJson(const v1::Group& group) {
  Json members = Json::array();
  for (const std::string& member : group.members()) {
    if (IsPrincipal(member)) members.push_back(IdIn(member));
  }
  return {{"name", FirstOf(group.name(), "", group.id())},
          {"id", group.id()},
          {"members", std::move(members)},
          {"permissions", nullptr},
          {"group_usage_limit", nullptr},
          {"group_pvc_limit", nullptr},
          {"character_count", nullptr},
          {"is_scim_synced", false},
          {"scim_group", nullptr},
          {"scim_frozen", nullptr}};
}

}  // namespace acl::server
