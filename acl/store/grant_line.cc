#include "acl/store/grant_line.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <vector>

namespace acl {
namespace {

// Below which sizes a layout gives way to the smaller one. Lower than where it
// begins, so that a grant that comes and goes does not move the others.
constexpr size_t kBackToLine = 10;
constexpr size_t kBackToBlock = 384;

using Entries = std::vector<GrantEntry>;

struct Leaf {
  Entries entries;  // sorted, 1 to kBlock
  EditTag edit;
};

GrantEntry EntryOf(TargetKey key, RoleSlot role) {
  return key << kRoleBits | role;
}

template <class Iterator>
Iterator LowerBound(Iterator begin, Iterator end, TargetKey key) {
  return std::lower_bound(begin, end, key << kRoleBits);
}

RoleSlot RoleIn(const Entries& entries, TargetKey key) {
  const auto at = LowerBound(entries.begin(), entries.end(), key);
  return at != entries.end() && KeyOfEntry(*at) == key ? SlotOfEntry(*at) : 0;
}

bool SetIn(Entries* entries, TargetKey key, RoleSlot role) {
  const auto at = LowerBound(entries->begin(), entries->end(), key);
  if (at != entries->end() && KeyOfEntry(*at) == key) {
    *at = EntryOf(key, role);
    return false;
  }
  entries->insert(at, EntryOf(key, role));
  return true;
}

bool EraseIn(Entries* entries, TargetKey key) {
  const auto at = LowerBound(entries->begin(), entries->end(), key);
  if (at == entries->end() || KeyOfEntry(*at) != key) return false;
  entries->erase(at);
  return true;
}

}  // namespace

// Grants in an array, or in a tree of leaves when there are more. Counted;
// changed only by the edit that made it.
class GrantBlock {
 public:
  explicit GrantBlock(EditTag edit) : edit_(edit) {}

  // A copy for another edit. The leaves are shared.
  GrantBlock(const GrantBlock& other, EditTag edit)
      : size_(other.size_),
        edit_(edit),
        entries_(other.entries_),
        leaves_(other.leaves_) {}

