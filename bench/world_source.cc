#include "bench/world_source.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/world/read_ahead.h"

namespace acl::bench {
namespace {

constexpr uint32_t kPartSize = 400;

class Parts {
 public:
  explicit Parts(const Generator& world) : world_(world) {}

  bool Next(v1::Workspace* part) {
    part_ = part;
    part_->Clear();
    if (!begun_) {
      begun_ = true;
      part_->set_id(kWorkspace);
      part_->set_max_principals_per_resource(0);
      return true;
    }
    part_->set_continued(true);
    const WorldShape& shape = world_.shape();
    return Take(shape.users, &user_, &Parts::AddUser) ||
           Take(shape.groups, &group_, &Parts::AddGroup) ||
           Take(shape.resources, &resource_, &Parts::AddResource);
  }

 private:
  // Adds the next items of one list. Returns false at its end.
  bool Take(uint32_t count, uint32_t* next, void (Parts::*add)(uint32_t)) {
    if (*next == count) return false;
    const uint32_t end = *next + std::min(kPartSize, count - *next);
    for (; *next < end; ++*next) (this->*add)(*next);
    return true;
  }

  void AddUser(uint32_t user) { part_->add_users()->set_id(UserName(user)); }

  void AddGroup(uint32_t group) {
    v1::Group& added = *part_->add_groups();
    added.set_id(GroupName(group));
    world_.MembersOf(group, &numbers_);
    for (const uint32_t user : numbers_) {
      added.add_members(absl::StrCat("user:", UserName(user)));
    }
    // Chains have ascending numbers, so the member is the previous group.
    if (group > 0 && world_.ParentOf(group - 1) == group) {
      added.add_members(absl::StrCat("group:", GroupName(group - 1)));
    }
  }

  void AddResource(uint32_t resource) {
    v1::Resource& added = *part_->add_resources();
    added.set_type(kResourceType);
    added.set_id(ResourceName(resource));
    world_.GrantsOf(resource, &grants_);
    for (const PlainGrant& grant : grants_) {
      v1::Grant& given = *added.add_grants();
      given.set_target(TargetReference(grant));
      given.set_role(RoleWord(grant.role));
    }
  }

  const Generator world_;
  v1::Workspace* part_ = nullptr;
  bool begun_ = false;
  uint32_t user_ = 0;
  uint32_t group_ = 0;
  uint32_t resource_ = 0;
  std::vector<uint32_t> numbers_;
  std::vector<PlainGrant> grants_;
};

}  // namespace

std::string TargetReference(const PlainGrant& grant) {
  switch (grant.kind) {
    case TargetKind::kUser:
      return absl::StrCat("user:", UserName(grant.target));
    case TargetKind::kGroup:
      return absl::StrCat("group:", GroupName(grant.target));
    case TargetKind::kDefault:
      break;
  }
  return "default";
}

const char* RoleWord(uint32_t role) {
  static constexpr const char* kWords[] = {"none", "viewer", "commenter",
                                           "editor", "admin"};
  return kWords[role];
}

WorldSource SourceOf(const Generator& world) {
  auto ahead = std::make_shared<ReadAhead>(
      [parts = std::make_shared<Parts>(world)](MadePart* made) {
        return parts->Next(&made->part);
      });
  return [ahead]() -> absl::StatusOr<const v1::Workspace*> {
    const absl::StatusOr<const MadePart*> made = ahead->Next();
    if (!made.ok()) return made.status();
    return *made == nullptr ? nullptr : &(*made)->part;
  };
}

}  // namespace acl::bench
