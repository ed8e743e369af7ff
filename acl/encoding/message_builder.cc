#include "acl/encoding/message_builder.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "google/protobuf/descriptor.h"

namespace acl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kMaxFaults = 10000;

absl::string_view ShapeWords(Shape shape) {
  return shape == Shape::kList  ? "a list"
         : shape == Shape::kMap ? "a map"
                                : "a single value";
}

absl::string_view KindWords(ScalarKind kind) {
  return kind == ScalarKind::kNumber ? "a number"
         : kind == ScalarKind::kBool ? "true or false"
                                     : "text";
}

// Whether a value of `kind` is allowed for the field. Numbers may be written as
// text: not every JSON reader keeps 64 bits.
bool Fits(ScalarKind kind, const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_ENUM:
      return kind == ScalarKind::kPlain || kind == ScalarKind::kText;
    case FieldDescriptor::CPPTYPE_BOOL:
      return kind == ScalarKind::kPlain || kind == ScalarKind::kBool;
    default:
      return kind != ScalarKind::kBool;
  }
}

template <class Descriptors>
std::string NamesOf(const Descriptors& list) {
  return absl::StrJoin(list, ", ", [](std::string* out, const auto* item) {
    absl::StrAppend(out, item->name());
  });
}

std::string SetEnum(const std::string& text, Message* message,
                    const FieldDescriptor* field) {
  const auto* value = field->enum_type()->FindValueByName(text);
  if (value != nullptr) {
    message->GetReflection()->SetEnum(message, field, value);
    return "";
  }
  std::vector<const google::protobuf::EnumValueDescriptor*> values;
  for (int i = 1; i < field->enum_type()->value_count(); ++i) {
    values.push_back(field->enum_type()->value(i));
  }
  return absl::StrCat("is ", Quoted(text), "; write one of ", NamesOf(values));
}

std::string SetNumber(const std::string& text, Message* message,
                      const FieldDescriptor* field) {
  const bool wide = field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64;
  uint64_t number = 0;
  // Only digits: the number parser would also accept signs and spaces.
  if (text.find_first_not_of("0123456789") != std::string::npos ||
      !absl::SimpleAtoi(text, &number) || (!wide && number > 0xffffffff)) {
    return absl::StrCat("is ", Quoted(text),
                        "; write a whole number from 0 to ",
                        wide ? "2^64 - 1" : "2^32 - 1");
  }
  if (wide) {
    message->GetReflection()->SetUInt64(message, field, number);
  } else {
    message->GetReflection()->SetUInt32(message, field,
                                        static_cast<uint32_t>(number));
  }
  return "";
}

// Sets the field to `text`, or appends it; returns a fault if it does not fit.
std::string SetScalar(const std::string& text, Message* message,
                      const FieldDescriptor* field) {
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      field->is_repeated() ? reflection.AddString(message, field, text)
                           : reflection.SetString(message, field, text);
      return "";
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") {
        return absl::StrCat("is ", Quoted(text), "; write true or false");
      }
      reflection.SetBool(message, field, text == "true");
      return "";
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(text, message, field);
    default:
      return SetNumber(text, message, field);
  }
}

// Another field of the same `oneof` that is set already, or null.
const FieldDescriptor* RivalOf(const Message& message,
                               const FieldDescriptor* field) {
  const auto* oneof = field->real_containing_oneof();
  if (oneof == nullptr) return nullptr;
  return message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
}

}  // namespace

const int* MessageBuilder::Frame::LineOfKey(
    const FieldDescriptor* wanted) const {
  const auto found =
      std::find_if(keys.begin(), keys.end(),
                   [&](const Key& key) { return key.field == wanted; });
  return found == keys.end() ? nullptr : &found->line;
}

Shape MessageBuilder::Wanted() const {
  if (stack_.empty()) return Shape::kMap;
  const Frame& top = stack_.back();
  if (top.field->is_repeated() && !top.list) return Shape::kList;
  return top.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE
             ? Shape::kMap
             : Shape::kScalar;
}

std::string MessageBuilder::ValuePath() const {
  std::string path;
  for (const Frame& frame : stack_) {
    if (frame.list) {
      absl::StrAppend(&path, "[", frame.index, "]");
    } else if (frame.field != nullptr) {
      absl::StrAppend(&path, path.empty() ? "" : ".", frame.field->name());
    }
  }
  return path;
}

Message* MessageBuilder::NewMessage() {
  Frame& top = Top();
  const auto* reflection = top.message->GetReflection();
  return top.list ? reflection->AddMessage(top.message, top.field)
                  : reflection->MutableMessage(top.message, top.field);
}

// Records the line of the next value. Places assumes that a part without a line
// of its own is on the line of its parent: in a file with one change per line,
// that saves three of four entries.
void MessageBuilder::NoteLine(int line) {
  if (line <= 0 || stack_.empty() || line == Top().value_line) return;
  places_.Add(ValuePath(), line);
  Top().value_line = line;
}

void MessageBuilder::Fault(int line, absl::string_view what) {
  if (faults_.size() >= kMaxFaults) {
    ++more_faults_;
    return;
  }
  const std::string path = ValuePath();
  faults_.push_back(absl::StrCat(
      places_.At(line), ": ", path.empty() ? "the document" : path, " ", what));
}

