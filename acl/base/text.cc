#include "acl/base/text.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "acl/base/fault.h"

namespace acl {
namespace {

constexpr size_t kMaxQuotedBytes = 80;
constexpr uint32_t kInvalid = kInvalidCodePoint;

bool IsControl(uint32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0); }

// White space and format characters other than the blank: categories Zs, Zl, Zp
// and Cf of Unicode 17.0 (UnicodeData.txt), and U+2065, which is reserved among
// them. They are invisible or look like a blank, or change how the text around
// them is shown. In ascending order.
struct CodePoints {
  uint32_t first, last;
};
constexpr CodePoints kUnseen[] = {
    {0xa0, 0xa0},       {0xad, 0xad},       {0x600, 0x605},
    {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},
    {0x890, 0x891},     {0x8e2, 0x8e2},     {0x1680, 0x1680},
    {0x180e, 0x180e},   {0x2000, 0x200f},   {0x2028, 0x202f},
    {0x205f, 0x206f},   {0x3000, 0x3000},   {0xfeff, 0xfeff},
    {0xfff9, 0xfffb},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd},
    {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0xe0001, 0xe0001}, {0xe0020, 0xe007f}};

bool IsUnseen(uint32_t c) {
  const auto* const range = std::lower_bound(
      std::begin(kUnseen), std::end(kUnseen), c,
      [](const CodePoints& range, uint32_t c) { return range.last < c; });
  return range != std::end(kUnseen) && range->first <= c;
}

// Whether it must be escaped before it reaches a terminal or a log.
bool NeedsEscape(uint32_t c) { return IsControl(c) || IsUnseen(c); }

absl::Status CheckBytes(absl::string_view what, absl::string_view text,
                        size_t max_bytes) {
  if (text.size() > max_bytes) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat(what, " ", Quoted(text), " has ", text.size(),
                               " bytes; at most ", max_bytes, " are allowed"));
  }
  for (size_t i = 0; i < text.size();) {
    if (absl::ascii_isprint(static_cast<unsigned char>(text[i]))) {
      ++i;  // the common case
      continue;
    }
    const CodePoint c = FirstCodePoint(text.substr(i));
    if (c.value == kInvalid) {
      return Refuse(v1::MALFORMED,
                    absl::StrCat(what, " ", Quoted(text),
                                 " is not valid utf-8 at byte ", i));
    }
    if (IsControl(c.value)) {
      return Refuse(v1::MALFORMED,
                    absl::StrCat(what, " ", Quoted(text),
                                 " has a control character at byte ", i));
    }
    i += c.bytes;
  }
  return absl::OkStatus();
}

absl::Status CheckWord(absl::string_view what, absl::string_view text,
                       size_t max_bytes) {
  if (text.empty()) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat(what, " is empty; it needs at least one byte"));
  }
  return CheckBytes(what, text, max_bytes);
}

std::string Escaped(absl::string_view text, bool escape_backticks) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = FirstCodePoint(text.substr(i));
    if (c.value == kInvalid) {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<uint8_t>(text[i]));
    } else if (NeedsEscape(c.value) || (escape_backticks && c.value == '`')) {
      absl::StrAppendFormat(&out, "\\u{%x}", c.value);
    } else {
      absl::StrAppend(&out, text.substr(i, c.bytes));
    }
    i += c.bytes;
  }
  return out;
}

// `\uXXXX`; a surrogate pair beyond U+FFFF.
void AppendJsonEscape(uint32_t c, std::string* out) {
  if (c <= 0xffff) {
    absl::StrAppendFormat(out, "\\u%04x", c);
    return;
  }
  const uint32_t bits = c - 0x10000;
  absl::StrAppendFormat(out, "\\u%04x\\u%04x", 0xd800 + (bits >> 10),
                        0xdc00 + (bits & 0x3ff));
}

