#include <algorithm>
#include <istream>
#include <limits>
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

// The parser looks ahead to the end of a value in brackets or quotes, and keeps
// some 200 bytes in memory for each bracket.
constexpr size_t kMaxLookahead = size_t{8} << 20;
// It counts in int.
constexpr size_t kMaxBytes = std::numeric_limits<int>::max();

// Passes the parser's events on, without a tree in between.
class Handler : public YAML::EventHandler {
 public:
  explicit Handler(MessageBuilder* builder) : builder_(*builder) {}

  // Where the last event was.
  const YAML::Mark& mark() const { return mark_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    builder_.Reject(LineOf(mark),
                    "has no value; leave the key out, or quote the text");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    builder_.Reject(LineOf(mark), "is an alias; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    const int line = LineOf(mark);
    if (tag != "?" && tag != "!" && !tag.empty()) {
      builder_.Reject(
          line, absl::StrCat("has the tag ", Quoted(tag), "; leave it out"));
    } else {
      builder_.Scalar(line, ScalarKind::kPlain, value);
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&,
                       YAML::anchor_t, YAML::EmitterStyle::value) override {
    builder_.BeginList(LineOf(mark));
  }
  void OnSequenceEnd() override { builder_.EndCollection(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    builder_.BeginMap(LineOf(mark));
  }
  void OnMapEnd() override { builder_.EndCollection(); }

 private:
  int LineOf(const YAML::Mark& mark) {
    mark_ = mark;
    return mark.line + 1;
  }

  MessageBuilder& builder_;
  YAML::Mark mark_;
};

// The text as a stream, which tells how far it has been read, and stops a
// parser that looks too far ahead of its events.
class Buffer : public std::streambuf {
 public:
  Buffer(absl::string_view text, const Handler& handler,
         const ProgressSink& progress)
      : text_(text), handler_(handler), progress_(progress) {}

  bool stopped() const { return stopped_; }

 protected:
  int_type underflow() override {
    if (progress_) progress_(read_, text_.size());
    if (read_ == text_.size()) return traits_type::eof();
    if (read_ > static_cast<size_t>(handler_.mark().pos) + kMaxLookahead) {
      stopped_ = true;
      throw YAML::Exception(
          handler_.mark(),
          "a value in brackets or quotes near here is longer than 8 MiB; write "
          "it as lines with `-` and `key:`, or the file as .json");
    }
    const size_t size = std::min(text_.size() - read_, size_t{1} << 16);
    // Nobody writes through it.
    char* const begin = const_cast<char*>(text_.data()) + read_;
    setg(begin, begin, begin + size);
    read_ += size;
    return traits_type::to_int_type(*begin);
  }

 private:
  const absl::string_view text_;
  const Handler& handler_;
  const ProgressSink& progress_;
  size_t read_ = 0;
  bool stopped_ = false;
};

}  // namespace

absl::Status ReadYaml(absl::string_view text,
                      google::protobuf::Message* message, Places* places,
                      const ProgressSink& progress) {
  MessageBuilder builder(message, places);
  if (text.size() > kMaxBytes) {
    builder.FileFault(0, "is larger than 2 GiB; write it as .binpb");
    return builder.Finish();
  }
  // The parser ends a value at one, and drops the rest of it.
  if (const size_t nul = text.find('\0'); nul != absl::string_view::npos) {
    const auto line = std::count(text.begin(), text.begin() + nul, '\n') + 1;
    builder.FileFault(static_cast<int>(line), "has a NUL character; remove it");
    return builder.Finish();
  }
  Handler handler(&builder);
  Buffer buffer(text, handler, progress);
  std::istream in(&buffer);
  try {
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(handler)) {
      builder.FileFault(0, "is empty; write a map");
    } else if (parser.HandleNextDocument(handler)) {
      builder.FileFault(0, "has a second document; keep one");
    }
  } catch (const YAML::Exception& e) {
    // The one library here that throws; what it says is worth passing on.
    builder.FileFault(e.mark.line + 1, buffer.stopped()
                                           ? e.msg
                                           : absl::StrCat("not yaml: ", e.msg));
  }
  return builder.Finish();
}

}  // namespace acl
