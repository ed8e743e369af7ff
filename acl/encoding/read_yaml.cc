#include <algorithm>
#include <istream>
#include <streambuf>
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

// The text as a stream, which tells how far it has been read.
class Buffer : public std::streambuf {
 public:
  Buffer(absl::string_view text, const ProgressSink& progress)
      : text_(text), progress_(progress) {}

 protected:
  int_type underflow() override {
    if (progress_) progress_(read_, text_.size());
    if (read_ == text_.size()) return traits_type::eof();
    const size_t size = std::min(text_.size() - read_, size_t{1} << 16);
    // Nobody writes through it.
    char* const begin = const_cast<char*>(text_.data()) + read_;
    setg(begin, begin, begin + size);
    read_ += size;
    return traits_type::to_int_type(*begin);
  }

 private:
  const absl::string_view text_;
  const ProgressSink& progress_;
  size_t read_ = 0;
};

}  // namespace

absl::Status ReadYaml(absl::string_view text,
                      google::protobuf::Message* message, Places* places,
                      const ProgressSink& progress) {
  Buffer buffer(text, progress);
  std::istream in(&buffer);
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
