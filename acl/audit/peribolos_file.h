// A YAML file of a Peribolos configuration: its maps and lists, read so that
// nothing in them is lost silently. Internal: see acl/audit/peribolos.h.
#ifndef ACL_AUDIT_PERIBOLOS_FILE_H_
#define ACL_AUDIT_PERIBOLOS_FILE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "acl/encoding/yaml_tree.h"

namespace acl {

// What an import reports, each with its file and line.
struct PeribolosFindings {
  std::vector<std::string> warnings;
  std::vector<std::string> faults;
};

// Whether the keys of a map are fields or GitHub names, which compare without
// case.
enum class KeyKind { kField, kName };

// Not thread-safe.
class PeribolosFile {
 public:
  struct Entry {
    std::string key;
    const YamlNode& key_node;
    const YamlNode& value;
  };

  // REQUIRES: `findings` outlives the file.
  PeribolosFile(std::string path, PeribolosFindings* findings)
      : path_(std::move(path)), findings_(*findings) {}

  // Reads and parses the file. FILE_ACCESS; FILE_MALFORMED if it is not a
  // single YAML document in UTF-8.
  absl::Status Load();

  // The document; null if the file is empty. REQUIRES: Load() returned OK.
  const YamlNode& root() const { return tree_.root(); }

  // Whether the document is a map that has the key.
  bool HasKey(absl::string_view key) const;

  // `FILE:LINE`.
  std::string Place(const YamlNode& node) const { return PlaceOf(node.line); }
  void Fault(const YamlNode& node, absl::string_view what);
  void Warn(const YamlNode& node, absl::string_view what);

  // The entries of a map, in the order of the file; none for null. Faults:
  // anything but a map, keys that are not text, merge keys, and duplicate keys,
  // of which only the first is returned. `what` names the map in messages.
  std::vector<Entry> Map(const YamlNode& map, absl::string_view what,
                         KeyKind kind);

  // The scalars of a list; none for null. Anything else is a fault.
  std::vector<const YamlNode*> Names(const YamlNode& list,
                                     absl::string_view what);

  // Whether a node is text without a tag; anything else is a fault.
  bool CheckText(const YamlNode& node, absl::string_view what);

 private:
  std::string PlaceOf(int line) const;
  bool CheckKey(const YamlNode& key, absl::string_view what);

  const std::string path_;
  PeribolosFindings& findings_;
  YamlTree tree_;
};

}  // namespace acl

#endif  // ACL_AUDIT_PERIBOLOS_FILE_H_
