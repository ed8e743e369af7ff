#include "acl/audit/changes_between.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "acl/audit/merge.h"
#include "acl/base/ladder.h"
#include "acl/store/settings.h"

namespace acl {
namespace {

using Names = std::vector<std::string>;
using Grants = std::map<std::string, std::string>;  // target → role

constexpr char kNoRole[] = "";

std::string ReferenceTo(const v1::User& user) { return "user:" + user.id(); }
std::string ReferenceTo(const v1::ServiceAccount& account) {
  return "service_account:" + account.id();
}
std::string ReferenceTo(const v1::Group& group) {
  return "group:" + group.id();
}
std::string ReferenceTo(const v1::Resource& resource) {
  return absl::StrCat(resource.type(), ":", resource.id());
}

// Settings, including the defaults that an export omits.
Names LadderOf(const v1::Workspace& workspace) {
  if (workspace.roles().empty()) return Ladder::Default().names();
  return {workspace.roles().begin(), workspace.roles().end()};
}
Names TypesOf(const v1::Workspace& workspace) {
  if (workspace.resource_types().empty()) return DefaultResourceTypes();
  return {workspace.resource_types().begin(), workspace.resource_types().end()};
}
uint32_t LimitOf(const v1::Workspace& workspace) {
  return workspace.has_max_principals_per_resource()
             ? workspace.max_principals_per_resource()
             : WorkspaceSettings().max_principals_per_resource;
}

Grants GrantsOf(const v1::Resource* resource) {
  Grants grants;
  if (resource == nullptr) return grants;
  for (const v1::Grant& grant : resource->grants()) {
    grants.emplace(grant.target(), grant.role());
  }
  return grants;
}

// How many grants count against the limit. The creator never has a grant.
uint64_t PrincipalsOf(const v1::Resource& resource) {
  uint64_t principals = resource.creator().empty() ? 0 : 1;
  for (const v1::Grant& grant : resource.grants()) {
    principals += grant.target() == "default" ? 0 : 1;
  }
  return principals;
}

// The longest common subsequence of names: roles that stay in a ladder can't be
// reordered.
Names InSameOrder(const Names& a, const Names& b) {
  // length[i][j] is that of a from i on and b from j on.
  std::vector<std::vector<size_t>> length(a.size() + 1,
                                          std::vector<size_t>(b.size() + 1));
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      length[i][j] = a[i] == b[j]
                         ? length[i + 1][j + 1] + 1
                         : std::max(length[i + 1][j], length[i][j + 1]);
    }
  }
  Names common;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) {
      common.push_back(a[i++]);
      ++j;
    } else if (length[i + 1][j] >= length[i][j + 1]) {
      ++i;
    } else {
      ++j;
    }
  }
  return common;
}

