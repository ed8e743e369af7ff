#include "acl/encoding/text_proto.h"

#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace acl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

constexpr int kMaxDepth = 32;

class Errors : public google::protobuf::io::ErrorCollector {
 public:
  explicit Errors(const Places& places) : places_(places) {}

  void AddError(int line, int, const std::string& message) override {
    lines_.push_back(absl::StrCat(places_.At(line + 1),
                                  ": not text proto: ", Printable(message)));
  }
  void AddWarning(int, int, const std::string&) override {}

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  const Places& places_;
  std::vector<std::string> lines_;
};

// Records the place of each field of the message, and of its parts.
void NotePlaces(const Message& message, TextFormat::ParseInfoTree* tree,
                const std::string& path, Places* places) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool list = field->is_repeated();
    const int count =
        list ? message.GetReflection()->FieldSize(message, field) : 1;
    const std::string field_path =
        absl::StrCat(path, path.empty() ? "" : ".", field->name());
    int line = 0;
    for (int i = 0; i < count; ++i) {
      const std::string at =
          list ? absl::StrCat(field_path, "[", i, "]") : field_path;
      const int index = list ? i : -1;
      // In a bracketed list only the first value has a location.
      const int own = tree->GetLocation(field, index).line + 1;
      if (own > 0) line = own;
      places->Add(at, line);
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      const Message& inner =
          list ? message.GetReflection()->GetRepeatedMessage(message, field, i)
               : message.GetReflection()->GetMessage(message, field);
      TextFormat::ParseInfoTree* nested = tree->GetTreeForNested(field, index);
      if (nested != nullptr) NotePlaces(inner, nested, at, places);
    }
  }
}

}  // namespace

absl::Status ReadTextProto(absl::string_view text, Message* message,
                           Places* places) {
  if (text.size() > size_t{std::numeric_limits<int>::max()}) {
    return Refuse(v1::FILE_MALFORMED,
                  absl::StrCat(places->file(),
                               ": has more than 2 GiB; use the binary form"));
  }
  Errors errors(*places);
  TextFormat::ParseInfoTree tree;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.WriteLocationsTo(&tree);
  parser.SetRecursionLimit(kMaxDepth);
  if (!parser.ParseFromString(std::string(text), message)) {
    return Refuse(v1::FILE_MALFORMED,
                  errors.lines().empty()
                      ? absl::StrCat(places->file(), ": not text proto")
                      : absl::StrJoin(errors.lines(), "\n"));
  }
  NotePlaces(*message, &tree, "", places);
  return absl::OkStatus();
}

std::string WriteTextProto(const Message& message) {
  TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(message, &text);
  return absl::StrCat("# proto-file: ", message.GetDescriptor()->file()->name(),
                      "\n# proto-message: ",
                      message.GetDescriptor()->full_name(), "\n\n", text);
}

}  // namespace acl
