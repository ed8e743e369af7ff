// Text that a parser would ignore without a word. Internal: what the readers
// of YAML and JSON share.
#ifndef ACL_ENCODING_UNREAD_TEXT_H_
#define ACL_ENCODING_UNREAD_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace acl {

// A byte that a parser takes for the end of its input. Lines and columns count
// from 1, columns in bytes.
struct EndByte {
  size_t line = 0;
  size_t column = 0;
  unsigned char byte = 0;
};

// The first NUL, if there is any: the parser of JSON takes it for the end and
// would ignore what follows. O(bytes).
std::optional<EndByte> FindEndInJson(absl::string_view text);

// The first NUL or EOT, in UTF-8 or UTF-16: YAML allows neither, and some of
// its parsers take them for the end. O(bytes).
std::optional<EndByte> FindEndInYaml(absl::string_view text);

// Whether the text begins with the byte order mark of UTF-32.
bool IsUtf32(absl::string_view text);

// What to say of it: `a NUL at line 3, column 7; ...`, with the way out.
std::string Describe(const EndByte& found);

// What a JSON parser says of its input, without the library's own name for it.
// At most 256 bytes of it, so that little of the input is quoted; what does not
// belong on a terminal is escaped.
std::string JsonFault(absl::string_view what);

}  // namespace acl

#endif  // ACL_ENCODING_UNREAD_TEXT_H_