bool Contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Finder {
 public:
  Finder(const v1::Workspace& before, const v1::Workspace& after)
      : before_(before),
        after_(after),
        ladder_(LadderOf(before)),
        kept_roles_(InSameOrder(ladder_, LadderOf(after))) {
    file_.set_workspace(after.id());
    file_.set_expected_revision(before.revision());
    Note(before.users(), after.users());
    Note(before.service_accounts(), after.service_accounts());
    Note(before.groups(), after.groups());
  }

  v1::ChangeFile Run() {
    Remove();
    FreeAddresses();
    FreeRoles();
    SetTables();
    ChangeUsers();
    ChangeServiceAccounts();
    ChangeKeys();
    ChangeGroups();
    ChangeResources();
    ChangeMembers();
    ChangeGrants();
    SetLimit(LimitOf(after_));
    return std::move(file_);
  }

 private:
  v1::Change& Add() { return *file_.add_changes(); }

  // Records what is removed, and which addresses are needed.
  template <class List>
  void Note(const List& before, const List& after) {
    Merge(before, after, ById(), [&](const auto* x, const auto* y) {
      if (y == nullptr) gone_.insert(ReferenceTo(*x));
      if (y != nullptr) NoteAddress(*y);
    });
  }
  template <class Principal>
  void NoteAddress(const Principal& principal) {
    if (!principal.email().empty()) wanted_.insert(principal.email());
  }
  void NoteAddress(const v1::Group&) {}

  // Whether it can stay: the fields that can't be changed are the same.
  bool Stays(const v1::ApiKey& x, const v1::ApiKey* y) const {
    return y != nullptr && x.owner() == y->owner();
  }
  bool Stays(const v1::Resource& x, const v1::Resource* y) const {
    // A creator that is removed leaves no creator.
    return y != nullptr &&
           y->creator() ==
               (gone_.contains(x.creator()) ? std::string() : x.creator());
  }
  // The resource as it was, if it stays.
  const v1::Resource* Old(const v1::Resource* x, const v1::Resource* y) const {
    return x != nullptr && Stays(*x, y) ? x : nullptr;
  }

  void Remove() {
    Merge(before_.resources(), after_.resources(), ById(),
          [&](const v1::Resource* x, const v1::Resource* y) {
            if (x == nullptr || Stays(*x, y)) return;
            Add().mutable_remove_resource()->set_resource(ReferenceTo(*x));
          });
    Merge(before_.api_keys(), after_.api_keys(), ById(),
          [&](const v1::ApiKey* x, const v1::ApiKey* y) {
            // A key is removed along with its owner.
            if (x == nullptr || Stays(*x, y) || gone_.contains(x->owner())) {
              return;
            }
            Add().mutable_remove_key()->set_id(x->id());
          });
    const auto remove = [&](const auto& before, const auto& after,
                            const auto& message) {
      Merge(before, after, ById(), [&](const auto* x, const auto* y) {
        if (y == nullptr) message()->set_id(x->id());
      });
    };
    remove(before_.groups(), after_.groups(),
           [&] { return Add().mutable_remove_group(); });
    remove(before_.service_accounts(), after_.service_accounts(),
           [&] { return Add().mutable_remove_service_account(); });
    remove(before_.users(), after_.users(),
           [&] { return Add().mutable_remove_user(); });
  }

  // Clears an address that moves from one principal to another first.
  void FreeAddresses() {
    const auto free = [&](const auto& before, const auto& after,
                          const auto& message) {
      Merge(before, after, ById(), [&](const auto* x, const auto* y) {
        if (x == nullptr || y == nullptr || !HandsOver(*x, *y)) return;
        auto* const update = message();
        update->set_id(x->id());
        update->set_email("");
      });
    };
    free(before_.users(), after_.users(),
         [&] { return Add().mutable_update_user(); });
    free(before_.service_accounts(), after_.service_accounts(),
         [&] { return Add().mutable_update_service_account(); });
  }
  template <class Principal>
  bool HandsOver(const Principal& x, const Principal& y) const {
    return x.email() != y.email() && wanted_.contains(x.email());
  }

  // Ensures that no grant holds a role that leaves the ladder, even
  // temporarily.
  void FreeRoles() {
    Merge(before_.resources(), after_.resources(), ById(),
          [&](const v1::Resource* x, const v1::Resource* y) {
            x = Old(x, y);
            if (x == nullptr) return;
            const Grants wanted = GrantsOf(y);
            for (const auto& [target, role] : GrantsOf(x)) {
              if (gone_.contains(target)) continue;
              const auto now = wanted.find(target);
              if (now == wanted.end()) {
                Unshare(*x, target);
              } else if (RoleBetween(role, now->second) != role) {
                Share(*x, target, RoleBetween(role, now->second));
              }
            }
          });
  }
  // The role of a changing grant while the settings are changed.
  std::string RoleBetween(const std::string& before,
                          const std::string& after) const {
    if (Contains(kept_roles_, before)) return before;
    return Contains(kept_roles_, after) ? after : kNoRole;
  }
  void Share(const v1::Resource& resource, const std::string& target,
             const std::string& role) {
    if (role == kNoRole) return Unshare(resource, target);
    v1::Share& share = *Add().mutable_share();
    share.set_resource(ReferenceTo(resource));
    share.set_target(target);
    share.set_role(role);
  }
  void Unshare(const v1::Resource& resource, const std::string& target) {
    v1::Unshare& unshare = *Add().mutable_unshare();
    unshare.set_resource(ReferenceTo(resource));
    unshare.set_target(target);
  }

  void SetTables() {
    const Names types = TypesOf(after_);
    if (types != TypesOf(before_)) {
      v1::SetResourceTypes& set = *Add().mutable_set_resource_types();
      set.mutable_types()->Assign(types.begin(), types.end());
    }
    const Names wanted = LadderOf(after_);
    const bool moves =
        std::any_of(wanted.begin(), wanted.end(), [&](const std::string& role) {
          return Contains(ladder_, role) && !Contains(kept_roles_, role);
        });
    if (moves) SetLadder(kept_roles_);
    if (wanted != ladder_) SetLadder(wanted);
    ChooseLimit();
  }
  void SetLadder(const Names& roles) {
    v1::SetLadder& set = *Add().mutable_set_ladder();
    set.mutable_roles()->Assign(roles.begin(), roles.end());
  }

  // Chooses a limit that leaves room for every new grant: the old or the new
  // one, or temporarily none (lowering a limit removes no grants).
  void ChooseLimit() {
    uint64_t most = 0;
    VisitNewGrants([&](const v1::Resource& resource, const std::string& target,
                       const std::string&, const std::string& now) {
      if (now == kNoRole && target != "default") {
        most = std::max(most, PrincipalsOf(resource));
      }
    });
    const auto enough = [&](uint32_t limit) {
      return limit == 0 || most <= limit;
    };
    if (enough(LimitOf(after_))) {
      SetLimit(LimitOf(after_));
    } else if (!enough(limit_)) {
      SetLimit(0);
    }
  }
  void SetLimit(uint32_t limit) {
    if (limit == limit_) return;
    limit_ = limit;
    Add().mutable_set_limit()->set_max_principals_per_resource(limit);
  }

  void ChangeUsers() {
    Merge(before_.users(), after_.users(), ById(),
          [&](const v1::User* x, const v1::User* y) {
            if (y == nullptr) return;
            if (x == nullptr) {
              *Add().mutable_add_user() = *y;
              return;
            }
            v1::UpdateUser update;
            SetTexts(*x, *y, &update);
            SetAddress(*x, *y, &update);
            if (x->locked() != y->locked()) update.set_locked(y->locked());
            if (x->workspace_admin() != y->workspace_admin()) {
              update.set_workspace_admin(y->workspace_admin());
            }
            if (update.ByteSizeLong() == 0) return;
            update.set_id(y->id());
            *Add().mutable_update_user() = std::move(update);
          });
  }
  void ChangeServiceAccounts() {
    Merge(before_.service_accounts(), after_.service_accounts(), ById(),
          [&](const v1::ServiceAccount* x, const v1::ServiceAccount* y) {
            if (y == nullptr) return;
            if (x == nullptr) {
              *Add().mutable_add_service_account() = *y;
              return;
            }
            v1::UpdateServiceAccount update;
            SetTexts(*x, *y, &update);
            SetAddress(*x, *y, &update);
            if (update.ByteSizeLong() == 0) return;
            update.set_id(y->id());
            *Add().mutable_update_service_account() = std::move(update);
          });
  }
  template <class Item, class Update>
  static void SetTexts(const Item& x, const Item& y, Update* update) {
    if (x.name() != y.name()) update->set_name(y.name());
    if (x.annotation() != y.annotation()) {
      update->set_annotation(y.annotation());
    }
  }
  template <class Principal, class Update>
  void SetAddress(const Principal& x, const Principal& y,
                  Update* update) const {
    const std::string now = HandsOver(x, y) ? std::string() : x.email();
    if (now != y.email()) update->set_email(y.email());
  }

  void ChangeKeys() {
    Merge(before_.api_keys(), after_.api_keys(), ById(),
          [&](const v1::ApiKey* x, const v1::ApiKey* y) {
            if (y == nullptr) return;
            if (x == nullptr || !Stays(*x, y)) {
              *Add().mutable_add_key() = *y;
              return;
            }
            v1::UpdateKey update;
            if (x->disabled() != y->disabled()) {
              update.set_disabled(y->disabled());
            }
            if (x->annotation() != y->annotation()) {
              update.set_annotation(y->annotation());
            }
            if (update.ByteSizeLong() == 0) return;
            update.set_id(y->id());
            *Add().mutable_update_key() = std::move(update);
          });
  }

  void ChangeGroups() {
    Merge(before_.groups(), after_.groups(), ById(),
          [&](const v1::Group* x, const v1::Group* y) {
            if (y == nullptr) return;
            if (x == nullptr) {
              v1::AddGroup& add = *Add().mutable_add_group();
              add.set_id(y->id());
              add.set_name(y->name());
            } else if (x->name() != y->name()) {
              v1::UpdateGroup& update = *Add().mutable_update_group();
              update.set_id(y->id());
              update.set_name(y->name());
            }
          });
  }

  void ChangeResources() {
    Merge(before_.resources(), after_.resources(), ById(),
          [&](const v1::Resource* x, const v1::Resource* y) {
            if (y == nullptr) return;
            x = Old(x, y);
            if (x == nullptr) {
              v1::AddResource& add = *Add().mutable_add_resource();
              add.set_resource(ReferenceTo(*y));
              add.set_name(y->name());
              add.set_creator(y->creator());
            } else if (x->name() != y->name()) {
              v1::UpdateResource& update = *Add().mutable_update_resource();
              update.set_resource(ReferenceTo(*y));
              update.set_name(y->name());
            }
          });
  }

  // Once all removals are done, every intermediate state is a part of the final
  // one, so no step closes a cycle.
  void ChangeMembers() {
    VisitMembers([&](const v1::Group& group, const std::string* x,
                     const std::string* y) {
      if (y != nullptr || gone_.contains(*x)) return;
      v1::RemoveMember& remove = *Add().mutable_remove_member();
      remove.set_group(group.id());
      remove.set_member(*x);
    });
    VisitMembers([&](const v1::Group& group, const std::string* x,
                     const std::string* y) {
      if (x != nullptr) return;
      v1::AddMember& add = *Add().mutable_add_member();
      add.set_group(group.id());
      add.set_member(*y);
    });
  }
  // Visits the members of the groups that exist afterwards.
  template <class Visit>
  void VisitMembers(const Visit& visit) const {
    Merge(before_.groups(), after_.groups(), ById(),
          [&](const v1::Group* x, const v1::Group* y) {
            if (y == nullptr) return;
            Names old_members;
            if (x != nullptr) {
              old_members.assign(x->members().begin(), x->members().end());
            }
            Names new_members(y->members().begin(), y->members().end());
            std::sort(old_members.begin(), old_members.end());
            std::sort(new_members.begin(), new_members.end());
            Merge(old_members, new_members, std::less<std::string>(),
                  [&](const std::string* m, const std::string* n) {
                    visit(*y, m, n);
                  });
          });
  }

  void ChangeGrants() {
    VisitNewGrants([&](const v1::Resource& resource, const std::string& target,
                       const std::string& role, const std::string& now) {
      if (role != now) Share(resource, target, role);
    });
  }
  // Visits every grant that exists afterwards, with the role that it holds once
  // the settings have been changed.
  template <class Visit>
  void VisitNewGrants(const Visit& visit) const {
    Merge(before_.resources(), after_.resources(), ById(),
          [&](const v1::Resource* x, const v1::Resource* y) {
            if (y == nullptr) return;
            const Grants old = GrantsOf(Old(x, y));
            for (const auto& [target, role] : GrantsOf(y)) {
              const auto was = old.find(target);
              visit(*y, target, role,
                    was == old.end() ? std::string(kNoRole)
                                     : RoleBetween(was->second, role));
            }
          });
  }

  const v1::Workspace& before_;
  const v1::Workspace& after_;
  const Names ladder_;
  const Names kept_roles_;
  uint32_t limit_ = LimitOf(before_);
  absl::flat_hash_set<std::string> gone_;    // references
  absl::flat_hash_set<std::string> wanted_;  // addresses
  v1::ChangeFile file_;
};

}  // namespace

v1::ChangeFile ChangesBetween(const v1::Workspace& before,
                              const v1::Workspace& after) {
  return Finder(before, after).Run();
}

}  // namespace acl
