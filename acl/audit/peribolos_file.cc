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

absl::Status Malformed(const std::string& path, size_t line,
                       absl::string_view what) {
  return Refuse(v1::FILE_MALFORMED,
                absl::StrCat(Printable(path), ":", line, ": ", what));
}

// Checked before parsing, for a plainer message than the parser's.
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
  const YamlOutcome outcome = tree_.Load(*text);
  if (outcome.fault) {
    return Malformed(path_, static_cast<size_t>(outcome.fault->line),
                     outcome.fault->what);
  }
  if (outcome.second_line != 0) {
    findings_.faults.push_back(
        absl::StrCat(PlaceOf(outcome.second_line),
                     ": has a second document, the first is "
                     "at ",
                     PlaceOf(outcome.first_line), "; keep one"));
  }
  return absl::OkStatus();
}

bool PeribolosFile::HasKey(absl::string_view key) const {
  const auto& entries = root().entries;
  return std::any_of(entries.begin(), entries.end(), [&](const auto& entry) {
    return entry.first->IsText() && entry.first->text == key;
  });
}

std::string PeribolosFile::PlaceOf(int line) const {
  return absl::StrCat(Printable(path_), ":", line);
}

void PeribolosFile::Fault(const YamlNode& node, absl::string_view what) {
  findings_.faults.push_back(absl::StrCat(Place(node), ": ", what));
}

void PeribolosFile::Warn(const YamlNode& node, absl::string_view what) {
  findings_.warnings.push_back(absl::StrCat(Place(node), ": ", what));
}

bool PeribolosFile::CheckText(const YamlNode& node, absl::string_view what) {
  if (!node.IsText()) {
    Fault(node, absl::StrCat(what, " is not a single value"));
    return false;
  }
  if (!node.tag.empty()) {
    Fault(node, absl::StrCat(what, " has the tag ", Quoted(node.tag),
                             "; leave it out"));
    return false;
  }
  return true;
}

bool PeribolosFile::CheckKey(const YamlNode& key, absl::string_view what) {
  if (!CheckText(key, absl::StrCat("a key of ", what))) return false;
  // If quoted, it is an ordinary name.
  if (key.text != "<<" || !key.plain) return true;
  Fault(key,
        absl::StrCat(what,
                     " has a merge key `<<`, which is not supported; write "
                     "the keys out"));
  return false;
}

std::vector<PeribolosFile::Entry> PeribolosFile::Map(const YamlNode& map,
                                                     absl::string_view what,
                                                     KeyKind kind) {
  std::vector<Entry> entries;
  if (map.IsNull()) return entries;
  if (!map.IsMap()) {
    Fault(map, absl::StrCat(what, " is not a map"));
    return entries;
  }
  std::map<std::string, std::string> places;
  for (const auto& [key_node, value] : map.entries) {
    if (!CheckKey(*key_node, what)) continue;
    const std::string& key = key_node->text;
    const bool fold = kind == KeyKind::kName;
    const auto [first, is_new] = places.emplace(
        fold ? absl::AsciiStrToLower(key) : key, Place(*key_node));
    if (is_new) {
      entries.push_back({key, *key_node, *value});
    } else {
      Fault(*key_node,
            absl::StrCat("duplicate key ", Quoted(key), " in ", what,
                         ", first at ", first->second,
                         fold ? "; GitHub compares names without case" : ""));
    }
  }
  return entries;
}

std::vector<const YamlNode*> PeribolosFile::Names(const YamlNode& list,
                                                  absl::string_view what) {
  std::vector<const YamlNode*> names;
  if (list.IsNull()) return names;
  if (!list.IsList()) {
    Fault(list, absl::StrCat(what, " is not a list of names"));
    return names;
  }
  for (const YamlNode* item : list.items) {
    if (CheckText(*item, absl::StrCat("an item of ", what))) {
      names.push_back(item);
    }
  }
  return names;
}

}  // namespace acl
