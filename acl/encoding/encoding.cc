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

// A step of a path: a field, and the index of a value in it; -1 if it has only
// one.
struct Step {
  const FieldDescriptor* field;
  int index;
};

std::string PathOf(const std::string& from, const std::vector<Step>& steps) {
  std::string path = from;
  for (const Step& step : steps) {
    absl::StrAppend(&path, path.empty() ? "" : ".", step.field->name());
    if (step.index >= 0) absl::StrAppend(&path, "[", step.index, "]");
  }
  return path.empty() ? "the message" : path;
}

// Adds a fault with its path for everything that this version does not know.
// There is almost never any, so a path becomes text only if there is a fault.
void FindUnknown(const Message& message, const std::string& from,
                 const Places& places, std::vector<Step>* steps,
                 std::vector<std::string>* faults) {
  const auto& reflection = *message.GetReflection();
  const auto& unknown = reflection.GetUnknownFields(message);
  if (!unknown.empty()) {
    faults->push_back(
        absl::StrCat(places.file(), ": ", PathOf(from, *steps),
                     " has the field ", unknown.field(0).number(),
                     ", which this version does not know; use a newer one"));
  }
  const auto& type = *message.GetDescriptor();
  for (int f = 0; f < type.field_count(); ++f) {
    const FieldDescriptor* const field = type.field(f);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const auto find = [&](const Message& inner, int index) {
      steps->push_back({field, index});
      FindUnknown(inner, from, places, steps, faults);
      steps->pop_back();
    };
    if (!field->is_repeated()) {
      if (reflection.HasField(message, field)) {
        find(reflection.GetMessage(message, field), -1);
      }
      continue;
    }
    const int size = reflection.FieldSize(message, field);
    for (int i = 0; i < size; ++i) {
      find(reflection.GetRepeatedMessage(message, field, i), i);
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
  std::vector<Step> steps;
  std::vector<std::string> faults;
  FindUnknown(message, path, places, &steps, &faults);
  if (faults.empty()) return absl::OkStatus();
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
