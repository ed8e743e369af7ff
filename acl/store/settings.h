// The settings of a workspace. Part of the public API; begin reading at
// acl/engine.h.
#ifndef ACL_STORE_SETTINGS_H_
#define ACL_STORE_SETTINGS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/base/ladder.h"

namespace acl {

// The types of the sharing API that the library ships, in bytewise order
// (docs/resource_types.md).
const std::vector<std::string>& DefaultResourceTypes();

// At most this many types in a workspace's table.
constexpr size_t kMaxResourceTypes = 1024;

// The settings of a new workspace. Each can be changed later (SetLadder,
// SetResourceTypes, SetLimit).
struct WorkspaceSettings {
  // The role ladder in ascending order. Empty: viewer, commenter, editor,
  // admin.
  std::vector<std::string> roles;
  // The resource types. Empty: DefaultResourceTypes().
  std::vector<std::string> resource_types;
  // How many principals and groups may hold a grant on one resource; the
  // creator counts as one, `default` does not. 0: no limit.
  uint32_t max_principals_per_resource = 100;
};

// The settings as the engine keeps them: checked, immutable. Internal.
struct Settings {
  Ladder ladder = Ladder::Default();
  std::vector<std::string> types;  // in bytewise order
  // A resource stores its type as the index of the type in this list. A type
  // keeps its index as long as it is in the table; unused entries are empty.
  std::vector<std::string> types_by_slot;
  uint32_t max_principals = 100;

  // One object serves every workspace with the default settings. MALFORMED or
  // ROLE_UNKNOWN for settings that break the rules.
  static absl::StatusOr<std::shared_ptr<const Settings>> Make(
      const WorkspaceSettings& wanted);

  // Replaces the table by one that CheckedTypes() returned.
  void SetTypes(std::vector<std::string> checked);

  bool HasType(absl::string_view type) const;
  // REQUIRES: HasType().
  uint16_t TypeSlotOf(absl::string_view type) const;
  // OK, MALFORMED or TYPE_UNKNOWN.
  absl::Status RequireType(absl::string_view type) const;
};

// `types`, sorted. MALFORMED for an invalid name, an empty list, too many
// types, or a duplicate.
absl::StatusOr<std::vector<std::string>> CheckedTypes(
    std::vector<std::string> types);

}  // namespace acl

#endif  // ACL_STORE_SETTINGS_H_
