#include "acl/encoding/unread_text.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "acl/base/text.h"

namespace acl {
namespace {

// A longer message quotes much of the input in its middle.
constexpr size_t kMaxHeadBytes = 160;
constexpr size_t kMaxTailBytes = 96;

bool IsInsideCharacter(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// For UTF-16, which begins with a byte order mark: one byte per code unit, the
// character itself if it is ASCII, else `?`. Empty for UTF-8.
std::string Narrowed(absl::string_view text) {
  const bool little_endian = absl::StartsWith(text, "\xff\xfe");
  if (!little_endian && !absl::StartsWith(text, "\xfe\xff")) return "";
  std::string narrowed;
  for (size_t at = 2; at + 2 <= text.size(); at += 2) {
    const char low = text[little_endian ? at : at + 1];
    const char high = text[little_endian ? at + 1 : at];
    narrowed.push_back(high == '\0' ? low : '?');
  }
  return narrowed;
}

std::optional<EndByte> FindEnd(absl::string_view text, absl::string_view ends) {
  const size_t at = text.find_first_of(ends);
  if (at == absl::string_view::npos) return std::nullopt;
  const absl::string_view before = text.substr(0, at);
  const size_t last_line = before.rfind('\n');
  EndByte found;
  found.line =
      1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  found.column = last_line == absl::string_view::npos ? at + 1 : at - last_line;
  found.byte = static_cast<unsigned char>(text[at]);
  return found;
}

}  // namespace

std::optional<EndByte> FindEndInJson(absl::string_view text) {
  return FindEnd(text, absl::string_view("\0", 1));
}

std::optional<EndByte> FindEndInYaml(absl::string_view text) {
  const std::string narrowed = Narrowed(text);
  return FindEnd(narrowed.empty() ? text : narrowed,
                 absl::string_view("\0\x04", 2));
}

bool IsUtf32(absl::string_view text) {
  return absl::StartsWith(text, absl::string_view("\xff\xfe\0\0", 4)) ||
         absl::StartsWith(text, absl::string_view("\0\0\xfe\xff", 4));
}

std::string Describe(const EndByte& found) {
  return absl::StrCat(
      found.byte == 0
          ? "a NUL"
          : absl::StrFormat("the control character 0x%02x", found.byte),
      " at line ", found.line, ", column ", found.column,
      "; write plain UTF-8 without it");
}

std::string JsonFault(absl::string_view what) {
  const size_t name = what.find("] ");
  if (name != absl::string_view::npos) what.remove_prefix(name + 2);
  if (what.size() <= kMaxHeadBytes + kMaxTailBytes) return Printable(what);
  size_t head = kMaxHeadBytes;
  while (head > 0 && IsInsideCharacter(what[head])) --head;
  size_t tail = what.size() - kMaxTailBytes;
  while (tail < what.size() && IsInsideCharacter(what[tail])) ++tail;
  return Printable(
      absl::StrCat(what.substr(0, head), "...", what.substr(tail)));
}

}  // namespace acl
