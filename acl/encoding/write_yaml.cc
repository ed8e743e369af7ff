#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "acl/encoding/yaml.h"
#include "google/protobuf/descriptor.h"
#include "yaml-cpp/emitter.h"

namespace acl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Words that some YAML reader takes for something else than text.
bool IsReserved(const std::string& text) {
  static const char* const kWords[] = {"y",    "n",   "yes",  "no",
                                       "on",   "off", "true", "false",
                                       "null", "nan", "inf"};
  const std::string lower = absl::AsciiStrToLower(text);
  return std::find(std::begin(kWords), std::end(kWords), lower) !=
         std::end(kWords);
}

// Whether every YAML reader takes the text, unquoted, for just this text.
bool IsPlain(const std::string& text) {
  if (text.empty() || !absl::ascii_isalpha(text[0]) || text.back() == ':' ||
      IsReserved(text)) {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.' ||
           c == '@' || c == ':' || c == '/';
  });
}

void WriteString(const std::string& text, YAML::Emitter* out) {
  if (!IsPlain(text)) *out << YAML::DoubleQuoted;
  *out << text;
}

// Messages that have nothing repeated inside fit on a line.
bool IsSmall(const Message& message) {
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (descriptor->field(i)->is_repeated()) return false;
  }
  return true;
}

void WriteMessage(const Message& message, YAML::Emitter* out);

void WriteList(const Message& message, const FieldDescriptor* field,
               YAML::Emitter* out) {
  const Reflection& reflection = *message.GetReflection();
  *out << YAML::BeginSeq;
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      WriteMessage(reflection.GetRepeatedMessage(message, field, i), out);
    } else {
      WriteString(reflection.GetRepeatedString(message, field, i), out);
    }
  }
  *out << YAML::EndSeq;
}

void WriteValue(const Message& message, const FieldDescriptor* field,
                YAML::Emitter* out) {
  const Reflection& reflection = *message.GetReflection();
  if (field->is_repeated()) return WriteList(message, field, out);
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return WriteString(reflection.GetString(message, field), out);
    case FieldDescriptor::CPPTYPE_BOOL:
      *out << reflection.GetBool(message, field);
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      *out << reflection.GetEnum(message, field)->name();
      return;
    case FieldDescriptor::CPPTYPE_UINT64:
      *out << reflection.GetUInt64(message, field);
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      *out << reflection.GetUInt32(message, field);
      return;
    default:
      return WriteMessage(reflection.GetMessage(message, field), out);
  }
}

void WriteMessage(const Message& message, YAML::Emitter* out) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  if (IsSmall(message)) *out << YAML::Flow;
  *out << YAML::BeginMap;
  for (const FieldDescriptor* field : fields) {
    *out << YAML::Key << field->name() << YAML::Value;
    WriteValue(message, field, out);
  }
  *out << YAML::EndMap;
}

}  // namespace

std::string WriteYaml(const Message& message) {
  YAML::Emitter out;
  WriteMessage(message, &out);
  return absl::StrCat(absl::string_view(out.c_str(), out.size()), "\n");
}

}  // namespace acl
