#include "acl/base/sorted_numbers.h"

#include <algorithm>
#include <utility>

namespace acl {
namespace {

constexpr uint32_t kLeafNumbers = 250;
constexpr uint32_t kChildren = 64;

// How many numbers are less than `least`. Like std::lower_bound(), but with
// arithmetic instead of branches, which would be unpredictable.
size_t CountLess(const uint32_t* numbers, size_t count, uint32_t least) {
  const uint32_t* at = numbers;
  while (count > 1) {
    const size_t half = count / 2;
    at += half * static_cast<size_t>(at[half - 1] < least);
    count -= half;
  }
  return static_cast<size_t>(at - numbers) +
         static_cast<size_t>(count == 1 && *at < least);
}

}  // namespace

struct SortedNumbers::Leaf : Block {
  uint32_t count;
  uint32_t numbers[1];  // and more after it

  static size_t BytesFor(uint32_t count) {
    return sizeof(Leaf) + (size_t{count} - 1) * sizeof(uint32_t);
  }
  uint32_t capacity() const {
    return static_cast<uint32_t>((bytes() - sizeof(Leaf)) / sizeof(uint32_t)) +
           1;
  }
  uint32_t* begin() { return numbers; }
  uint32_t* end() { return numbers + count; }
  const uint32_t* begin() const { return numbers; }
  const uint32_t* end() const { return numbers + count; }
};

struct SortedNumbers::Inner : Block {
  struct Child {
    Block* node;
    uint32_t first;  // lower bound for the subtree, except in the first child
  };
  uint32_t count;
  uint32_t size;  // numbers below
  Child children[1];

  static size_t BytesFor(uint32_t count) {
    return sizeof(Inner) + (size_t{count} - 1) * sizeof(Child);
  }
  uint32_t capacity() const {
    return static_cast<uint32_t>((bytes() - sizeof(Inner)) / sizeof(Child)) + 1;
  }
  Child* begin() { return children; }
  Child* end() { return children + count; }
  const Child* begin() const { return children; }
  const Child* end() const { return children + count; }

  // The child where a number is, or would be.
  uint32_t IndexOf(uint32_t number) const {
    const Child* at = begin();  // the last one that may have it
    for (uint32_t left = count; left > 1;) {
      const uint32_t half = left / 2;
      at += size_t{half} * static_cast<size_t>(at[half].first <= number);
      left -= half;
    }
    return static_cast<uint32_t>(at - begin());
  }
};

size_t SortedNumbers::SizeOf(const Block* node) {
  if (node == nullptr) return 0;
  return node->level == 0 ? static_cast<const Leaf*>(node)->count
                          : static_cast<const Inner*>(node)->size;
}

uint32_t SortedNumbers::FirstOf(const Block* node) {
  while (node->level != 0) {
    node = static_cast<const Inner*>(node)->begin()->node;
  }
  return *static_cast<const Leaf*>(node)->begin();
}

size_t SortedNumbers::size() const { return SizeOf(root_); }

absl::Span<const uint32_t> SortedNumbers::OnlyLeaf() const {
  if (root_ == nullptr || root_->level != 0) return {};
  const auto* const leaf = static_cast<const Leaf*>(root_);
  return {leaf->begin(), leaf->count};
}

const uint32_t* SortedNumbers::Find(uint32_t least) const {
  const Block* node = root_;
  if (node == nullptr) return nullptr;
  const Inner* parent = nullptr;
  const Block* behind = nullptr;  // the next subtree, with greater numbers
  while (node->level != 0) {
    parent = static_cast<const Inner*>(node);
    const uint32_t index = parent->IndexOf(least);
    if (index + 1 < parent->count) behind = parent->begin()[index + 1].node;
    node = parent->begin()[index].node;
  }
  const auto* const leaf = static_cast<const Leaf*>(node);
  const uint32_t* const found =
      leaf->begin() + CountLess(leaf->begin(), leaf->count, least);
  if (found != leaf->end()) return found;
  if (behind == nullptr) return nullptr;
  while (behind->level != 0) {
    behind = static_cast<const Inner*>(behind)->begin()->node;
  }
  return static_cast<const Leaf*>(behind)->begin();
}

// One change on its way down the tree and back.
struct SortedNumbers::Change {
  uint32_t number;
  int free_bits;
  Edit* edit;
  MemoryPart part;
  // For a set that is filled in ascending order: how many numbers there will
  // be, and how many there are.
  const uint32_t* total = nullptr;
  size_t size = 0;
  bool found = false;
  // A new node that belongs after the one that was changed.
  Block* behind = nullptr;