// OK if an address has no white space and no format characters.
absl::Status CheckAllSeen(absl::string_view email) {
  for (size_t i = 0; i < email.size();) {
    const CodePoint c = FirstCodePoint(email.substr(i));
    if (c.value != kInvalid && IsUnseen(c.value)) {
      return Refuse(
          v1::MALFORMED,
          absl::StrCat("e-mail ", Quoted(email), " has the ",
                       absl::StrFormat("invisible character U+%04X", c.value),
                       " at byte ", i, "; leave it out"));
    }
    i += c.bytes;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckId(absl::string_view what, absl::string_view id) {
  return CheckWord(what, id, kMaxIdBytes);
}

absl::Status CheckNewId(absl::string_view what, absl::string_view id) {
  if (id == "default") {
    return Refuse(v1::MALFORMED,
                  absl::StrCat(what,
                               " `default` is reserved for every member "
                               "of the workspace; choose another"));
  }
  return CheckId(what, id);
}

absl::Status CheckDisplayName(absl::string_view name) {
  return CheckBytes("name", name, kMaxIdBytes);
}

absl::Status CheckAnnotation(absl::string_view annotation) {
  return CheckBytes("annotation", annotation, kMaxAnnotationBytes);
}

absl::Status CheckRoleName(absl::string_view role) {
  if (role == "none") {
    return Refuse(v1::ROLE_UNKNOWN,
                  "role `none` is the absence of a role; to take a role away, "
                  "unshare");
  }
  return CheckWord("role", role, kMaxWordBytes);
}

absl::Status CheckTypeName(absl::string_view type) {
  if (absl::StrContains(type, ':')) {
    return Refuse(v1::MALFORMED, absl::StrCat("resource type ", Quoted(type),
                                              " has a colon; leave it out"));
  }
  return CheckWord("resource type", type, kMaxWordBytes);
}

CodePoint FirstCodePoint(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < bytes) return {kInvalid, 1};
  uint32_t value = first & (0xff >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {kInvalid, 1};
    value = (value << 6) | (byte(i) & 0x3f);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kSmallest[bytes] || value > 0x10ffff || surrogate) {
    return {kInvalid, 1};
  }
  return {value, bytes};
}

bool IsUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = FirstCodePoint(text.substr(i));
    if (c.value == kInvalid) return false;
    i += c.bytes;
  }
  return true;
}

absl::StatusOr<std::string> CanonicalEmail(absl::string_view email) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(email);
  if (absl::Status s = CheckWord("e-mail", trimmed, kMaxEmailBytes); !s.ok()) {
    return s;
  }
  if (absl::Status s = CheckAllSeen(trimmed); !s.ok()) return s;
  const size_t at = trimmed.find('@');
  const bool one_at = at != absl::string_view::npos &&
                      trimmed.find('@', at + 1) == absl::string_view::npos;
  const bool both_sides = one_at && at > 0 && at + 1 < trimmed.size();
  if (!both_sides || absl::StrContains(trimmed, ' ')) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat("e-mail ", Quoted(trimmed),
                               " is not an address; write it as `name@host`"));
  }
  return absl::AsciiStrToLower(trimmed);
}

std::string Quoted(absl::string_view text) {
  size_t bytes = 0;
  while (bytes < text.size()) {
    const size_t next = FirstCodePoint(text.substr(bytes)).bytes;
    if (bytes + next > kMaxQuotedBytes) break;
    bytes += next;
  }
  return absl::StrCat("`", Escaped(text.substr(0, bytes), true),
                      bytes < text.size() ? "…`" : "`");
}

std::string Printable(absl::string_view text) { return Escaped(text, false); }

std::string PrintableJson(absl::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (size_t i = 0; i < json.size();) {
    const CodePoint c = FirstCodePoint(json.substr(i));
    if (c.value != kInvalid && NeedsEscape(c.value)) {
      AppendJsonEscape(c.value, &out);
    } else {
      absl::StrAppend(&out, json.substr(i, c.bytes));
    }
    i += c.bytes;
  }
  return out;
}

}  // namespace acl
