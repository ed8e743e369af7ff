#include "acl/server/fields.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace acl::server {
namespace {

const Json& Null() {
  static const Json& null = *new Json();
  return null;
}

// `'a', 'b' or 'c'`
std::string Alternatives(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    absl::StrAppend(&text,
                    i == 0                  ? ""
                    : i + 1 == words.size() ? " or "
                                            : ", ",
                    "'", words[i], "'");
  }
  return text;
}

}  // namespace

Fields::Fields(const Json& object, Json where, std::vector<SchemaFault>* faults)
    : object_(object), where_(std::move(where)), faults_(*faults) {
  if (!object_.is_object() && faults_.size() < kMaxFaults) {
    faults_.push_back(
        {"dict_type", where_, "Input should be a valid dictionary", object_});
  }
}

const Json* Fields::Find(const char* name) const {
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(name);
  if (found == object_.end() || found->is_null()) return nullptr;
  return &*found;
}

const Json& Fields::Raw(const char* name) const {
  const Json* const found = Find(name);
  return found == nullptr ? Null() : *found;
}

Json Fields::Path(absl::string_view name) const {
  Json path = where_;
  path.push_back(std::string(name));
  return path;
}

void Fields::Fault(const char* name, absl::string_view type,
                   absl::string_view message) {
  if (faults_.size() >= kMaxFaults) return;
  faults_.push_back(
      {std::string(type), Path(name), std::string(message), Raw(name)});
}

void Fields::Missing(const char* name) {
  // If the body is not an object, that is the only fault.
  if (object_.is_object()) Fault(name, "missing", "Field required");
}

void Fields::NotText(const char* name) {
  Fault(name, "string_type", "Input should be a valid string");
}

std::optional<std::string> Fields::OptionalText(const char* name) {
  const Json* const found = Find(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_string()) {
    NotText(name);
    return std::nullopt;
  }
  return found->get<std::string>();
}

std::string Fields::Text(const char* name) {
  if (Find(name) == nullptr) {
    Missing(name);
    return "";
  }
  return OptionalText(name).value_or("");
}

std::optional<bool> Fields::OptionalBool(const char* name) {
  const Json* const found = Find(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_boolean()) {
    Fault(name, "bool_type", "Input should be a valid boolean");
    return std::nullopt;
  }
  return found->get<bool>();
}

std::optional<uint64_t> Fields::OptionalNumber(const char* name) {
  const Json* const found = Find(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_number_unsigned()) {
    Fault(name, "int_type", "Input should be a valid non-negative integer");
    return std::nullopt;
  }
  return found->get<uint64_t>();
}

std::optional<std::string> Fields::OptionalWord(
    const char* name, const std::vector<std::string>& words) {
  const Json* const found = Find(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_string() ||
      std::find(words.begin(), words.end(), found->get<std::string>()) ==
          words.end()) {
    Fault(name, "enum", absl::StrCat("Input should be ", Alternatives(words)));
    return std::nullopt;
  }
  return found->get<std::string>();
}

std::string Fields::Word(const char* name,
                         const std::vector<std::string>& words) {
  if (Find(name) == nullptr) {
    Missing(name);
    return "";
  }
  return OptionalWord(name, words).value_or("");
}

void Fields::RefuseOthers(absl::Span<const absl::string_view> known) {
  if (!object_.is_object()) return;
  for (const auto& [name, value] : object_.items()) {
    if (faults_.size() >= kMaxFaults) return;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    faults_.push_back(
        {"extra_forbidden", Path(Shortened(name)),
         absl::StrCat("Extra inputs are not permitted; the fields are ",
                      absl::StrJoin(known, ", ")),
         value});
  }
}

std::vector<Fields> Fields::OptionalObjects(const char* name) {
  std::vector<Fields> objects;
  const Json* const found = Find(name);
  if (found == nullptr) return objects;
  if (!found->is_array()) {
    Fault(name, "list_type", "Input should be a valid list");
    return objects;
  }
  if (found->size() > kMaxItems) {
    faults_.push_back({"too_long", Path(name),
                       absl::StrCat("List should have at most ", kMaxItems,
                                    " items, not ", found->size()),
                       nullptr});
    return objects;
  }
  for (size_t i = 0; i < found->size(); ++i) {
    Json path = Path(name);
    path.push_back(i);
    objects.emplace_back((*found)[i], std::move(path), &faults_);
  }
  return objects;
}

}  // namespace acl::server