  template <class Node>
  Node* NewNode(uint32_t count, uint32_t level) const {
    auto* const node = edit->New<Node>(Node::BytesFor(count), part);
    node->level = level & 7;
    return node;
  }

  // The node with room for `count`, reachable only from this edit.
  template <class Node>
  Node* Own(Node* node, uint32_t count) const {
    if (edit->Owns(node) && node->capacity() >= count) return node;
    auto* const copy = NewNode<Node>(count, node->level);
    copy->count = node->count;
    CopySize(*node, copy);
    std::copy(node->begin(), node->end(), copy->begin());
    edit->Drop(node);
    return copy;
  }
  static void CopySize(const Leaf&, Leaf*) {}
  static void CopySize(const Inner& from, Inner* to) { to->size = from.size; }

  // Moves the entries from `middle` on to a new node after this one.
  template <class Node>
  void Split(Node* node, uint32_t middle) {
    const uint32_t room = middle == node->count ? RoomBehind(*node) : 1;
    auto* const right = NewNode<Node>(node->count - middle + room, node->level);
    right->count = node->count - middle;
    std::copy(node->begin() + middle, node->end(), right->begin());
    node->count = middle;
    Measure(node);
    Measure(right);
    behind = right;
  }
  // The room for further numbers that follow the last one in order.
  uint32_t RoomBehind(const Leaf& node) const {
    if (total == nullptr) return node.count / 4;
    return static_cast<uint32_t>(std::min<size_t>(kLeafNumbers, *total - size));
  }
  uint32_t RoomBehind(const Inner& node) const { return node.count / 4; }
  static void Measure(Leaf*) {}
  static void Measure(Inner* node) {
    node->size = 0;
    for (const Inner::Child& child : *node) {
      node->size += static_cast<uint32_t>(SizeOf(child.node));
    }
  }

  uint32_t* PlaceIn(Leaf* leaf) {
    const uint32_t least = number >> free_bits << free_bits;
    uint32_t* const at =
        leaf->begin() + CountLess(leaf->begin(), leaf->count, least);
    found = at != leaf->end() && *at >> free_bits == number >> free_bits;
    return at;
  }

  Block* PutIn(Block* node) {
    return node->level == 0 ? PutInLeaf(static_cast<Leaf*>(node))
                            : PutInInner(static_cast<Inner*>(node));
  }

  Block* PutInLeaf(Leaf* leaf) {
    const auto at = static_cast<uint32_t>(PlaceIn(leaf) - leaf->begin());
    if (found) {
      leaf = Own(leaf, leaf->count);
      leaf->begin()[at] = number;
      return leaf;
    }
    if (leaf->count == kLeafNumbers) {
      // Numbers added in ascending order leave full leaves.
      const bool last = at == leaf->count;
      leaf = Own(leaf, leaf->count);
      Split(leaf, last ? at : leaf->count / 2);
      auto* const right = static_cast<Leaf*>(behind);
      if (at >= leaf->count) {
        behind = InsertInto(right, at - leaf->count);
        return leaf;
      }
    }
    return InsertInto(leaf, at);
  }

  Block* InsertInto(Leaf* leaf, uint32_t at) const {
    leaf = Own(leaf, leaf->count + 1);
    std::copy_backward(leaf->begin() + at, leaf->end(), leaf->end() + 1);
    leaf->begin()[at] = number;
    ++leaf->count;
    return leaf;
  }

  Block* PutInInner(Inner* node) {
    const uint32_t index = node->IndexOf(number);
    Block* const child = PutIn(node->begin()[index].node);
    node = Own(node, node->count);
    node->begin()[index].node = child;
    if (!found) ++node->size;
    if (behind == nullptr) return node;
    Block* const added = std::exchange(behind, nullptr);
    const Inner::Child entry{added, Separator(added, free_bits)};
    if (node->count == kChildren) {
      Split(node, index + 1 == kChildren ? kChildren - 1 : kChildren / 2);
      if (index + 1 > node->count) {
        behind = InsertChild(static_cast<Inner*>(behind),
                             index + 1 - node->count, entry);
        return node;
      }
    }
    return InsertChild(node, index + 1, entry);
  }

