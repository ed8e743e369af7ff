#include "acl/store/settings.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {

const std::vector<std::string>& DefaultResourceTypes() {
  static const auto* const types = new std::vector<std::string>{
      "assets",
      "avatar_video_generations",
      "avatars",
      "content_generations",
      "content_skills",
      "content_templates",
      "convai_agent_branches",
      "convai_agent_drafts",
      "convai_agent_experiments",
      "convai_agent_response_tests",
      "convai_agent_versions",
      "convai_agent_versions_deployments",
      "convai_agents",
      "convai_analysis_items",
      "convai_api_integration_connections",
      "convai_api_integration_trigger_connections",
      "convai_batch_calls",
      "convai_crawl_jobs",
      "convai_crawl_tasks",
      "convai_kb_external_sync_jobs",
      "convai_knowledge_base_documents",
      "convai_mcp_servers",
      "convai_memory_entries",
      "convai_phone_numbers",
      "convai_secrets",
      "convai_settings",
      "convai_templates",
      "convai_test_suite_invocations",
      "convai_tools",
      "convai_whatsapp_accounts",
      "dashboard",
      "dashboard_configuration",
      "dubbing",
      "dubbing_project",
      "project",
      "pronunciation_dictionary",
      "resource_collection",
      "resource_locators",
      "songs",
      "studio_projects",
      "transcription_tasks",
      "voice",
      "voice_collection",
      "workspace_auth_connections",
  };
  return *types;
}

absl::StatusOr<std::vector<std::string>> CheckedTypes(
    std::vector<std::string> types) {
  if (types.empty() || types.size() > kMaxResourceTypes) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat("a workspace has 1 to ", kMaxResourceTypes,
                               " resource types, not ", types.size()));
  }
  for (const std::string& type : types) {
    if (absl::Status s = CheckTypeName(type); !s.ok()) return s;
  }
  std::sort(types.begin(), types.end());
  const auto twice = std::adjacent_find(types.begin(), types.end());
  if (twice != types.end()) {
    return Refuse(v1::MALFORMED, absl::StrCat("resource type ", Quoted(*twice),
                                              " stands twice in the table"));
  }
  return types;
}

namespace {

Settings WithTypes(Settings settings, std::vector<std::string> types) {
  settings.SetTypes(std::move(types));
  return settings;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Settings>> Settings::Make(
    const WorkspaceSettings& wanted) {
  static const auto* const usual =
      new std::shared_ptr<const Settings>(std::make_shared<const Settings>(
          WithTypes(Settings(), DefaultResourceTypes())));
  if (wanted.roles.empty() && wanted.resource_types.empty() &&
      wanted.max_principals_per_resource == (*usual)->max_principals) {
    return *usual;
  }
  Settings settings;
  if (!wanted.roles.empty()) {
    absl::StatusOr<Ladder> ladder = Ladder::Make(wanted.roles);
    if (!ladder.ok()) return ladder.status();
    settings.ladder = *std::move(ladder);
  }
  absl::StatusOr<std::vector<std::string>> types =
      CheckedTypes(wanted.resource_types.empty() ? DefaultResourceTypes()
                                                 : wanted.resource_types);
  if (!types.ok()) return types.status();
  settings.SetTypes(*std::move(types));
  settings.max_principals = wanted.max_principals_per_resource;
  return std::make_shared<const Settings>(std::move(settings));
}

void Settings::SetTypes(std::vector<std::string> checked) {
  types = std::move(checked);
  for (std::string& type : types_by_slot) {
    if (!HasType(type)) type.clear();
  }
  const auto place_of = [&](absl::string_view type) {
    return std::find(types_by_slot.begin(), types_by_slot.end(), type);
  };
  for (const std::string& type : types) {
    if (place_of(type) != types_by_slot.end()) continue;
    const auto free = place_of("");
    if (free == types_by_slot.end()) {
      types_by_slot.push_back(type);
    } else {
      *free = type;
    }
  }
}

uint16_t Settings::TypeSlotOf(absl::string_view type) const {
  const auto at = std::find(types_by_slot.begin(), types_by_slot.end(), type);
  return static_cast<uint16_t>(at - types_by_slot.begin());
}

bool Settings::HasType(absl::string_view type) const {
  return std::binary_search(types.begin(), types.end(), type);
}

absl::Status Settings::RequireType(absl::string_view type) const {
  if (HasType(type)) return absl::OkStatus();
  if (absl::Status s = CheckTypeName(type); !s.ok()) return s;
  return Refuse(v1::TYPE_UNKNOWN,
                absl::StrCat("resource type ", Quoted(type),
                             " is not in the workspace's table; add it there "
                             "or correct the spelling"));
}

}  // namespace acl
