// A persistent ordered map: copying it copies a pointer, changing it copies
// only the path to the change. Old copies stay intact, so readers and snapshots
// keep theirs while a writer works. Internal.
#ifndef ACL_BASE_ORDERED_MAP_H_
#define ACL_BASE_ORDERED_MAP_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "acl/base/heap.h"

namespace acl {

// An AVL tree with shared nodes. Every path is at most 1.45 log2(n) nodes long.
// Nodes created under a tag are changed in place under the same tag, and copied
// under any other: a tag belongs to one writer, and is not used again once its
// nodes have been shared. `Less` may be transparent; keys must be cheap to
// copy. Safe to read from any thread while another changes its own copy of the
// same map.
template <class Key, class Value, class Less = std::less<>>
class OrderedMap {
  struct Node;
  using Link = std::shared_ptr<Node>;
  struct Node {
    Key key;
    Value value;
    Link left, right;
    EditTag edit;
    int height;
  };

 public:
  // Walks the keys in ascending order. Valid as long as the map it came from,
  // or any copy of it, is neither changed nor destroyed. About 400 bytes.
  class Cursor {
   public:
    bool valid() const { return depth_ > 0; }
    // REQUIRES: valid(), as do the others.
    const Key& key() const { return path_[depth_ - 1]->key; }
    const Value& value() const { return path_[depth_ - 1]->value; }
    void Next() {
      const Node* node = path_[--depth_]->right.get();
      for (; node != nullptr; node = node->left.get()) path_[depth_++] = node;
    }

   private:
    friend class OrderedMap;
    // An AVL tree of 2^32 nodes is at most 46 high.
    std::array<const Node*, 48> path_;
    size_t depth_ = 0;
  };

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // The value for `key`, or null. Valid as long as a cursor would be. O(log n).
  template <class K>
  const Value* Find(const K& key) const {
    const Node* node = FindNode(key);
    return node == nullptr ? nullptr : &node->value;
  }
  template <class K>
  bool Contains(const K& key) const {
    return FindNode(key) != nullptr;
  }

  Cursor Begin() const {
    Cursor cursor;
    for (const Node* n = root_.get(); n != nullptr; n = n->left.get()) {
      cursor.path_[cursor.depth_++] = n;
    }
    return cursor;
  }

  // Sets the value for `key`. True if the key is new. O(log n).
  bool Set(const Key& key, Value value, EditTag edit) {
    const size_t before = size_;
    root_ = SetIn(std::move(root_), key, std::move(value), edit);
    return size_ != before;
  }
  // Removes `key`. True if it was there. O(log n).
  template <class K>
  bool Erase(const K& key, EditTag edit) {
    if (!Contains(key)) return false;
    root_ = EraseIn(std::move(root_), key, edit);
    --size_;
    return true;
  }

 private:
  template <class K>
  const Node* FindNode(const K& key) const {
    const Less less{};
    const Node* node = root_.get();
    while (node != nullptr) {
      if (less(key, node->key)) {
        node = node->left.get();
      } else if (less(node->key, key)) {
        node = node->right.get();
      } else {
        return node;
      }
    }
    return nullptr;
  }

  static int Height(const Link& node) { return node ? node->height : 0; }
  static int Balance(const Link& node) {
    return Height(node->left) - Height(node->right);
  }
  static void Measure(const Link& node) {
    node->height = 1 + std::max(Height(node->left), Height(node->right));
  }
  // The node itself if this edit created it, else a copy that may be changed.
  static Link Own(Link node, EditTag edit) {
    if (node->edit == edit) return node;
    Link copy = std::make_shared<Node>(*node);
    copy->edit = edit;
    return copy;
  }

  static Link RotateRight(Link node, EditTag edit) {
    Link top = Own(std::move(node->left), edit);
    node->left = std::move(top->right);
    Measure(node);
    top->right = std::move(node);
    Measure(top);
    return top;
  }
  static Link RotateLeft(Link node, EditTag edit) {
    Link top = Own(std::move(node->right), edit);
    node->right = std::move(top->left);
    Measure(node);
    top->left = std::move(node);
    Measure(top);
    return top;
  }
  // REQUIRES: `node` is owned; its subtrees are balanced and differ by <= 2.
  static Link Rebalance(Link node, EditTag edit) {
    Measure(node);
    const int balance = Balance(node);
    if (balance > 1) {
      if (Balance(node->left) < 0) {
        node->left = RotateLeft(Own(std::move(node->left), edit), edit);
      }
      return RotateRight(std::move(node), edit);
    }
    if (balance < -1) {
      if (Balance(node->right) > 0) {
        node->right = RotateRight(Own(std::move(node->right), edit), edit);
      }
      return RotateLeft(std::move(node), edit);
    }
    return node;
  }

  Link SetIn(Link node, const Key& key, Value value, EditTag edit) {
    if (node == nullptr) {
      ++size_;
      return std::make_shared<Node>(
          Node{key, std::move(value), nullptr, nullptr, edit, 1});
    }
    node = Own(std::move(node), edit);
    const Less less{};
    if (less(key, node->key)) {
      node->left = SetIn(std::move(node->left), key, std::move(value), edit);
    } else if (less(node->key, key)) {
      node->right = SetIn(std::move(node->right), key, std::move(value), edit);
    } else {
      node->key = key;
      node->value = std::move(value);
      return node;
    }
    return Rebalance(std::move(node), edit);
  }

  // REQUIRES: `key` is in the subtree of `node`.
  template <class K>
  Link EraseIn(Link node, const K& key, EditTag edit) {
    const Less less{};
    const bool before = less(key, node->key);
    if (!before && !less(node->key, key)) {
      if (node->left == nullptr) return node->right;
      if (node->right == nullptr) return node->left;
      const Node* next = node->right.get();
      while (next->left != nullptr) next = next->left.get();
      Link heir = std::make_shared<Node>(
          Node{next->key, next->value, node->left, nullptr, edit, 0});
      heir->right = EraseIn(node->right, heir->key, edit);
      return Rebalance(std::move(heir), edit);
    }
    node = Own(std::move(node), edit);
    Link& side = before ? node->left : node->right;
    side = EraseIn(std::move(side), key, edit);
    return Rebalance(std::move(node), edit);
  }

  Link root_;
  size_t size_ = 0;
};

}  // namespace acl

#endif  // ACL_BASE_ORDERED_MAP_H_
