// What a well-formed id, e-mail address and name is, and how one is shown.
// docs/semantics.md, "Nouns", has the rules.
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

// As CheckId(), and not the reserved word `default`: for what gets a name.
absl::Status CheckNewId(absl::string_view what, absl::string_view id);

// As CheckId(), but may be empty: names for people to read.
absl::Status CheckDisplayName(absl::string_view name);

// The same with at most kMaxAnnotationBytes bytes: what a service keeps with
// something for itself.
absl::Status CheckAnnotation(absl::string_view annotation);

// A role name: an id of at most kMaxWordBytes bytes, not `none`.
absl::Status CheckRoleName(absl::string_view role);

// A resource type: an id of at most kMaxWordBytes bytes, without a colon.
absl::Status CheckTypeName(absl::string_view type);

// The one form in which an e-mail address is kept and compared: surrounding
// ASCII white space dropped, ASCII letters in lower case. MALFORMED if it is no
// address, or has white space or a format character of Unicode anywhere.
absl::StatusOr<std::string> CanonicalEmail(absl::string_view email);

bool IsUtf8(absl::string_view text);

constexpr uint32_t kInvalidCodePoint = 0xffffffff;

struct CodePoint {
  uint32_t value = kInvalidCodePoint;  // if the bytes are not UTF-8
  size_t bytes = 1;
};

// The code point that `text` begins with. Overlong forms, surrogates and values
// above U+10FFFF are invalid, one byte at a time. REQUIRES: `text` is not
// empty.
CodePoint FirstCodePoint(absl::string_view text);

// `text` in backticks for a message: control characters, white space other than
// the blank, format characters (bidi marks, zero-width characters), backticks
// and invalid UTF-8 are escaped, and a text of more than 80 bytes is cut.
std::string Quoted(absl::string_view text);

// `text` as Quoted() shows it, without backticks and never cut: for terminals.
std::string Printable(absl::string_view text);

// A JSON document in which the characters that Quoted() escapes (DEL, C1
// control characters, white space, format characters) are written as `\uXXXX`:
// the same document. REQUIRES: there are none outside its texts.
std::string PrintableJson(absl::string_view json);

}  // namespace acl

#endif  // ACL_BASE_TEXT_H_
