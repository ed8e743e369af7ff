// A YAML document as a tree, for formats that are not Protobuf messages.
// Internal.
#ifndef ACL_ENCODING_YAML_TREE_H_
#define ACL_ENCODING_YAML_TREE_H_

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "acl/encoding/yaml_events.h"

namespace acl {

struct YamlNode {
  enum class Kind { kNull, kText, kList, kMap };

  Kind kind = Kind::kNull;
  int line = 1;
  std::string tag;    // empty if there is none
  bool plain = true;  // text that is not in quotes
  std::string text;   // of text or null, as written
  // Aliases are resolved to the nodes that they refer to.
  std::vector<const YamlNode*> items;  // of a list
  std::vector<std::pair<const YamlNode*, const YamlNode*>> entries;  // of a map

  bool IsNull() const { return kind == Kind::kNull; }
  bool IsText() const { return kind == Kind::kText; }
  bool IsList() const { return kind == Kind::kList; }
  bool IsMap() const { return kind == Kind::kMap; }
};

// Not thread-safe.
class YamlTree {
 public:
  YamlTree() = default;
  YamlTree(const YamlTree&) = delete;
  YamlTree& operator=(const YamlTree&) = delete;

  // Parses the first document of `text`; see ParseYaml(). An alias without an
  // anchor, or to a value that contains it, is also a fault. Must be called
  // once.
  YamlOutcome Load(absl::string_view text);

  // The document; null if it is empty or there was a fault. Valid as long as
  // the tree.
  const YamlNode& root() const { return *root_; }

 private:
  class Builder;

  std::deque<YamlNode> nodes_ = std::deque<YamlNode>(1);
  const YamlNode* root_ = &nodes_.front();
};

}  // namespace acl

#endif  // ACL_ENCODING_YAML_TREE_H_
