// A YAML document as a stream of events. Internal: shared by the readers of
// YAML.
#ifndef ACL_ENCODING_YAML_EVENTS_H_
#define ACL_ENCODING_YAML_EVENTS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "acl/base/progress.h"

namespace acl {

// The properties written before a value, and its line. Lines count from 1.
// Valid only during the call that receives it.
struct YamlStart {
  int line = 0;
  absl::string_view tag;     // such as `!!binary`; empty if there is none
  absl::string_view anchor;  // of `&name`; empty if there is none
};

// Receives the events of a document in the order of the text. In a map, keys
// and values alternate.
class YamlHandler {
 public:
  virtual ~YamlHandler() = default;

  // `plain` if the text is not in quotes.
  virtual void OnScalar(const YamlStart& start, const std::string& text,
                        bool plain) = 0;
  virtual void OnAlias(int line, absl::string_view anchor) = 0;
  virtual void OnListStart(const YamlStart& start) = 0;
  virtual void OnMapStart(const YamlStart& start) = 0;
  // The end of the innermost list or map.
  virtual void OnEnd() = 0;
};

struct YamlFault {
  int line = 0;
  std::string what;
};

struct YamlOutcome {
  // Why the text is not YAML: `not yaml: ...`. The handler has received the
  // events before the fault.
  std::optional<YamlFault> fault;
  int first_line = 0;   // of the document; 0 if the text is empty
  int second_line = 0;  // of a second document, which is not parsed; or 0
};

// Parses the first document of `text`, which is UTF-8, or UTF-16 with a byte
// order mark, of at most 2 GiB. Nesting deeper than 1,000, a NUL and other
// control characters are faults. `progress` receives bytes. Takes O(bytes)
// time, and memory for the longest single value.
YamlOutcome ParseYaml(absl::string_view text, YamlHandler* handler,
                      const ProgressSink& progress = nullptr);

// Whether YAML reads a scalar as null: it is empty, `~` or `null`, unquoted.
bool IsYamlNull(absl::string_view text, bool plain);

}  // namespace acl

#endif  // ACL_ENCODING_YAML_EVENTS_H_
