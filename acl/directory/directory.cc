#include "acl/directory/directory.h"

namespace acl {

const PrincipalRow* Directory::FindPrincipal(Kind kind,
                                             absl::string_view id) const {
  const NameRef* name = names.FindKey(KeyOf(kind, id));
  return name == nullptr ? nullptr : Principal(*name);
}

const PrincipalRow* Directory::FindByEmail(absl::string_view email) const {
  const NameRef* name = emails.Find(email);
  return name == nullptr ? nullptr : Principal(*name);
}

const KeyRow* Directory::FindKey(absl::string_view id) const {
  const NameRef* name = names.FindKey(KeyOf(Kind::kKey, id));
  return name == nullptr ? nullptr : keys.Get((*name)->number);
}

const GroupRow* Directory::FindGroup(absl::string_view id) const {
  const NameRef* name = names.FindKey(KeyOf(Kind::kGroup, id));
  return name == nullptr ? nullptr : Group(*name);
}

}  // namespace acl
