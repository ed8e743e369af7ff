#include "acl/encoding/json.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/encoding/message_builder.h"
#include "acl/encoding/unread_text.h"
#include "google/protobuf/descriptor.h"
#include "nlohmann/json.hpp"

namespace acl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Json = nlohmann::ordered_json;

constexpr uint64_t kMaxExact = uint64_t{1} << 53;

// Forwards the parser's events directly, without building a tree.
class Handler : public nlohmann::json_sax<Json> {
 public:
  explicit Handler(MessageBuilder* builder) : builder_(*builder) {}

  bool null() override {
    builder_.Reject(0, "is null; leave the key out");
    return true;
  }
  bool boolean(bool value) override {
    return Take(ScalarKind::kBool, value ? "true" : "false");
  }
  bool number_integer(number_integer_t value) override {
    return Take(ScalarKind::kNumber, absl::StrCat(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Take(ScalarKind::kNumber, absl::StrCat(value));
  }
  bool number_float(number_float_t, const string_t& text) override {
    return Take(ScalarKind::kNumber, text);
  }
  bool string(string_t& text) override { return Take(ScalarKind::kText, text); }
  bool binary(binary_t&) override { return false; }  // does not occur in text
  bool key(string_t& text) override { return Take(ScalarKind::kText, text); }
  bool start_object(size_t) override {
    builder_.BeginMap(0);
    return true;
  }
  bool end_object() override { return End(); }
  bool start_array(size_t) override {
    builder_.BeginList(0);
    return true;
  }
  bool end_array() override { return End(); }
  bool parse_error(size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    builder_.FileFault(0, absl::StrCat("not json: ", JsonFault(error.what())));
    return false;
  }

 private:
  bool Take(ScalarKind kind, const std::string& text) {
    builder_.Scalar(0, kind, text);
    return true;
  }
  bool End() {
    builder_.EndCollection();
    return true;
  }

  MessageBuilder& builder_;
};

Json ToJson(const Message& message);

Json NumberToJson(uint64_t number) {
  if (number <= kMaxExact) return number;
  return absl::StrCat(number);
}

Json ValueToJson(const Message& message, const FieldDescriptor* field) {
  const auto& reflection = *message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(message, field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.GetEnum(message, field)->name();
    case FieldDescriptor::CPPTYPE_UINT64:
      return NumberToJson(reflection.GetUInt64(message, field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection.GetUInt32(message, field);
    default:
      return ToJson(reflection.GetMessage(message, field));
  }
}

Json ListToJson(const Message& message, const FieldDescriptor* field) {
  const auto& reflection = *message.GetReflection();
  Json list = Json::array();
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      list.push_back(ToJson(reflection.GetRepeatedMessage(message, field, i)));
    } else {
      list.push_back(reflection.GetRepeatedString(message, field, i));
    }
  }
  return list;
}

Json ToJson(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  Json object = Json::object();
  for (const FieldDescriptor* field : fields) {
    object[field->name()] = field->is_repeated() ? ListToJson(message, field)
                                                 : ValueToJson(message, field);
  }
  return object;
}

}  // namespace

absl::Status ReadJson(absl::string_view text, Message* message,
                      Places* places) {
  MessageBuilder builder(message, places);
  // The parser would stop at a NUL and ignore what follows.
  if (const auto end = FindEndInJson(text)) {
    builder.FileFault(0, absl::StrCat("not json: ", Describe(*end)));
    return builder.Finish();
  }
  Handler handler(&builder);
  Json::sax_parse(text.begin(), text.end(), &handler);
  return builder.Finish();
}

std::string WriteJson(const Message& message) {
  return ToJson(message).dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace acl
