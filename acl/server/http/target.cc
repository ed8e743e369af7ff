#include "acl/server/http/target.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
namespace {

absl::Status Malformed(absl::string_view target, absl::string_view what) {
  return Refuse(v1::MALFORMED,
                absl::StrCat("the target ", Quoted(target), " ", what));
}

// What follows the authority in `http://host/path`; other targets unchanged.
absl::string_view WithoutOrigin(absl::string_view target) {
  for (const absl::string_view scheme : {"http://", "https://"}) {
    if (!absl::StartsWithIgnoreCase(target, scheme)) continue;
    const size_t end = target.find_first_of("/?", scheme.size());
    return end == absl::string_view::npos ? "/" : target.substr(end);
  }
  return target;
}

absl::Status CheckBytes(absl::string_view target) {
  for (const char c : target) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c)) || c == '#') {
      return Malformed(target,
                       "has a byte that belongs escaped, as in `%20`, or has "
                       "no place in it");
    }
  }
  return absl::OkStatus();
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Decodes one part of `target`.
absl::StatusOr<std::string> Decoded(absl::string_view part,
                                    absl::string_view target, bool in_query) {
  std::string text;
  text.reserve(part.size());
  for (size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '%') {
      text.push_back(in_query && part[i] == '+' ? ' ' : part[i]);
      continue;
    }
    const int high = i + 2 < part.size() ? HexDigit(part[i + 1]) : -1;
    const int low = i + 2 < part.size() ? HexDigit(part[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return Malformed(target, "has a `%` without two hexadecimal digits");
    }
    if (high == 0 && low == 0) return Malformed(target, "has a NUL, `%00`");
    text.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  if (!IsUtf8(text)) return Malformed(target, "is not valid utf-8");
  return text;
}

absl::Status ParsePath(absl::string_view path, absl::string_view target,
                       RequestTarget* parsed) {
  if (path == "/") return absl::OkStatus();
  for (const absl::string_view part : absl::StrSplit(path.substr(1), '/')) {
    if (part == "." || part == "..") {
      return Malformed(target, "has a segment of dots; escape them as `%2E`");
    }
    absl::StatusOr<std::string> segment = Decoded(part, target, false);
    if (!segment.ok()) return segment.status();
    parsed->segments.push_back(*std::move(segment));
  }
  return absl::OkStatus();
}

absl::Status ParseQuery(absl::string_view query, absl::string_view target,
                        RequestTarget* parsed) {
  for (const absl::string_view part :
       absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> sides =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    absl::StatusOr<std::string> name = Decoded(sides.first, target, true);
    if (!name.ok()) return name.status();
    absl::StatusOr<std::string> value = Decoded(sides.second, target, true);
    if (!value.ok()) return value.status();
    parsed->parameters.emplace_back(*std::move(name), *std::move(value));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RequestTarget> ParseTarget(absl::string_view target) {
  if (absl::Status s = CheckBytes(target); !s.ok()) return s;
  const absl::string_view local = WithoutOrigin(target);
  const size_t mark = local.find('?');
  const absl::string_view path = local.substr(0, mark);
  if (!absl::StartsWith(path, "/")) {
    return Malformed(target, "does not begin with a slash");
  }
  RequestTarget parsed;
  if (absl::Status s = ParsePath(path, target, &parsed); !s.ok()) return s;
  if (mark != absl::string_view::npos) {
    absl::Status s = ParseQuery(local.substr(mark + 1), target, &parsed);
    if (!s.ok()) return s;
  }
  return parsed;
}

std::string Escape(absl::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
        c == '_' || c == '~') {
      escaped.push_back(c);
    } else {
      absl::StrAppendFormat(&escaped, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return escaped;
}

}  // namespace acl
