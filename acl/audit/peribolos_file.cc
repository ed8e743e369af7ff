#include "acl/audit/peribolos_file.h"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/encoding/file.h"
#include "yaml-cpp/eventhandler.h"

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

// Remembers where a document begins, and nothing else.
class FirstNode : public YAML::EventHandler {
 public:
  size_t line() const { return line_.value_or(1); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { See(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { See(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string&) override {
    See(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&,
                       YAML::anchor_t, YAML::EmitterStyle::value) override {
    See(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    See(mark);
  }
  void OnMapEnd() override {}

 private:
  void See(const YAML::Mark& mark) {
    if (!line_) line_ = static_cast<size_t>(std::max(mark.line, 0)) + 1;
  }

  std::optional<size_t> line_;
};

}  // namespace

// LoadAll() finds documents for ever in a file such as `,`.
void PeribolosFile::CheckOneDocument(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  FirstNode first;
  FirstNode second;
  if (parser.HandleNextDocument(first) && parser.HandleNextDocument(second)) {
    const auto place = [&](size_t line) {
      return absl::StrCat(Printable(path_), ":", line);
    };
    findings_.faults.push_back(absl::StrCat(
        place(second.line()), ": has a second document, the first is at ",
        place(first.line()), "; keep one"));
  }
}

absl::Status PeribolosFile::Load() {
  const absl::StatusOr<std::string> text = ReadFile(path_);
  if (!text.ok()) return text.status();
  if (absl::Status s = CheckBytes(path_, *text); !s.ok()) return s;
  try {
    CheckOneDocument(*text);
    root_ = YAML::Load(*text);
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
