// Finds text that a parser would silently ignore. Internal: shared by the
// readers of YAML and JSON.
#ifndef ACL_ENCODING_UNREAD_TEXT_H_
#define ACL_ENCODING_UNREAD_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace acl {

// A byte at which a parser would stop. Lines and columns count from 1, columns
// in bytes.
struct EndByte {
  size_t line = 0;
  size_t column = 0;
  unsigned char byte = 0;
};

// The first NUL, if any: the JSON parser would stop there and ignore what
// follows. O(bytes).
std::optional<EndByte> FindEndInJson(absl::string_view text);

// The first NUL or EOT, in UTF-8 or UTF-16: YAML allows neither, and some of
// its parsers would stop there. O(bytes).
std::optional<EndByte> FindEndInYaml(absl::string_view text);

// Whether the text begins with the byte order mark of UTF-32.
bool IsUtf32(absl::string_view text);

// The text of a fault: `a NUL at line 3, column 7; ...`, with what to do about
// it.
std::string Describe(const EndByte& found);

// A JSON parser's message about its input, without the library's own prefix. At
// most 256 bytes, so that little of the input is quoted; characters unsafe for
// terminals are escaped.
std::string JsonFault(absl::string_view what);

}  // namespace acl

#endif  // ACL_ENCODING_UNREAD_TEXT_H_