  // The least number that, ignoring free bits, may be in the subtree.
  static uint32_t Separator(const Block* node, int free_bits) {
    return FirstOf(node) >> free_bits << free_bits;
  }

  Block* InsertChild(Inner* node, uint32_t at, Inner::Child entry) const {
    if (node->capacity() <= node->count || !edit->Owns(node)) {
      node = Own(node, std::min(kChildren, node->count * 2));
    }
    std::copy_backward(node->begin() + at, node->end(), node->end() + 1);
    node->begin()[at] = entry;
    ++node->count;
    Measure(node);
    return node;
  }

  // Null if nothing is left. REQUIRES: the number is there.
  Block* EraseIn(Block* node) {
    if (node->level == 0) return EraseInLeaf(static_cast<Leaf*>(node));
    auto* inner = static_cast<Inner*>(node);
    const uint32_t index = inner->IndexOf(number);
    Block* const child = EraseIn(inner->begin()[index].node);
    inner = Own(inner, inner->count);
    --inner->size;
    inner->begin()[index].node = child;
    if (child == nullptr) {
      RemoveChild(inner, index);
    } else {
      Merge(inner, index == 0 ? 0 : index - 1);
    }
    if (inner->count != 0) return inner;
    edit->Drop(inner);
    return nullptr;
  }

  Block* EraseInLeaf(Leaf* leaf) {
    const auto at = static_cast<uint32_t>(PlaceIn(leaf) - leaf->begin());
    if (leaf->count == 1) {
      edit->Drop(leaf);
      return nullptr;
    }
    // A leaf that has become small releases its spare room.
    const bool large = leaf->capacity() > 2 * leaf->count + 8;
    if (edit->Owns(leaf) && !large) {
      std::copy(leaf->begin() + at + 1, leaf->end(), leaf->begin() + at);
      --leaf->count;
      return leaf;
    }
    auto* const copy = NewNode<Leaf>(leaf->count - 1, 0);
    copy->count = leaf->count - 1;
    uint32_t* const next =
        std::copy(leaf->begin(), leaf->begin() + at, copy->begin());
    std::copy(leaf->begin() + at + 1, leaf->end(), next);
    edit->Drop(leaf);
    return copy;
  }

  static void RemoveChild(Inner* node, uint32_t at) {
    std::copy(node->begin() + at + 1, node->end(), node->begin() + at);
    --node->count;
  }

