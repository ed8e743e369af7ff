#include "acl/store/grant_line.h"

#include <algorithm>

#include "absl/types/span.h"

namespace acl {
namespace {

// At or below this size a tree is moved back inline. It is lower than the size
// at which a tree begins, so that one grant that is added and removed
// repeatedly does not move the others each time.
constexpr size_t kBackToLine = 10;

GrantEntry EntryOf(TargetKey key, RoleSlot role) {
  return key << kRoleBits | role;
}

}  // namespace

GrantEntry* GrantLine::FindInline(TargetKey key) {
  return std::find_if(begin(), end(), [key](GrantEntry entry) {
    return KeyOfEntry(entry) == key;
  });
}

RoleSlot GrantLine::RoleOf(TargetKey key) const {
  RoleSlot role = 0;
  Match(&key, 1, [&](TargetKey, RoleSlot found) { role = found; });
  return role;
}

bool GrantLine::Set(TargetKey key, RoleSlot role, Edit* edit) {
  if (layout() == Layout::kTree) {
    SortedNumbers grants = tree();
    const bool is_new =
        grants.Put(EntryOf(key, role), edit, MemoryPart::kGrants, kRoleBits);
    SetTree(grants);
    return is_new;
  }
  GrantEntry* const at = FindInline(key);
  const bool is_new = at == end();
  if (!is_new || count() < kInline) {
    *at = EntryOf(key, role);
    if (is_new) SetHeader(baseline(), Layout::kInline, count() + 1);
    return is_new;
  }
  SortedNumbers grants;
  for (const GrantEntry entry : absl::MakeConstSpan(begin(), end())) {
    grants.Put(entry, edit, MemoryPart::kGrants, kRoleBits);
  }
  grants.Put(EntryOf(key, role), edit, MemoryPart::kGrants, kRoleBits);
  std::fill(begin(), end(), 0);
  SetTree(grants);
  SetHeader(baseline(), Layout::kTree, 0);
  return true;
}

bool GrantLine::Erase(TargetKey key, Edit* edit) {
  if (layout() == Layout::kTree) {
    SortedNumbers grants = tree();
    if (!grants.Erase(EntryOf(key, 0), edit, kRoleBits)) return false;
    SetTree(grants);
    if (grants.size() > kBackToLine) return true;
    std::fill(begin(), begin() + kInline, 0);
    SetHeader(baseline(), Layout::kInline,
              static_cast<uint32_t>(grants.size()));
    GrantEntry* next = begin();
    for (auto it = grants.Begin(); it.valid(); it.Next()) *next++ = it.value();
    grants.Clear(edit);
    return true;
  }
  GrantEntry* const at = FindInline(key);
  if (at == end()) return false;
  *at = *(end() - 1);
  *(end() - 1) = 0;
  SetHeader(baseline(), Layout::kInline, count() - 1);
  return true;
}

void GrantLine::Clear(Edit* edit) {
  if (layout() != Layout::kTree) return;
  SortedNumbers grants = tree();
  grants.Clear(edit);
}

void GrantLine::ForEach(
    absl::FunctionRef<void(TargetKey, RoleSlot)> visit) const {
  if (layout() == Layout::kTree) {
    for (auto at = tree().Begin(); at.valid(); at.Next()) {
      visit(KeyOfEntry(at.value()), SlotOfEntry(at.value()));
    }
    return;
  }
  for (uint32_t i = 0; i < count(); ++i) {
    visit(KeyOfEntry(words_[2 + i]), SlotOfEntry(words_[2 + i]));
  }
}

}  // namespace acl
