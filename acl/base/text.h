// The rules for well-formed ids, e-mail addresses and names, and how they are
// shown. docs/semantics.md, "Nouns", states the rules.
#ifndef ACL_BASE_TEXT_H_
#define ACL_BASE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace acl {

constexpr size_t kMaxIdBytes = 512;
constexpr size_t kMaxEmailBytes = 254;
constexpr size_t kMaxAnnotationBytes = 4096;
constexpr size_t kMaxWordBytes = 64;  // role names and resource types

// OK, or MALFORMED with a message that begins with `what` ("user id"). An id is
// 1 to kMaxIdBytes bytes of valid UTF-8 without control characters.
absl::Status CheckId(absl::string_view what, absl::string_view id);

// As CheckId(), and refuses the reserved word `default`: for new ids.
absl::Status CheckNewId(absl::string_view what, absl::string_view id);

// As CheckId(), but may be empty: for display names.
absl::Status CheckDisplayName(absl::string_view name);

// The same with at most kMaxAnnotationBytes bytes: for data that a service
// attaches for its own use.
absl::Status CheckAnnotation(absl::string_view annotation);

// A role name: an id of at most kMaxWordBytes bytes, not `none`.
absl::Status CheckRoleName(absl::string_view role);

// A resource type: an id of at most kMaxWordBytes bytes, without a colon.
absl::Status CheckTypeName(absl::string_view type);

// The canonical form in which an e-mail address is stored and compared:
// surrounding ASCII white space dropped, ASCII letters in lower case. MALFORMED
// if it is not an address, or has white space or Unicode format characters
// anywhere.
absl::StatusOr<std::string> CanonicalEmail(absl::string_view email);

bool IsUtf8(absl::string_view text);

constexpr uint32_t kInvalidCodePoint = 0xffffffff;

struct CodePoint {
  uint32_t value = kInvalidCodePoint;  // if the bytes are not UTF-8
  size_t bytes = 1;
};

// The first code point of `text`. Overlong forms, surrogates and values above
// U+10FFFF are invalid, one byte at a time. REQUIRES: `text` is not empty.
CodePoint FirstCodePoint(absl::string_view text);

// `text` in backticks for a message: control characters, white space other than
// the blank, format characters (bidi marks, zero-width characters), backticks
// and invalid UTF-8 are escaped, and text of more than 80 bytes is truncated.
std::string Quoted(absl::string_view text);

// `text` as Quoted() shows it, without backticks and never truncated: for
// terminals.
std::string Printable(absl::string_view text);

// A JSON document in which the characters that Quoted() escapes (DEL, C1
// control characters, white space, format characters) are written as `\uXXXX`,
// which does not change its meaning. REQUIRES: they occur only inside strings.
std::string PrintableJson(absl::string_view json);

}  // namespace acl

#endif  // ACL_BASE_TEXT_H_
