#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "acl/base/text.h"
#include "acl/encoding/message_builder.h"
#include "acl/encoding/yaml.h"
#include "acl/encoding/yaml_events.h"

namespace acl {
namespace {

// Forwards the events directly, without building a tree.
class Handler : public YamlHandler {
 public:
  explicit Handler(MessageBuilder* builder) : builder_(*builder) {}

  void OnScalar(const YamlStart& start, const std::string& text,
                bool plain) override {
    if (skipped_ > 0 || !Accept(start)) return;
    if (IsYamlNull(text, plain)) {
      builder_.Reject(start.line,
                      "has no value; leave the key out, or quote the text");
    } else {
      builder_.Scalar(start.line, ScalarKind::kPlain, text);
    }
  }
  void OnAlias(int line, absl::string_view) override {
    if (skipped_ > 0) return;
    builder_.Reject(line, "is an alias; write the value out");
  }
  void OnListStart(const YamlStart& start) override {
    if (Enter(start)) builder_.BeginList(start.line);
  }
  void OnMapStart(const YamlStart& start) override {
    if (Enter(start)) builder_.BeginMap(start.line);
  }
  void OnEnd() override {
    if (skipped_ == 0) {
      builder_.EndCollection();
    } else {
      --skipped_;
    }
  }

 private:
  bool Accept(const YamlStart& start) {
    if (start.tag.empty()) return true;
    builder_.Reject(start.line, absl::StrCat("has the tag ", Quoted(start.tag),
                                             "; leave it out"));
    return false;
  }
  // Whether to enter the list or map: one with a tag is skipped.
  bool Enter(const YamlStart& start) {
    if (skipped_ == 0 && Accept(start)) return true;
    ++skipped_;
    return false;
  }

  MessageBuilder& builder_;
  size_t skipped_ = 0;  // depth of lists and maps being skipped
};

}  // namespace

absl::Status ReadYaml(absl::string_view text,
                      google::protobuf::Message* message, Places* places,
                      const ProgressSink& progress) {
  MessageBuilder builder(message, places);
  Handler handler(&builder);
  const YamlOutcome outcome = ParseYaml(text, &handler, progress);
  if (outcome.fault) {
    builder.FileFault(outcome.fault->line, outcome.fault->what);
  } else if (outcome.first_line == 0) {
    builder.FileFault(0, "is empty; write a map");
  } else if (outcome.second_line != 0) {
    builder.FileFault(outcome.second_line, "has a second document; keep one");
  }
  return builder.Finish();
}

}  // namespace acl
