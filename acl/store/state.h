// Everything about one workspace at one revision, as immutable data. Copying a
// State copies a few words; changing a copy (acl/store/draft.h) shares
// everything that does not change. Internal; the public interface is
// acl/engine.h.
#ifndef ACL_STORE_STATE_H_
#define ACL_STORE_STATE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "acl/base/handle.h"
#include "acl/base/heap.h"
#include "acl/base/ladder.h"
#include "acl/base/ordered_map.h"
#include "acl/base/reference.h"
#include "acl/base/revision.h"
#include "acl/base/sorted_numbers.h"
#include "acl/base/table.h"
#include "acl/base/text_table.h"
#include "acl/directory/directory.h"
#include "acl/directory/id_index.h"
#include "acl/directory/target_key.h"
#include "acl/store/grant_line.h"
#include "acl/store/settings.h"

namespace acl {

struct AnsweredRequest;  // acl/share/request.h

// A grant on some resource.
struct TargetGrant {
  TargetKey target;
  RoleSlot role;
};

// The answers to one caller's changes with a request id, oldest first.
struct CallerRequests {
  OrderedMap<std::string, std::shared_ptr<const AnsweredRequest>> by_id;
  OrderedMap<uint64_t, std::string> by_age;
  uint64_t next_age = 0;
};

// The requests of all callers, by the actor as text. Each caller has its own
// ids.
struct RequestTable {
  OrderedMap<std::string, std::shared_ptr<const CallerRequests>> by_caller;
};

struct State {
  static constexpr uint32_t kNone = Directory::kNone;

  std::string workspace;     // its id
  uint64_t incarnation = 0;  // for tokens
  uint32_t scope = 0;        // for handles; unique in this process
  Revision revision = 0;
  // Rows written since the workspace was created: bounds what a snapshot keeps
  // alive.
  uint64_t rows_written = 0;
  // Edits with tags above this contributed nothing to it.
  EditTag edit = 0;
  // The heap that has its blocks, shared with earlier and later states.
  std::shared_ptr<Heap> heap;
  std::shared_ptr<const Settings> settings;
  Directory directory;
  IdIndex resource_index;                    // types and ids → numbers
  TextTable<MemoryPart::kIds> resource_ids;  // a type's slot and an id
  TextTable<MemoryPart::kTexts> resource_names;
  // Indexed by the same numbers. The creator never has a grant.
  Table<GrantLine, MemoryPart::kGrants> grants;
  SortedNumbers baselines;  // resources with a baseline
  uint32_t next_resource = 0;
  std::shared_ptr<const RequestTable> requests;  // null for none

  const Ladder& ladder() const { return settings->ladder; }

  static uint64_t HashOf(const ResourceRef& resource) {
    return HashOf(HashOfType(resource.type), resource.id);
  }
  // The same in two steps, for many resources of one type.
  static uint64_t HashOfType(absl::string_view type) {
    return HashOfId(0, type);
  }
  static uint64_t HashOf(uint64_t hash_of_type, absl::string_view id) {
    return HashOfId(hash_of_type, id);
  }
  // Whether a text of `resource_ids` is the given resource's.
  bool IsResource(absl::string_view text, const ResourceRef& resource) const {
    return text.size() == kTypeBytes + resource.id.size() &&
           text.substr(kTypeBytes) == resource.id &&
           TypeIn(text) == resource.type;
  }
  // The number of a resource, or kNone. `hash` is HashOf(resource).
  uint32_t FindResource(const ResourceRef& resource, uint64_t hash) const {
    return resource_index.Find(hash, [&](uint32_t number) {
      return IsResource(resource_ids.Get(number), resource);
    });
  }
  uint32_t FindResource(const ResourceRef& resource) const {
    return FindResource(resource, HashOf(resource));
  }

  bool HasResource(uint32_t number) const {
    const GrantLine* line = grants.Get(number);
    return line != nullptr && line->present();
  }
  // The type and id of a resource that exists. Valid as long as the version.
  ResourceRef ResourceAt(uint32_t number) const {
    return ResourceIn(resource_ids.Get(number));
  }
  // All resources, by type, then id, bytewise.
  std::vector<uint32_t> SortedResources() const;

  // The grant of a user, service account or group; with 0 that of `default`.
  // 0 for none. O(log n).
  RoleSlot GrantOf(uint32_t resource, TargetKey target) const {
    const GrantLine& line = *grants.Get(resource);
    return target == 0 ? line.baseline() : line.RoleOf(target);
  }
  // All grants except the baseline, by the targets' kinds, then ids, bytewise.
  // O(n log n).
  std::vector<TargetGrant> SortedGrants(uint32_t resource) const;

  // Decodes a text of resource_ids: a type's slot followed by the id.
  ResourceRef ResourceIn(absl::string_view text) const {
    return {TypeIn(text), text.substr(kTypeBytes)};
  }
  static constexpr size_t kTypeBytes = 2;
  absl::string_view TypeIn(absl::string_view text) const {
    return settings->types_by_slot[static_cast<size_t>(
        static_cast<uint8_t>(text[0]) | static_cast<uint8_t>(text[1]) << 8)];
  }
};

}  // namespace acl

#endif  // ACL_STORE_STATE_H_