  void AddOwner() { owners_.fetch_add(1, std::memory_order_relaxed); }
  void RemoveOwner() {
    if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  size_t size() const { return size_; }
  EditTag edit() const { return edit_; }

  RoleSlot RoleOf(TargetKey key) const {
    if (leaves_.empty()) return RoleIn(entries_, key);
    const auto* leaf = leaves_.Find(*leaves_.FindFloor(key));
    return RoleIn((*leaf)->entries, key);
  }

  bool Set(TargetKey key, RoleSlot role) {
    bool is_new;
    if (leaves_.empty()) {
      is_new = SetIn(&entries_, key, role);
      if (entries_.size() > GrantLine::kBlock) Grow();
    } else {
      const TargetKey first = *leaves_.FindFloor(key);
      Leaf& leaf = Own(first);
      is_new = SetIn(&leaf.entries, key, role);
      if (leaf.entries.size() > GrantLine::kBlock) Split(&leaf);
    }
    size_ += is_new ? 1 : 0;
    return is_new;
  }

  // REQUIRES: the target has a grant.
  void Erase(TargetKey key) {
    --size_;
    if (leaves_.empty()) {
      EraseIn(&entries_, key);
      return;
    }
    const TargetKey first = *leaves_.FindFloor(key);
    Leaf& leaf = Own(first);
    EraseIn(&leaf.entries, key);
    // The first leaf stays: every key is at or above its 0.
    if (leaf.entries.empty() && first != 0) leaves_.Erase(first, edit_);
    if (size_ <= kBackToBlock) Shrink();
  }

  template <class Visit>
  void ForEachEntry(const Visit& visit) const {
    for (const GrantEntry entry : entries_) visit(entry);
    for (auto at = leaves_.Begin(); at.valid(); at.Next()) {
      for (const GrantEntry entry : at.value()->entries) visit(entry);
    }
  }

 private:
  Leaf& Own(TargetKey first) {
    const std::shared_ptr<Leaf>& leaf = *leaves_.Find(first);
    if (leaf->edit == edit_) return *leaf;
    auto copy = std::make_shared<Leaf>(*leaf);
    copy->edit = edit_;
    Leaf& owned = *copy;
    leaves_.Set(first, std::move(copy), edit_);
    return owned;
  }

  void Grow() {
    auto leaf =
        std::make_shared<Leaf>(Leaf{std::exchange(entries_, {}), edit_});
    Leaf& whole = *leaf;
    leaves_.Set(0, std::move(leaf), edit_);
    Split(&whole);
  }

  void Split(Leaf* leaf) {
    const auto middle = leaf->entries.begin() +
                        static_cast<std::ptrdiff_t>(leaf->entries.size() / 2);
    Leaf upper{Entries(middle, leaf->entries.end()), edit_};
    leaf->entries.erase(middle, leaf->entries.end());
    const TargetKey first = KeyOfEntry(upper.entries.front());
    leaves_.Set(first, std::make_shared<Leaf>(std::move(upper)), edit_);
  }

  void Shrink() {
    Entries all;
    all.reserve(size_);
    ForEachEntry([&](GrantEntry entry) { all.push_back(entry); });
    entries_ = std::move(all);
    leaves_ = {};
  }

  std::atomic<uint32_t> owners_{1};
  size_t size_ = 0;
  const EditTag edit_;
  Entries entries_;  // while there are no leaves
  OrderedMap<TargetKey, std::shared_ptr<Leaf>> leaves_;  // by their least key
};

void GrantLine::AddOwner() const { block()->AddOwner(); }
void GrantLine::RemoveOwner() { block()->RemoveOwner(); }

GrantBlock* GrantLine::block() const {
  GrantBlock* block;
  std::memcpy(&block, &words_[2], sizeof block);
  return block;
}

void GrantLine::SetBlock(GrantBlock* block) {
  std::fill(begin(), begin() + kInline, 0);
  std::memcpy(begin(), &block, sizeof block);
  SetHeader(baseline(), Layout::kBlock, 0);
}

GrantBlock& GrantLine::OwnBlock(EditTag edit) {
  GrantBlock* const shared = block();
  if (shared->edit() != edit) {
    SetBlock(new GrantBlock(*shared, edit));
    shared->RemoveOwner();
  }
  return *block();
}

GrantEntry* GrantLine::FindInline(TargetKey key) {
  return std::find_if(begin(), end(), [key](GrantEntry entry) {
    return KeyOfEntry(entry) == key;
  });
}

size_t GrantLine::size() const {
  return layout() == Layout::kBlock ? block()->size() : count();
}

RoleSlot GrantLine::RoleOf(TargetKey key) const {
  if (layout() == Layout::kBlock) return block()->RoleOf(key);
  RoleSlot role = 0;
  Match(&key, 1, [&](TargetKey, RoleSlot found) { role = found; });
  return role;
}

bool GrantLine::Set(TargetKey key, RoleSlot role, EditTag edit) {
  if (layout() == Layout::kBlock) return OwnBlock(edit).Set(key, role);
  GrantEntry* const at = FindInline(key);
  const bool is_new = at == end();
  if (!is_new || count() < kInline) {
    *at = EntryOf(key, role);
    if (is_new) SetHeader(baseline(), Layout::kInline, count() + 1);
    return is_new;
  }
  auto* const block = new GrantBlock(edit);
  ForEach([&](TargetKey k, RoleSlot r) { block->Set(k, r); });
  block->Set(key, role);
  SetBlock(block);
  return true;
}

bool GrantLine::Erase(TargetKey key, EditTag edit) {
  if (RoleOf(key) == 0) return false;
  if (layout() != Layout::kBlock) {
    *FindInline(key) = *(end() - 1);
    *(end() - 1) = 0;
    SetHeader(baseline(), Layout::kInline, count() - 1);
    return true;
  }
  GrantBlock& owned = OwnBlock(edit);
  owned.Erase(key);
  if (owned.size() > kBackToLine) return true;
  std::fill(begin(), begin() + kInline, 0);
  SetHeader(baseline(), Layout::kInline, owned.size());
  GrantEntry* next = begin();
  owned.ForEachEntry([&](GrantEntry entry) { *next++ = entry; });
  owned.RemoveOwner();
  return true;
}

void GrantLine::ForEach(
    absl::FunctionRef<void(TargetKey, RoleSlot)> visit) const {
  const auto visit_entry = [&](GrantEntry entry) {
    visit(KeyOfEntry(entry), SlotOfEntry(entry));
  };
  if (layout() == Layout::kBlock) {
    block()->ForEachEntry(visit_entry);
  } else {
    std::for_each(&words_[2], &words_[2] + count(), visit_entry);
  }
}

}  // namespace acl
