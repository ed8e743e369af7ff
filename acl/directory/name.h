// What is kept of an id inside: a dense number and the string, shared by
// everything that refers to it. Internal; the front door is acl/engine.h.
#ifndef ACL_DIRECTORY_NAME_H_
#define ACL_DIRECTORY_NAME_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "acl/base/ordered_map.h"
#include "acl/base/reference.h"

namespace acl {

// The name of a user, service account, key, group or resource. A removed thing
// that is added again gets a new Name with a new number.
struct Name {
  Kind kind;         // kDefault for a resource
  uint32_t number;   // dense, per row table; never given out twice
  std::string type;  // of a resource; else empty
  std::string id;
};

using NameRef = std::shared_ptr<const Name>;

// What a Name is found by.
struct NameKey {
  Kind kind;
  absl::string_view type;
  absl::string_view id;
};

inline NameKey KeyOf(const Name& name) {
  return {name.kind, name.type, name.id};
}
inline NameKey KeyOf(Kind kind, absl::string_view id) { return {kind, "", id}; }
inline NameKey KeyOf(const ResourceRef& resource) {
  return {Kind::kDefault, resource.type, resource.id};
}

// Below 0, 0 or above 0: by kind, then type, then id, bytewise.
inline int Compare(const NameKey& a, const NameKey& b) {
  if (a.kind != b.kind) return a.kind < b.kind ? -1 : 1;
  if (const int by_type = a.type.compare(b.type); by_type != 0) return by_type;
  return a.id.compare(b.id);
}

struct NameLess {
  using is_transparent = void;
  bool operator()(const NameRef& a, const NameRef& b) const {
    return a != b && Compare(KeyOf(*a), KeyOf(*b)) < 0;
  }
  bool operator()(const NameRef& a, const NameKey& b) const {
    return Compare(KeyOf(*a), b) < 0;
  }
  bool operator()(const NameKey& a, const NameRef& b) const {
    return Compare(a, KeyOf(*b)) < 0;
  }
};

// Names in bytewise order.
using NameSet = OrderedMap<NameRef, Unit, NameLess>;

}  // namespace acl

#endif  // ACL_DIRECTORY_NAME_H_
