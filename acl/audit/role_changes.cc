#include "acl/audit/role_changes.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/audit/all_items.h"

namespace acl {
namespace {

using Roles = std::map<ResourceId, std::string>;

// The roles of one subject on everything.
absl::StatusOr<Roles> RolesOf(const Snapshot& snapshot,
                              const Subject& subject) {
  absl::StatusOr<Page<ResourceRole>> all =
      AllItems<ResourceRole>([&](const PageOptions& options) {
        return snapshot.ListResources(subject, "", "", options);
      });
  if (!all.ok()) return all.status();
  Roles roles;
  for (ResourceRole& item : all->items) {
    roles.emplace_hint(roles.end(), std::move(item.resource),
                       snapshot.RoleName(item.role));
  }
  return roles;
}

// Walks both in the order of their keys.
void Compare(const std::string& subject, const Roles& before,
             const Roles& after,
             const std::function<void(const RoleChange&)>& visit) {
  auto b = before.begin();
  auto a = after.begin();
  while (b != before.end() || a != after.end()) {
    const bool only_before =
        a == after.end() || (b != before.end() && b->first < a->first);
    const bool only_after =
        b == before.end() || (a != after.end() && a->first < b->first);
    if (only_before) {
      visit({subject, b->first.ToString(), b->second, "none"});
    } else if (only_after) {
      visit({subject, a->first.ToString(), "none", a->second});
    } else if (b->second != a->second) {
      visit({subject, b->first.ToString(), b->second, a->second});
    }
    if (!only_after) ++b;
    if (!only_before) ++a;
  }
}

absl::Status CompareSubject(
    const Snapshot& before, const Snapshot& after, const Subject& subject,
    const std::function<void(const RoleChange&)>& visit) {
  const absl::StatusOr<Roles> old_roles = RolesOf(before, subject);
  if (!old_roles.ok()) return old_roles.status();
  const absl::StatusOr<Roles> new_roles = RolesOf(after, subject);
  if (!new_roles.ok()) return new_roles.status();
  Compare(subject.ToString(), *old_roles, *new_roles, visit);
  return absl::OkStatus();
}

}  // namespace

absl::Status VisitRoleChanges(
    const Snapshot& before, const Snapshot& after,
    const std::vector<std::string>& keys,
    const std::function<void(const RoleChange&)>& visit) {
  for (const std::string& key :
       std::set<std::string>(keys.begin(), keys.end())) {
    if (absl::Status s =
            CompareSubject(before, after, Subject::Key(key), visit);
        !s.ok()) {
      return s;
    }
  }
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
  for (const PrincipalId& id : principals) {
    const Subject subject = id.kind() == Kind::kUser
                                ? Subject::User(id.id())
                                : Subject::ServiceAccount(id.id());
    if (absl::Status s = CompareSubject(before, after, subject, visit);
        !s.ok()) {
      return s;
    }
  }
  return absl::OkStatus();
}

}  // namespace acl
