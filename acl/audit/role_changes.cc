#include "acl/audit/role_changes.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/audit/affected.h"
#include "acl/audit/all_items.h"
#include "acl/audit/merge.h"

namespace acl {
namespace {

using Visit = std::function<void(const RoleChange&)>;

const char kNoRole[] = "none";

Subject SubjectOf(const PrincipalId& id) {
  return id.kind() == Kind::kUser ? Subject::User(id.id())
                                  : Subject::ServiceAccount(id.id());
}

absl::StatusOr<std::vector<ResourceRole>> RolesOf(const Snapshot& snapshot,
                                                  const Subject& subject) {
  absl::StatusOr<Page<ResourceRole>> all =
      AllItems<ResourceRole>([&](const PageOptions& options) {
        return snapshot.ListResources(subject, "", "", options);
      });
  if (!all.ok()) return all.status();
  return std::move(all->items);
}

class Comparison {
 public:
  Comparison(const Snapshot& before, const Snapshot& after, const Visit& visit)
      : before_(before), after_(after), visit_(visit) {}

  // Compares one subject on all resources.
  absl::Status Compare(const Subject& subject) {
    const auto old_roles = RolesOf(before_, subject);
    if (!old_roles.ok()) return old_roles.status();
    const auto new_roles = RolesOf(after_, subject);
    if (!new_roles.ok()) return new_roles.status();
    const std::string who = subject.ToString();
    Merge(*old_roles, *new_roles, NameOrder(),
          [&](const ResourceRole* x, const ResourceRole* y) {
            Tell(x, y, [&](std::string was, std::string is) {
              const ResourceId& resource = (x != nullptr ? x : y)->resource;
              visit_({who, resource.ToString(), std::move(was), std::move(is)});
            });
          });
    return absl::OkStatus();
  }

  // Compares everyone on the resources that are named, except the subjects that
  // are compared on all resources.
  absl::Status CompareResources(const Affected& affected) {
    for (const ResourceId& resource : affected.resources) {
      const auto list = [&](const Snapshot& snapshot) {
        return AllItems<PrincipalRole>([&](const PageOptions& options) {
          return ListOrNone(snapshot, resource, options);
        });
      };
      const auto old_roles = list(before_);
      if (!old_roles.ok()) return old_roles.status();
      const auto new_roles = list(after_);
      if (!new_roles.ok()) return new_roles.status();
      Merge(
          old_roles->items, new_roles->items, NameOrder(),
          [&](const PrincipalRole* x, const PrincipalRole* y) {
            const PrincipalId& who = (x != nullptr ? x : y)->principal;
            if (affected.principals.count(who) != 0) return;
            Tell(x, y, [&](std::string was, std::string is) {
              on_resources_[who].push_back({who.ToString(), resource.ToString(),
                                            std::move(was), std::move(is)});
            });
          });
    }
    return absl::OkStatus();
  }

  // Visits all changes, in the order of the principals.
  absl::Status VisitPrincipals(const std::set<PrincipalId>& principals) {
    auto other = on_resources_.begin();
    const auto tell_others = [&](const PrincipalId* until) {
      for (; other != on_resources_.end() &&
             (until == nullptr || other->first < *until);
           ++other) {
        for (const RoleChange& change : other->second) visit_(change);
      }
    };
    for (const PrincipalId& id : principals) {
      tell_others(&id);
      if (absl::Status s = Compare(SubjectOf(id)); !s.ok()) return s;
    }
    tell_others(nullptr);
    return absl::OkStatus();
  }

 private:
  struct NameOrder {
    template <class Item>
    bool operator()(const Item& a, const Item& b) const {
      return NameBefore(a, b);
    }
  };

  // If one side does not have a resource's type, it does not have the resource.
  static absl::StatusOr<Page<PrincipalRole>> ListOrNone(
      const Snapshot& snapshot, const ResourceId& resource,
      const PageOptions& options) {
    absl::StatusOr<Page<PrincipalRole>> page =
        snapshot.ListPrincipals(resource, "", options);
    if (FaultOf(page.status()) == v1::TYPE_UNKNOWN) {
      return Page<PrincipalRole>();
    }
    return page;
  }

  // Calls tell(before, after) if the roles differ; null means none.
  template <class Item, class Differ>
  void Tell(const Item* x, const Item* y, const Differ& tell) const {
    std::string was = x == nullptr ? kNoRole : before_.RoleName(x->role);
    std::string is = y == nullptr ? kNoRole : after_.RoleName(y->role);
    if (was != is) tell(std::move(was), std::move(is));
  }

  const Snapshot& before_;
  const Snapshot& after_;
  const Visit& visit_;
  std::map<PrincipalId, std::vector<RoleChange>> on_resources_;
};

absl::StatusOr<std::set<PrincipalId>> AllPrincipals(const Snapshot& before,
                                                    const Snapshot& after) {
  std::set<PrincipalId> principals;
  for (const Snapshot* snapshot : {&before, &after}) {
    if (absl::Status s = snapshot->VisitPrincipals([&](const PrincipalId& id) {
          principals.insert(id);
          return true;
        });
        !s.ok()) {
      return s;
    }
  }
  return principals;
}

absl::StatusOr<Affected> Find(const Snapshot& before, const Snapshot& after) {
  const absl::StatusOr<v1::Workspace> old_world = before.Export();
  if (!old_world.ok()) return old_world.status();
  const absl::StatusOr<v1::Workspace> new_world = after.Export();
  if (!new_world.ok()) return new_world.status();
  return FindAffected(*old_world, *new_world);
}

}  // namespace

absl::Status VisitRoleChanges(const Snapshot& before, const Snapshot& after,
                              const std::vector<std::string>& keys,
                              const Visit& visit) {
  absl::StatusOr<Affected> affected = Find(before, after);
  if (!affected.ok()) return affected.status();
  return VisitRoleChanges(before, after, keys, *std::move(affected), visit);
}

absl::Status VisitRoleChanges(const Snapshot& before, const Snapshot& after,
                              const std::vector<std::string>& keys,
                              Affected affected, const Visit& visit) {
  Comparison comparison(before, after, visit);
  for (const std::string& key :
       std::set<std::string>(keys.begin(), keys.end())) {
    if (absl::Status s = comparison.Compare(Subject::Key(key)); !s.ok()) {
      return s;
    }
  }
  if (affected.all) {
    absl::StatusOr<std::set<PrincipalId>> all = AllPrincipals(before, after);
    if (!all.ok()) return all.status();
    affected.principals = *std::move(all);
    affected.resources.clear();
  }
  if (absl::Status s = comparison.CompareResources(affected); !s.ok()) return s;
  return comparison.VisitPrincipals(affected.principals);
}

}  // namespace acl
