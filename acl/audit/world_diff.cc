#include "acl/audit/world_diff.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/audit/affected.h"
#include "acl/audit/merge.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
namespace {

using Grants = std::map<std::string, std::string>;  // target → role

Grants GrantsOf(const v1::Resource* resource) {
  Grants grants;
  if (resource == nullptr) return grants;
  for (const v1::Grant& grant : resource->grants()) {
    grants.emplace(grant.target(), grant.role());
  }
  return grants;
}

void VisitGrants(const v1::Workspace& before, const v1::Workspace& after,
                 const std::function<void(const GrantChange&)>& visit) {
  const auto by_target = [](const auto& x, const auto& y) {
    return x.first < y.first;
  };
  Merge(before.resources(), after.resources(), ById(),
        [&](const v1::Resource* a, const v1::Resource* b) {
          const v1::Resource& resource = a != nullptr ? *a : *b;
          const std::string name =
              absl::StrCat(resource.type(), ":", resource.id());
          const Grants old_grants = GrantsOf(a);
          const Grants new_grants = GrantsOf(b);
          Merge(old_grants, new_grants, by_target,
                [&](const auto* x, const auto* y) {
                  const std::string was = x != nullptr ? x->second : "none";
                  const std::string is = y != nullptr ? y->second : "none";
                  if (was == is) return;
                  visit({name, x != nullptr ? x->first : y->first, was, is});
                });
        });
}

// Keys that differ between the two worlds: their roles can change even if their
// owners' do not.
std::vector<std::string> KeysThatDiffer(const v1::Workspace& before,
                                        const v1::Workspace& after) {
  std::vector<std::string> keys;
  Merge(before.api_keys(), after.api_keys(), ById(),
        [&](const v1::ApiKey* x, const v1::ApiKey* y) {
          if (x == nullptr || y == nullptr || x->owner() != y->owner() ||
              x->disabled() != y->disabled()) {
            keys.push_back(x != nullptr ? x->id() : y->id());
          }
        });
  return keys;
}

absl::Status DiffWorkspace(const Engine& before, const Engine& after,
                           const std::string& id, const DiffVisitor& visitor) {
  const absl::StatusOr<Snapshot> a = SnapshotOrEmpty(before, id);
  if (!a.ok()) return a.status();
  const absl::StatusOr<Snapshot> b = SnapshotOrEmpty(after, id);
  if (!b.ok()) return b.status();
  std::vector<std::string> keys;
  Affected affected;
  {
    const absl::StatusOr<v1::Workspace> old_world = a->Export();
    if (!old_world.ok()) return old_world.status();
    const absl::StatusOr<v1::Workspace> new_world = b->Export();
    if (!new_world.ok()) return new_world.status();
    VisitGrants(*old_world, *new_world,
                [&](const GrantChange& change) { visitor.grant(id, change); });
    keys = KeysThatDiffer(*old_world, *new_world);
    affected = FindAffected(*old_world, *new_world);
  }
  return VisitRoleChanges(
      *a, *b, keys, std::move(affected),
      [&](const RoleChange& change) { visitor.role(id, change); });
}

}  // namespace

absl::StatusOr<Snapshot> SnapshotOrEmpty(const Engine& engine,
                                         const std::string& id) {
  const absl::StatusOr<Workspace> workspace = engine.FindWorkspace(id);
  if (workspace.ok()) return workspace->TakeSnapshot();
  // The engine may go first: a snapshot outlives it.
  Engine nothing;
  const absl::StatusOr<Workspace> empty =
      nothing.AddWorkspace(Actor::System(), id);
  return empty.ok() ? empty->TakeSnapshot() : empty.status();
}

absl::Status VisitDiff(const Engine& before, const Engine& after,
                       const std::string& workspace,
                       const DiffVisitor& visitor) {
  std::set<std::string> ids;
  for (const Engine* engine : {&before, &after}) {
    for (const std::string& id : engine->WorkspaceIds()) ids.insert(id);
  }
  if (!workspace.empty()) {
    if (ids.count(workspace) == 0) {
      return Refuse(v1::WORKSPACE_NOT_FOUND,
                    absl::StrCat("workspace ", Quoted(workspace),
                                 " exists on neither side"));
    }
    ids = {workspace};
  }
  for (const std::string& id : ids) {
    if (absl::Status s = DiffWorkspace(before, after, id, visitor); !s.ok()) {
      return s;
    }
  }
  return absl::OkStatus();
}

}  // namespace acl