void MessageBuilder::FileFault(int line, absl::string_view what) {
  faults_.push_back(absl::StrCat(places_.At(line), ": ", what));
}

absl::Status MessageBuilder::Finish() const {
  if (faults_.empty()) return absl::OkStatus();
  std::string text = absl::StrJoin(faults_, "\n");
  if (more_faults_ > 0) {
    absl::StrAppend(&text, "\n", places_.file(), ": and ", more_faults_,
                    " more");
  }
  return Refuse(v1::FILE_MALFORMED, text);
}

void MessageBuilder::Reject(int line, absl::string_view what) {
  if (skip_depth_ > 0) return;
  if (stack_.empty() || Top().next != Next::kIgnored) Fault(line, what);
  EndValue();
}

void MessageBuilder::TakeKey(int line, const std::string& key) {
  Frame& top = Top();
  top.field = nullptr;
  top.next = Next::kIgnored;
  const auto* descriptor = top.message->GetDescriptor();
  const FieldDescriptor* field = descriptor->FindFieldByName(key);
  if (field == nullptr) {
    std::vector<const FieldDescriptor*> fields;
    fields.reserve(static_cast<size_t>(descriptor->field_count()));
    for (int i = 0; i < descriptor->field_count(); ++i) {
      fields.push_back(descriptor->field(i));
    }
    Fault(line, absl::StrCat("has the unknown key ", Quoted(key),
                             "; it may have ", NamesOf(fields)));
  } else if (const int* first = top.LineOfKey(field)) {
    Fault(line,
          absl::StrCat(
              "has the key ", Quoted(key), " twice",
              *first > 0 ? absl::StrCat(", first on line ", *first) : ""));
  } else if (const auto* rival = RivalOf(*top.message, field)) {
    Fault(line, absl::StrCat("has both ", Quoted(rival->name()), " and ",
                             Quoted(key), "; keep one"));
  } else {
    top.keys.push_back({field, line});
    top.field = field;
    top.next = Next::kValue;
    NoteLine(line);
  }
}

std::string MessageBuilder::TakeScalar(int line, ScalarKind kind,
                                       const std::string& text) {
  if (Wanted() != Shape::kScalar) {
    return absl::StrCat("is a single value; write ", ShapeWords(Wanted()));
  }
  const FieldDescriptor* field = Top().field;
  if (!Fits(kind, field)) {
    return absl::StrCat(
        "is ", KindWords(kind), "; write ",
        field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL ? "true or false"
        : field->cpp_type() == FieldDescriptor::CPPTYPE_STRING ||
                field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM
            ? "text in quotes"
            : "a number");
  }
  if (Top().list) NoteLine(line);
  return SetScalar(text, Top().message, field);
}

void MessageBuilder::Scalar(int line, ScalarKind kind,
                            const std::string& text) {
  if (skip_depth_ > 0) return;
  if (stack_.empty()) return Reject(line, "is a single value; write a map");
  if (Top().next == Next::kKey) return TakeKey(line, text);
  if (Top().next == Next::kValue) {
    const std::string fault = TakeScalar(line, kind, text);
    if (!fault.empty()) Fault(line, fault);
  }
  EndValue();
}

// Whether to enter the collection that begins; otherwise it is skipped.
bool MessageBuilder::Begins(int line, Shape shape) {
  const bool at_value = stack_.empty() || Top().next == Next::kValue;
  if (skip_depth_ == 0 && at_value && Wanted() == shape) return true;
  if (skip_depth_ == 0 && at_value) {
    Fault(line, absl::StrCat("is ", ShapeWords(shape), "; write ",
                             ShapeWords(Wanted())));
  } else if (skip_depth_ == 0 && Top().next == Next::kKey) {
    Fault(line, absl::StrCat("has ", ShapeWords(shape),
                             " for a key; write the name of a field"));
  }
  ++skip_depth_;
  return false;
}

void MessageBuilder::BeginList(int line) {
  if (!Begins(line, Shape::kList)) return;
  const int at = Top().value_line;
  Frame frame{Top().message, Top().field, at, at};
  frame.list = true;
  frame.next = Next::kValue;
  stack_.push_back(std::move(frame));
}

void MessageBuilder::BeginMap(int line) {
  if (!Begins(line, Shape::kMap)) return;
  if (stack_.empty()) {
    stack_.push_back({root_, nullptr, 0, 0});
    return;
  }
  NoteLine(line);
  const int at = Top().value_line;
  stack_.push_back({NewMessage(), nullptr, at, at});
}

void MessageBuilder::EndCollection() {
  if (skip_depth_ == 0) {
    stack_.pop_back();
  } else if (--skip_depth_ > 0) {
    return;
  }
  EndValue();
}

// The value of a refused key is skipped.
void MessageBuilder::EndValue() {
  if (stack_.empty()) return;
  Frame& top = Top();
  if (top.list) {
    ++top.index;
  } else {
    top.next = top.next == Next::kKey ? Next::kIgnored : Next::kKey;
    top.field = nullptr;
  }
  top.value_line = top.line;
}

}  // namespace acl
