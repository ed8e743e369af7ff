#include "acl/encoding/yaml_tree.h"

#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "acl/base/text.h"

namespace acl {

class YamlTree::Builder : public YamlHandler {
 public:
  explicit Builder(YamlTree* tree) : tree_(*tree) {}

  const std::optional<YamlFault>& fault() const { return fault_; }

  void OnScalar(const YamlStart& start, const std::string& text,
                bool plain) override {
    YamlNode* node = Add(start);
    const bool null = start.tag.empty() && IsYamlNull(text, plain);
    node->kind = null ? YamlNode::Kind::kNull : YamlNode::Kind::kText;
    node->plain = plain;
    node->text = text;
    Finish(node);
  }

  void OnAlias(int line, absl::string_view anchor) override {
    const auto found = anchors_.find(std::string(anchor));
    if (found != anchors_.end() && !IsOpen(found->second)) {
      Finish(found->second);
      return;
    }
    if (!fault_) {
      fault_ = YamlFault{
          line,
          absl::StrCat("not yaml: alias ", Quoted(absl::StrCat("*", anchor)),
                       found == anchors_.end()
                           ? " has no anchor before it"
                           : " is inside of the value that it stands for")};
    }
    Finish(&tree_.nodes_.front());
  }

  void OnListStart(const YamlStart& start) override {
    Open(start, YamlNode::Kind::kList);
  }
  void OnMapStart(const YamlStart& start) override {
    Open(start, YamlNode::Kind::kMap);
  }

  void OnEnd() override {
    YamlNode* const node = open_.back().node;
    open_.pop_back();
    Finish(node);
  }

 private:
  struct Frame {
    YamlNode* node;
    const YamlNode* key = nullptr;  // in a map: waits for its value
  };

  YamlNode* Add(const YamlStart& start) {
    YamlNode& node = tree_.nodes_.emplace_back();
    node.line = start.line;
    node.tag = std::string(start.tag);
    if (!start.anchor.empty()) anchors_[std::string(start.anchor)] = &node;
    return &node;
  }

  void Open(const YamlStart& start, YamlNode::Kind kind) {
    YamlNode* node = Add(start);
    node->kind = kind;
    open_.push_back({node});
  }

  bool IsOpen(const YamlNode* node) const {
    for (const Frame& frame : open_) {
      if (frame.node == node) return true;
    }
    return false;
  }

  // Adds a complete value to the collection that contains it.
  void Finish(const YamlNode* node) {
    if (open_.empty()) {
      tree_.root_ = node;
      return;
    }
    Frame& parent = open_.back();
    if (parent.node->IsList()) {
      parent.node->items.push_back(node);
    } else if (parent.key == nullptr) {
      parent.key = node;
    } else {
      parent.node->entries.emplace_back(parent.key, node);
      parent.key = nullptr;
    }
  }

  YamlTree& tree_;
  std::vector<Frame> open_;
  std::map<std::string, YamlNode*> anchors_;
  std::optional<YamlFault> fault_;
};

YamlOutcome YamlTree::Load(absl::string_view text) {
  Builder builder(this);
  YamlOutcome outcome = ParseYaml(text, &builder);
  if (!outcome.fault) outcome.fault = builder.fault();
  if (outcome.fault) root_ = &nodes_.front();
  return outcome;
}

}  // namespace acl
