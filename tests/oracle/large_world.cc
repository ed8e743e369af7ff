#include "tests/oracle/large_world.h"

#include <cstddef>
#include <set>

#include "absl/strings/str_cat.h"

namespace acl::compare {
namespace {

// The nth name. Bytewise order differs from numerical order.
std::string Named(const char* prefix, size_t n) {
  return absl::StrCat(prefix, n);
}

const std::vector<std::string>& RoleNames() {
  static const auto& names =
      *new std::vector<std::string>{"viewer", "commenter", "editor", "admin"};
  return names;
}

// The groups on one level are members of groups on the level above.
constexpr size_t kGroupsOnLevel = 6;

}  // namespace

LargeWorld::LargeWorld(size_t users, Random* random)
    : random_(*random),
      users_(users),
      accounts_(users / 10),
      keys_(users / 5),
      groups_(users * 3 / 10),
      resources_(users / 2) {}

// ---- Names ----

std::string LargeWorld::AnyOf(const char* prefix, size_t count) {
  return Named(prefix, random_.Below(count + (random_.OneIn(50) ? 1 : 0)));
}

ResourceId LargeWorld::Resource() {
  const size_t n = random_.Below(resources_ + (random_.OneIn(50) ? 1 : 0));
  return {n % 3 == 0 ? "note" : "doc", Named("r", n)};
}

PrincipalId LargeWorld::Principal() {
  if (random_.OneIn(5)) return PrincipalId::ServiceAccount(Account());
  return PrincipalId::User(User());
}

Target LargeWorld::AnyTarget() {
  switch (random_.Below(10)) {
    case 0:
      return Target::Default();
    case 1:
      return Target::ServiceAccount(Account());
    case 2:
      return Target::Key(Key());
    case 3:
      return Target::Email(User() + "@x.io");
    case 4:
    case 5:
    case 6:
      return Target::Group(Group());
    default:
      return Target::User(User());
  }
}

Member LargeWorld::AnyPrincipalMember() {
  if (random_.OneIn(8)) return Member::ServiceAccount(Account());
  return Member::User(User());
}

Caller LargeWorld::AnyCaller() {
  switch (random_.Below(6)) {
    case 0:
      return {false, Kind::kServiceAccount, Account()};
    case 1:
      return {false, Kind::kKey, Key()};
    case 2:
      return {false, Kind::kEmail, User() + "@X.io"};
    default:
      return {false, Kind::kUser, User()};
  }
}

Names LargeWorld::Sample(size_t subjects, size_t resources) {
  Names names;
  for (size_t i = 0; i < subjects; ++i) names.subjects.push_back(AnyCaller());
  for (size_t i = 0; i < resources; ++i) names.resources.push_back(Resource());
  return names;
}

// ---- The world ----

std::vector<Change> LargeWorld::Changes() {
  std::vector<Change> changes;
  AddPrincipals(&changes);
  AddGroups(&changes);
  AddResources(&changes);
  return changes;
}

void LargeWorld::AddPrincipals(std::vector<Change>* changes) {
  for (size_t i = 0; i < users_; ++i) {
    const std::string id = Named("u", i);
    changes->push_back(AddUser{id, random_.OneIn(2) ? id + "@x.io" : "", "",
                               random_.OneIn(10), random_.OneIn(30)});
  }
  for (size_t i = 0; i < accounts_; ++i) {
    changes->push_back(AddServiceAccount{Named("s", i)});
  }
  for (size_t i = 0; i < keys_; ++i) {
    const PrincipalId owner =
        random_.OneIn(3)
            ? PrincipalId::User(Named("u", random_.Below(users_)))
            : PrincipalId::ServiceAccount(Named("s", random_.Below(accounts_)));
    changes->push_back(AddKey{Named("k", i), owner, !random_.OneIn(5)});
  }
}

void LargeWorld::AddGroups(std::vector<Change>* changes) {
  // Shuffles the groups over the levels, so that names reveal nothing.
  std::vector<std::string> ids;
  for (size_t i = 0; i < groups_; ++i) {
    ids.insert(ids.begin() + static_cast<std::ptrdiff_t>(random_.Below(i + 1)),
               Named("g", i));
  }
  for (const std::string& id : ids) changes->push_back(AddGroup{id});
  for (size_t i = 0; i < groups_; ++i) {
    for (size_t above = 0; above < i; ++above) {
      const bool next = above / kGroupsOnLevel + 1 == i / kGroupsOnLevel;
      if (!random_.OneIn(next ? 3 : 60)) continue;
      changes->push_back(AddMember{ids[above], Member::Group(ids[i])});
    }
    std::set<std::string> members;
    for (size_t n = random_.Below(6); n > 0; --n) {
      members.insert(Named("u", random_.Below(users_)));
    }
    for (const std::string& id : members) {
      changes->push_back(AddMember{ids[i], Member::User(id)});
    }
    if (random_.OneIn(4)) {
      const std::string account = Named("s", random_.Below(accounts_));
      changes->push_back(AddMember{ids[i], Member::ServiceAccount(account)});
    }
  }
}

void LargeWorld::AddResources(std::vector<Change>* changes) {
  for (size_t i = 0; i < resources_; ++i) {
    const ResourceId id = {i % 3 == 0 ? "note" : "doc", Named("r", i)};
    AddResource add{id};
    const size_t creator = random_.Below(2 * users_);
    if (creator < users_) add.creator = PrincipalId::User(Named("u", creator));
    changes->push_back(add);
    if (random_.OneIn(5)) {
      changes->push_back(Share{id, Target::Default(), random_.Of(RoleNames())});
    }
    const size_t grants = random_.OneIn(10) ? 80 : random_.Below(12);
    for (size_t n = 0; n < grants; ++n) {
      const size_t user = random_.Below(users_);
      if (user == creator) continue;
      const Target target =
          random_.OneIn(2) ? Target::Group(Named("g", random_.Below(groups_)))
          : random_.OneIn(5)
              ? Target::ServiceAccount(Named("s", random_.Below(accounts_)))
              : Target::User(Named("u", user));
      changes->push_back(Share{id, target, random_.Of(RoleNames())});
    }
  }
}

// ---- What happens later ----

Call LargeWorld::AnyCall() {
  Call call;
  if (random_.OneIn(3)) call.actor = AnyCaller();
  for (size_t n = 1 + random_.Below(3); n > 0; --n) {
    call.changes.push_back(AnyChange());
  }
  return call;
}

Change LargeWorld::AnyShare() {
  if (random_.OneIn(3)) return Unshare{Resource(), AnyTarget()};
  return Share{Resource(), AnyTarget(), random_.Of(RoleNames())};
}

Change LargeWorld::AnyChange() {
  switch (random_.Below(16)) {
    case 0:
      return RemoveUser{User()};
    case 1:
      return RemoveServiceAccount{Account()};
    case 2:
      return RemoveGroup{Group()};
    case 3:
      return RemoveResource{Resource()};
    case 4:
      return AddMember{Group(), AnyPrincipalMember()};
    case 5:
    case 6:
      return AddMember{Group(), Member::Group(Group())};
    case 7:
      return RemoveMember{Group(), Member::Group(Group())};
    case 8:
      return UpdateUser{User(), {}, {}, random_.OneIn(2), random_.OneIn(4)};
    case 9:
      return UpdateKey{Key(), random_.OneIn(2)};
    default:
      return AnyShare();
  }
}

}  // namespace acl::compare
