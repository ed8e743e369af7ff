// Whole lists, in the order of names, for people to read. Internal.
#ifndef ACL_AUDIT_ALL_ITEMS_H_
#define ACL_AUDIT_ALL_ITEMS_H_

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/status/statusor.h"
#include "acl/reader.h"

namespace acl {

inline bool NameBefore(const ResourceRole& a, const ResourceRole& b) {
  return a.resource < b.resource;
}
inline bool NameBefore(const PrincipalRole& a, const PrincipalRole& b) {
  return a.principal < b.principal;
}

// All pages combined into one, by type or kind, then id, bytewise.
// `list(PageOptions)` returns a page. Its errors are returned as they are.
template <class Item, class List>
absl::StatusOr<Page<Item>> AllItems(const List& list) {
  Page<Item> all;
  PageOptions options;
  do {
    absl::StatusOr<Page<Item>> page = list(options);
    if (!page.ok()) return page.status();
    all.revision = page->revision;
    all.items.insert(all.items.end(),
                     std::make_move_iterator(page->items.begin()),
                     std::make_move_iterator(page->items.end()));
    options.token = page->next;
  } while (!options.token.empty());
  std::sort(all.items.begin(), all.items.end(),
            [](const Item& a, const Item& b) { return NameBefore(a, b); });
  return all;
}

}  // namespace acl

#endif  // ACL_AUDIT_ALL_ITEMS_H_
