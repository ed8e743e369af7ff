#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "acl/base/text.h"
#include "acl/encoding/message_builder.h"
#include "acl/encoding/yaml.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/parser.h"

namespace acl {
namespace {

// Passes the parser's events on, without a tree in between.
class Handler : public YAML::EventHandler {
 public:
  explicit Handler(MessageBuilder* builder) : builder_(*builder) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    builder_.Reject(mark.line + 1,
                    "has no value; leave the key out, or quote the text");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    builder_.Reject(mark.line + 1, "is an alias; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    if (tag != "?" && tag != "!" && !tag.empty()) {
      builder_.Reject(mark.line + 1, absl::StrCat("has the tag ", Quoted(tag),
                                                  "; leave it out"));
    } else {
      builder_.Scalar(mark.line + 1, ScalarKind::kPlain, value);
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&,
                       YAML::anchor_t, YAML::EmitterStyle::value) override {
    builder_.BeginList(mark.line + 1);
  }
  void OnSequenceEnd() override { builder_.EndCollection(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    builder_.BeginMap(mark.line + 1);
  }
  void OnMapEnd() override { builder_.EndCollection(); }

 private:
  MessageBuilder& builder_;
};

}  // namespace

absl::Status ReadYaml(absl::string_view text,
                      google::protobuf::Message* message, Places* places) {
  std::istringstream in{std::string(text)};
  MessageBuilder builder(message, places);
  Handler handler(&builder);
  try {
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(handler)) {
      builder.FileFault(0, "is empty; write a map");
    } else if (parser.HandleNextDocument(handler)) {
      builder.FileFault(0, "has a second document; keep one");
    }
  } catch (const YAML::Exception& e) {
    // The one library here that throws; what it says is worth passing on.
    builder.FileFault(e.mark.line + 1, absl::StrCat("not yaml: ", e.msg));
  }
  return builder.Finish();
}

}  // namespace acl
