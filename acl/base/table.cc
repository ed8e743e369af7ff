#include "acl/base/table.h"

#include <algorithm>
#include <iterator>

namespace acl {

PageTree::Node* PageTree::NewNode(Edit* edit) {
  return edit->New<Node>(sizeof(Node), MemoryPart::kDirectories);
}

void PageTree::Reserve(uint32_t page, Edit* edit) {
  while (page >> (kBits * levels_) != 0) {
    if (root_ != nullptr) {
      Node* const root = NewNode(edit);
      std::fill(std::begin(root->children), std::end(root->children), nullptr);
      root->children[0] = root_;
      root_ = root;
    }
    ++levels_;
  }
}

void PageTree::Set(uint32_t page, Block* block, Edit* edit) {
  root_ = SetIn(root_, levels_, page, block, edit);
}

void PageTree::Clear(Edit* edit) {
  DropAll(root_, levels_, edit);
  root_ = nullptr;
  levels_ = 0;
}

void PageTree::DropAll(Block* at, int level, Edit* edit) {
  if (at == nullptr) return;
  if (level > 0) {
    for (Block* child : static_cast<Node*>(at)->children) {
      DropAll(child, level - 1, edit);
    }
  }
  edit->Drop(at);
}

Block* PageTree::SetIn(Block* at, int level, uint32_t page, Block* block,
                       Edit* edit) {
  if (level == 0) return block;
  auto* node = static_cast<Node*>(at);
  if (node == nullptr) {
    node = NewNode(edit);
    std::fill(std::begin(node->children), std::end(node->children), nullptr);
  } else if (!edit->Owns(node)) {
    Node* const copy = NewNode(edit);
    std::copy(std::begin(node->children), std::end(node->children),
              copy->children);
    edit->Drop(node);
    node = copy;
  }
  Block*& child = node->children[Index(page, level)];
  child = SetIn(child, level - 1, page, block, edit);
  if (child == nullptr &&
      std::all_of(std::begin(node->children), std::end(node->children),
                  [](const Block* c) { return c == nullptr; })) {
    edit->Drop(node);
    return nullptr;
  }
  return node;
}

}  // namespace acl
