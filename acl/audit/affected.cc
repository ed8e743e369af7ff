#include "acl/audit/affected.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "acl/audit/merge.h"

namespace acl {
namespace {

constexpr absl::string_view kGroupPrefix = "group:";

bool SameRoles(const v1::Workspace& a, const v1::Workspace& b) {
  return std::equal(a.roles().begin(), a.roles().end(), b.roles().begin(),
                    b.roles().end());
}

bool SameGrants(const v1::Resource& a, const v1::Resource& b) {
  return a.creator() == b.creator() &&
         std::equal(a.grants().begin(), a.grants().end(), b.grants().begin(),
                    b.grants().end(),
                    [](const v1::Grant& x, const v1::Grant& y) {
                      return x.target() == y.target() && x.role() == y.role();
                    });
}

class Finder {
 public:
  Finder(const v1::Workspace& before, const v1::Workspace& after)
      : before_(before), after_(after) {}

  Affected Find() {
    if (!SameRoles(before_, after_)) {
      affected_.all = true;
      return std::move(affected_);
    }
    FindPrincipals();
    FindMembers();
    FindResources();
    return std::move(affected_);
  }

 private:
  using GroupsById = absl::flat_hash_map<absl::string_view, const v1::Group*>;

  void FindPrincipals() {
    Merge(before_.users(), after_.users(), ById(),
          [&](const v1::User* x, const v1::User* y) {
            if (x == nullptr || y == nullptr || x->locked() != y->locked() ||
                x->workspace_admin() != y->workspace_admin()) {
              affected_.principals.insert(
                  PrincipalId::User(x != nullptr ? x->id() : y->id()));
            }
          });
    Merge(before_.service_accounts(), after_.service_accounts(), ById(),
          [&](const v1::ServiceAccount* x, const v1::ServiceAccount* y) {
            if (x == nullptr || y == nullptr) {
              affected_.principals.insert(PrincipalId::ServiceAccount(
                  x != nullptr ? x->id() : y->id()));
            }
          });
  }

  // The principals that joined or left a group, and the members of groups that
  // did.
  void FindMembers() {
    for (const v1::Workspace* world : {&before_, &after_}) {
      GroupsById& groups = world == &before_ ? old_groups_ : new_groups_;
      for (const v1::Group& group : world->groups()) {
        groups.emplace(group.id(), &group);
      }
    }
    const v1::Group none;
    Merge(before_.groups(), after_.groups(), ById(),
          [&](const v1::Group* x, const v1::Group* y) {
            const auto& old_members = (x == nullptr ? none : *x).members();
            const auto& new_members = (y == nullptr ? none : *y).members();
            if (std::equal(old_members.begin(), old_members.end(),
                           new_members.begin(), new_members.end())) {
              return;
            }
            const absl::flat_hash_set<absl::string_view> had(
                old_members.begin(), old_members.end());
            const absl::flat_hash_set<absl::string_view> has(
                new_members.begin(), new_members.end());
            for (const absl::string_view member : had) {
              if (!has.contains(member)) AddMember(member);
            }
            for (const absl::string_view member : has) {
              if (!had.contains(member)) AddMember(member);
            }
          });
  }

  void AddMember(absl::string_view reference) {
    std::vector<absl::string_view> waiting = {reference};
    while (!waiting.empty()) {
      const absl::string_view member = waiting.back();
      waiting.pop_back();
      if (!absl::StartsWith(member, kGroupPrefix)) {
        affected_.principals.insert(*PrincipalId::Parse(member));
        continue;
      }
      const absl::string_view id = member.substr(kGroupPrefix.size());
      if (!seen_groups_.insert(id).second) continue;
      for (const GroupsById* groups : {&old_groups_, &new_groups_}) {
        const auto group = groups->find(id);
        if (group == groups->end()) continue;
        const auto& members = group->second->members();
        waiting.insert(waiting.end(), members.begin(), members.end());
      }
    }
  }

  void FindResources() {
    Merge(before_.resources(), after_.resources(), ById(),
          [&](const v1::Resource* x, const v1::Resource* y) {
            if (x == nullptr) {
              affected_.resources.push_back({y->type(), y->id()});
            } else if (y == nullptr || !SameGrants(*x, *y)) {
              affected_.resources.push_back({x->type(), x->id()});
            }
          });
  }

  const v1::Workspace& before_;
  const v1::Workspace& after_;
  GroupsById old_groups_, new_groups_;
  absl::flat_hash_set<absl::string_view> seen_groups_;
  Affected affected_;
};

}  // namespace

Affected FindAffected(const v1::Workspace& before, const v1::Workspace& after) {
  return Finder(before, after).Find();
}

}  // namespace acl
