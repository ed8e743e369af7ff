// A change of one effective role. Part of the public API; begin reading at
// acl/engine.h.
#ifndef ACL_RESOLVE_ROLE_CHANGE_H_
#define ACL_RESOLVE_ROLE_CHANGE_H_

#include <string>

namespace acl {

struct RoleChange {
  std::string subject;   // a reference
  std::string resource;  // a reference
  std::string before;    // role names; "none" for none
  std::string after;

  friend bool operator==(const RoleChange& a, const RoleChange& b) {
    return a.subject == b.subject && a.resource == b.resource &&
           a.before == b.before && a.after == b.after;
  }
};

}  // namespace acl

#endif  // ACL_RESOLVE_ROLE_CHANGE_H_
