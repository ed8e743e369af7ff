#include "acl/directory/directory.h"

namespace acl {

const PrincipalRow* Directory::FindPrincipal(Kind kind,
                                             absl::string_view id) const {
  const Name* name = Find(kind, id);
  return name == nullptr ? nullptr : principals.Get(name->number);
}

const PrincipalRow* Directory::FindByEmail(absl::string_view email) const {
  const NameRef* name = emails.Find(email);
  return name == nullptr ? nullptr : Principal(*name);
}

const KeyRow* Directory::FindKey(absl::string_view id) const {
  const Name* name = Find(Kind::kKey, id);
  return name == nullptr ? nullptr : keys.Get(name->number);
}

const GroupRow* Directory::FindGroup(absl::string_view id) const {
  const Name* name = Find(Kind::kGroup, id);
  return name == nullptr ? nullptr : groups.Get(name->number);
}

}  // namespace acl
