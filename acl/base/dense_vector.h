// A persistent vector of shared rows, by dense number: copying one costs a
// pointer, changing one copies a path of at most seven small nodes. Internal.
#ifndef ACL_BASE_DENSE_VECTOR_H_
#define ACL_BASE_DENSE_VECTOR_H_

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "acl/base/ordered_map.h"

namespace acl {

// Numbers are 0 to 2^32 - 1; what was never set, or erased, is null. Nodes that
// hold nothing any more are freed. Safe to read from any thread while another
// changes its own copy.
template <class Row>
class DenseVector {
 public:
  using RowPtr = std::shared_ptr<Row>;

  // The row at `number`, or null. Valid as long as this vector, or a copy of
  // it, holds the row. O(log32 n).
  const Row* Get(uint32_t number) const { return Slot(number); }

  // The row itself, for the writer that made it.
  Row* GetMutable(uint32_t number) { return Slot(number); }

  void Set(uint32_t number, RowPtr row, EditTag edit) {
    while (levels_ == 0 || (levels_ < kMaxLevels && number >> Bits(levels_))) {
      auto root = std::make_shared<Node>();
      root->edit = edit;
      root->children[0] = std::move(root_);
      root_ = std::move(root);
      ++levels_;
    }
    root_ = SetIn(std::move(root_), levels_, number, std::move(row), edit);
  }

  // REQUIRES: Get(number) is not null.
  void Erase(uint32_t number, EditTag edit) {
    root_ = SetIn(std::move(root_), levels_, number, nullptr, edit);
    if (root_ == nullptr) levels_ = 0;
  }

 private:
  static constexpr int kBitsPerLevel = 5;
  static constexpr int kFan = 1 << kBitsPerLevel;
  static constexpr int kMaxLevels = 7;

  // Children are nodes, or rows on the lowest level.
  struct Node {
    std::array<std::shared_ptr<void>, kFan> children;
    EditTag edit = 0;
  };
  using Link = std::shared_ptr<void>;

  static constexpr int Bits(int levels) { return kBitsPerLevel * levels; }
  static uint32_t Index(uint32_t number, int level) {
    return (number >> Bits(level - 1)) & (kFan - 1);
  }

  Row* Slot(uint32_t number) const {
    if (levels_ < kMaxLevels && (number >> Bits(levels_)) != 0) return nullptr;
    void* at = root_.get();
    for (int level = levels_; level > 0 && at != nullptr; --level) {
      at = static_cast<Node*>(at)->children[Index(number, level)].get();
    }
    return static_cast<Row*>(at);
  }

  static Link SetIn(Link link, int level, uint32_t number, RowPtr row,
                    EditTag edit) {
    if (level == 0) return row;
    auto node = std::static_pointer_cast<Node>(std::move(link));
    if (node == nullptr) {
      node = std::make_shared<Node>();
      node->edit = edit;
    } else if (node->edit != edit) {
      node = std::make_shared<Node>(*node);
      node->edit = edit;
    }
    const bool erase = row == nullptr;
    Link& child = node->children[Index(number, level)];
    child = SetIn(std::move(child), level - 1, number, std::move(row), edit);
    if (erase && child == nullptr && IsEmpty(*node)) return nullptr;
    return node;
  }

  static bool IsEmpty(const Node& node) {
    for (const Link& child : node.children) {
      if (child != nullptr) return false;
    }
    return true;
  }

  Link root_;
  int levels_ = 0;
};

}  // namespace acl

#endif  // ACL_BASE_DENSE_VECTOR_H_
