#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "acl/base/text.h"
#include "acl/encoding/yaml.h"
#include "google/protobuf/descriptor.h"

namespace acl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Words that some YAML reader does not treat as text.
bool IsReserved(absl::string_view text) {
  static const char* const kWords[] = {"y",    "n",   "yes",  "no",
                                       "on",   "off", "true", "false",
                                       "null", "nan", "inf"};
  const std::string lower = absl::AsciiStrToLower(text);
  return std::find(std::begin(kWords), std::end(kWords), lower) !=
         std::end(kWords);
}

// Whether every YAML reader reads the unquoted text as exactly this text.
bool IsPlain(absl::string_view text) {
  if (text.empty() || !absl::ascii_isalpha(text[0]) || text.back() == ':' ||
      IsReserved(text)) {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.' ||
           c == '@' || c == ':' || c == '/';
  });
}

// What quoted YAML text may not contain unescaped, or what readers would fold.
bool NeedsEscape(uint32_t c) {
  return c < 0x20 || c == '"' || c == '\\' || (c >= 0x7f && c < 0xa0) ||
         c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe ||
         c == 0xffff;
}

void AppendEscaped(uint32_t c, std::string* out) {
  if (c == '"' || c == '\\') {
    out->append({'\\', static_cast<char>(c)});
  } else if (c < 0x100) {
    absl::StrAppendFormat(out, "\\x%02x", c);
  } else {
    absl::StrAppendFormat(out, "\\u%04x", c);
  }
}

void WriteString(absl::string_view text, std::string* out) {
  if (IsPlain(text)) {
    absl::StrAppend(out, text);
    return;
  }
  out->push_back('"');
  while (!text.empty()) {
    const CodePoint c = FirstCodePoint(text);
    if (NeedsEscape(c.value)) {
      AppendEscaped(c.value, out);
    } else {
      absl::StrAppend(out, text.substr(0, c.bytes));
    }
    text.remove_prefix(c.bytes);
  }
  out->push_back('"');
}

// Messages without repeated fields fit on one line.
bool IsSmall(const Message& message) {
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (descriptor->field(i)->is_repeated()) return false;
  }
  return true;
}

std::vector<const FieldDescriptor*> FieldsOf(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

void NewLine(size_t indent, std::string* out) {
  out->push_back('\n');
  out->append(indent, ' ');
}

void WriteScalar(const Message& message, const FieldDescriptor* field,
                 std::string* out) {
  const Reflection& reflection = *message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      out->append(reflection.GetBool(message, field) ? "true" : "false");
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      out->append(reflection.GetEnum(message, field)->name());
      return;
    case FieldDescriptor::CPPTYPE_UINT64:
      absl::StrAppend(out, reflection.GetUInt64(message, field));
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      absl::StrAppend(out, reflection.GetUInt32(message, field));
      return;
    default:
      WriteString(reflection.GetString(message, field), out);
  }
}

// `{key: value, ...}`.
void WriteInBraces(const Message& message, std::string* out) {
  out->push_back('{');
  absl::string_view comma;
  for (const FieldDescriptor* field : FieldsOf(message)) {
    absl::StrAppend(out, comma, field->name(), ": ");
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      WriteInBraces(message.GetReflection()->GetMessage(message, field), out);
    } else {
      WriteScalar(message, field, out);
    }
    comma = ", ";
  }
  out->push_back('}');
}

void WriteLines(const Message& message, size_t indent, std::string* out);

// An item of a list, whose text begins after `- `.
void WriteItem(const Message& message, size_t indent, std::string* out) {
  if (IsSmall(message) || FieldsOf(message).empty()) {
    WriteInBraces(message, out);
  } else {
    WriteLines(message, indent, out);
  }
}

void WriteList(const Message& message, const FieldDescriptor* field,
               size_t indent, std::string* out) {
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    NewLine(indent, out);
    out->append("- ");
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      WriteItem(reflection.GetRepeatedMessage(message, field, i), indent + 2,
                out);
    } else {
      WriteString(reflection.GetRepeatedString(message, field, i), out);
    }
  }
}

void WriteValue(const Message& message, const FieldDescriptor* field,
                size_t indent, std::string* out) {
  if (field->is_repeated()) {
    WriteList(message, field, indent + 2, out);
    return;
  }
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    out->push_back(' ');
    WriteScalar(message, field, out);
    return;
  }
  const Message& value = message.GetReflection()->GetMessage(message, field);
  if (IsSmall(value) || FieldsOf(value).empty()) {
    out->push_back(' ');
    WriteInBraces(value, out);
  } else {
    NewLine(indent + 2, out);
    WriteLines(value, indent + 2, out);
  }
}

// `key: value` on lines; the first goes where `out` ends.
void WriteLines(const Message& message, size_t indent, std::string* out) {
  bool first = true;
  for (const FieldDescriptor* field : FieldsOf(message)) {
    if (!first) NewLine(indent, out);
    first = false;
    absl::StrAppend(out, field->name(), ":");
    WriteValue(message, field, indent, out);
  }
}

}  // namespace

std::string WriteYaml(const Message& message) {
  std::string out;
  WriteItem(message, 0, &out);
  out.push_back('\n');
  return out;
}

}  // namespace acl
