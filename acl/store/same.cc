#include "acl/store/same.h"

#include <tuple>

namespace acl {
namespace {

bool SameName(const NameRef& a, const NameRef& b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a == b || Compare(KeyOf(*a), KeyOf(*b)) == 0;
}

// Whether two maps by name have the same keys, with values that `same` finds
// equal.
template <class Map, class Same>
bool SameKeys(const Map& a, const Map& b, const Same& same) {
  if (a.SharesAllWith(b)) return true;
  if (a.size() != b.size()) return false;
  auto in_b = b.Begin();
  for (auto in_a = a.Begin(); in_a.valid(); in_a.Next(), in_b.Next()) {
    if (!SameName(in_a.key(), in_b.key())) return false;
    if (!same(in_a.value(), in_b.value())) return false;
  }
  return true;
}

bool SameNames(const NameSet& a, const NameSet& b) {
  return SameKeys(a, b, [](Unit, Unit) { return true; });
}

bool SameSettings(const Settings& a, const Settings& b) {
  return a.ladder.names() == b.ladder.names() &&
         std::tie(a.types, a.max_principals) ==
             std::tie(b.types, b.max_principals);
}

bool SameRow(const PrincipalRow& a, const PrincipalRow& b) {
  return std::tie(a.display_name, a.email, a.locked, a.workspace_admin) ==
             std::tie(b.display_name, b.email, b.locked, b.workspace_admin) &&
         SameNames(a.groups, b.groups) && SameNames(a.keys, b.keys) &&
         SameNames(a.grants, b.grants) && SameNames(a.created, b.created);
}

bool SameRow(const KeyRow& a, const KeyRow& b) {
  return a.enabled == b.enabled && SameName(a.owner, b.owner);
}

bool SameRow(const GroupRow& a, const GroupRow& b) {
  return a.display_name == b.display_name && SameNames(a.members, b.members) &&
         SameNames(a.groups, b.groups) && SameNames(a.grants, b.grants);
}

bool SameGrants(const State& a, const State& b, const ResourceRow& in_a,
                const ResourceRow& in_b) {
  const auto same_role = [&](RoleSlot role_a, RoleSlot role_b) {
    return a.ladder().NameOfSlot(role_a) == b.ladder().NameOfSlot(role_b);
  };
  const GrantLine& grants_a = a.GrantsOn(in_a);
  const GrantLine& grants_b = b.GrantsOn(in_b);
  if (grants_a.size() != grants_b.size() ||
      !same_role(grants_a.baseline(), grants_b.baseline())) {
    return false;
  }
  bool same = true;
  grants_a.ForEach([&](TargetKey key, RoleSlot role) {
    const NameRef* target =
        b.directory.names.FindKey(KeyOf(*a.directory.NameOf(key)));
    same &= target != nullptr &&
            same_role(role, grants_b.RoleOf(TargetKeyOf(*target)));
  });
  return same;
}

bool SameResource(const State& a, const State& b, const ResourceRow& in_a,
                  const ResourceRow& in_b) {
  return in_a.display_name == in_b.display_name &&
         SameName(in_a.creator, in_b.creator) && SameGrants(a, b, in_a, in_b);
}

// The row tables are compared through the current names of `key`, since a thing
// that was removed and added again has another number.
template <class Row>
bool SameNamedRow(const NameRef* in_a, const NameRef* in_b,
                  const DenseVector<Row>& rows_a,
                  const DenseVector<Row>& rows_b) {
  if (in_a == nullptr || in_b == nullptr) return in_a == in_b;
  const Row* a = rows_a.Get((*in_a)->number);
  const Row* b = rows_b.Get((*in_b)->number);
  return a == b || SameRow(*a, *b);
}

bool SameNamed(const State& a, const State& b, const NameKey& key) {
  const Directory& in_a = a.directory;
  const Directory& in_b = b.directory;
  if (key.kind == Kind::kDefault) {
    const NameRef* name_a = a.resource_names.FindKey(key);
    const NameRef* name_b = b.resource_names.FindKey(key);
    if (name_a == nullptr || name_b == nullptr) return name_a == name_b;
    return SameResource(a, b, *a.Resource(*name_a), *b.Resource(*name_b));
  }
  const NameRef* name_a = in_a.names.FindKey(key);
  const NameRef* name_b = in_b.names.FindKey(key);
  switch (key.kind) {
    case Kind::kGroup:
      return SameNamedRow(name_a, name_b, in_a.groups, in_b.groups);
    case Kind::kKey:
      return SameNamedRow(name_a, name_b, in_a.keys, in_b.keys);
    default:
      return SameNamedRow(name_a, name_b, in_a.principals, in_b.principals);
  }
}

}  // namespace

bool SameMeaning(const State& a, const State& b,
                 const std::vector<NameRef>& touched) {
  if (a.settings != b.settings && !SameSettings(*a.settings, *b.settings)) {
    return false;
  }
  for (const NameRef& name : touched) {
    if (!SameNamed(a, b, KeyOf(*name))) return false;
  }
  return true;
}

}  // namespace acl
