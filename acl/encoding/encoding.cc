#include "acl/encoding/encoding.h"

#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/encoding/json.h"
#include "acl/encoding/text_proto.h"
#include "acl/encoding/yaml.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/unknown_field_set.h"

namespace acl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::pair<absl::string_view, Encoding> kNames[] = {
    {"yaml", Encoding::kYaml},    {"yml", Encoding::kYaml},
    {"json", Encoding::kJson},    {"txtpb", Encoding::kTextProto},
    {"binpb", Encoding::kBinary},
};

// Whether there is anything that this version does not know. Almost never, so
// that nothing is made of where it would be.
bool HasUnknown(const Message& message) {
  const auto& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return true;
  const auto& type = *message.GetDescriptor();
  for (int f = 0; f < type.field_count(); ++f) {
    const FieldDescriptor* const field = type.field(f);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (reflection.HasField(message, field) &&
          HasUnknown(reflection.GetMessage(message, field))) {
        return true;
      }
      continue;
    }
    const int size = reflection.FieldSize(message, field);
    for (int i = 0; i < size; ++i) {
      if (HasUnknown(reflection.GetRepeatedMessage(message, field, i))) {
        return true;
      }
    }
  }
  return false;
}

// Faults of what this version does not know, each with its path.
void FindUnknown(const Message& message, const std::string& path,
                 const Places& places, std::vector<std::string>* faults) {
  const auto& reflection = *message.GetReflection();
  const auto& unknown = reflection.GetUnknownFields(message);
  if (!unknown.empty()) {
    faults->push_back(
        absl::StrCat(places.file(), ": ", path.empty() ? "the message" : path,
                     " has the field ", unknown.field(0).number(),
                     ", which this version does not know; use a newer one"));
  }
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const std::string at =
        absl::StrCat(path, path.empty() ? "" : ".", field->name());
    if (!field->is_repeated()) {
      FindUnknown(reflection.GetMessage(message, field), at, places, faults);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      FindUnknown(reflection.GetRepeatedMessage(message, field, i),
                  absl::StrCat(at, "[", i, "]"), places, faults);
    }
  }
}

}  // namespace

absl::StatusOr<Encoding> EncodingOf(absl::string_view path) {
  for (const auto& [name, encoding] : kNames) {
    if (absl::EndsWith(path, absl::StrCat(".", name))) return encoding;
  }
  return Refuse(v1::FILE_MALFORMED,
                absl::StrCat(Printable(path),
                             ": the ending tells no format; use .yaml, .json, "
                             ".txtpb or .binpb"));
}

absl::StatusOr<Encoding> EncodingByName(absl::string_view name) {
  for (const auto& [known, encoding] : kNames) {
    if (known == name) return encoding;
  }
  return Refuse(v1::MALFORMED,
                absl::StrCat(Quoted(name),
                             " is no format; use yaml, json, txtpb or binpb"));
}

absl::Status ReadBinary(absl::string_view bytes, Message* message,
                        Places* places) {
  if (bytes.size() > size_t{std::numeric_limits<int>::max()} ||
      !message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Refuse(v1::FILE_MALFORMED,
                  absl::StrCat(places->file(), ": is no ",
                               message->GetDescriptor()->full_name(),
                               " in binary form, or was cut"));
  }
  return CheckKnown(*message, "", *places);
}

absl::Status CheckKnown(const Message& message, const std::string& path,
                        const Places& places) {
  if (!HasUnknown(message)) return absl::OkStatus();
  std::vector<std::string> faults;
  FindUnknown(message, path, places, &faults);
  return Refuse(v1::FILE_MALFORMED, absl::StrJoin(faults, "\n"));
}

absl::Status ReadMessage(Encoding encoding, absl::string_view bytes,
                         Message* message, Places* places,
                         const ProgressSink& progress) {
  if (bytes.empty()) {
    return Refuse(v1::FILE_MALFORMED,
                  absl::StrCat(places->file(), ": is empty"));
  }
  switch (encoding) {
    case Encoding::kYaml:
      return ReadYaml(bytes, message, places, progress);
    case Encoding::kJson:
      return ReadJson(bytes, message, places);
    case Encoding::kTextProto:
      return ReadTextProto(bytes, message, places);
    case Encoding::kBinary:
      break;
  }
  return ReadBinary(bytes, message, places);
}

std::string WriteMessage(Encoding encoding, const Message& message) {
  switch (encoding) {
    case Encoding::kYaml:
      return WriteYaml(message);
    case Encoding::kJson:
      return WriteJson(message);
    case Encoding::kTextProto:
      return WriteTextProto(message);
    case Encoding::kBinary:
      break;
  }
  return message.SerializeAsString();
}

}  // namespace acl
