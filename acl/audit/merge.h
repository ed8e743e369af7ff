// Merges two sorted lists. Internal.
#ifndef ACL_AUDIT_MERGE_H_
#define ACL_AUDIT_MERGE_H_

#include <tuple>

#include "proto/acl/v1/world.pb.h"

namespace acl {

// The canonical order of things in a world.
struct ById {
  template <class Item>
  bool operator()(const Item& x, const Item& y) const {
    return x.id() < y.id();
  }
  bool operator()(const v1::Resource& x, const v1::Resource& y) const {
    return std::tie(x.type(), x.id()) < std::tie(y.type(), y.id());
  }
};

// Calls `visit` with pointers to the items of both lists in order: equal items
// together, and null if one list does not have it. `before` is the order of
// both lists, in each of which an item is unique. O(items).
template <class List, class Before, class Visit>
void Merge(const List& a, const List& b, const Before& before,
           const Visit& visit) {
  auto x = a.begin();
  auto y = b.begin();
  while (x != a.end() || y != b.end()) {
    const bool only_a = y == b.end() || (x != a.end() && before(*x, *y));
    const bool only_b = x == a.end() || (y != b.end() && before(*y, *x));
    if (only_a) {
      visit(&*x++, decltype (&*y)(nullptr));
    } else if (only_b) {
      visit(decltype (&*x)(nullptr), &*y++);
    } else {
      visit(&*x++, &*y++);
    }
  }
}

}  // namespace acl

#endif  // ACL_AUDIT_MERGE_H_
