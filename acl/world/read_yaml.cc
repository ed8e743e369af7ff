#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/world/yaml.h"
#include "google/protobuf/descriptor.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/parser.h"

namespace acl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kMaxFaults = 100;

enum class Shape { kScalar, kList, kMap };

absl::string_view ShapeWords(Shape shape) {
  return shape == Shape::kList  ? "a list"
         : shape == Shape::kMap ? "a map"
                                : "a single value";
}

// Puts `text` into the field, or appends it; the fault if it does not fit.
std::string SetScalar(const std::string& text, bool append, Message* message,
                      const FieldDescriptor* field) {
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      append ? reflection.AddString(message, field, text)
             : reflection.SetString(message, field, text);
      return "";
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") {
        return absl::StrCat("is ", Quoted(text), "; write true or false");
      }
      reflection.SetBool(message, field, text == "true");
      return "";
    default:
      break;
  }
  const bool wide = field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64;
  uint64_t number = 0;
  // Digits alone: the number parser would also take signs and spaces.
  if (text.find_first_not_of("0123456789") != std::string::npos ||
      !absl::SimpleAtoi(text, &number) || (!wide && number > 0xffffffff)) {
    return absl::StrCat("is ", Quoted(text),
                        "; write a whole number from 0 to ",
                        wide ? "2^64 - 1" : "2^32 - 1");
  }
  if (wide) {
    reflection.SetUInt64(message, field, number);
  } else {
    reflection.SetUInt32(message, field, static_cast<uint32_t>(number));
  }
  return "";
}

// Builds the message while the parser reads, without a tree in between.
class Builder : public YAML::EventHandler {
 public:
  Builder(Message* root, Places* places) : root_(root), places_(*places) {}