  // Merges two neighbours that have become small.
  void Merge(Inner* node, uint32_t left) const {
    if (left + 1 >= node->count) return;
    Block* const a = node->begin()[left].node;
    Block* const b = node->begin()[left + 1].node;
    if (a->level == 0) {
      MergeNodes(static_cast<Leaf*>(a), static_cast<Leaf*>(b), kLeafNumbers / 2,
                 node, left);
    } else {
      MergeNodes(static_cast<Inner*>(a), static_cast<Inner*>(b), kChildren / 2,
                 node, left);
    }
  }
  template <class Node>
  void MergeNodes(Node* a, Node* b, uint32_t most, Inner* node,
                  uint32_t left) const {
    if (a->count + b->count > most) return;
    Node* const both = Own(a, a->count + b->count);
    std::copy(b->begin(), b->end(), both->end());
    SetFirst(both->end(), node->begin()[left + 1].first);
    both->count += b->count;
    Measure(both);
    edit->Drop(b);
    node->begin()[left].node = both;
    RemoveChild(node, left + 1);
  }
  // A former first child may contain numbers below its entry.
  static void SetFirst(Inner::Child* child, uint32_t first) {
    child->first = first;
  }
  static void SetFirst(uint32_t*, uint32_t) {}
};

void SortedNumbers::Reserve(size_t count, Edit* edit, MemoryPart part) {
  const auto numbers =
      static_cast<uint32_t>(std::min<size_t>(count, kLeafNumbers));
  Change change{0, 0, edit, part};
  auto* const leaf = change.NewNode<Leaf>(numbers, 0);
  leaf->count = 0;
  root_ = leaf;
}

void SortedNumbers::PrefetchEnd() const {
  if (root_ == nullptr) return;
  if (root_->level == 0) {
    __builtin_prefetch(static_cast<const Leaf*>(root_)->end());
  } else {
    const auto* const inner = static_cast<const Inner*>(root_);
    __builtin_prefetch((inner->end() - 1)->node);
  }
}

bool SortedNumbers::PutLast(uint32_t number, const Edit& edit, int free_bits) {
  if (root_ == nullptr || root_->level != 0 || !edit.Owns(root_)) return false;
  auto* const leaf = static_cast<Leaf*>(root_);
  if (leaf->count == std::min(leaf->capacity(), kLeafNumbers)) return false;
  if (leaf->count != 0 &&
      *(leaf->end() - 1) >> free_bits >= number >> free_bits) {
    return false;
  }
  *leaf->end() = number;
  ++leaf->count;
  return true;
}

bool SortedNumbers::Put(uint32_t number, Edit* edit, MemoryPart part,
                        int free_bits) {
  // With ascending numbers, the place is mostly at the end.
  if (PutLast(number, *edit, free_bits)) return true;
  return PutWith({number, free_bits, edit, part});
}

void SortedNumbers::Append(uint32_t number, const uint32_t& total, Edit* edit,
                           MemoryPart part) {
  if (PutLast(number, *edit, 0)) return;
  PutWith({number, 0, edit, part, &total, size()});
}

bool SortedNumbers::PutWith(Change change) {
  if (root_ == nullptr) {
    auto* const leaf = change.NewNode<Leaf>(1, 0);
    leaf->count = 1;
    leaf->numbers[0] = change.number;
    root_ = leaf;
    return true;
  }
  root_ = change.PutIn(root_);
  if (change.behind != nullptr) {
    auto* const top = change.NewNode<Inner>(4, root_->level + 1);
    top->count = 2;
    top->begin()[0] = {root_, Change::Separator(root_, change.free_bits)};
    top->begin()[1] = {change.behind,
                       Change::Separator(change.behind, change.free_bits)};
    Change::Measure(top);
    root_ = top;
  }
  return !change.found;
}

bool SortedNumbers::Erase(uint32_t number, Edit* edit, int free_bits) {
  if (FindSame(number, free_bits) == nullptr) return false;
  Change change{number, free_bits, edit, static_cast<MemoryPart>(root_->part)};
  root_ = change.EraseIn(root_);
  while (root_ != nullptr && root_->level != 0 &&
         static_cast<Inner*>(root_)->count == 1) {
    Block* const only = static_cast<Inner*>(root_)->children[0].node;
    edit->Drop(root_);
    root_ = only;
  }
  return true;
}

void SortedNumbers::Clear(Edit* edit) {
  struct Walk {
    Edit* edit;
    void Drop(Block* node) const {
      if (node->level != 0) {
        for (const Inner::Child& child : *static_cast<Inner*>(node)) {
          Drop(child.node);
        }
      }
      edit->Drop(node);
    }
  };
  if (root_ != nullptr) Walk{edit}.Drop(root_);
  root_ = nullptr;
}

void SortedNumbers::Cursor::Descend(const Block* node, uint32_t least) {
  while (node->level != 0) {
    const auto* const inner = static_cast<const Inner*>(node);
    const uint32_t index = inner->IndexOf(least);
    path_[static_cast<size_t>(depth_++)] = {node, index + 1};
    node = inner->begin()[index].node;
  }
  const auto* const leaf = static_cast<const Leaf*>(node);
  at_ = leaf->begin() + CountLess(leaf->begin(), leaf->count, least);
  end_ = leaf->end();
  if (at_ == end_) NextLeaf();
}

void SortedNumbers::Cursor::NextLeaf() {
  at_ = end_ = nullptr;
  while (depth_ > 0) {
    Place& place = path_[static_cast<size_t>(depth_) - 1];
    const auto* const inner = static_cast<const Inner*>(place.node);
    if (place.next < inner->count) {
      Descend(inner->begin()[place.next++].node, 0);
      return;
    }
    --depth_;
  }
}

SortedNumbers::Cursor SortedNumbers::From(uint32_t least) const {
  Cursor cursor;
  if (root_ != nullptr) cursor.Descend(root_, least);
  return cursor;
}

}  // namespace acl
