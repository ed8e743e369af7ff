#include "acl/audit/peribolos_file.h"

#include <algorithm>
#include <map>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/encoding/file.h"

namespace acl {
namespace {

bool HasTag(const YAML::Node& node) {
  const std::string& tag = node.Tag();
  return !tag.empty() && tag != "?" && tag != "!";
}

absl::Status Malformed(const std::string& path, size_t line,
                       absl::string_view what) {
  return Refuse(v1::FILE_MALFORMED,
                absl::StrCat(Printable(path), ":", line, ": ", what));
}

// The parser takes some control characters for the end of a value or of the
// file, and replaces invalid UTF-8.
absl::Status CheckBytes(const std::string& path, const std::string& text) {
  if (!IsUtf8(text)) return Malformed(path, 1, "is not valid UTF-8");
  const auto at = std::find_if(text.begin(), text.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c)) && c != '\n' &&
           c != '\r' && c != '\t';
  });
  if (at == text.end()) return absl::OkStatus();
  const auto line = 1 + std::count(text.begin(), at, '\n');
  return Malformed(path, static_cast<size_t>(line),
                   "has a control character; remove it");
}

}  // namespace

absl::Status PeribolosFile::Load() {
  const absl::StatusOr<std::string> text = ReadFile(path_);
  if (!text.ok()) return text.status();
  if (absl::Status s = CheckBytes(path_, *text); !s.ok()) return s;
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(*text);
    if (documents.size() > 1) {
      findings_.faults.push_back(absl::StrCat(
          Place(documents[1]), ": has a second document, the first is at ",
          Place(documents[0]), "; keep one"));
    }
    if (!documents.empty()) root_ = documents[0];
  } catch (const YAML::Exception& e) {
    return Malformed(path_, static_cast<size_t>(e.mark.line) + 1,
                     absl::StrCat("not yaml: ", e.msg));
  }
  return absl::OkStatus();
}

std::string PeribolosFile::Place(const YAML::Node& node) const {
  // A null that was left out has no mark.
  return absl::StrCat(Printable(path_), ":", std::max(node.Mark().line, 0) + 1);
}

void PeribolosFile::Fault(const YAML::Node& node, absl::string_view what) {
  findings_.faults.push_back(absl::StrCat(Place(node), ": ", what));
}

void PeribolosFile::Warn(const YAML::Node& node, absl::string_view what) {
  findings_.warnings.push_back(absl::StrCat(Place(node), ": ", what));
}

bool PeribolosFile::CheckText(const YAML::Node& node, absl::string_view what) {
  if (!node.IsScalar()) {
    Fault(node, absl::StrCat(what, " is not a single value"));
    return false;
  }
  if (HasTag(node)) {
    Fault(node, absl::StrCat(what, " has the tag ", Quoted(node.Tag()),
                             "; leave it out"));
    return false;
  }
  return true;
}

bool PeribolosFile::CheckKey(const YAML::Node& key, absl::string_view what) {
  if (!CheckText(key, absl::StrCat("a key of ", what))) return false;
  // Quoted, it is a name like others.
  if (key.Scalar() != "<<" || key.Tag() == "!") return true;
  Fault(key,
        absl::StrCat(what,
                     " has a merge key `<<`, which is not supported; write "
                     "the keys out"));
  return false;
}

std::vector<PeribolosFile::Entry> PeribolosFile::Map(const YAML::Node& map,
                                                     absl::string_view what,
                                                     KeyKind kind) {
  std::vector<Entry> entries;
  if (!map || map.IsNull()) return entries;
  if (!map.IsMap()) {
    Fault(map, absl::StrCat(what, " is not a map"));
    return entries;
  }
  std::map<std::string, std::string> places;
  for (const auto& entry : map) {
    if (!CheckKey(entry.first, what)) continue;
    const std::string& key = entry.first.Scalar();
    const bool fold = kind == KeyKind::kName;
    const auto [first, is_new] = places.emplace(
        fold ? absl::AsciiStrToLower(key) : key, Place(entry.first));
    if (is_new) {
      entries.push_back({key, entry.first, entry.second});
    } else {
      Fault(entry.first,
            absl::StrCat("duplicate key ", Quoted(key), " in ", what,
                         ", first at ", first->second,
                         fold ? "; GitHub compares names without case" : ""));
    }
  }
  return entries;
}

std::vector<YAML::Node> PeribolosFile::Names(const YAML::Node& list,
                                             absl::string_view what) {
  std::vector<YAML::Node> names;
  if (!list || list.IsNull()) return names;
  if (!list.IsSequence()) {
    Fault(list, absl::StrCat(what, " is not a list of names"));
    return names;
  }
  for (const YAML::Node& item : list) {
    if (CheckText(item, absl::StrCat("an item of ", what))) {
      names.push_back(item);
    }
  }
  return names;
}

}  // namespace acl
