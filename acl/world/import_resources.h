// Reads the resources of a world with their grants. Internal.
#ifndef ACL_WORLD_IMPORT_RESOURCES_H_
#define ACL_WORLD_IMPORT_RESOURCES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "acl/directory/id_index.h"
#include "acl/world/import_work.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// Resources are most of a world. A batch is processed at a time, so that their
// cache misses overlap. REQUIRES: everyone who can have a grant has been read.
class ResourceImporter {
 public:
  explicit ResourceImporter(ImportWork* work) : work_(*work) {}

  void Add(const v1::Workspace& part);

 private:
  // A grant's target while its number is being looked up.
  struct Sought {
    Kind kind = Kind::kDefault;  // kDefault if it has to be read in full
    absl::string_view id;
    uint64_t hash = 0;
    IdIndex::Path path;
    TargetKey key = 0;  // 0 if there is none
  };

  // How many of the resources from `begin` on are processed together.
  static int CountTogether(const v1::Workspace& part, int begin);
  void Seek(const v1::Workspace& part, int begin, int end);

  // `targets` are those of the resource's grants.
  void Read(const v1::Resource& resource, const Place& place, uint64_t hash,
            const Sought* targets);
  bool CheckIdentity(const v1::Resource& resource, const Place& place,
                     uint64_t hash);
  void ReadGrant(const v1::Grant& grant, const Sought& sought,
                 TargetKey creator, const Place& place);
  TargetKey ReadTarget(const std::string& text, const Place& place);
  // The role's rank, or 0.
  Rank ReadRole(const std::string& role, const Place& place);
  // Whether this is the first grant of the resource to the target.
  bool IsFirst(TargetKey target);

  ImportWork& work_;
  std::vector<Sought> sought_;
  std::vector<uint64_t> hashes_;  // of the resources
  std::vector<IdIndex::Path> paths_;
  // Of the resource being read.
  RoleSlot baseline_ = 0;
  std::vector<TargetGrant> grants_;
  std::vector<TargetKey> seen_;
  absl::flat_hash_set<TargetKey> seen_many_;  // beyond kScan
  static constexpr size_t kScan = 32;
};

}  // namespace acl

#endif  // ACL_WORLD_IMPORT_RESOURCES_H_