  std::vector<std::string> TakeFaults() { return std::move(faults_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "has no value; leave the key out, or quote the text");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "is an alias; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    if (skip_depth_ > 0) return;
    if (stack_.empty()) return Refuse(mark, "is a single value; write a map");
    if (Top().next == Next::kKey) return TakeKey(mark, value);
    if (Top().next == Next::kValue) {
      const std::string fault =
          tag != "?" && tag != "!" && !tag.empty()
              ? absl::StrCat("has the tag ", Quoted(tag), "; leave it out")
              : TakeScalar(mark, value);
      if (!fault.empty()) Fault(mark, fault);
    }
    EndValue();
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&,
                       YAML::anchor_t, YAML::EmitterStyle::value) override {
    if (!Begins(mark, Shape::kList)) return;
    Frame frame{Top().message, Top().field, ValuePath()};
    frame.list = true;
    frame.next = Next::kValue;
    stack_.push_back(std::move(frame));
  }
  void OnSequenceEnd() override { EndCollection(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    if (!Begins(mark, Shape::kMap)) return;
    if (stack_.empty()) {
      stack_.push_back({root_, nullptr, ""});
      return;
    }
    Frame frame{NewMessage(), nullptr, ValuePath()};
    places_.Add(frame.path, mark.line + 1);
    stack_.push_back(std::move(frame));
  }
  void OnMapEnd() override { EndCollection(); }

 private:
  enum class Next { kKey, kValue, kIgnored };

  // A map that fills a message, or a list that fills one of its fields.
  struct Frame {
    Message* message;
    const FieldDescriptor* field;  // that the next value is for
    std::string path;
    bool list = false;
    int index = 0;  // in a list
    Next next = Next::kKey;
    absl::flat_hash_set<std::string> keys = {};
  };

  Frame& Top() { return stack_.back(); }

  Shape Wanted() {
    if (stack_.empty()) return Shape::kMap;
    const Frame& top = Top();
    if (top.field->is_repeated() && !top.list) return Shape::kList;
    return top.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE
               ? Shape::kMap
               : Shape::kScalar;
  }

  std::string ValuePath() {
    if (stack_.empty()) return "";
    const Frame& top = Top();
    if (top.list) return absl::StrCat(top.path, "[", top.index, "]");
    if (top.field == nullptr) return top.path;
    return absl::StrCat(top.path, top.path.empty() ? "" : ".",
                        top.field->name());
  }

  Message* NewMessage() {
    Frame& top = Top();
    const auto* reflection = top.message->GetReflection();
    return top.list ? reflection->AddMessage(top.message, top.field)
                    : reflection->MutableMessage(top.message, top.field);
  }

  void Fault(const YAML::Mark& mark, absl::string_view what) {
    const std::string path = ValuePath();
    faults_.push_back(absl::StrCat(places_.file(), ":", mark.line + 1, ": ",
                                   path.empty() ? "the document" : path, " ",
                                   what));
  }

  // Refuses a key or a value that can't be one.
  void Refuse(const YAML::Mark& mark, absl::string_view what) {
    if (skip_depth_ > 0) return;
    if (stack_.empty() || Top().next != Next::kIgnored) Fault(mark, what);
    EndValue();
  }

  void TakeKey(const YAML::Mark& mark, const std::string& key) {
    Frame& top = Top();
    top.field = nullptr;
    top.next = Next::kIgnored;
    const auto* descriptor = top.message->GetDescriptor();
    const FieldDescriptor* field = descriptor->FindFieldByName(key);
    if (field == nullptr) {
      std::vector<std::string> names;
      names.reserve(static_cast<size_t>(descriptor->field_count()));
      for (int i = 0; i < descriptor->field_count(); ++i) {
        names.push_back(descriptor->field(i)->name());
      }
      Fault(mark, absl::StrCat("has the unknown key ", Quoted(key),
                               "; it may have ", absl::StrJoin(names, ", ")));
    } else if (!top.keys.insert(key).second) {
      Fault(mark, absl::StrCat("has the key ", Quoted(key), " twice"));
    } else {
      top.field = field;
      top.next = Next::kValue;
      places_.Add(ValuePath(), mark.line + 1);
    }
  }

  std::string TakeScalar(const YAML::Mark& mark, const std::string& value) {
    if (Wanted() != Shape::kScalar) {
      return absl::StrCat("is a single value; write ", ShapeWords(Wanted()));
    }
    if (Top().list) places_.Add(ValuePath(), mark.line + 1);
    return SetScalar(value, Top().list, Top().message, Top().field);
  }

  // Whether the collection that begins is to be entered; else it is passed
  // over.
  bool Begins(const YAML::Mark& mark, Shape shape) {
    const bool at_value = stack_.empty() || Top().next == Next::kValue;
    if (skip_depth_ == 0 && at_value && Wanted() == shape) return true;
    if (skip_depth_ == 0 && at_value) {
      Fault(mark, absl::StrCat("is ", ShapeWords(shape), "; write ",
                               ShapeWords(Wanted())));
    } else if (skip_depth_ == 0 && Top().next == Next::kKey) {
      Fault(mark, absl::StrCat("has ", ShapeWords(shape),
                               " for a key; write the name of a field"));
    }
    ++skip_depth_;
    return false;
  }
  void EndCollection() {
    if (skip_depth_ == 0) {
      stack_.pop_back();
    } else if (--skip_depth_ > 0) {
      return;
    }
    EndValue();
  }
  // A refused key takes its value along.
  void EndValue() {
    if (stack_.empty()) return;
    Frame& top = Top();
    if (top.list) {
      ++top.index;
    } else {
      top.next = top.next == Next::kKey ? Next::kIgnored : Next::kKey;
      top.field = nullptr;
    }
  }

  Message* const root_;
  Places& places_;
  std::vector<Frame> stack_;
  std::vector<std::string> faults_;
  int skip_depth_ = 0;  // collections being passed over
};

absl::Status Refused(std::vector<std::string> faults) {
  const size_t more = faults.size() - std::min(faults.size(), kMaxFaults);
  faults.resize(faults.size() - more);
  if (more > 0) faults.push_back(absl::StrCat("and ", more, " more"));
  return Refuse(v1::FILE_MALFORMED, absl::StrJoin(faults, "\n"));
}

}  // namespace

absl::Status ReadYaml(absl::string_view text, Message* message,
                      Places* places) {
  std::istringstream in{std::string(text)};
  Builder builder(message, places);
  std::vector<std::string> faults;
  try {
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder)) {
      faults.push_back(absl::StrCat(places->file(), ": is empty; write a map"));
    } else if (parser.HandleNextDocument(builder)) {
      faults.push_back(
          absl::StrCat(places->file(), ": has a second document; keep one"));
    }
    const std::vector<std::string> built = builder.TakeFaults();
    faults.insert(faults.begin(), built.begin(), built.end());
  } catch (const YAML::Exception& e) {
    // The one library here that throws; what it says is worth passing on.
    faults = builder.TakeFaults();
    faults.push_back(absl::StrCat(places->file(), ":", e.mark.line + 1,
                                  ": not yaml: ", e.msg));
  }
  return faults.empty() ? absl::OkStatus() : Refused(std::move(faults));
}

}  // namespace acl
